//! Stripe's own library against the simulator: what it takes for Stripe, Stripe would do as well.

use clock::Clock;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn python() -> String {
    std::env::var("ASYNCBOT_TEST_PYTHON").unwrap_or_else(|_| {
        panic!(
            "ASYNCBOT_TEST_PYTHON is not set; run all tests with `tests/run`, which looks after it"
        )
    })
}

/// A Python that uses the library; it ends with the test.
struct Script(Child);

impl Drop for Script {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start() -> Simulator {
    simulator::start(SimulatorSettings {
        bind: ([127, 0, 0, 1], 0).into(),
        // The library compares signatures with the machine's own time.
        clock: Clock::system(),
        bot_url: None,
        app: SlackApp {
            client_id: "1.2".to_owned(),
            client_secret: "client".to_owned(),
            signing_secret: "signing".to_owned(),
        },
        host: None,
    })
    .await
    .expect("a free port")
}

/// Returns what the library saw of the simulator.
async fn sees(scenario: &'static str) -> Value {
    let simulator = start().await;
    let address = simulator.url().to_string();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reader/use_stripe.py");
    let child = Command::new(python())
        .args(["-I".as_ref(), script.as_os_str(), scenario.as_ref(), address.as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut script = Script(child.expect("there is a Python"));
    let mut says = BufReader::new(script.0.stdout.take().expect("a pipe"));
    let (port, mut says) = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        says.read_line(&mut line).expect("it says where it listens");
        (line.trim().to_owned(), says)
    })
    .await
    .expect("it was read");
    let bot = format!("http://127.0.0.1:{port}/").parse();
    simulator.set_bot_url(bot.unwrap_or_else(|_| panic!("{}", complaint(&mut script))));
    let mut go = script.0.stdin.take().expect("a pipe");
    writeln!(go, "go").expect("it waits for a line");
    let seen = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        says.read_line(&mut line).expect("it says what it saw");
        line
    });
    let seen = seen.await.expect("it was read");
    let read = serde_json::from_str(&seen);
    let read = read.unwrap_or_else(|_| panic!("{seen}{}", complaint(&mut script)));
    simulator.shutdown().await;
    read
}

/// Returns what the script wrote about its end.
fn complaint(script: &mut Script) -> String {
    let mut text = String::new();
    if let Some(mut pipe) = script.0.stderr.take() {
        pipe.read_to_string(&mut text).expect("text");
    }
    text
}

#[tokio::test]
async fn a_customer_is_made_and_buys_and_cancels_and_keeps_what_was_bought() {
    let seen = sees("buys").await;

    assert_eq!(
        seen,
        json!({
            "opened": ["open", true, true],
            "paid": ["complete", "paid", true, true],
            "subscription": ["active", "W1", "price_pro_monthly", true],
            "period_is_ahead": true,
            "ending": [true, true],
            "kept": [false, null],
            "portal": ["billing_portal.session", true],
            "price": ["month", true],
            "paged": [2, true],
            "over": "canceled",
            "gone": true,
            "version": "2026-10-28.endive",
            "request": true,
        })
    );
}

#[tokio::test]
async fn every_refusal_is_of_a_type_that_the_library_has() {
    let seen = sees("refusals").await;

    let invalid = "InvalidRequestError";
    assert_eq!(
        seen,
        json!({
            "replayed": "true",
            "other": ["IdempotencyError", 400, null, null, true],
            "unknown": [invalid, 400, "parameter_unknown", "nickname", true],
            "missing": [invalid, 400, "parameter_missing", "success_url", true],
            "removed": [invalid, 400, "parameter_unknown", "payment_method_types", true],
            "unreachable": ["APIConnectionError", null, null, null, false],
            "found": [invalid, 404, "resource_missing", "id", true],
            "key": ["AuthenticationError", 401, null, null, true],
            "permission": ["PermissionError", 403, null, null, true],
            "rate": ["RateLimitError", 429, null, null, true],
            "broken": ["APIError", 500, null, null, true],
        })
    );
}

#[tokio::test]
async fn what_the_library_tries_again_makes_one_customer() {
    let seen = sees("retries").await;

    assert_eq!(seen, json!({"ids": [true], "replayed": "true"}));
}

#[tokio::test]
async fn what_the_simulator_signs_is_verified_also_during_a_roll_and_not_when_it_is_bent() {
    let seen = sees("webhooks").await;

    let created = "customer.subscription.created";
    let types = json!([
        created,
        "invoice.paid",
        "customer.subscription.updated",
        "checkout.session.completed"
    ]);
    assert_eq!(
        seen,
        json!({
            "paths": ["/stripe/webhook"],
            "types": types,
            "strangers": [null, null, null, null],
            "rolled": [created, created, null],
            "signatures": 2,
            "bent": [true, null],
            "later": null,
            "version": true,
            "object": "subscription",
        })
    );
}
