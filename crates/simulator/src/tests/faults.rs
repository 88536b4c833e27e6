//! What goes wrong because it was asked to.

use super::bench::Bench;
use crate::to_bot::outbound::NoAnswer;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::time::{Duration, Instant};

fn post() -> Value {
    json!({"channel": "CSUPPORT", "text": "x"})
}

async fn ask_for(bench: &Bench, fault: Value) {
    bench.sim("POST", "faults", &fault).await;
}

#[tokio::test]
async fn too_many_and_broken_are_answered_without_doing_anything() {
    let bench = Bench::start().await;
    ask_for(&bench, json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "retry_after_s": 7, "times": 2})).await;
    ask_for(&bench, json!({"service": "slack", "method": "chat.postMessage", "kind": "500"})).await;

    let first = bench.try_api("chat.postMessage", &post()).await.unwrap();
    let other = bench.api("auth.test", &json!({})).await;
    let second = bench.try_api("chat.postMessage", &post()).await.unwrap();
    let third = bench.try_api("chat.postMessage", &post()).await.unwrap();

    assert_eq!((first.status.as_u16(), first.header("retry-after")), (429, Some("7")));
    assert_eq!(other["ok"], true);
    assert_eq!(second.status.as_u16(), 429);
    assert_eq!(third.status.as_u16(), 500);
    assert!(bench.messages("UANA", "support").await.is_empty());
    assert_eq!(bench.api("chat.postMessage", &post()).await["ok"], true);
}

#[tokio::test]
async fn an_error_is_answered_in_its_word_without_doing_anything() {
    let bench = Bench::start().await;
    ask_for(
        &bench,
        json!({"method": "chat.postMessage", "kind": "error", "error": "not_in_channel"}),
    )
    .await;

    let refused = bench.api("chat.postMessage", &post()).await;

    assert_eq!(refused, json!({"ok": false, "error": "not_in_channel"}));
    assert!(bench.messages("UANA", "support").await.is_empty());
    let calls = bench.sim("GET", "calls", &Value::Null).await;
    let call = calls["calls"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&call["error"], &call["fault"]), (&json!("not_in_channel"), &json!("error")));
    assert_eq!(bench.api("chat.postMessage", &post()).await["ok"], true);
    for unfit in [
        json!({"kind": "error"}),
        json!({"kind": "error", "error": "No!"}),
        json!({"kind": "500", "error": "is_archived"}),
    ] {
        assert_eq!(bench.raw("POST", "faults", &unfit).await.0, 422, "{unfit}");
    }
}

#[tokio::test]
async fn a_reset_and_a_refusal_do_nothing_and_a_drop_does_it_without_a_word() {
    let bench = Bench::start().await;
    for (kind, error, posted) in [
        ("reset", ErrorKind::ConnectionReset, 0),
        ("refuse", ErrorKind::UnexpectedEof, 0),
        ("accept_then_drop", ErrorKind::UnexpectedEof, 1),
    ] {
        ask_for(&bench, json!({"method": "chat.postMessage", "kind": kind})).await;

        let outcome = bench.try_api("chat.postMessage", &post()).await;

        let Err(NoAnswer::Broken(got)) = outcome else { panic!("{kind}: {outcome:?}") };
        assert_eq!(got.kind(), error, "{kind}");
        assert_eq!(bench.messages("UANA", "support").await.len(), posted, "{kind}");
    }
    let calls = bench.sim("GET", "calls", &Value::Null).await;
    let faults: Vec<&Value> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["method"] == "chat.postMessage")
        .map(|call| &call["fault"])
        .collect();
    assert_eq!(faults, ["reset", "refuse", "accept_then_drop"]);
}

#[tokio::test]
async fn a_call_that_hangs_lets_the_callers_own_limit_come() {
    let bench = Bench::start().await;
    ask_for(&bench, json!({"method": "chat.postMessage", "kind": "hang"})).await;
    let began = bench.now();

    let caller = async {
        let _busy = bench.clock.busy();
        bench
            .clock
            .timeout(TimeDelta::seconds(10), bench.try_api("chat.postMessage", &post()))
            .await
            .is_err()
    };
    let mover = async {
        // The caller's call must have come before the clock may move.
        let mut version = bench.simulator.sim.watch();
        version
            .wait_for(|_| bench.simulator.sim.read(|world| world.faults.list().is_empty()))
            .await
            .unwrap();
        bench.advance("1m").await;
    };
    let (has_timed_out, ()) = tokio::join!(caller, mover);

    assert!(has_timed_out);
    assert_eq!(bench.now() - began, TimeDelta::minutes(1));
    assert!(bench.messages("UANA", "support").await.is_empty());
}

#[tokio::test]
async fn a_slow_call_is_done_where_its_caller_has_the_patience() {
    let bench = Bench::start().await;
    for (patience, posted) in [(5, 0), (10, 1)] {
        ask_for(&bench, json!({"method": "chat.postMessage", "kind": "slow"})).await;
        let caller = async {
            let _busy = bench.clock.busy();
            let post = post();
            let call = bench.try_api("chat.postMessage", &post);
            bench.clock.timeout(TimeDelta::seconds(patience), call).await.is_ok()
        };
        let mover = async {
            let mut version = bench.simulator.sim.watch();
            version
                .wait_for(|_| bench.simulator.sim.read(|world| world.faults.list().is_empty()))
                .await
                .unwrap();
            bench.advance("6s").await;
            if posted == 0 {
                bench.simulator.until_left("chat.postMessage").await;
            }
            bench.advance("1m").await;
        };

        let (is_done, ()) = tokio::join!(caller, mover);

        assert_eq!(is_done, posted == 1, "{patience} s");
        assert_eq!(bench.messages("UANA", "support").await.len(), posted, "{patience} s");
    }
}

#[tokio::test]
async fn a_call_can_be_done_and_never_answered() {
    let bench = Bench::start().await;
    ask_for(&bench, json!({"method": "chat.postMessage", "kind": "accept_then_hang"})).await;
    let began = bench.now();

    let caller = async {
        let _busy = bench.clock.busy();
        bench
            .clock
            .timeout(TimeDelta::seconds(10), bench.try_api("chat.postMessage", &post()))
            .await
            .is_err()
    };
    let mover = async {
        let mut version = bench.simulator.sim.watch();
        version
            .wait_for(|_| bench.simulator.sim.read(|world| world.faults.list().is_empty()))
            .await
            .unwrap();
        bench.advance("1m").await;
    };
    let (has_timed_out, ()) = tokio::join!(caller, mover);

    assert!(has_timed_out);
    assert_eq!(bench.now() - began, TimeDelta::minutes(1));
    assert_eq!(bench.messages("UANA", "support").await.len(), 1);
}

#[tokio::test]
async fn a_fault_of_one_workspace_befalls_no_other() {
    let bench = Bench::start().await;
    let elsewhere = json!({"name": "Elsewhere", "install": false});
    let made = bench.sim("POST", "workspaces", &elsewhere).await;
    let fault = |team: &str| json!({"team": team, "kind": "500", "times": 2});
    ask_for(&bench, fault(made["team"].as_str().unwrap())).await;

    assert_eq!(bench.api("chat.postMessage", &post()).await["ok"], true);

    ask_for(&bench, fault("T0HARBOUR")).await;
    let met = bench.try_api("chat.postMessage", &post()).await.unwrap();
    assert_eq!(met.status.as_u16(), 500);
    let calls = bench.sim("GET", "calls", &Value::Null).await;
    let last = calls["calls"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["team"], &last["fault"]), (&json!("T0HARBOUR"), &json!("500")));
    assert_eq!(bench.raw("POST", "faults", &fault("TNOBODY")).await.0, 422);
}

#[tokio::test]
async fn every_call_takes_as_long_as_was_asked_for() {
    let bench = Bench::start().await;
    let latency = json!({"milliseconds": 60});
    assert_eq!(bench.sim("POST", "latency", &latency).await, latency);
    let (before, began) = (bench.now(), Instant::now());

    assert_eq!(bench.api("chat.postMessage", &post()).await["ok"], true);

    assert!(began.elapsed() >= Duration::from_millis(60));
    assert_eq!(bench.now(), before);
    assert_eq!(bench.raw("POST", "latency", &json!({"milliseconds": 60_001})).await.0, 422);
}

#[tokio::test]
async fn faults_can_be_cleared_and_unknown_ones_are_refused() {
    let bench = Bench::start().await;
    ask_for(&bench, json!({"kind": "500", "times": 100})).await;

    bench.sim("DELETE", "faults", &Value::Null).await;

    assert_eq!(bench.api("auth.test", &json!({})).await["ok"], true);
    assert_eq!(bench.raw("POST", "faults", &json!({"kind": "flood"})).await.0, 400);
    assert_eq!(bench.raw("POST", "faults", &json!({"service": "fax", "kind": "500"})).await.0, 422);
}
