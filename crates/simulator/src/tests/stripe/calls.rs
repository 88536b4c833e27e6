//! Customers, checkouts, subscriptions and prices.

use super::*;
use crate::{STRIPE_CANARIES, STRIPE_LAST4};

#[tokio::test]
async fn a_checkout_that_is_paid_begins_a_subscription_and_the_bot_is_told() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let session = good(&bench, ("POST", "checkout/sessions"), &checkout(&customer)).await;
    let id = id_of(&session);
    assert_eq!(session["status"], "open");
    assert_eq!(session["payment_status"], "unpaid");
    assert_eq!(session["client_reference_id"], "W1");
    assert_eq!(session["url"], format!("{}stripe/pay/{id}", bench.simulator.url()));

    let paid = pay(&bench, &id, "pay").await;

    assert_eq!((&paid["status"], &paid["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!((&paid["url"], &paid["customer"]), (&Value::Null, &json!(customer)));
    let listed = good(&bench, ("GET", "subscriptions"), &[("customer", &customer)]).await;
    let one = &listed["data"][0];
    assert_eq!((&listed["has_more"], &one["id"]), (&json!(false), &paid["subscription"]));
    assert_eq!((&one["status"], &one["metadata"]), (&json!("active"), &json!({"workspace": "W1"})));
    let end = "2026-07-01T06:50:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(one["items"]["data"][0]["current_period_end"], end.timestamp());
    assert_eq!(one["items"]["data"][0]["price"]["id"], PRICE);
    assert_eq!(one.get("current_period_end"), None);
    assert_eq!(
        kinds(&bench),
        [
            "customer.subscription.created",
            "invoice.paid",
            "customer.subscription.updated",
            "checkout.session.completed",
        ]
    );
    for seen in told(&bench) {
        assert!(is_signed(&bench, &seen, "whsec_simulator"), "{seen:?}");
        assert!(!is_signed(&bench, &seen, "whsec_other"), "{seen:?}");
        assert_eq!(event_of(&seen)["api_version"], "2026-10-28.endive");
    }
    let invoice = &event_of(&told(&bench)[1])["data"]["object"];
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], one["id"]);
    let all = told(&bench).iter().map(|one| one.body.clone()).collect::<String>();
    let method = good(
        &bench,
        ("GET", &format!("subscriptions/{}", one["id"].as_str().unwrap())),
        &[("expand[]", "default_payment_method")],
    )
    .await;
    assert_eq!(method["default_payment_method"]["card"]["last4"], STRIPE_LAST4);
    assert!(STRIPE_CANARIES.iter().filter(|one| all.contains(**one)).count() >= 5, "{all}");
}
