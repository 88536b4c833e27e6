//! Whom HiBob does not let in, and how often it lets whom.

use super::{basic, company, get, json_of, last_call, search, start, try_call};
use crate::to_bot::outbound::{Answer, NoAnswer};
use serde_json::{Value, json};
use std::io::ErrorKind;

const WHOSOUT: (&str, &str) = ("GET", "timeoff/whosout?from=2026-06-01&to=2026-06-02");

async fn with(bench: &super::Bench, authorization: Option<String>) -> Answer {
    try_call(bench, WHOSOUT, authorization, &Value::Null).await.unwrap()
}

#[tokio::test]
async fn only_the_service_user_and_its_token_are_let_in() {
    let bench = start().await;
    for (authorization, why) in [
        (None, "no Authorization header"),
        (Some("tok".to_owned()), "not Basic"),
        (Some("Bearer tok".to_owned()), "not Basic"),
        (Some(basic("SVC1")), "not Basic"),
        (Some(basic("SVC1:wrong")), "the token is not"),
        (Some(basic("SVC2:tok")), "nobody knows"),
    ] {
        let answer = with(&bench, authorization.clone()).await;

        assert_eq!(answer.status, 401, "{authorization:?}");
        assert_eq!(json_of(&answer), json!({"key": "unauthorized", "error": "Unauthorized"}));
        assert_eq!(answer.header("x-ratelimit-limit"), None);
        let call = last_call(&bench).await;
        assert!(call["reason"].as_str().unwrap().contains(why), "{call}");
    }
    assert_eq!(with(&bench, Some(basic("SVC1:tok"))).await.status, 200);
}

#[tokio::test]
async fn a_refusal_may_be_plain_text_or_nothing() {
    let bench = start().await;
    for (shape, body) in [("text", "Unauthorized"), ("empty", "")] {
        company(&bench, json!({"switches": {"unauthorized": shape}})).await;

        let answer = with(&bench, Some(basic("SVC1:wrong"))).await;

        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (401, body));
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_says_why_in_the_log() {
    let bench = start().await;
    for (method, path, status) in [
        ("GET", "people", 404),
        ("GET", "timeoff/nothing", 404),
        ("POST", "timeoff/whosout", 405),
        ("GET", "people/search", 405),
    ] {
        let answer =
            try_call(&bench, (method, path), Some(basic("SVC1:tok")), &Value::Null).await.unwrap();

        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert!(last_call(&bench).await["reason"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn fifty_searches_a_minute_pass_and_the_next_waits_for_the_minute() {
    let bench = start().await;
    let body = json!({"fields": ["root.id"]});
    for left in (0..50).rev() {
        let answer = search(&bench, "people/search", body.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
    }

    let over = search(&bench, "people/search", body.clone()).await;
    let other = get(&bench, WHOSOUT.1).await;
    bench.advance("60s").await;
    let after = search(&bench, "people/search", body).await;

    assert_eq!(over.status, 429);
    assert_eq!(json_of(&over), json!({"key": "too.many.requests", "error": "Too many requests"}));
    assert_eq!(over.header("x-ratelimit-limit"), Some("50"));
    assert_eq!(over.header("x-ratelimit-remaining"), Some("0"));
    // The simulator's clock stood at 06:50:00.
    assert_eq!(over.header("x-ratelimit-reset"), Some("1780296660"));
    assert_eq!(over.header("retry-after"), None);
    assert_eq!((other.status.as_u16(), after.status.as_u16()), (200, 200));
}

#[tokio::test]
async fn a_limit_can_be_set() {
    let bench = start().await;
    let limit = json!({"method": "timeoff/whosout", "per_minute": 1});
    bench.sim("POST", "hibob/limits", &limit).await;

    assert_eq!(get(&bench, WHOSOUT.1).await.status, 200);
    assert_eq!(get(&bench, WHOSOUT.1).await.status, 429);
    assert_eq!(
        bench.raw("POST", "hibob/limits", &json!({"method": "whoisout", "per_minute": 1})).await.0,
        404
    );
}

#[tokio::test]
async fn fifty_wrong_tokens_within_ten_seconds_shut_the_address_out_for_five_minutes() {
    let bench = start().await;
    for at in 0..50 {
        assert_eq!(with(&bench, Some(basic(&format!("SVC1:wrong{at}")))).await.status, 401);
    }

    let shut_out = get(&bench, WHOSOUT.1).await;
    bench.advance("299s").await;
    let still = get(&bench, WHOSOUT.1).await;
    bench.advance("1s").await;
    let after = get(&bench, WHOSOUT.1).await;

    assert_eq!((shut_out.status.as_u16(), still.status.as_u16()), (403, 403));
    assert!(shut_out.body.starts_with("<html>"), "{}", shut_out.body);
    assert!(shut_out.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(after.status, 200);
}

#[tokio::test]
async fn fifty_forbidden_calls_shut_out_that_header_and_nobody_else() {
    let bench = start().await;
    bench.sim("POST", "hibob/company", &json!({"service_user": "SVC2", "token": "t2"})).await;
    company(&bench, json!({"grants": []})).await;
    bench.sim("POST", "hibob/limits", &json!({"method": "whosout", "per_minute": 100})).await;
    for _ in 0..50 {
        assert!(get(&bench, WHOSOUT.1).await.body.contains("Access denied"));
    }

    let shut_out = get(&bench, WHOSOUT.1).await;
    let other = with(&bench, Some(basic("SVC2:t2"))).await;

    assert!(shut_out.body.starts_with("<html>"), "{}", shut_out.body);
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_block_can_be_set_and_taken_away_at_will() {
    let bench = start().await;
    for block in [json!({"address": "127.0.0.1"}), json!({"service_user": "SVC1", "seconds": 60})] {
        bench.sim("POST", "hibob/block", &block).await;
        let shut_out = get(&bench, WHOSOUT.1).await;
        bench.sim("DELETE", "hibob/block", &Value::Null).await;
        let after = get(&bench, WHOSOUT.1).await;

        assert_eq!((shut_out.status.as_u16(), after.status.as_u16()), (403, 200), "{block}");
    }
    assert_eq!(bench.raw("POST", "hibob/block", &json!({})).await.0, 422);
}

#[tokio::test]
async fn faults_that_are_asked_for_befall_the_endpoint_that_they_name() {
    let bench = start().await;
    for (kind, status) in [("429", 429), ("500", 500)] {
        let fault =
            json!({"service": "hibob", "method": "whosout", "kind": kind, "retry_after_s": 90});
        bench.sim("POST", "faults", &fault).await;

        let other = search(&bench, "people/search", json!({})).await;
        let faulty = get(&bench, WHOSOUT.1).await;
        let call = last_call(&bench).await;
        let after = get(&bench, WHOSOUT.1).await;

        assert_eq!((other.status.as_u16(), after.status.as_u16()), (200, 200));
        assert_eq!(faulty.status.as_u16(), status);
        assert_eq!((&call["fault"], &call["status"]), (&json!(kind), &json!(status)));
        assert_eq!(call["arguments"]["service_user"], "SVC1");
        if status == 429 {
            // Ninety seconds after 06:50:00.
            assert_eq!(faulty.header("x-ratelimit-reset"), Some("1780296690"));
            assert_eq!(json_of(&faulty)["key"], "too.many.requests");
        } else {
            assert!(faulty.body.starts_with("<html>"));
        }
    }
    for (kind, error) in [
        ("reset", ErrorKind::ConnectionReset),
        ("refuse", ErrorKind::UnexpectedEof),
        ("accept_then_drop", ErrorKind::UnexpectedEof),
    ] {
        bench.sim("POST", "faults", &json!({"service": "hibob", "kind": kind})).await;

        let outcome = try_call(&bench, WHOSOUT, Some(basic("SVC1:tok")), &Value::Null).await;

        let Err(NoAnswer::Broken(got)) = outcome else { panic!("{kind}: {outcome:?}") };
        assert_eq!(got.kind(), error, "{kind}");
        let call = last_call(&bench).await;
        let did = if kind == "accept_then_drop" { 200 } else { 0 };
        assert_eq!((&call["fault"], &call["status"]), (&json!(kind), &json!(did)));
    }
}

#[tokio::test]
async fn a_call_that_hangs_lets_the_callers_own_limit_come() {
    let bench = start().await;
    bench
        .sim("POST", "faults", &json!({"service": "hibob", "method": "whosout", "kind": "hang"}))
        .await;

    let caller = async {
        let _busy = bench.clock.busy();
        let call = try_call(&bench, WHOSOUT, Some(basic("SVC1:tok")), &Value::Null);
        bench.clock.timeout(chrono::TimeDelta::seconds(10), call).await.is_err()
    };
    let mover = async {
        // The call must have come before the clock may move.
        let mut version = bench.simulator.sim.watch();
        let is_met = |_: &u64| bench.simulator.sim.read(|world| world.faults.list().is_empty());
        version.wait_for(is_met).await.unwrap();
        bench.advance("1m").await;
    };

    assert!(tokio::join!(caller, mover).0);
}
