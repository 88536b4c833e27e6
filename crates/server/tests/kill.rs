//! A process that is killed between commit and delivery loses nothing and doubles nothing.
//!
//! The real binary on a real clock; the simulator stands in for Slack and survives it.

#![cfg(feature = "demo")]

use clock::Clock;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_commit_and_delivery_nothing_is_lost_and_nothing_is_doubled() {
    let folder = tempfile::tempdir().expect("the test's stage is set");
    let port = free_port();
    let simulator = start_simulator(port).await;
    let first = Process::start(folder.path(), port, &simulator);
    let team = make_workspace(&simulator).await;
    first.until_outbox(|outbox| *outbox == json!({"sent": 1})).await;
    let parked = json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 1000, "retry_after_s": 12});
    post(&simulator, "sim/faults", &parked).await;
    create_rotation_that_runs_already(&simulator, &team).await;
    // Who installed the app was welcomed. The handoff waits behind the post that the rotation exists, so two of the three
    // are tried.
    until("what leads each queue was tried", async || {
        let calls = get(&simulator, "sim/calls").await;
        let calls = calls["calls"].as_array().cloned().unwrap_or_default();
        calls.iter().filter(|call| call["method"] == "chat.postMessage").count() >= 3
    })
    .await;
    // Killed while a call is under way, it could not know what became of it and would hold the message for minutes.
    first.until_outbox(|outbox| *outbox == json!({"pending": 3, "sent": 1})).await;

    first.kill();
    request(&simulator, "DELETE", "sim/faults", None).await;
    assert_eq!(posts(&simulator, &team).await.len(), 1, "only the welcome came before the kill");
    let second = Process::start(folder.path(), port, &simulator);
    until("everything was delivered", async || posts(&simulator, &team).await.len() >= 3).await;
    second.until_outbox(is_finished).await;
    let third = second.restart(folder.path(), port, &simulator);
    let outbox = third.until_outbox(is_finished).await;

    let said = posts(&simulator, &team).await;
    let channel = said.iter().filter(|message| message["channel"] == "C0SUPPORT").count();
    assert_eq!(
        (said.len(), channel),
        (4, 2),
        "the welcome, the rotation, its handoff, and one message: {said:#?}"
    );
    assert_eq!(outbox, json!({"sent": 4}));
    third.kill();
}

fn is_finished(outbox: &Value) -> bool {
    let is_open = |state: &str| outbox[state].as_u64().is_some_and(|count| count > 0);
    !["pending", "sending", "ambiguous"].into_iter().any(is_open)
}

/// A running bot; it is killed when it is dropped.
struct Process {
    child: Child,
    admin_port: u16,
}

impl Process {
    fn start(folder: &Path, port: u16, simulator: &Simulator) -> Self {
        let admin_port = free_port();
        let api = simulator.url().join("slack/api").expect("the test's stage is set");
        let authorize =
            simulator.url().join("slack/oauth/v2/authorize").expect("the test's stage is set");
        let mut child = Command::new(env!("CARGO_BIN_EXE_asyncbot"))
            .arg("serve")
            .env("ASYNCBOT_DATA_DIR", folder)
            .env("ASYNCBOT_BIND", format!("127.0.0.1:{port}"))
            .env("ASYNCBOT_ADMIN_BIND", format!("127.0.0.1:{admin_port}"))
            .env("ASYNCBOT_ENCRYPTION_KEYS", "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=")
            .env("SLACK_CLIENT_ID", "1.2")
            .env("SLACK_CLIENT_SECRET", "client")
            .env("SLACK_SIGNING_SECRET", "signing")
            .env("SLACK_API_URL", api.as_str())
            .env("SLACK_AUTHORIZE_URL", authorize.as_str())
            .env("RUST_LOG", "info")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the test's stage is set");
        let log = BufReader::new(child.stderr.take().expect("the test's stage is set"));
        let mut lines = log.lines();
        let serves =
            lines.by_ref().map_while(Result::ok).any(|line| line.contains("Asyncbot serves"));
        assert!(serves, "the bot starts");
        // The pipe must be read to its end, or the bot would block on a full one.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, admin_port }
    }

    /// SIGKILL: no handler runs, no buffer is flushed.
    fn kill(mut self) {
        self.child.kill().expect("the test's stage is set");
        self.child.wait().expect("the test's stage is set");
    }

    fn restart(self, folder: &Path, port: u16, simulator: &Simulator) -> Self {
        self.kill();
        Self::start(folder, port, simulator)
    }

    /// Waits until it counts its deliveries like this, and returns how many stand where.
    async fn until_outbox(&self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let url = format!("http://127.0.0.1:{}/health/detail", self.admin_port);
            if let Some((200, detail)) = exchange("GET", &url, None).await {
                let detail: Value = serde_json::from_str(&detail).expect("the detail is JSON");
                if is_wanted(&detail["outbox"]) {
                    return detail["outbox"].clone();
                }
            }
            assert!(began.elapsed() < PATIENCE, "the deliveries stand as expected, in time");
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn start_simulator(port: u16) -> Simulator {
    simulator::start(SimulatorSettings {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        clock: Clock::system(),
        bot_url: Some(
            format!("http://127.0.0.1:{port}/").parse().expect("the test's stage is set"),
        ),
        app: SlackApp {
            client_id: "1.2".to_owned(),
            client_secret: "client".to_owned(),
            signing_secret: "signing".to_owned(),
        },
        host: None,
    })
    .await
    .expect("the test's stage is set")
}

async fn make_workspace(simulator: &Simulator) -> String {
    let made = post(simulator, "sim/workspaces", &json!({
        "name": "Harbour",
        "people": [{"id": "U0ANA", "name": "Ana", "admin": true, "tz": "Europe/Berlin"}, {"id": "U0BEN", "name": "Ben"}],
        "channels": [{"id": "C0SUPPORT", "name": "support"}],
    }))
    .await;
    assert_eq!(made["installed"], true, "{made}");
    made["team"].as_str().expect("the test's stage is set").to_owned()
}

/// A daily rotation whose first turn began yesterday, so its handoff is due at once.
async fn create_rotation_that_runs_already(simulator: &Simulator, team: &str) {
    let opened = post(simulator, "sim/act", &json!({"team": team, "user": "U0ANA", "command": "/rotation", "text": "create", "channel": "#support"})).await;
    let view = opened["views_opened"][0]["id"].as_str().unwrap_or_else(|| panic!("{opened}"));
    let yesterday = (Clock::system().now() - chrono::TimeDelta::days(1)).date_naive();
    let value = |value: Value| json!({"value": value});
    let done = post(simulator, "sim/act", &json!({"team": team, "user": "U0ANA", "submit": {"view_id": view, "values": {
        "name": value(json!("support")), "members": value(json!(["U0ANA", "U0BEN"])), "cadence": value(json!("week")),
        "first_day": value(json!(yesterday.to_string())), "time": value(json!("09:00")),
        "zone": value(json!("UTC")), "channel": value(json!("C0SUPPORT")),
    }}}))
    .await;
    assert_eq!(done["response"]["response_action"], "update", "{done}");
}

/// Returns everything that the bot posted.
async fn posts(simulator: &Simulator, team: &str) -> Vec<Value> {
    let all = get(simulator, &format!("sim/messages?team={team}")).await;
    let all = all["messages"].as_array().cloned().unwrap_or_default();
    all.into_iter()
        .filter(|message| message["is_bot"] == true && message["ephemeral_to"].is_null())
        .collect()
}

/// Waits until something holds.
///
/// It looks all the time: who waited for a change would wake with the bot's next try and kill it in the middle of it.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "{what}, in time");
        tokio::task::yield_now().await;
    }
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    request(simulator, "GET", path, None).await
}

async fn post(simulator: &Simulator, path: &str, body: &Value) -> Value {
    request(simulator, "POST", path, Some(body)).await
}

async fn request(simulator: &Simulator, method: &str, path: &str, body: Option<&Value>) -> Value {
    let url = simulator.url().join(path).expect("the test's stage is set");
    let (status, answer) =
        exchange(method, url.as_str(), body).await.expect("the simulator answers");
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    serde_json::from_str(&answer).unwrap_or(Value::Null)
}

async fn exchange(method: &str, url: &str, body: Option<&Value>) -> Option<(u16, String)> {
    let mut command = tokio::process::Command::new("curl");
    command.args(["-sS", "-X", method, "-w", "\n%{http_code}", url]);
    if let Some(body) = body {
        command.args(["-H", "content-type: application/json", "-d", &body.to_string()]);
    }
    let output = command.output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (body, status) = text.rsplit_once('\n')?;
    Some((status.parse().ok()?, body.to_owned()))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .expect("the test's stage is set")
        .local_addr()
        .expect("the test's stage is set")
        .port()
}
