//! What is overdue, what is not, what is listed as lost, and what can be put back.

use super::Bench;
use super::bench::{at, envelope, rotation};
use super::both_engines;
use crate::{DeliveryState, GivenUp, InboxItem, Overdue, RotationRecord};
use chrono::TimeDelta;

impl Bench {
    async fn overdue(&self, seconds: i64) -> Overdue {
        self.store.system().count_overdue(at(seconds)).await.unwrap()
    }
}

both_engines! {
    async fn a_message_is_overdue_after_five_minutes_and_not_a_moment_before(bench) {
        bench.say("C1", at(0)).await;
        let mut tx = bench.write().await;
        tx.insert_delivery(&envelope("C2"), at(1000), at(0)).await.unwrap();
        tx.commit().await.unwrap();

        assert!(bench.overdue(299).await.is_nothing());
        assert_eq!(bench.overdue(300).await.outbox, 1, "what is not due yet does not count");
        let claim = bench.start(300).await;
        assert_eq!(bench.overdue(301).await.outbox, 1, "what is being sent is not done");
        bench.sent(claim, 302).await;
        assert!(bench.overdue(303).await.is_nothing());
    }

    async fn a_message_that_is_held_counts_once_its_hold_is_over_for_five_minutes(bench) {
        bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 1, 121).await;

        assert!(bench.overdue(420).await.is_nothing());
        assert_eq!(bench.overdue(421).await.outbox, 1);
    }

    async fn a_message_that_slack_refuses_again_and_again_counts_although_it_is_put_off(bench) {
        bench.say("C1", at(0)).await;
        let claim = bench.start(290).await;
        bench.not_sent(claim, 290, 590).await;

        assert_eq!(bench.overdue(300).await.outbox, 1);
    }

    async fn a_line_that_moves_is_not_overdue_and_one_that_stands_is(bench) {
        for _ in 0..3 {
            bench.say("C1", at(0)).await;
        }
        let claim = bench.start(400).await;
        bench.sent(claim, 400).await;

        assert!(bench.overdue(459).await.is_nothing());
        assert_eq!(bench.overdue(461).await.outbox, 2);
    }

    async fn a_message_that_was_tried_has_no_excuse_in_a_line_that_moves(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.not_sent(claim, 0, 600).await;
        let claim = bench.start(400).await;
        bench.sent(claim, 400).await;

        assert_eq!(bench.overdue(401).await.outbox, 1);
    }

    async fn a_workspace_without_the_app_is_left_alone(bench) {
        bench.say("C1", at(0)).await;
        bench.rotation("support").await;
        let mut tx = bench.write().await;
        let item = InboxItem::RefreshPeople { users: Vec::new() };
        tx.insert_inbox(&item, "Ev1", at(0)).await.unwrap();
        tx.deactivate_workspace(at(10)).await.unwrap();
        tx.commit().await.unwrap();

        assert!(bench.overdue(1_000_000).await.is_nothing());
        bench.install("T1").await;
        let expected = Overdue { outbox: 1, inbox: 1, handoffs: 1, syncs: 0 };
        assert_eq!(bench.overdue(1_000_000).await, expected);
    }

    async fn work_and_handoffs_are_overdue_after_five_minutes(bench) {
        let record = RotationRecord { next_handoff_at: Some(at(100)), ..rotation("support") };
        let item = InboxItem::RefreshPeople { users: Vec::new() };
        let mut tx = bench.write().await;
        tx.insert_rotation(&record).await.unwrap();
        tx.insert_inbox(&item, "Ev1", at(50)).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(bench.overdue(349).await, Overdue::default());
        assert_eq!(bench.overdue(350).await, Overdue { inbox: 1, ..Overdue::default() });
        let both = Overdue { inbox: 1, handoffs: 1, ..Overdue::default() };
        assert_eq!(bench.overdue(400).await, both);
    }

    async fn the_census_says_how_full_the_queues_are_and_since_when(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C2", at(5)).await;
        let claim = bench.start(0).await;
        let mut tx = bench.write().await;
        let (id, fence) = (claim.delivery, claim.fence);
        tx.record_given_up(id, fence, GivenUp::Failed, "channel_not_found", at(1)).await.unwrap();
        let item = InboxItem::RefreshPeople { users: Vec::new() };
        tx.insert_inbox(&item, "Ev1", at(7)).await.unwrap();
        tx.commit().await.unwrap();

        let census = bench.store.system().take_census(at(10)).await.unwrap();

        let mut outbox = census.outbox;
        outbox.sort();
        assert_eq!(outbox, [("failed".to_owned(), 1), ("pending".to_owned(), 1)]);
        assert_eq!(census.inbox, [("pending".to_owned(), 1)]);
        assert_eq!(census.oldest_delivery_due_at, Some(at(5)));
        assert_eq!(census.oldest_inbox_due_at, Some(at(7)));
        assert_eq!(census.oldest_sync_due_at, None);
        let later = at(10) + TimeDelta::days(8);
        let census = bench.store.system().take_census(later).await.unwrap();
        assert_eq!(census.outbox, [("pending".to_owned(), 1)], "an old loss is told no more");
    }

    async fn what_was_not_delivered_is_listed_and_put_back(bench) {
        let said = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 1, 121).await;
        let listed = bench.store.system().list_lost(10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].state.as_str(), listed[0].is_work), ("ambiguous", false));
        let id = said.delivery_id(bench.workspace).as_uuid();
        let mut tx = bench.write().await;
        assert!(!tx.replay_delivery(id, at(2), at(2)).await.unwrap(), "it goes on by itself");
        drop(tx);
        let claim = bench.start(200).await;
        bench.ambiguous(claim, 201, 321).await;
        assert_eq!(bench.look(&said).await.state, DeliveryState::Unconfirmed);

        let later = at(0) + TimeDelta::days(30);
        let mut tx = bench.write().await;
        assert!(tx.replay_delivery(id, later, later + TimeDelta::days(7)).await.unwrap());
        assert!(!tx.replay_delivery(id, later, later).await.unwrap(), "once");
        tx.commit().await.unwrap();

        let found = bench.look(&said).await;
        assert_eq!(found.state, DeliveryState::Pending);
        assert_eq!((found.attempts, found.crashes, found.is_resend), (2, 0, true));
        assert_eq!((found.available_at, found.expires_at), (later, later + TimeDelta::days(7)));
        assert!(bench.store.system().list_lost(10).await.unwrap().is_empty());
        let rows = bench.store.system().find_row(id).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].workspace, bench.workspace);
    }

    async fn messages_of_which_nobody_knows_are_counted_for_their_admins(bench) {
        bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 1, 121).await;
        let other = bench.install("T2").await;

        assert_eq!(bench.read().await.count_unknown(at(0)).await.unwrap(), (1, 0));
        let mut tx = bench.store.read(other).await.unwrap();
        assert_eq!(tx.count_unknown(at(0)).await.unwrap(), (0, 0));
    }
}
