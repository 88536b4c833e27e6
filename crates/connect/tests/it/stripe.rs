//! Stripe, asked over real HTTP, and what it sends.

use crate::stand_in::{Move, StandIn, ok, start, status};
use chrono::DateTime;
use connect::{
    API_VERSION, NewCheckout, SignatureFault, Stripe, StripeEvent, StripeFault, WebhookSecrets,
};
use domain::billing::SubscriptionStatus;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// What Stripe knows of who pays; nothing of it may be read.
const CARD: &str = "4242";

fn stripe(stand_in: &StandIn) -> Stripe {
    let key = SecretString::from("rk_test_geheim");
    Stripe::new(stand_in.url.clone(), key, String::from("price_1")).unwrap()
}

fn subscription(id: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "subscription", "customer": "cus_1", "status": status,
        "created": 1_780_000_000, "cancel_at": null, "cancel_at_period_end": false,
        "metadata": {"workspace": "w1"}, "default_payment_method": {"card": {"last4": CARD}},
        "items": {"object": "list", "has_more": false, "data": [{
            "id": "si_1", "current_period_end": 1_782_592_000, "price": {"id": "price_1", "unit_amount": 900},
        }]},
    })
}

fn list(data: &[Value], has_more: bool) -> Move {
    ok(&json!({"object": "list", "data": data, "has_more": has_more}))
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[tokio::test]
async fn a_checkout_names_the_price_the_customer_and_the_workspace_and_nobody() {
    let made = json!({
        "id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_1",
        "status": "open", "customer": "cus_1", "client_reference_id": "w1", "metadata": {"workspace": "w1"},
        "customer_details": {"email": "ana@example.com", "address": {"line1": "Weg 1"}},
    });
    let stand_in = start(vec![ok(&made)]).await;
    let new = NewCheckout {
        customer: "cus_1",
        workspace: "w1",
        success_url: "https://bot.example/billing/return?session={CHECKOUT_SESSION_ID}",
        cancel_url: "https://bot.example/billing/left",
        idempotency_key: "checkout:w1:price_1:1",
    };

    let session = stripe(&stand_in).create_checkout(&new).await.unwrap();

    let heard = stand_in.heard();
    let [request] = heard.as_slice() else { panic!("one call: {heard:?}") };
    assert!(request.starts_with("POST /hibob/v1/checkout/sessions HTTP/1.1"), "{request}");
    assert_eq!(header(request, "stripe-version"), Some(API_VERSION));
    assert_eq!(header(request, "idempotency-key"), Some("checkout:w1:price_1:1"));
    assert_eq!(header(request, "authorization"), Some("Bearer rk_test_geheim"));
    let form = request.split("\r\n\r\n").nth(1).unwrap();
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let expected = [
        ("mode", "subscription"),
        ("customer", "cus_1"),
        ("client_reference_id", "w1"),
        ("line_items[0][price]", "price_1"),
        ("line_items[0][quantity]", "1"),
        ("metadata[workspace]", "w1"),
        ("subscription_data[metadata][workspace]", "w1"),
        ("success_url", new.success_url),
        ("cancel_url", new.cancel_url),
    ];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(session.workspace.as_deref(), Some("w1"));
    assert!(!session.is_complete);
    let url = session.url.as_ref().unwrap().expose_secret();
    assert_eq!(url, "https://checkout.stripe.com/c/pay/cs_1");
    let shown = format!("{session:?} {:?}", stripe(&stand_in));
    for secret in ["pay/cs_1", "geheim", "ana@", "Weg"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_checkout_whose_two_references_differ_is_of_no_workspace() {
    for (reference, named) in [
        (json!("w1"), json!({"workspace": "w2"})),
        (json!(null), json!({"workspace": "w1"})),
        (json!("w1"), json!({})),
        (json!("w1"), json!(null)),
    ] {
        let found = json!({"id": "cs_1", "status": "complete", "client_reference_id": reference, "metadata": named});
        let stand_in = start(vec![ok(&found)]).await;
        let session = stripe(&stand_in).find_checkout("cs_1").await.unwrap();
        assert_eq!((session.workspace, session.is_complete), (None, true), "{found}");
    }
}

#[tokio::test]
async fn every_page_of_subscriptions_is_read_with_what_is_needed_and_no_more() {
    let mut ending = subscription("sub_3", "past_due");
    ending["cancel_at_period_end"] = json!(true);
    let pages = vec![
        list(&[subscription("sub_1", "canceled"), subscription("sub_2", "brandneu")], true),
        list(&[ending], false),
    ];
    let stand_in = start(pages).await;

    let found = stripe(&stand_in).list_subscriptions("cus_1").await.unwrap();

    assert_eq!(
        stand_in.lines(),
        [
            "GET /hibob/v1/subscriptions?customer=cus_1&status=all&limit=100",
            "GET /hibob/v1/subscriptions?customer=cus_1&status=all&limit=100&starting_after=sub_2",
        ]
    );
    let states: Vec<&str> = found.iter().map(|one| one.status.as_str()).collect();
    assert_eq!(states, ["canceled", "brandneu", "past_due"]);
    assert_eq!(found[1].status, SubscriptionStatus::Unknown(String::from("brandneu")));
    let end = DateTime::from_timestamp(1_782_592_000, 0);
    assert_eq!((found[0].period_end, found[0].cancel_at), (end, None));
    assert_eq!(found[2].cancel_at, end, "it ends with its period");
    assert_eq!(found[0].workspace.as_deref(), Some("w1"));
    assert!(!format!("{found:?}").contains(CARD));
}

#[tokio::test]
async fn what_is_not_settled_is_asked_again_with_the_same_key_and_then_given_up() {
    let no = |code| status(code, "{}");
    let made = || ok(&json!({"id": "cus_1"}));
    let should = |word: &str| format!("Stripe-Should-Retry: {word}\r\n");
    let answer = |code, headers: &str| Move::Answer(code, headers.to_owned(), String::from("{}"));
    let (yes, never) = (should("true"), should("false"));
    let unreachable = || Err(StripeFault::Unreachable);
    for (moves, result, calls) in [
        (vec![no("500 Oops"), Move::Close, made()], Ok(()), 3),
        (vec![no("409 Conflict"), no("429 Slow down"), made()], Ok(()), 3),
        (vec![Move::Break, made()], Ok(()), 2),
        (vec![no("503 Later"), no("503 Later"), no("503 Later"), made()], unreachable(), 3),
        (vec![answer("503 Later", &never), made()], unreachable(), 1),
        (vec![answer("400 Bad", &yes), made()], Ok(()), 2),
        (
            vec![no("429 Slow down"), no("429 Slow down"), no("429 Slow down")],
            Err(StripeFault::Limited),
            3,
        ),
        (vec![no("302 Found"), made()], refused("", "", ""), 1),
    ] {
        let stand_in = start(moves).await;
        let came = stripe(&stand_in).create_customer("w1", "customer:w1:1").await.map(drop);
        let heard = stand_in.heard();
        assert_eq!((came, heard.len()), (result, calls), "{heard:?}");
        for request in &heard {
            assert_eq!(header(request, "idempotency-key"), Some("customer:w1:1"));
        }
    }
}

fn refused(kind: &str, code: &str, parameter: &str) -> Result<(), StripeFault> {
    let (kind, code, parameter) = (kind.to_owned(), code.to_owned(), parameter.to_owned());
    Err(StripeFault::Refused { kind, code, parameter })
}

#[tokio::test]
async fn a_no_is_told_by_its_codes_and_never_by_stripes_words() {
    let error = |kind: &str, code: &str, param: &str| {
        json!({"error": {"type": kind, "code": code, "param": param, "message": "No such customer: ana@example.com"}})
            .to_string()
    };
    for (code, body, expected) in [
        ("401 Unauthorized", error("invalid_request_error", "", ""), StripeFault::Unauthorized),
        (
            "403 Forbidden",
            error("invalid_request_error", "more_permissions_required", ""),
            StripeFault::Forbidden,
        ),
        (
            "404 Not Found",
            error("invalid_request_error", "resource_missing", "id"),
            StripeFault::Missing,
        ),
        (
            "400 Bad Request",
            error("invalid_request_error", "resource_missing", "customer"),
            StripeFault::Missing,
        ),
        ("400 Bad Request", error("idempotency_error", "", ""), StripeFault::KeyUsed),
    ] {
        let stand_in = start(vec![status(code, &body)]).await;
        let fault = stripe(&stand_in).list_subscriptions("cus_1").await.unwrap_err();
        assert_eq!(fault, expected);
        assert!(!format!("{fault} {fault:?}").contains("ana"), "{fault:?}");
    }
    let body = error("invalid_request_error", "parameter_unknown", "payment_method_types\nx");
    let stand_in = start(vec![status("400 Bad Request", &body)]).await;
    let came = stripe(&stand_in).set_ending("sub_1", true, "end").await.map(drop);
    assert_eq!(
        came,
        refused("invalid_request_error", "parameter_unknown", "payment_method_typesx")
    );
}

#[tokio::test]
async fn what_is_no_answer_of_stripes_is_unreadable_and_harms_nothing() {
    for body in
        ["", "{}", "[]", "{\"data\": 1}", "{\"data\":[{\"id\":1}],\"has_more\":false}", "<html>"]
    {
        let stand_in = start(vec![status("200 OK", body)]).await;
        let came = stripe(&stand_in).list_subscriptions("cus_1").await;
        assert_eq!(came, Err(StripeFault::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn an_id_from_outside_reaches_no_other_address() {
    let stand_in = start(Vec::new()).await;
    let stripe = stripe(&stand_in);
    for id in ["", "../customers/cus_1", "cs_1?expand[]=customer", "cs_1/expire", "cs 1", "cs_é"] {
        assert_eq!(stripe.find_checkout(id).await.map(drop), Err(StripeFault::Missing), "{id}");
        assert_eq!(stripe.set_ending(id, true, "k").await.map(drop), Err(StripeFault::Missing));
    }
    assert!(stand_in.heard().is_empty());
}

#[tokio::test]
async fn the_portal_is_opened_and_its_address_is_a_secret() {
    let made = json!({"id": "bps_1", "customer": "cus_1", "url": "https://billing.stripe.com/p/session/geheim"});
    let stand_in = start(vec![ok(&made), ok(&json!({"id": "bps_2"}))]).await;
    let stripe = stripe(&stand_in);

    let url = stripe.open_portal("cus_1", "https://bot.example/billing/left", "portal:1").await;
    assert_eq!(url.unwrap().expose_secret(), "https://billing.stripe.com/p/session/geheim");
    let without = stripe.open_portal("cus_1", "https://bot.example/billing/left", "portal:2").await;
    assert_eq!(without.map(drop), Err(StripeFault::Unreadable));
}

#[test]
fn a_key_never_travels_readable() {
    let at =
        |url: &str| Stripe::new(url.parse().unwrap(), SecretString::from("sk_1"), String::new());
    assert!(at("http://api.stripe.com/v1").is_err());
    assert!(at("https://api.stripe.com/v1").is_ok());
    assert!(at("http://127.0.0.1:8090/stripe/v1").is_ok());
}

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

/// A signature with the verdicts of Stripe's own libraries (node 23.1.0, python 16.1.0).
#[derive(Deserialize)]
struct Case {
    id: String,
    payload: String,
    header: String,
    secret: String,
    received_at: i64,
    stripe_node: String,
    stripe_python: String,
}

#[test]
fn a_signature_is_taken_where_both_of_stripes_libraries_take_it() {
    let Cases { cases } =
        serde_json::from_str(include_str!("../data/stripe_signatures.json")).unwrap();
    assert!(cases.len() > 10);
    for case in cases {
        let secrets = WebhookSecrets::new(vec![SecretString::from(case.secret)]);
        let now = DateTime::from_timestamp(case.received_at, 0).unwrap();
        let came = secrets.verify(&case.header, case.payload.as_bytes(), now);
        let is_taken = case.stripe_node == "accept" && case.stripe_python == "accept";
        assert_eq!(came.is_ok(), is_taken, "{}: {came:?}", case.id);
    }
}

#[test]
fn a_signature_of_either_secret_is_taken_for_five_minutes_and_no_longer() {
    // HMAC-SHA256 under `whsec_test_secret`, from the cases.
    let header = "t=1700000000,v1=09b11793a2b4b7d27e516fc549d6675a009087bf8777f2516ae4c273ba51ce72";
    let body = br#"{"id":"evt_1","object":"event","type":"customer.subscription.updated"}"#;
    let secrets = |given: &[&str]| {
        WebhookSecrets::new(given.iter().copied().map(SecretString::from).collect())
    };
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let both = secrets(&["whsec_new", "whsec_test_secret"]);

    assert_eq!(both.verify(header, body, at(1_700_000_300)), Ok(()));
    assert_eq!(both.verify(header, body, at(1_700_000_301)), Err(SignatureFault::Stale));
    let other = secrets(&["whsec_new"]).verify(header, body, at(1_700_000_000));
    assert_eq!(other, Err(SignatureFault::Wrong));
    // Under an empty secret anyone can sign.
    assert_eq!(secrets(&[""]).verify(header, body, at(1_700_000_000)), Err(SignatureFault::Wrong));
    for bent in [
        "",
        "t=1700000000",
        "v1=aa",
        "t=17e8,v1=aa",
        "t=-1,v1=aa",
        "t=,v1=aa",
        "t=9999999999999999999,v1=aa",
    ] {
        assert_eq!(
            both.verify(bent, body, at(1_700_000_000)),
            Err(SignatureFault::Missing),
            "{bent}"
        );
    }
}

#[test]
fn an_event_tells_whose_subscription_may_be_otherwise_and_nothing_else() {
    let event = |kind: &str, object: &Value| {
        let body = json!({"id": "evt_1", "type": kind, "data": {"object": object}}).to_string();
        StripeEvent::read(body.as_bytes()).and_then(|event| event.customer)
    };
    let of = json!({"object": "subscription", "id": "sub_1", "customer": "cus_1"});
    let expanded =
        json!({"object": "invoice", "customer": {"id": "cus_1", "email": "ana@example.com"}});
    for (kind, object) in [
        ("customer.subscription.updated", &of),
        ("customer.subscription.paused", &of),
        ("checkout.session.completed", &of),
        ("invoice.paid", &expanded),
        ("customer.deleted", &json!({"object": "customer", "id": "cus_1"})),
    ] {
        assert_eq!(event(kind, object).as_deref(), Some("cus_1"), "{kind}");
    }
    assert_eq!(event("customer.updated", &json!({"object": "customer", "id": "cus_1"})), None);
    assert_eq!(event("charge.succeeded", &of), None);
    assert_eq!(event("invoice.paid", &json!({"object": "invoice"})), None);
    for bent in ["", "{}", "[]", "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}"] {
        assert_eq!(StripeEvent::read(bent.as_bytes()), None, "{bent}");
    }
}
