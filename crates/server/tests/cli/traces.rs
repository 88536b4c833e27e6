//! Traces: what reaches a collector over real HTTP, what never does, and that nobody waits for one that is away.

use crate::postgres::{sign, start_slack};
use crate::process::{COMPLETE, PATIENCE, Serving, asyncbot, exchange};
use clock::Clock;
use serde_json::{Value, json};
use simulator::Simulator;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Stands in everything that people write and are called, and in no span.
const CANARY: &str = "zeisig";

/// How long an answer may take although the collector is away; Slack waits for three seconds.
const QUICK: Duration = Duration::from_secs(1);

/// Takes requests as a collector does, and hands on head and body of each.
fn collector() -> (SocketAddr, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            take(stream.unwrap(), &tell);
        }
    });
    (address, told)
}

fn take(mut stream: TcpStream, tell: &Sender<(String, Vec<u8>)>) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = head {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer).unwrap();
                // The test may have ended.
                let _ = tell.send((head, bytes[end + 4..].to_vec()));
                return;
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}

/// How often a process on the real clock is asked how far it is.
const LOOK: Duration = Duration::from_millis(50);

/// A bot whose spans go to an address, installed in a workspace with Ana in it.
struct Traced {
    serving: Serving,
    slack: Simulator,
    team: String,
}

impl Traced {
    async fn start(endpoint: &str) -> Self {
        let slack = start_slack().await;
        let url = |path: &str| slack.url().join(path).unwrap().to_string();
        let (api, authorize) = (url("slack/api"), url("slack/oauth/v2/authorize"));
        let serving = asyncbot(&["serve"])
            .with(COMPLETE)
            .with([("SLACK_API_URL", api.as_str()), ("SLACK_AUTHORIZE_URL", authorize.as_str())])
            .with([("OTEL_EXPORTER_OTLP_HEADERS", "x-key=hush-collector")])
            .with([("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)])
            .serves();
        slack.set_bot_url(format!("http://{}/", serving.address).parse().unwrap());
        let workspace = json!({"name": format!("Harbour {CANARY}"),
            "people": [{"id": "U0ZEISIG", "name": format!("Ana {CANARY}"), "admin": true, "tz": "Europe/Berlin"}],
            "channels": [{"id": "C0ZEISIG", "name": CANARY}]});
        let address = slack.url().socket_addrs(|| None).unwrap()[0];
        let headers = [("content-type", "application/json")];
        let (_, made) =
            exchange(address, "POST", "/sim/workspaces", &headers, &workspace.to_string());
        let made: Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made["installed"], true, "{made}");
        let team = made["team"].as_str().unwrap().to_owned();
        Self { serving, slack, team }
    }

    /// Waits until the one who installed it was welcomed, which is a delivery.
    async fn until_welcomed(&self) {
        let address = self.slack.url().socket_addrs(|| None).unwrap()[0];
        let (began, mut looks) = (Instant::now(), tokio::time::interval(LOOK));
        while !exchange(address, "GET", "/sim/calls", &[], "").1.contains("chat.postMessage") {
            assert!(began.elapsed() < PATIENCE, "nobody is welcomed");
            looks.tick().await;
        }
    }

    /// Sends a slash command and returns how long the answer took.
    fn types(&self, number: usize) -> Duration {
        let body = format!(
            "command=%2Frotation&text=who+{CANARY}&team_id={}&user_id=U0ZEISIG&channel_id=C0ZEISIG&trigger_id=1.2.{number}",
            self.team
        );
        let at = Clock::system().now().timestamp().to_string();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-slack-request-timestamp", at.as_str()),
            ("x-slack-signature", &sign(&body, &at)),
        ];
        let began = Instant::now();
        let (status, answer) =
            exchange(self.serving.address, "POST", "/slack/commands", &headers, &body);
        assert_eq!(status, 200, "{answer}");
        began.elapsed()
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_gets_the_spans_of_a_request_and_of_a_delivery_and_nothing_personal() {
    let (address, told) = collector();
    let bot = Traced::start(&format!("http://{address}")).await;
    bot.types(1);
    bot.until_welcomed().await;
    let team = bot.team.clone();

    let (code, log) = bot.serving.stops();

    assert_eq!(code, Some(0), "{log:#?}");
    let mut all = Vec::new();
    for (head, body) in told.try_iter() {
        assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
        assert!(head.contains("content-type: application/x-protobuf"), "{head}");
        assert!(head.contains("x-key: hush-collector"), "{head}");
        all.extend(body);
    }
    for text in [
        "http",
        "/slack/commands",
        "request",
        "command",
        "deliver",
        "post",
        "sent",
        "asyncbot",
        "workspace",
    ] {
        assert!(holds(&all, text), "{text} is missing in {}", String::from_utf8_lossy(&all));
    }
    for text in [CANARY, "ZEISIG", "Harbour", "hush", "xoxb", &team, "127.0.0.1"] {
        assert!(!holds(&all, text), "{text} is in {}", String::from_utf8_lossy(&all));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_collector_that_is_away_or_never_answers() {
    // It takes the connection and says nothing.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    for endpoint in ["http://127.0.0.1:1", silent.as_str()] {
        let bot = Traced::start(endpoint).await;

        for number in 0..20 {
            let took = bot.types(number);
            assert!(took < QUICK, "{endpoint}: {took:?}");
        }
        let began = Instant::now();
        let (code, log) = bot.serving.stops();

        assert_eq!(code, Some(0), "{log:#?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        let away = log.iter().filter(|line| line.contains("Traces do not reach")).count();
        assert!(away <= 1, "it is said once: {log:#?}");
    }
}

#[test]
fn an_address_over_which_traces_would_travel_readably_is_refused() {
    let faults = asyncbot(&["serve"])
        .with(COMPLETE)
        .with([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel.example:4318")])
        .ends()
        .refusals();

    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("OTEL_EXPORTER_OTLP_ENDPOINT: it must begin with https://"));
}
