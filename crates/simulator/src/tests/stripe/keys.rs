//! Idempotency keys, faults, and what is kept of calls.

use super::*;

const CREATE: (&str, &str) = ("POST", "customers");

async fn with_key(bench: &Bench, key: &str, said: &[(&str, &str)]) -> Answer {
    let headers = [("Authorization", "Bearer sk_test_simulator"), ("Idempotency-Key", key)];
    try_call(bench, CREATE, &headers, said).await.unwrap()
}

async fn how_many(bench: &Bench) -> usize {
    let seen = bench.sim("GET", "stripe", &Value::Null).await;
    seen["customers"].as_array().unwrap().len()
}

async fn ask_for(bench: &Bench, mut fault: Value) {
    fault["service"] = json!("stripe");
    bench.sim("POST", "faults", &fault).await;
}

#[tokio::test]
async fn the_same_call_with_the_same_key_is_done_once_for_a_day() {
    let bench = Bench::start().await;
    let said = [("metadata[workspace]", "W1")];
    let first = with_key(&bench, "k1", &said).await;
    bench.advance("23h").await;

    let again = with_key(&bench, "k1", &said).await;

    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_eq!(how_many(&bench).await, 1);
    let other = with_key(&bench, "k1", &[("metadata[workspace]", "W2")]).await;
    assert_eq!(
        (other.status.as_u16(), &json_of(&other)["error"]["type"]),
        (400, &json!("idempotency_error"))
    );
    assert_eq!(
        json_of(&with_key(&bench, "k2", &said).await)["id"]
            .as_str()
            .map(|id| first.body.contains(id)),
        Some(false)
    );
    bench.advance("1h").await;
    let anew = with_key(&bench, "k1", &said).await;
    assert_eq!(anew.header("idempotent-replayed"), None);
    assert_eq!(how_many(&bench).await, 3);
    assert_eq!(with_key(&bench, &"k".repeat(256), &said).await.status, 400);
}

#[tokio::test]
async fn a_refusal_is_kept_where_the_call_was_begun_and_not_where_it_was_not() {
    let bench = Bench::start().await;
    let bearer = ("Authorization", "Bearer sk_test_simulator");
    let headers = [bearer, ("Idempotency-Key", "k1")];
    let of = ("POST", "billing_portal/sessions");
    for (said, status, is_replayed) in
        [(vec![("customer", "cus_x")], 400, false), (vec![("customer", "cus_x")], 400, true)]
    {
        let answer = try_call(&bench, of, &headers, &said).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), answer.header("idempotent-replayed").is_some()),
            (status, is_replayed)
        );
    }
    let headers = [bearer, ("Idempotency-Key", "k2")];
    for _ in 0..2 {
        let answer = try_call(&bench, of, &headers, &[]).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.header("idempotent-replayed")), (400, None));
    }
}

#[tokio::test]
async fn what_was_done_unheard_is_answered_by_its_key_and_what_failed_is_done_then() {
    let bench = Bench::start().await;
    let headers = [("Authorization", "Bearer sk_test_simulator"), ("Idempotency-Key", "k1")];
    ask_for(&bench, json!({"kind": "500", "method": "customers.create"})).await;
    ask_for(&bench, json!({"kind": "429", "method": "customers.create"})).await;
    ask_for(&bench, json!({"kind": "accept_then_drop", "method": "customers.create"})).await;

    let broken = with_key(&bench, "k1", &[]).await;
    let busy = with_key(&bench, "k1", &[]).await;
    let dropped = try_call(&bench, CREATE, &headers, &[]).await;
    let again = with_key(&bench, "k1", &[]).await;

    assert_eq!(
        (broken.status.as_u16(), &json_of(&broken)["error"]["type"]),
        (500, &json!("api_error"))
    );
    assert_eq!((busy.status.as_u16(), busy.header("retry-after")), (429, Some("30")));
    assert_eq!(
        (broken.header("stripe-should-retry"), busy.header("stripe-should-retry")),
        (Some("true"), Some("true"))
    );
    assert!(dropped.is_err());
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(how_many(&bench).await, 1);
}

#[tokio::test]
async fn a_key_whose_call_is_under_way_is_in_use() {
    let bench = Bench::start().await;
    let headers = [("Authorization", "Bearer sk_test_simulator"), ("Idempotency-Key", "k1")];
    ask_for(&bench, json!({"kind": "hang", "method": "customers.create"})).await;

    let hanging = try_call(&bench, CREATE, &headers, &[]);
    let second = async {
        // The fault is gone from the list once the first call has met it.
        loop {
            let faults = bench.sim("GET", "faults", &Value::Null).await;
            if faults["faults"] == json!([]) {
                break with_key(&bench, "k1", &[]).await;
            }
        }
    };
    let second = tokio::select! {
        _ = hanging => panic!("it hangs"),
        second = second => second,
    };

    let error = &json_of(&second)["error"];
    assert_eq!((second.status.as_u16(), &error["type"]), (409, &json!("idempotency_error")));
    assert_eq!(error["code"], "idempotency_key_in_use");
    assert_eq!(second.header("stripe-should-retry"), Some("true"));
}

#[tokio::test]
async fn errors_that_are_asked_for_have_stripes_shape() {
    let bench = Bench::start().await;
    for (code, status, kind) in [
        ("lock_timeout", 429, "invalid_request_error"),
        ("card_declined", 402, "card_error"),
        ("resource_missing", 404, "invalid_request_error"),
        ("anything_else", 400, "invalid_request_error"),
    ] {
        ask_for(&bench, json!({"kind": "error", "error": code})).await;
        let (seen, body) = call(&bench, ("GET", "prices"), &[]).await;
        let error = &body["error"];
        assert_eq!((seen, &error["type"], &error["code"]), (status, &json!(kind), &json!(code)));
    }
}

#[tokio::test]
async fn calls_are_listed_without_secrets_and_without_people() {
    let bench = Bench::start().await;
    let said =
        [("email", "odalys@canary.example"), ("name", "Odalys"), ("metadata[workspace]", "W1")];
    with_key(&bench, "k1", &said).await;
    with_key(&bench, "k1", &said).await;

    let calls = bench.sim("GET", "calls", &Value::Null).await;

    let calls: Vec<&Value> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["service"] == "stripe")
        .collect();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (&calls[0]["method"], &calls[0]["status"]),
        (&json!("customers.create"), &json!(200))
    );
    assert_eq!(calls[0]["arguments"]["idempotency_key"], "k1");
    assert_eq!(calls[0]["arguments"]["parameters"]["metadata"]["workspace"], "W1");
    assert_eq!(
        (&calls[0]["answer"]["replayed"], &calls[1]["answer"]["replayed"]),
        (&json!(false), &json!(true))
    );
    let text = format!("{calls:?}");
    for secret in [KEY, "odalys", "Odalys"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let seen = bench.sim("GET", "stripe", &Value::Null).await.to_string();
    assert!(!seen.contains(KEY) && !seen.contains("whsec_"), "{seen}");
}

#[tokio::test]
async fn lists_come_in_pages_with_the_newest_first() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        let session = open_checkout(&bench, &customer).await;
        made.push(pay(&bench, &session, "pay").await["subscription"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let ids = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(id_of).collect()
    };
    let get = ("GET", "subscriptions");
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let mut said = vec![("limit", "2"), ("customer", customer.as_str()), ("status", "all")];
        said.extend((!after.is_empty()).then_some(("starting_after", after.as_str())));
        let page = good(&bench, get, &said).await;
        seen.extend(ids(&page));
        if page["has_more"] == false {
            break;
        }
        after = seen.last().unwrap().clone();
    }
    assert_eq!(seen, made);
    let back = good(&bench, get, &[("limit", "2"), ("ending_before", &made[3])]).await;
    assert_eq!((ids(&back), &back["has_more"]), (made[1..3].to_vec(), &json!(true)));
    bench
        .sim("POST", &format!("stripe/subscriptions/{}", made[0]), &json!({"status": "past_due"}))
        .await;
    assert_eq!(ids(&good(&bench, get, &[("status", "past_due")]).await), made[..1]);
    let prices = good(&bench, ("GET", "prices"), &[("active", "true")]).await;
    assert_eq!(
        (ids(&prices), &prices["data"][0]["recurring"]["interval"]),
        (vec![PRICE.to_owned()], &json!("month"))
    );
    assert_eq!(id_of(&good(&bench, ("GET", &format!("prices/{PRICE}")), &[]).await), PRICE);
}
