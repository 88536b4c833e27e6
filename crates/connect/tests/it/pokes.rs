//! What a webhook may bring.

use crate::stand_in::hibob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connect::Poke;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::Sha512;

const SECRET: &str = "whsec-canary";

fn sign(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn read(body: &str, signature: Option<&str>, secret: Option<&str>) -> Poke {
    let secret = secret.map(SecretString::from);
    let header =
        |name: &str| name.eq_ignore_ascii_case("bob-signature").then_some(signature?.to_owned());
    hibob().read_poke(body.as_bytes(), &header, secret.as_ref())
}

fn signed(body: &Value) -> Poke {
    let body = body.to_string();
    read(&body, Some(&sign(SECRET, &body)), Some(SECRET))
}

fn event(kind: &str, request: impl Into<Value>, at: &str) -> Value {
    json!({
        "companyId": 1, "type": kind, "triggeredAt": at, "version": "v2",
        "data": {
            "timeoffRequestId": request.into(), "employeeId": "3373576791477190995",
            "getApi": "https://canary.example/",
        },
    })
}

fn dedupe(poke: Poke) -> String {
    match poke {
        Poke::Event { dedupe } => dedupe,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ping_needs_no_signature_and_is_only_a_ping() {
    for body in ["Ping test", " Ping test\n", "\"Ping test\"", "{\"text\":\"Ping test\"}"] {
        assert_eq!(read(body, None, None), Poke::Ping, "{body}");
        assert_eq!(read(body, Some("wrong"), Some(SECRET)), Poke::Ping, "{body}");
    }
    for body in
        ["", "ping", "Ping test 2", "{\"text\":\"Ping\"}", "{\"text\":5}", "[\"Ping test\"]"]
    {
        assert_eq!(read(body, None, Some(SECRET)), Poke::Unsigned, "{body}");
    }
}

#[test]
fn only_the_right_signature_over_the_raw_body_counts() {
    let body = event("timeoff.request.approved", 5, "2026-03-04T05:00:00").to_string();
    let right = sign(SECRET, &body);
    dedupe(read(&body, Some(&right), Some(SECRET)));
    dedupe(read(&body, Some(&format!(" {right}\r\n")), Some(SECRET)));

    let other = sign("another", &body);
    let empty = sign("", &body);
    let cut = STANDARD.encode(&STANDARD.decode(&right).unwrap()[..32]);
    for (signature, secret) in [
        (None, Some(SECRET)),
        (Some(right.as_str()), None),
        (Some(&empty), Some("")),
        (Some(&other), Some(SECRET)),
        (Some(&cut), Some(SECRET)),
        (Some(""), Some(SECRET)),
        (Some("not base64"), Some(SECRET)),
    ] {
        assert_eq!(read(&body, signature, secret), Poke::Unsigned, "{signature:?}");
    }
    assert_eq!(read(&format!("{body} "), Some(&right), Some(SECRET)), Poke::Unsigned);
}

#[test]
fn the_same_event_sent_again_is_the_same_and_any_other_is_not() {
    let at = "2026-03-04T05:00:00.000001";
    let first = dedupe(signed(&event("timeoff.request.approved", 5, at)));
    let mut again = event("timeoff.request.approved", "5", at);
    again["triggeredBy"] = "system".into();

    assert_eq!(dedupe(signed(&again)), first);
    assert_eq!(first.len(), 64);
    assert!(first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
    for other in [
        event("timeoff.request.updated", 5, at),
        event("timeoff.request.approved", 51, at),
        event("timeoff.request.approved", 5, "2026-03-04T05:00:00.000002"),
        event("timeoff.request.approved", Value::Null, at),
    ] {
        assert_ne!(dedupe(signed(&other)), first, "{other}");
    }
}

#[test]
fn version_one_calls_its_kind_otherwise() {
    let body =
        json!({"timeoffRequestId": 5, "employeeId": "1", "event": "timeoff.request.approved"});
    let first = dedupe(signed(&body));
    let mut other = body;
    other["timeoffRequestId"] = 6.into();
    assert_ne!(dedupe(signed(&other)), first);
}

#[test]
fn what_is_signed_and_about_something_else_is_ignored() {
    for body in [
        event("employee.joined", 5, ""),
        event("timeoff.balance.changed", 5, ""),
        json!({"type": 7}),
        json!({"version": "v2"}),
        json!([]),
        json!("timeoff.request.approved"),
    ] {
        assert_eq!(signed(&body), Poke::Ignored, "{body}");
    }
    let text = "not json";
    assert_eq!(read(text, Some(&sign(SECRET, text)), Some(SECRET)), Poke::Ignored);
}
