//! The bot as in production, with 64 workspaces in which a rotation runs.

use crate::load::{self, CHANNEL, Kind, MEMBERS, SECRET, WORKSPACES, member};
use crate::measure::{Figures, Server, address, post};
use crate::process::{Process, free_port};
use chrono::Days;
use clock::Clock;
use domain::ids::{TeamId, UserId, WorkspaceId};
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use stories::{Engine, sign};
use tempfile::TempDir;
use url::Url;
use url::form_urlencoded::Serializer;

/// The keys of the test databases, as a setting.
const KEYS: &str = "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=";

/// How long the deliveries of the preparation may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A bot with its database, and the Slack that it was installed from.
pub(crate) struct Stage {
    bot: Process,
    admin_port: u16,
    simulator: Simulator,
    database: TestDatabase,
    http: reqwest::Client,
    teams: Vec<String>,
    folder: TempDir,
}

impl Stage {
    /// Starts the bot, installs it in every workspace and makes the rotations.
    pub(crate) async fn begin(engine: Engine, binary: &Path) -> Self {
        let database = match engine {
            Engine::Sqlite => TestDatabase::sqlite(),
            Engine::Postgres => TestDatabase::postgres().await,
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (port, admin_port) = (free_port(), free_port());
        let simulator = start_simulator(port).await;
        let mut command = bot_command(binary, &database, &simulator, folder.path());
        command.env("ASYNCBOT_BIND", format!("127.0.0.1:{port}"));
        command.env("ASYNCBOT_ADMIN_BIND", format!("127.0.0.1:{admin_port}"));
        let bot = Process::start(&mut command, port).await;
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        let mut stage =
            Self { bot, admin_port, simulator, database, http, teams: Vec::new(), folder };
        for number in 0..WORKSPACES {
            let team = stage.make_workspace(number).await;
            stage.make_rotation(&team).await;
            stage.teams.push(team);
        }
        stage.is_made().await;
        stage.meets_everybody().await;
        stage.is_made().await;
        stage.is_quiet().await;
        stage
    }

    pub(crate) fn teams(&self) -> &[String] {
        &self.teams
    }

    /// Stops the bot and fails where it complained of anything.
    pub(crate) async fn end(self) {
        let log = log_file(self.folder.path());
        drop(self.bot);
        self.simulator.shutdown().await;
        let log = std::fs::read_to_string(log).expect("the bot has a log");
        let complaint = log.lines().find(|line| {
            line.contains("\"level\":\"ERROR\"") || line.contains("\"level\":\"WARN\"")
        });
        assert_eq!(complaint, None, "the bot complained");
    }

    /// Fails where a write that was answered is not in the database, or one is there that nobody sent.
    pub(crate) async fn has_kept(&self, figures: &Figures, connections: u32) {
        let store = self.database.open().await;
        let members: Vec<UserId> =
            (0..MEMBERS).map(|number| UserId::new(&member(number))).collect();
        let mut kept = 0;
        for team in &self.teams {
            let workspace = WorkspaceId::of_team(&TeamId::new(team));
            let mut tx = store.read(workspace).await.expect("the database answers");
            let found = tx.list_absences(&members, load::now(), None).await;
            kept += found.expect("the database answers").len() as u64;
        }
        store.close().await;
        // Each member entered one before. What was under way at the end may have been saved without an answer.
        let entered = (WORKSPACES * MEMBERS) as u64;
        let least = entered + figures.requests + figures.samples - 1;
        let most = entered + figures.requests + figures.samples + u64::from(connections);
        assert!((least..=most).contains(&kept), "{kept} absences are there, not {least} to {most}");
    }

    async fn make_workspace(&self, number: usize) -> String {
        let people: Vec<Value> = (0..MEMBERS)
            .map(|person| {
                json!({"id": member(person), "name": format!("Member {person}"),
                       "tz": "Europe/Berlin", "admin": person == 0})
            })
            .collect();
        let wanted = json!({"name": format!("Harbour {number}"), "people": people,
            "channels": [{"id": CHANNEL, "name": "support"}]});
        let url = self.simulator.url().join("sim/workspaces").expect("a path of the simulator");
        let made = self.http.post(url).json(&wanted).send().await.expect("the simulator answers");
        let made: Value = made.json().await.expect("the simulator answers JSON");
        assert_eq!(made["installed"], true, "{made}");
        made["team"].as_str().expect("the workspace has an id").to_owned()
    }

    /// Makes a weekly rotation whose first turn began three days ago.
    async fn make_rotation(&self, team: &str) {
        let now = load::now();
        let first_day = now.date_naive() - Days::new(3);
        let members: Vec<String> = (0..MEMBERS).map(member).collect();
        let values = json!({
            "name": {"a": {"value": "support"}},
            "members": {"a": {"selected_users": members}},
            "cadence": {"a": {"selected_option": {"value": "week"}}},
            "first_day": {"a": {"selected_date": first_day.to_string()}},
            "time": {"a": {"value": "09:00"}},
            "zone": {"a": {"value": "Europe/Berlin"}},
            "channel": {"a": {"selected_conversation": CHANNEL}},
        });
        let payload = json!({
            "type": "view_submission",
            "team": {"id": team},
            "user": {"id": member(0), "team_id": team},
            "trigger_id": "1.2.3",
            "view": {"id": "V0CREATE", "hash": "1.a", "callback_id": "create_rotation", "state": {"values": values}},
        });
        let body =
            Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        let url = format!("http://127.0.0.1:{}/slack/interactions", self.bot.port());
        let (status, answer) = post(&self.http, &url, &sign(body, SECRET, now)).await;
        // Nobody knows yet who asks, so Slack is asked first and the rotation is made then.
        let is_going_on = answer.contains("support") || answer.contains("Checking");
        assert!(status == 200 && is_going_on, "the rotation is made: {status} {answer}");
    }

    /// Waits until every workspace says who is on duty, by their name.
    async fn is_made(&self) {
        let (now, began) = (load::now(), Instant::now());
        for number in 0..WORKSPACES {
            loop {
                let command = load::command(&self.teams, Kind::Read, number, now.date_naive());
                let signed = command.signed(SECRET, load::now());
                let (_, answer) = post(&self.http, &address(self), &signed).await;
                if self.says(Kind::Read, &answer) {
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "the rotation is made: {answer}");
                tokio::task::yield_now().await;
            }
        }
    }

    /// Lets every member enter an absence, so that Slack is asked now who they are and not under load.
    async fn meets_everybody(&self) {
        let now = load::now();
        for number in 0..WORKSPACES * MEMBERS {
            let command = load::command(&self.teams, Kind::Write, number, now.date_naive());
            let (status, answer) =
                post(&self.http, &address(self), &command.signed(SECRET, now)).await;
            assert!(status == 200 && self.says(Kind::Write, &answer), "{status} {answer}");
        }
    }

    /// Waits until everything was delivered that the preparation gave cause for.
    async fn is_quiet(&self) {
        let began = Instant::now();
        let url = format!("http://127.0.0.1:{}/health/detail", self.admin_port);
        loop {
            let detail = self.http.get(&url).send().await.expect("the bot answers");
            let detail: Value = detail.json().await.expect("the bot answers JSON");
            let waits = |state: &str| detail["outbox"][state].as_u64().unwrap_or_default();
            if waits("sent") > 0 && waits("pending") + waits("sending") + waits("ambiguous") == 0 {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "everything is delivered: {detail}");
            tokio::task::yield_now().await;
        }
    }
}

impl Server for Stage {
    fn port(&self) -> u16 {
        self.bot.port()
    }

    fn worked(&self) -> u64 {
        self.bot.worked()
    }

    fn path(&self) -> &'static str {
        "/slack/commands"
    }

    fn says(&self, kind: Kind, answer: &str) -> bool {
        match kind {
            Kind::Read => answer.contains("on duty") && answer.contains("Member 0"),
            Kind::Write => answer.contains("Noted:") && answer.contains("is away"),
        }
    }
}

async fn start_simulator(bot_port: u16) -> Simulator {
    let bot_url: Url =
        format!("http://127.0.0.1:{bot_port}/").parse().expect("an address is a URL");
    simulator::start(SimulatorSettings {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        clock: Clock::system(),
        bot_url: Some(bot_url),
        app: SlackApp {
            client_id: "1.2".to_owned(),
            client_secret: "client".to_owned(),
            signing_secret: SECRET.to_owned(),
        },
        host: None,
    })
    .await
    .expect("the simulator listens")
}

/// Returns the command that serves, with the log in a file as under a service manager.
fn bot_command(
    binary: &Path,
    database: &TestDatabase,
    simulator: &Simulator,
    folder: &Path,
) -> Command {
    use secrecy::ExposeSecret;
    let address =
        |path: &str| simulator.url().join(path).expect("a path of the simulator").to_string();
    let settings = database.settings();
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .env("ASYNCBOT_DATA_DIR", folder)
        .env("ASYNCBOT_ENCRYPTION_KEYS", KEYS)
        // What is measured is how much it can do, not how much it lets in.
        .env("ASYNCBOT_RATE_ALL", "1000000")
        .env("ASYNCBOT_RATE_WORKSPACE", "1000000")
        .env("SLACK_CLIENT_ID", "1.2")
        .env("SLACK_CLIENT_SECRET", "client")
        .env("SLACK_SIGNING_SECRET", SECRET)
        .env("SLACK_API_URL", address("slack/api"))
        .env("SLACK_AUTHORIZE_URL", address("slack/oauth/v2/authorize"))
        .env("DATABASE_URL", settings.url.expose_secret())
        .env_remove("RUST_LOG")
        .stderr(File::create(log_file(folder)).expect("the scratch folder can be written"));
    if let Some(url) = &settings.system_url {
        command.env("DATABASE_SYSTEM_URL", url.expose_secret());
    }
    command
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("log")
}
