//! Stripe over HTTP, as its documentation says it is.

mod calls;
mod hooks;
mod keys;
mod life;
mod pages;
mod refusing;

use super::bench::{Bench, Seen};
use crate::to_bot::outbound::{Answer, NoAnswer, send};
use crate::to_bot::signature::hmac_hex;
use serde_json::{Value, json};

const KEY: &str = "sk_test_simulator";
const PRICE: &str = "price_pro_monthly";

/// A checkout as the bot asks for one.
fn checkout(customer: &str) -> Vec<(&str, &str)> {
    vec![
        ("mode", "subscription"),
        ("customer", customer),
        ("line_items[0][price]", PRICE),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/done?session={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "http://127.0.0.1:9/back"),
        ("client_reference_id", "W1"),
        ("subscription_data[metadata][workspace]", "W1"),
    ]
}

fn encode(said: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(said);
    form.finish()
}

/// Calls with any headers.
async fn try_call(
    bench: &Bench,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    said: &[(&str, &str)],
) -> Result<Answer, NoAnswer> {
    let mut url = bench.simulator.url().join("stripe/v1/").unwrap().join(path).unwrap();
    let is_post = method == "POST";
    if !is_post && !said.is_empty() {
        url.set_query(Some(&encode(said)));
    }
    let mut all = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let body = if is_post { encode(said) } else { String::new() };
    send(method, &url, &all, &body).await
}

/// Calls with the account's key.
async fn call(bench: &Bench, of: (&str, &str), said: &[(&str, &str)]) -> (u16, Value) {
    keyed(bench, of, &[], said).await
}

/// Calls with the account's key and more headers.
async fn keyed(
    bench: &Bench,
    of: (&str, &str),
    more: &[(&str, &str)],
    said: &[(&str, &str)],
) -> (u16, Value) {
    let bearer = format!("Bearer {KEY}");
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend_from_slice(more);
    let answer = try_call(bench, of, &headers, said).await.unwrap();
    (answer.status.as_u16(), json_of(&answer))
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// Calls where it must succeed.
async fn good(bench: &Bench, of: (&str, &str), said: &[(&str, &str)]) -> Value {
    let (status, body) = call(bench, of, said).await;
    assert_eq!(status, 200, "{of:?} {said:?}: {body}");
    body
}

fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

async fn customer(bench: &Bench) -> String {
    id_of(&good(bench, ("POST", "customers"), &[("metadata[workspace]", "W1")]).await)
}

async fn open_checkout(bench: &Bench, customer: &str) -> String {
    id_of(&good(bench, ("POST", "checkout/sessions"), &checkout(customer)).await)
}

/// Ends a checkout, and lets what follows from it happen.
async fn pay(bench: &Bench, session: &str, outcome: &str) -> Value {
    let wanted = json!({"session": session, "outcome": outcome});
    let paid = bench.sim("POST", "stripe/pay", &wanted).await;
    bench.clock.settle().await;
    paid
}

/// Returns a customer who pays, and the subscription.
async fn subscriber(bench: &Bench) -> (String, String) {
    let customer = customer(bench).await;
    let session = open_checkout(bench, &customer).await;
    let paid = pay(bench, &session, "pay").await;
    (customer, paid["subscription"].as_str().unwrap().to_owned())
}

async fn status_of(bench: &Bench, subscription: &str) -> String {
    let path = format!("subscriptions/{subscription}");
    good(bench, ("GET", &path), &[]).await["status"].as_str().unwrap().to_owned()
}

/// Returns what the bot's webhook was sent.
fn told(bench: &Bench) -> Vec<Seen> {
    bench.bot.seen().into_iter().filter(|one| one.path == "/stripe/webhook").collect()
}

/// Returns the kinds of events that the bot was told, in order.
fn kinds(bench: &Bench) -> Vec<String> {
    told(bench).iter().map(|one| event_of(one)["type"].as_str().unwrap().to_owned()).collect()
}

fn event_of(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap()
}

/// Returns whether a delivery carries a signature of this secret at the clock's time.
fn is_signed(bench: &Bench, seen: &Seen, secret: &str) -> bool {
    let header = seen.header("stripe-signature");
    let (time, rest) = header.split_once(',').unwrap();
    let time: i64 = time.strip_prefix("t=").unwrap().parse().unwrap();
    assert_eq!(time, bench.now().timestamp());
    let right = hmac_hex(secret.as_bytes(), format!("{time}.{}", seen.body).as_bytes());
    rest.split(',').any(|one| one.strip_prefix("v1=") == Some(&right))
}
