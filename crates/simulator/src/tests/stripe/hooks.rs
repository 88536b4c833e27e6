//! Webhooks: at least once, in no order, and again until they are taken.

use super::super::bench::Next;
use super::*;
use crate::StripeAccount;

async fn set(bench: &Bench, wanted: Value) -> Value {
    bench.sim("POST", "stripe/webhooks", &wanted).await
}

/// Returns the ids of what was told.
fn ids(bench: &Bench) -> Vec<String> {
    told(bench).iter().map(|one| id_of(&event_of(one))).collect()
}

async fn deliveries(bench: &Bench, kind: &str) -> Vec<Value> {
    let events = bench.sim("GET", "stripe/events", &Value::Null).await;
    let events = events["events"].as_array().unwrap().clone();
    let wanted = events.iter().filter(|one| one["type"] == kind);
    wanted.flat_map(|one| one["deliveries"].as_array().unwrap().clone()).collect()
}

#[tokio::test]
async fn events_come_again_out_of_order_late_or_not_at_all_as_was_asked_for() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let in_order = {
        subscriber(&bench).await;
        kinds(&bench)
    };

    set(&bench, json!({"duplicate": 2})).await;
    let session = open_checkout(&bench, &customer).await;
    pay(&bench, &session, "pay").await;
    bench.advance("2s").await;
    let all = ids(&bench)[4..].to_vec();
    let once: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), once.len()), (12, 4));

    set(&bench, json!({"duplicate": 0, "shuffle": 3})).await;
    let session = open_checkout(&bench, &customer).await;
    pay(&bench, &session, "pay").await;
    let mut seen = kinds(&bench)[16..].to_vec();
    assert_ne!(seen, in_order);
    seen.sort();
    let mut sorted = in_order.clone();
    sorted.sort();
    assert_eq!(seen, sorted);

    set(&bench, json!({"shuffle": 0, "delay": "90m"})).await;
    let session = open_checkout(&bench, &customer).await;
    pay(&bench, &session, "pay").await;
    bench.advance("89m").await;
    assert_eq!(told(&bench).len(), 20);
    bench.advance("1m").await;
    assert_eq!(kinds(&bench)[20..], in_order);

    set(&bench, json!({"delay": "0s", "lose": true})).await;
    let session = open_checkout(&bench, &customer).await;
    pay(&bench, &session, "pay").await;
    bench.advance("4d").await;
    assert_eq!(told(&bench).len(), 24);
    let lost = deliveries(&bench, "checkout.session.completed").await;
    assert_eq!(
        (&lost.last().unwrap()["state"], &lost.last().unwrap()["tries"]),
        (&json!("lost"), &json!([]))
    );
}

#[tokio::test]
async fn an_event_is_sent_again_with_backoff_until_the_bot_takes_it() {
    let bench = Bench::start().await;
    set(&bench, json!({"enabled_events": ["customer.deleted"]})).await;
    let customer = customer(&bench).await;
    bench.bot.will([Next::Say(500, Value::Null), Next::Say(301, Value::Null)]);
    good(&bench, ("DELETE", &format!("customers/{customer}")), &[]).await;
    bench.clock.settle().await;
    let first = told(&bench);
    assert_eq!(first.len(), 1);
    assert!(is_signed(&bench, &first[0], "whsec_simulator"));

    bench.advance("5m").await;
    let second = told(&bench);
    bench.advance("1h").await;

    let all = told(&bench);
    assert_eq!((second.len(), all.len()), (2, 3));
    assert_eq!(first[0].body, all[2].body);
    assert_ne!(first[0].header("stripe-signature"), all[2].header("stripe-signature"));
    let seen = deliveries(&bench, "customer.deleted").await;
    let statuses: Vec<u64> = seen[0]["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_u64().unwrap())
        .collect();
    assert_eq!((seen[0]["state"].as_str().unwrap(), statuses), ("taken", vec![500, 301, 200]));
}

#[tokio::test]
async fn a_bot_that_is_down_is_asked_for_three_days() {
    let bench = Bench::start().await;
    bench.simulator.set_bot_url("http://127.0.0.1:1/".parse().unwrap());
    set(&bench, json!({"enabled_events": ["customer.created"]})).await;
    customer(&bench).await;

    bench.advance("4d").await;

    let seen = deliveries(&bench, "customer.created").await;
    assert_eq!(seen[0]["state"], "given_up");
    let tries = seen[0]["tries"].as_array().unwrap();
    assert_eq!(tries.len(), 13);
    assert!(tries[0]["error"].as_str().unwrap().contains("not running"), "{tries:?}");
    let at =
        |one: &Value| one["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!((at(&tries[12]) - at(&tries[0])).num_hours(), 72);
}

#[tokio::test]
async fn during_a_roll_each_secret_signs_and_after_it_only_the_new_one() {
    let bench = Bench::start().await;
    let account = StripeAccount {
        secret_key: "sk_test_harbour".into(),
        webhook_secrets: vec!["whsec_old".into(), "whsec_new".into()],
        price: "price_harbour".into(),
    };
    assert_eq!(format!("{account:?}"), "StripeAccount { price: \"price_harbour\", .. }");
    bench.simulator.set_stripe_account(account);
    let wanted = json!({"type": "plan.created", "object": {"id": "plan_1", "object": "plan"}});
    bench.sim("POST", "stripe/send", &wanted).await;
    bench.clock.settle().await;
    set(&bench, json!({"secrets": ["whsec_new"]})).await;
    let event = ids(&bench)[0].clone();

    bench.sim("POST", "stripe/send", &json!({"event": event})).await;
    bench.clock.settle().await;

    let seen = told(&bench);
    assert_eq!(ids(&bench), [event.clone(), event]);
    let signed = |seen: &Seen| ["whsec_old", "whsec_new"].map(|one| is_signed(&bench, seen, one));
    assert_eq!((signed(&seen[0]), signed(&seen[1])), ([true, true], [false, true]));
    assert_eq!(event_of(&seen[0])["data"]["object"]["id"], "plan_1");
    let headers = [("Authorization", "Bearer sk_test_harbour")];
    let price = try_call(&bench, ("GET", "prices/price_harbour"), &headers, &[]).await.unwrap();
    assert_eq!(price.status, 200);
    assert_eq!(call(&bench, ("GET", "prices"), &[]).await.0, 401);
}

#[tokio::test]
async fn events_are_rendered_with_the_endpoints_version_and_only_what_is_enabled_is_told() {
    let bench = Bench::start().await;
    set(&bench, json!({"api_version": "2023-08-16", "enabled_events": ["customer.subscription.created", "invoice.paid"]})).await;

    let (_, subscription) = subscriber(&bench).await;

    let events: Vec<Value> = told(&bench).iter().map(event_of).collect();
    assert_eq!(kinds(&bench), ["customer.subscription.created", "invoice.paid"]);
    assert_eq!(events[0]["api_version"], "2023-08-16");
    assert!(events[0]["data"]["object"]["current_period_end"].is_i64());
    assert_eq!(events[1]["data"]["object"]["subscription"], json!(subscription));
    for odd in [
        json!({"api_version": "tomorrow"}),
        json!({"delay": "long"}),
        json!({"duplicate": 21}),
        json!({"secrets": []}),
    ] {
        assert_eq!(bench.raw("POST", "stripe/webhooks", &odd).await.0, 422, "{odd}");
    }
    for (odd, status) in [
        (json!({"event": "evt_none"}), 404),
        (json!({"type": "x.y"}), 422),
        (json!({"type": "x.y", "id": "sub_none"}), 404),
        (json!({}), 422),
    ] {
        assert_eq!(bench.raw("POST", "stripe/send", &odd).await.0, status, "{odd}");
    }
    bench
        .sim(
            "POST",
            "stripe/send",
            &json!({"type": "customer.subscription.deleted", "id": subscription}),
        )
        .await;
    bench.clock.settle().await;
    assert_eq!(kinds(&bench).last().unwrap(), "customer.subscription.deleted");
}
