//! The plan that a workspace has where nothing is heard from Stripe.

use crate::bench::{Bench, at, rules, user};
use domain::billing::{Plan, SubscriptionStatus};
use store::SubscriptionRecord;

const NOW: &str = "2026-06-10T10:00:00Z";

/// Makes so many rotations, one after the other.
async fn makes(bench: &Bench, count: usize) {
    let rules = rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    for number in 0..count {
        let next = at("2026-06-15T09:00:00Z")
            + chrono::TimeDelta::seconds(i64::try_from(number).expect("a few"));
        bench.rotation(&format!("rotation {number}"), &[user("UANA")], &rules, (1, next)).await;
    }
}

/// Gives the workspace its plan twice, and returns it.
async fn given(bench: &Bench, is_billed: bool) -> Option<SubscriptionRecord> {
    for _ in 0..2 {
        let set =
            app::billing::set_default(&bench.store, bench.workspace, is_billed, at(NOW)).await;
        set.expect("it is given");
    }
    let mut tx = bench.store.read(bench.workspace).await.expect("a look");
    tx.find_subscription().await.expect("a look")
}

async fn check(bench: Bench) {
    assert_eq!(given(&bench, false).await, None, "where nobody bills nothing is stored");
    makes(&bench, 5).await;

    let fallen = given(&bench, true).await.expect("a plan");
    let back = given(&bench, false).await.expect("a plan");

    assert_eq!(
        (fallen.plan, fallen.free_since),
        (Plan::Free, Some(at(NOW))),
        "it had everything until then"
    );
    assert_eq!((back.plan, back.free_since), (Plan::Pro, None));
    let again = given(&bench, true).await.expect("a plan");
    assert_eq!(again.plan, Plan::Free, "nobody paid while nobody billed");
}

async fn check_paid(bench: Bench) {
    let paid = SubscriptionRecord {
        customer: Some(String::from("cus_1")),
        status: Some(SubscriptionStatus::Active),
        ..SubscriptionRecord::new(Plan::Pro)
    };
    let mut tx = bench.store.write(bench.workspace).await.expect("a write");
    tx.upsert_subscription(&paid).await.expect("it is stored");
    tx.commit().await.expect("it is stored");

    let found = given(&bench, true).await;

    assert_eq!(found, Some(SubscriptionRecord { next_at: Some(at(NOW)), ..paid }));
}

#[tokio::test]
async fn who_paid_before_keeps_pro_and_is_asked_about_on_sqlite() {
    check_paid(Bench::sqlite().await).await;
}

#[tokio::test]
async fn who_paid_before_keeps_pro_and_is_asked_about_on_postgres() {
    check_paid(Bench::postgres().await).await;
}

async fn check_new(bench: Bench) {
    assert_eq!(
        given(&bench, true).await,
        Some(SubscriptionRecord::new(Plan::Free)),
        "it lost nothing"
    );
    assert_eq!(given(&bench, true).await, Some(SubscriptionRecord::new(Plan::Free)));
}

#[tokio::test]
async fn whoever_had_everything_falls_to_free_once_and_comes_back_on_sqlite() {
    check(Bench::sqlite().await).await;
}

#[tokio::test]
async fn whoever_had_everything_falls_to_free_once_and_comes_back_on_postgres() {
    check(Bench::postgres().await).await;
}

#[tokio::test]
async fn a_new_workspace_begins_on_free_and_is_told_of_no_fall_on_sqlite() {
    check_new(Bench::sqlite().await).await;
}

#[tokio::test]
async fn a_new_workspace_begins_on_free_and_is_told_of_no_fall_on_postgres() {
    check_new(Bench::postgres().await).await;
}
