//! Webhooks: what they say, and that they are signed.

use super::super::bench::Next;
use super::{ANA, samples, start, time_off};
use crate::hibob::webhook::sign;
use serde_json::{Value, json};

async fn poke(bench: &super::Bench, mut wanted: Value) -> Value {
    let url = bench.simulator.sim.bot_url().unwrap().join("hibob/webhook/t1").unwrap();
    wanted["service_user"] = json!("SVC1");
    wanted["url"] = json!(url.as_str());
    bench.sim("POST", "hibob/poke", &wanted).await
}

#[test]
fn the_signatures_are_those_of_the_samples() {
    let mut seen = 0;
    for sample in samples() {
        let (Some(secret), Some(body)) = (sample["secret"].as_str(), sample["raw_body"].as_str())
        else {
            continue;
        };
        let is_right = sample["headers"]["Bob-Signature"] == sign(secret, body);
        assert_eq!(is_right, sample["id"] != "webhook_bad_signature", "{sample}");
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[tokio::test]
async fn an_event_is_told_in_either_version_and_signed_over_its_very_bytes() {
    let bench = start().await;
    let day = json!({"startDate": "2026-06-09", "endDate": "2026-06-09"});
    let id = time_off(&bench, "ana@harbour.example", day).await;
    let get_api = format!("https://api.hibob.com/v1/timeoff/employees/{ANA}/requests/{id}");

    let told = poke(
        &bench,
        json!({"secret": "test-secret", "type": "timeoff.request.approved", "requestId": id}),
    )
    .await;
    poke(&bench, json!({"secret": "test-secret", "type": "timeoff.request.deleted", "requestId": id, "version": "v1"})).await;

    assert_eq!(told["status"], 200);
    let seen: Vec<_> =
        bench.bot.seen().into_iter().filter(|one| one.path == "/hibob/webhook/t1").collect();
    let second: Value = serde_json::from_str(&seen[0].body).unwrap();
    let first: Value = serde_json::from_str(&seen[1].body).unwrap();
    assert_eq!(
        second,
        json!({"companyId": 637_323, "type": "timeoff.request.approved", "triggeredBy": "system",
            "triggeredAt": "2026-06-01T06:50:00.000000", "version": "v2",
            "data": {"timeoffRequestId": id, "employeeId": ANA, "getApi": get_api}})
    );
    assert_eq!(
        first,
        json!({"timeoffRequestId": id, "employeeId": ANA, "event": "timeoff.request.deleted", "getApi": get_api})
    );
    for one in &seen {
        assert_eq!(one.header("bob-signature"), sign("test-secret", &one.body));
    }
}

#[tokio::test]
async fn a_moved_request_is_a_new_one_that_names_where_it_came_from() {
    let bench = start().await;
    let day = |day: &str| json!({"startDate": day, "endDate": day});
    let first = time_off(&bench, "ana@harbour.example", day("2026-06-09")).await;
    let moved = |replaces: u64, to: &str| json!({"service_user": "SVC1", "replaces": replaces, "request": day(to)});
    let second =
        bench.sim("POST", "hibob/time_off", &moved(first, "2026-06-10")).await["requestId"].clone();
    let third = bench
        .sim("POST", "hibob/time_off", &moved(second.as_u64().unwrap(), "2026-06-11"))
        .await["requestId"]
        .clone();

    let told = poke(&bench, json!({"type": "timeoff.request.updated", "requestId": third})).await;

    let body: Value = serde_json::from_str(told["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["data"]["originalRequestId"], first);
    assert_eq!(body["data"]["previousRequestId"], second);
    assert_eq!(told["signature"], Value::Null);
    let outs = super::outs(&bench, "from=2026-06-01&to=2026-06-30").await;
    assert_eq!(outs.len(), 1);
    assert_eq!(outs[0]["requestId"], third);
}

#[tokio::test]
async fn a_ping_is_text_or_json_and_need_not_be_signed() {
    let bench = start().await;
    for (ping, body) in [("text", "Ping test"), ("json", "{\"text\":\"Ping test\"}")] {
        let told = poke(&bench, json!({"ping": ping})).await;

        assert_eq!(told["status"], 200);
        let seen = bench.bot.seen();
        let last = seen.last().unwrap();
        assert_eq!((last.body.as_str(), last.header("bob-signature")), (body, ""));
    }
}

#[tokio::test]
async fn anything_can_be_told_with_a_wrong_signature_and_its_answer_is_seen() {
    let bench = start().await;
    bench.bot.will([Next::Say(401, Value::Null)]);

    let told = poke(
        &bench,
        json!({"raw_body": "{\"version\":\"v2\"}", "secret": "s", "signature": "AAAA"}),
    )
    .await;

    assert_eq!((&told["status"], &told["signature"]), (&json!(401), &json!("AAAA")));
    assert_eq!(bench.bot.seen().last().unwrap().body, "{\"version\":\"v2\"}");
    let log = bench.sim("GET", "log", &Value::Null).await.to_string();
    assert!(log.contains("raw body: the webhook answered 401"), "{log}");
    assert!(!log.contains("webhook/t1"), "the address is a secret: {log}");
}

#[tokio::test]
async fn a_poke_that_cannot_be_is_refused() {
    let bench = start().await;
    for (wanted, status) in [
        (json!({"type": "timeoff.request.forgotten", "requestId": 1}), 422),
        (json!({"type": "timeoff.request.approved", "requestId": 1}), 404),
        (json!({"type": "timeoff.request.approved"}), 422),
        (json!({"ping": "text", "raw_body": "x"}), 422),
        (json!({"ping": "text", "service_user": "SVC9"}), 404),
        (json!({"ping": "text", "url": "nowhere"}), 422),
    ] {
        let mut wanted = wanted;
        for (name, value) in [("service_user", "SVC1"), ("url", "http://127.0.0.1:9/")] {
            if wanted[name].is_null() {
                wanted[name] = json!(value);
            }
        }
        assert_eq!(bench.raw("POST", "hibob/poke", &wanted).await.0, status, "{wanted}");
    }
    let elsewhere = json!({"service_user": "SVC1", "ping": "text", "url": "https://example.com/"});
    let told = bench.sim("POST", "hibob/poke", &elsewhere).await;
    assert_eq!(told["status"], Value::Null);
}
