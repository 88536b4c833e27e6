//! `asyncbot serve` with Socket Mode, on the machine's own clock.

use crate::postgres::start_slack;
use crate::process::{COMPLETE, PATIENCE, Serving, asyncbot, exchange};
use serde_json::Value;
use simulator::Simulator;
use std::time::Instant;

fn serve(slack: &Simulator, app_token: &str) -> Serving {
    let api = slack.url().join("slack/api").unwrap();
    let settings = [("SLACK_API_URL", api.as_str()), ("RUST_LOG", "info")];
    asyncbot(&["serve"])
        .with(COMPLETE)
        .with(settings)
        .with_file("SLACK_APP_TOKEN_FILE", &format!("{app_token}\n"))
        .serves()
}

/// Asks the simulator until it answers as wanted.
fn until(slack: &Simulator, path: &str, is_wanted: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    loop {
        let (_, body) = exchange(slack.address(), "GET", path, &[], "");
        if serde_json::from_str(&body).is_ok_and(|seen| is_wanted(&seen)) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{path}: {body}");
    }
}

fn calls(seen: &Value) -> usize {
    let calls = seen["calls"].as_array().into_iter().flatten();
    calls.filter(|call| call["method"] == "apps.connections.open").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_app_token_is_said_plainly_and_tried_again() {
    let slack = start_slack().await;
    slack.turn_socket_mode_on("xapp-1-right");

    let bot = serve(&slack, "xapp-1-hush");
    until(&slack, "/sim/calls", |seen| calls(seen) >= 4);

    assert_eq!(bot.get("/readyz").0, 200, "the rest of it serves");
    let (code, log) = bot.stops();
    assert_eq!(code, Some(0));
    let line: Vec<&String> =
        log.iter().filter(|line| line.contains("does not take SLACK_APP_TOKEN")).collect();
    assert!(line.len() >= 3, "said at each try: {log:#?}");
    assert!(line[0].contains("\"ERROR\"") && line[0].contains("invalid_auth"), "{}", line[0]);
    assert!(line[0].contains("connections:write"), "what to do: {}", line[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_app_token_opens_the_connections_and_a_stop_closes_them() {
    let slack = start_slack().await;
    slack.turn_socket_mode_on("xapp-1-hush");

    let bot = serve(&slack, "xapp-1-hush");
    until(&slack, "/sim/sockets?until=2", |seen| seen["connections"][1].is_u64());
    let (code, log) = bot.stops();

    assert_eq!(code, Some(0));
    let opened = log.iter().filter(|line| line.contains("A connection to Slack is open")).count();
    assert_eq!(opened, 2, "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("ticket=")), "{log:#?}");
    until(&slack, "/sim/sockets?until=0", |seen| seen["connections"].as_array().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_whether_the_app_token_is_good() {
    let slack = start_slack().await;
    slack.turn_socket_mode_on("xapp-1-right");
    let api = slack.url().join("slack/api").unwrap();
    let examine = |token| {
        let settings = [("SLACK_API_URL", api.as_str()), ("SLACK_APP_TOKEN", token)];
        asyncbot(&["doctor"]).with(COMPLETE).with(settings).ends()
    };

    let (good, bad) = (examine("xapp-1-right"), examine("xapp-1-hush"));

    assert_eq!((good.code, bad.code), (Some(0), Some(1)), "{good:?} {bad:?}");
    assert!(good.out.contains("ok   slack: Socket Mode takes the app-level token"), "{}", good.out);
    assert!(
        bad.out.contains("FAIL slack: Socket Mode does not take SLACK_APP_TOKEN (invalid_auth)"),
        "{}",
        bad.out
    );
}
