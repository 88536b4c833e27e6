//! Plans and subscriptions: stored, leased, found by customer; and Stripe's events, each once.

use super::bench::{at, install, team};
use super::{Bench, both_engines};
use crate::{SubscriptionClaim, SubscriptionRecord};
use chrono::{DateTime, Utc};
use domain::billing::{Plan, SubscriptionStatus};
use domain::ids::WorkspaceId;

/// A subscription with something in every field.
fn paid(customer: &str) -> SubscriptionRecord {
    SubscriptionRecord {
        plan: Plan::Pro,
        free_since: Some(at(-70)),
        customer: Some(customer.to_owned()),
        subscription: Some(String::from("sub_1")),
        status: Some(SubscriptionStatus::PastDue),
        price: Some(String::from("price_1")),
        period_end: Some(at(60)),
        cancel_at: Some(at(70)),
        past_due_since: Some(at(10)),
        is_ended_by_us: true,
        checkout_attempt: 3,
        checkout_at: Some(at(-5)),
        failures: 2,
        next_at: Some(at(100)),
    }
}

async fn store(bench: &Bench, workspace: WorkspaceId, record: &SubscriptionRecord) {
    let mut tx = bench.store.write(workspace).await.unwrap();
    tx.upsert_subscription(record).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(bench: &Bench, now: DateTime<Utc>, until: i64) -> Vec<SubscriptionClaim> {
    bench.store.system().claim_subscriptions("w", now, at(until), 9).await.unwrap()
}

both_engines! {
    async fn a_subscription_comes_back_as_it_was_and_is_replaced(bench) {
        let mut tx = bench.write().await;
        assert_eq!(tx.find_subscription().await.unwrap(), None);
        assert_eq!(tx.lock_subscription().await.unwrap(), None);

        tx.upsert_subscription(&SubscriptionRecord::new(Plan::Free)).await.unwrap();
        let bare = tx.find_subscription().await.unwrap();
        tx.upsert_subscription(&paid("cus_1")).await.unwrap();

        assert_eq!(bare, Some(SubscriptionRecord::new(Plan::Free)));
        assert_eq!(tx.find_subscription().await.unwrap(), Some(paid("cus_1")));
        assert_eq!(tx.lock_subscription().await.unwrap(), Some(paid("cus_1")));
        tx.upsert_subscription(&SubscriptionRecord::new(Plan::Pro)).await.unwrap();
        assert_eq!(tx.find_subscription().await.unwrap(), Some(SubscriptionRecord::new(Plan::Pro)));
    }

    async fn every_word_of_stripes_is_stored_as_it_is(bench) {
        for word in ["trialing", "incomplete_expired", "on_hold"] {
            let status = SubscriptionStatus::of_code(word);
            let record = SubscriptionRecord { status: Some(status), ..paid("cus_1") };

            store(&bench, bench.workspace, &record).await;

            assert_eq!(bench.read().await.find_subscription().await.unwrap(), Some(record));
        }
    }

    async fn one_workspace_knows_nothing_of_the_plan_of_another(bench) {
        let other = bench.install("T2").await;
        store(&bench, bench.workspace, &paid("cus_1")).await;

        let mut tx = bench.store.read(other).await.unwrap();

        assert_eq!(tx.find_subscription().await.unwrap(), None);
    }

    async fn a_change_of_plan_is_a_new_version_of_the_workspace(bench) {
        let before = bench.store.version(bench.workspace).await.unwrap();

        store(&bench, bench.workspace, &SubscriptionRecord::new(Plan::Free)).await;

        assert_ne!(bench.store.version(bench.workspace).await.unwrap(), before);
    }

    async fn a_subscription_is_claimed_once_when_it_is_due_until_the_lease_runs_out(bench) {
        let system = bench.store.system();
        let resting = bench.install("T2").await;
        assert_eq!(system.earliest_subscription_at().await.unwrap(), None);
        store(&bench, bench.workspace, &paid("cus_1")).await;
        store(&bench, resting, &SubscriptionRecord::new(Plan::Free)).await;

        assert_eq!(system.earliest_subscription_at().await.unwrap(), Some(at(100)));
        assert!(claim(&bench, at(99), 200).await.is_empty());
        let claims = claim(&bench, at(100), 200).await;
        let [first] = claims.as_slice() else { panic!("{claims:?}") };
        assert_eq!((first.workspace, first.due_at), (bench.workspace, at(100)));
        assert!(claim(&bench, at(199), 300).await.is_empty(), "it is leased");
        assert_eq!(system.earliest_subscription_at().await.unwrap(), Some(at(200)));

        let mut tx = bench.write().await;
        assert!(tx.extend_subscription(first, at(250)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(claim(&bench, at(200), 300).await.is_empty(), "it was extended");
        let again = claim(&bench, at(250), 350).await;
        assert_eq!(again.len(), 1, "the lease ran out");

        let mut tx = bench.write().await;
        assert_eq!(tx.lock_claimed_subscription(first).await.unwrap(), None, "the first lost it");
        assert!(!tx.extend_subscription(first, at(999)).await.unwrap());
        assert!(!tx.release_subscription(first).await.unwrap());
        assert_eq!(tx.lock_claimed_subscription(&again[0]).await.unwrap(), Some(paid("cus_1")));
        assert!(tx.release_subscription(&again[0]).await.unwrap());
        assert!(!tx.release_subscription(&again[0]).await.unwrap(), "it is given back once");
        assert_eq!(tx.lock_claimed_subscription(&again[0]).await.unwrap(), None);
    }

    async fn whoever_asks_while_something_new_is_heard_has_lost_the_lease(bench) {
        let other = bench.install("T2").await;
        store(&bench, bench.workspace, &paid("cus_1")).await;
        store(&bench, other, &paid("cus_2")).await;
        let claims = claim(&bench, at(100), 200).await;
        let first = claims.iter().find(|claim| claim.workspace == bench.workspace).unwrap();

        let mut tx = bench.write().await;
        assert!(tx.ask_about_subscription(at(110)).await.unwrap());
        tx.commit().await.unwrap();

        let mut tx = bench.write().await;
        assert_eq!(tx.lock_claimed_subscription(first).await.unwrap(), None);
        drop(tx);
        let again = claim(&bench, at(110), 300).await;
        assert_eq!(again.len(), 1, "it is due at once, and that of the other is leased still: {again:?}");
        assert_eq!((again[0].workspace, again[0].due_at), (bench.workspace, at(110)));
        let third = bench.install("T3").await;
        let mut tx = bench.store.write(third).await.unwrap();
        assert!(!tx.ask_about_subscription(at(110)).await.unwrap(), "there is none");
    }

    async fn a_lease_of_one_workspace_opens_no_other(bench) {
        let other = bench.install("T2").await;
        store(&bench, bench.workspace, &paid("cus_1")).await;
        store(&bench, other, &paid("cus_2")).await;
        let claims = claim(&bench, at(100), 200).await;
        let foreign = claims.iter().find(|claim| claim.workspace == other).unwrap();

        let mut tx = bench.write().await;

        assert_eq!(tx.lock_claimed_subscription(foreign).await.unwrap(), None);
        assert!(!tx.extend_subscription(foreign, at(999)).await.unwrap());
        assert!(!tx.release_subscription(foreign).await.unwrap());
    }

    async fn storing_a_subscription_leaves_its_lease_alone(bench) {
        store(&bench, bench.workspace, &paid("cus_1")).await;
        let claims = claim(&bench, at(100), 200).await;
        let poked = SubscriptionRecord { next_at: Some(at(150)), ..paid("cus_1") };

        store(&bench, bench.workspace, &poked).await;

        assert!(claim(&bench, at(160), 300).await.is_empty(), "it is leased still");
        let mut tx = bench.write().await;
        let found = tx.lock_claimed_subscription(&claims[0]).await.unwrap().unwrap();
        assert_eq!(found.next_at, Some(at(150)));
        assert!(found.next_at > Some(claims[0].due_at), "something was heard meanwhile");
    }

    async fn the_longest_due_come_first_and_those_that_were_uninstalled_too(bench) {
        let other = bench.install("T2").await;
        store(&bench, bench.workspace, &SubscriptionRecord { next_at: Some(at(7)), ..paid("cus_1") }).await;
        store(&bench, other, &SubscriptionRecord { next_at: Some(at(5)), ..paid("cus_2") }).await;
        let mut tx = bench.store.write(other).await.unwrap();
        tx.end_install(at(6), at(6)).await.unwrap();
        tx.commit().await.unwrap();

        let system = bench.store.system();
        let claims = system.claim_subscriptions("w", at(100), at(200), 1).await.unwrap();

        assert_eq!(claims.iter().map(|claim| claim.workspace).collect::<Vec<_>>(), [other]);
    }

    async fn leases_of_an_earlier_life_are_given_back_with_a_new_fence(bench) {
        let system = bench.store.system();
        store(&bench, bench.workspace, &paid("cus_1")).await;
        let lost = system.claim_subscriptions("host/1", at(100), at(900), 9).await.unwrap();

        assert_eq!(system.release_subscription_leases("host/").await.unwrap(), 1);

        let again = claim(&bench, at(101), 300).await;
        assert_eq!(again.len(), 1);
        assert!(again[0].fence > lost[0].fence);
        let mut tx = bench.write().await;
        assert_eq!(tx.lock_claimed_subscription(&lost[0]).await.unwrap(), None);
    }

    async fn a_customer_leads_to_the_one_workspace_that_has_it(bench) {
        let system = bench.store.system();
        let other = bench.install("T2").await;
        store(&bench, bench.workspace, &paid("cus_1")).await;
        store(&bench, other, &SubscriptionRecord::new(Plan::Free)).await;

        assert_eq!(system.find_workspace_of_customer("cus_1").await.unwrap(), Some(bench.workspace));
        assert_eq!(system.find_workspace_of_customer("cus_2").await.unwrap(), None);

        store(&bench, other, &paid("cus_1")).await;
        let found = system.find_workspace_of_customer("cus_1").await.unwrap();
        assert_eq!(found, None, "nobody guesses whose it is");
    }

    async fn workspaces_are_listed_by_the_plan_that_is_stored(bench) {
        let system = bench.store.system();
        let free = bench.install("T2").await;
        let without = bench.install("T3").await;
        store(&bench, bench.workspace, &paid("cus_1")).await;
        store(&bench, free, &SubscriptionRecord::new(Plan::Free)).await;

        assert_eq!(system.list_unsubscribed(9).await.unwrap(), [without]);
        assert!(system.list_unsubscribed(0).await.unwrap().is_empty());
        assert_eq!(system.list_on_plan(Plan::Free).await.unwrap(), [free]);
        assert_eq!(system.list_on_plan(Plan::Pro).await.unwrap(), [bench.workspace]);
    }

    async fn an_event_counts_once_in_a_workspace_until_it_is_forgotten(bench) {
        let other = bench.install("T2").await;
        let mut tx = bench.write().await;
        assert!(tx.insert_billing_event("evt_1", at(0)).await.unwrap());
        assert!(!tx.insert_billing_event("evt_1", at(9)).await.unwrap());
        assert!(tx.insert_billing_event("evt_2", at(9)).await.unwrap());
        assert_eq!(tx.delete_billing_events_before(at(9)).await.unwrap(), 1);
        assert!(tx.insert_billing_event("evt_1", at(10)).await.unwrap(), "it is forgotten");
        assert!(!tx.insert_billing_event("evt_2", at(10)).await.unwrap(), "it is not");
        tx.commit().await.unwrap();

        let mut tx = bench.store.write(other).await.unwrap();
        assert!(tx.insert_billing_event("evt_1", at(10)).await.unwrap());
        assert_eq!(tx.delete_billing_events_before(at(0)).await.unwrap(), 0);
    }

    async fn a_subscription_goes_with_its_workspace_and_stays_over_a_new_installation(bench) {
        store(&bench, bench.workspace, &paid("cus_1")).await;
        let mut tx = bench.write().await;
        assert!(tx.insert_billing_event("evt_1", at(0)).await.unwrap());
        tx.upsert_workspace(&install("T1", "xoxb-new", at(20))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(bench.read().await.find_subscription().await.unwrap(), Some(paid("cus_1")));

        bench.store.purge(WorkspaceId::of_team(&team("T1"))).await.unwrap();

        assert_eq!(bench.read().await.find_subscription().await.unwrap(), None);
    }
}
