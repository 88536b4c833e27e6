//! HiBob over HTTP, as its documentation says it is.

mod doors;
mod people;
mod poking;
mod raw;
mod refusing;
mod whosout;

use super::bench::Bench;
use crate::to_bot::outbound::{Answer, NoAnswer, send};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// Ana's number.
const ANA: &str = "3332883884017713238";

/// The samples of bodies and webhooks, some as HiBob's documentation has them, some made of its fields.
fn samples() -> Vec<Value> {
    let samples: Vec<Value> = serde_json::from_str(include_str!("samples.json")).unwrap();
    assert_eq!(samples.len(), 48);
    samples
}

/// Starts a simulator with the company of the service user `SVC1`: Ana, Ben, Cho who has left, and Dee who is out of reach.
async fn start() -> Bench {
    let bench = Bench::start().await;
    let people = json!([
        {"id": ANA, "email": "Ana@Harbour.example", "name": "Ana", "site": "Berlin"},
        {"email": "ben@harbour.example", "name": "Ben"},
        {"email": "cho@harbour.example", "name": "Cho", "active": false},
        {"email": "dee@harbour.example", "name": "Dee", "visible": false},
    ]);
    company(&bench, json!({"token": "tok", "people": people})).await;
    bench
}

async fn company(bench: &Bench, mut wanted: Value) -> Value {
    wanted["service_user"] = json!("SVC1");
    bench.sim("POST", "hibob/company", &wanted).await
}

/// Adds a request of somebody's and returns its number.
async fn time_off(bench: &Bench, email: &str, request: Value) -> u64 {
    let wanted = json!({"service_user": "SVC1", "email": email, "request": request});
    let made = bench.sim("POST", "hibob/time_off", &wanted).await;
    made["requestId"].as_u64().unwrap()
}

fn basic(pair: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

async fn try_call(
    bench: &Bench,
    (method, path): (&str, &str),
    authorization: Option<String>,
    body: &Value,
) -> Result<Answer, NoAnswer> {
    let url = bench.simulator.url().join("hibob/v1/").unwrap().join(path).unwrap();
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(method, &url, &headers, &body).await
}

/// Gets a path as `SVC1`.
async fn get(bench: &Bench, path: &str) -> Answer {
    try_call(bench, ("GET", path), Some(basic("SVC1:tok")), &Value::Null).await.unwrap()
}

/// Searches as `SVC1`.
async fn search(bench: &Bench, path: &str, body: Value) -> Answer {
    try_call(bench, ("POST", path), Some(basic("SVC1:tok")), &body).await.unwrap()
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// Returns who is out, where that is answered.
async fn outs(bench: &Bench, query: &str) -> Vec<Value> {
    let answer = get(bench, &format!("timeoff/whosout?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    json_of(&answer)["outs"].as_array().unwrap().clone()
}

/// Returns the last call in the journal.
async fn last_call(bench: &Bench) -> Value {
    let calls = bench.sim("GET", "calls", &Value::Null).await;
    calls["calls"].as_array().unwrap().last().unwrap().clone()
}
