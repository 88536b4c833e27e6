//! What becomes of subscriptions as time passes, and what the bot is told of it.

use super::*;

/// Moves the clock through steps and returns the status after each.
async fn through(bench: &Bench, subscription: &str, steps: &[&str]) -> Vec<String> {
    let mut seen = Vec::new();
    for step in steps {
        bench.advance(step).await;
        seen.push(status_of(bench, subscription).await);
    }
    seen
}

async fn card(bench: &Bench, customer: &str, card: &str) {
    bench.sim("POST", "stripe/card", &json!({"customer": customer, "card": card})).await;
}

async fn in_portal(bench: &Bench, customer: &str, deed: &str) -> (u16, String) {
    let done = bench.raw("POST", "stripe/portal", &json!({"customer": customer, "do": deed})).await;
    bench.clock.settle().await;
    done
}

async fn period_end(bench: &Bench, subscription: &str) -> String {
    let one = good(bench, ("GET", &format!("subscriptions/{subscription}")), &[]).await;
    let end = one["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    chrono::DateTime::from_timestamp(end, 0).unwrap().to_rfc3339()
}

#[tokio::test]
async fn a_subscription_is_renewed_each_month_at_its_instant() {
    let bench = Bench::start().await;
    let (_, subscription) = subscriber(&bench).await;
    let before = told(&bench).len();

    // Three months at once: each renewal has its own instant.
    bench.advance("92d").await;

    assert_eq!(status_of(&bench, &subscription).await, "active");
    assert_eq!(period_end(&bench, &subscription).await, "2026-10-01T06:50:00+00:00");
    let events: Vec<Value> = told(&bench)[before..].iter().map(event_of).collect();
    let paid: Vec<i64> = events
        .iter()
        .filter(|one| one["type"] == "invoice.paid")
        .map(|one| one["created"].as_i64().unwrap())
        .collect();
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    assert_eq!(
        paid,
        [at("2026-07-01T06:50:00Z"), at("2026-08-01T06:50:00Z"), at("2026-09-01T06:50:00Z"),]
    );
    let moved = events.iter().find(|one| one["type"] == "customer.subscription.updated").unwrap();
    assert!(moved["data"]["previous_attributes"]["items"].is_object(), "{moved}");
}

#[tokio::test]
async fn a_card_that_fails_is_tried_after_three_five_and_seven_days() {
    for (setting, last) in
        [("canceled", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
    {
        let bench = Bench::start().await;
        bench.sim("POST", "stripe/account", &json!({"after_retries": setting})).await;
        let (customer, subscription) = subscriber(&bench).await;
        card(&bench, &customer, "declines").await;

        // To the renewal, then just before and at each retry.
        let seen = through(&bench, &subscription, &["30d", "3d", "2d", "47h", "1h"]).await;

        assert_eq!(seen, ["past_due", "past_due", "past_due", "past_due", last]);
        let failed: Vec<Value> = told(&bench)
            .iter()
            .map(event_of)
            .filter(|one| one["type"] == "invoice.payment_failed")
            .map(|one| one["data"]["object"].clone())
            .collect();
        let tries: Vec<u64> =
            failed.iter().map(|one| one["attempt_count"].as_u64().unwrap()).collect();
        assert_eq!(tries, [1, 2, 3, 4], "{setting}");
        let next: Vec<bool> =
            failed.iter().map(|one| one["next_payment_attempt"].is_i64()).collect();
        assert_eq!(next, [true, true, true, false], "{setting}");
        let is_deleted = kinds(&bench).contains(&"customer.subscription.deleted".to_owned());
        assert_eq!(is_deleted, setting == "canceled");
    }
}

#[tokio::test]
async fn a_card_that_works_again_heals_at_the_next_try_or_at_once() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    card(&bench, &customer, "declines").await;
    assert_eq!(through(&bench, &subscription, &["30d"]).await, ["past_due"]);
    assert_eq!(
        in_portal(&bench, &customer, "pay_now").await,
        (409, "The card was declined.".into())
    );
    card(&bench, &customer, "works").await;
    assert_eq!(through(&bench, &subscription, &["71h", "1h"]).await, ["past_due", "active"]);

    card(&bench, &customer, "declines").await;
    assert_eq!(through(&bench, &subscription, &["28d"]).await, ["past_due"]);
    card(&bench, &customer, "works").await;
    assert_eq!(in_portal(&bench, &customer, "pay_now").await.0, 200);
    assert_eq!(status_of(&bench, &subscription).await, "active");
    assert_eq!(
        in_portal(&bench, &customer, "pay_now").await,
        (409, "Nothing is to be paid.".into())
    );
}

#[tokio::test]
async fn a_first_payment_that_never_comes_expires_after_23_hours() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let session = open_checkout(&bench, &customer).await;

    pay(&bench, &session, "incomplete").await;

    let listed = good(&bench, ("GET", "subscriptions"), &[("customer", &customer)]).await;
    let subscription = id_of(&listed["data"][0]);
    let seen = through(&bench, &subscription, &["22h", "1h", "60d"]).await;
    assert_eq!(seen, ["incomplete", "incomplete_expired", "incomplete_expired"]);
    assert!(kinds(&bench).contains(&"invoice.payment_action_required".to_owned()));
}

#[tokio::test]
async fn a_trial_ends_with_a_payment_or_where_there_is_no_card_as_was_said() {
    for (card_at_end, said, last) in [
        ("works", "create_invoice", "active"),
        ("declines", "create_invoice", "past_due"),
        ("missing", "create_invoice", "past_due"),
        ("missing", "pause", "paused"),
        ("missing", "cancel", "canceled"),
    ] {
        let bench = Bench::start().await;
        let customer = customer(&bench).await;
        let mut asked = checkout(&customer);
        asked.push(("subscription_data[trial_period_days]", "14"));
        let name = "subscription_data[trial_settings][end_behavior][missing_payment_method]";
        asked.push((name, said));
        let session = id_of(&good(&bench, ("POST", "checkout/sessions"), &asked).await);
        let paid = pay(&bench, &session, "pay").await;
        assert_eq!(paid["payment_status"], "no_payment_required");
        let subscription = paid["subscription"].as_str().unwrap();
        card(&bench, &customer, card_at_end).await;

        let seen = through(&bench, subscription, &["13d", "1d"]).await;

        assert_eq!(seen, ["trialing", last], "{card_at_end} {said}");
    }
}

#[tokio::test]
async fn what_is_cancelled_ends_with_the_period_unless_it_is_kept() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    let path = format!("subscriptions/{subscription}");

    let ending = good(&bench, ("POST", &path), &[("cancel_at_period_end", "true")]).await;
    assert_eq!(ending["cancel_at"], ending["items"]["data"][0]["current_period_end"]);
    assert_eq!(ending["cancellation_details"]["reason"], "cancellation_requested");
    assert_eq!(ending["status"], "active");
    let kept = good(&bench, ("POST", &path), &[("cancel_at_period_end", "false")]).await;
    assert_eq!((&kept["cancel_at"], &kept["canceled_at"]), (&Value::Null, &Value::Null));
    assert_eq!(through(&bench, &subscription, &["31d"]).await, ["active"]);

    assert_eq!(in_portal(&bench, &customer, "cancel_at_period_end").await.0, 200);
    assert_eq!(through(&bench, &subscription, &["29d", "1d"]).await, ["active", "canceled"]);
    assert_eq!(kinds(&bench).last().unwrap(), "customer.subscription.deleted");
    let listed = good(&bench, ("GET", "subscriptions"), &[("customer", &customer)]).await;
    assert_eq!(listed["data"], json!([]));
    let ended = [("customer", customer.as_str()), ("status", "ended")];
    let listed = good(&bench, ("GET", "subscriptions"), &ended).await;
    assert_eq!(listed["data"][0]["id"], subscription);
    assert_eq!(call(&bench, ("DELETE", &path), &[]).await.0, 404);
    assert_eq!(in_portal(&bench, &customer, "keep").await.0, 409);
}

#[tokio::test]
async fn what_is_paused_is_resumed_and_a_word_of_the_future_stands_as_it_is() {
    let bench = Bench::start().await;
    let (_, subscription) = subscriber(&bench).await;
    let door = format!("stripe/subscriptions/{subscription}");

    bench.sim("POST", &door, &json!({"status": "paused"})).await;
    assert_eq!(through(&bench, &subscription, &["90d"]).await, ["paused"]);
    let path = format!("subscriptions/{subscription}/resume");
    assert_eq!(good(&bench, ("POST", &path), &[]).await["status"], "active");
    assert_eq!(call(&bench, ("POST", &path), &[]).await.0, 400);
    bench.sim("POST", &door, &json!({"status": "hibernating"})).await;
    assert_eq!(through(&bench, &subscription, &["90d"]).await, ["hibernating"]);

    let kinds = kinds(&bench);
    for kind in ["customer.subscription.paused", "customer.subscription.resumed"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_customer_who_is_deleted_has_no_subscription_left() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    let path = format!("customers/{customer}");

    let gone = good(&bench, ("DELETE", &path), &[]).await;
    bench.clock.settle().await;

    assert_eq!(gone, json!({"id": customer, "object": "customer", "deleted": true}));
    assert_eq!(good(&bench, ("GET", &path), &[]).await, gone);
    assert_eq!(call(&bench, ("DELETE", &path), &[]).await.0, 404);
    assert_eq!(status_of(&bench, &subscription).await, "canceled");
    let kinds = kinds(&bench);
    assert_eq!(kinds[kinds.len() - 2..], ["customer.subscription.deleted", "customer.deleted"]);
    let (status, refused) = call(&bench, ("POST", "checkout/sessions"), &checkout(&customer)).await;
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("customer")));
}
