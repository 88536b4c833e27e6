//! The outbox: what becomes of one delivery.

use super::Bench;
use super::bench::{at, channel, envelope};
use super::both_engines;
use crate::{Claim, DeliveryRecord, DeliveryState, GivenUp};
use chrono::TimeDelta;
use domain::effect::Envelope;

impl Bench {
    /// Leases what is due for 30 seconds.
    pub(super) async fn claim(&self, seconds: i64) -> Vec<Claim> {
        self.store.system().claim_deliveries("w", at(seconds), at(seconds + 30), 50).await.unwrap()
    }

    /// Leases the one delivery that is due.
    pub(super) async fn claim_one(&self, seconds: i64) -> Claim {
        let claims = self.claim(seconds).await;
        assert_eq!(claims.len(), 1, "at {seconds}");
        claims[0]
    }

    /// Leases the one delivery that is due and says that it is being sent.
    pub(super) async fn start(&self, seconds: i64) -> Claim {
        let claim = self.claim_one(seconds).await;
        let mut tx = self.write().await;
        assert!(tx.record_sending(claim.delivery, claim.fence, at(seconds)).await.unwrap());
        tx.commit().await.unwrap();
        claim
    }

    pub(super) async fn look(&self, envelope: &Envelope) -> DeliveryRecord {
        let id = envelope.delivery_id(self.workspace);
        self.read().await.find_delivery(id).await.unwrap().unwrap()
    }

    pub(super) async fn ambiguous(&self, claim: Claim, seconds: i64, until: i64) {
        let mut tx = self.write().await;
        let done = tx
            .record_ambiguous(claim.delivery, claim.fence, at(until), "timeout", at(seconds))
            .await
            .unwrap();
        assert!(done);
        tx.commit().await.unwrap();
    }

    pub(super) async fn not_sent(&self, claim: Claim, seconds: i64, until: i64) {
        let mut tx = self.write().await;
        let done = tx
            .record_not_sent(claim.delivery, claim.fence, at(until), "ratelimited", at(seconds))
            .await
            .unwrap();
        assert!(done);
        tx.commit().await.unwrap();
    }

    pub(super) async fn sent(&self, claim: Claim, seconds: i64) -> bool {
        let mut tx = self.write().await;
        let done = tx
            .record_sent(claim.delivery, claim.fence, &channel("C1"), "1.1", at(seconds))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn echo(&self, envelope: &Envelope, seconds: i64) -> bool {
        let mut tx = self.write().await;
        let id = envelope.delivery_id(self.workspace);
        let news = tx.record_echo(id, &channel("C1"), "9.9", at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
        news
    }
}

both_engines! {
    async fn what_is_to_be_said_is_stored_once(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let mut tx = bench.write().await;

        assert!(!tx.insert_delivery(&envelope, at(5), at(5)).await.unwrap());

        let found = tx.find_delivery(envelope.delivery_id(bench.workspace)).await.unwrap().unwrap();
        assert_eq!(found.envelope, envelope);
        assert_eq!(found.state, DeliveryState::Pending);
        assert_eq!(found.available_at, at(0));
        assert_eq!(found.expires_at, at(0) + TimeDelta::days(7));
        assert_eq!((found.attempts, found.crashes, found.is_resend), (0, 0, false));
    }

    async fn a_delivery_is_leased_sent_and_finished(bench) {
        let envelope = bench.say("C1", at(0)).await;

        let claim = bench.start(0).await;
        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Sending);
        assert!(bench.sent(claim, 1).await);

        let found = bench.look(&envelope).await;
        assert_eq!(found.state, DeliveryState::Sent);
        assert_eq!(found.channel, Some(channel("C1")));
        assert_eq!(found.ts.as_deref(), Some("1.1"));
        assert_eq!(found.attempts, 1);
        assert!(bench.claim(1000).await.is_empty());
    }

    async fn nothing_is_leased_before_its_time(bench) {
        let envelope = envelope("C1");
        let mut tx = bench.write().await;
        tx.insert_delivery(&envelope, at(60), at(0)).await.unwrap();
        tx.commit().await.unwrap();

        assert!(bench.claim(59).await.is_empty());
        bench.claim_one(60).await;
    }

    async fn a_leased_delivery_is_not_leased_again(bench) {
        bench.say("C1", at(0)).await;
        bench.claim_one(0).await;

        assert!(bench.claim(29).await.is_empty());
    }

    async fn nothing_is_sent_after_the_lease_ran_out(bench) {
        bench.say("C1", at(0)).await;
        let claim = bench.claim_one(0).await;
        let mut tx = bench.write().await;

        assert!(!tx.record_sending(claim.delivery, claim.fence, at(30)).await.unwrap());
        assert!(!tx.record_sending(claim.delivery, claim.fence + 1, at(1)).await.unwrap());
        assert!(tx.record_sending(claim.delivery, claim.fence, at(29)).await.unwrap());
        assert!(!tx.record_sending(claim.delivery, claim.fence, at(29)).await.unwrap(), "twice");
    }

    async fn what_was_not_sent_waits_and_is_tried_again(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.not_sent(claim, 1, 20).await;

        assert!(bench.claim(19).await.is_empty());
        let again = bench.claim_one(20).await;

        assert_eq!(again.fence, claim.fence + 1);
        let found = bench.look(&envelope).await;
        assert_eq!(found.code.as_deref(), Some("ratelimited"));
        assert!(!found.is_resend);
    }

    async fn what_was_parked_with_a_code_can_be_released_before_its_time(bench) {
        let parked = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.not_sent(claim, 1, 3600).await;
        let release = async |code: &str, seconds: i64| {
            let mut tx = bench.write().await;
            let released = tx.release_parked(code, at(seconds)).await.unwrap();
            tx.commit().await.unwrap();
            released
        };

        assert_eq!(release("not_installed", 60).await, 0, "it waits for something else");
        assert_eq!(release("ratelimited", 60).await, 1);
        assert_eq!(release("ratelimited", 61).await, 0, "it is due already");

        let again = bench.claim_one(60).await;
        assert_eq!(again.delivery, parked.delivery_id(bench.workspace));
        assert_eq!(release("ratelimited", 62).await, 0, "somebody sends it");
    }

    async fn whoever_lost_the_lease_can_say_nothing(bench) {
        bench.say("C1", at(0)).await;
        let old = bench.claim_one(0).await;
        bench.claim_one(30).await;
        let mut tx = bench.write().await;
        let (id, fence, now) = (old.delivery, old.fence, at(31));

        assert!(!tx.record_sending(id, fence, now).await.unwrap());
        assert!(!tx.record_sent(id, fence, &channel("C1"), "1.1", now).await.unwrap());
        assert!(!tx.record_not_sent(id, fence, at(40), "x", now).await.unwrap());
        assert!(!tx.record_ambiguous(id, fence, at(40), "x", now).await.unwrap());
        assert!(!tx.record_given_up(id, fence, GivenUp::Failed, "x", now).await.unwrap());
        assert!(!tx.release_delivery(id, fence).await.unwrap());
    }

    async fn an_ambiguous_delivery_is_held_and_sent_once_more_at_most(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 10, 130).await;
        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Ambiguous);
        assert!(bench.claim(129).await.is_empty());

        let again = bench.start(130).await;
        assert!(bench.look(&envelope).await.is_resend);
        bench.ambiguous(again, 140, 260).await;

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Unconfirmed);
        assert_eq!(bench.look(&envelope).await.attempts, 2);
        assert!(bench.claim(100_000).await.is_empty());
    }

    async fn a_repetition_that_was_not_sent_is_still_the_repetition(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 10, 130).await;
        let again = bench.start(130).await;
        bench.not_sent(again, 131, 140).await;

        let third = bench.start(140).await;
        assert!(bench.look(&envelope).await.is_resend);
        bench.ambiguous(third, 141, 300).await;

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Unconfirmed);
    }

    async fn the_echo_of_an_ambiguous_delivery_ends_it_as_sent(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 10, 130).await;

        assert!(bench.echo(&envelope, 11).await);

        let found = bench.look(&envelope).await;
        assert_eq!(found.state, DeliveryState::Sent);
        assert_eq!(found.ts.as_deref(), Some("9.9"));
        assert!(bench.claim(1000).await.is_empty());
        assert!(!bench.echo(&envelope, 12).await, "it is news once");
    }

    async fn an_echo_that_is_faster_than_the_answer_changes_nothing_for_the_sender(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;

        assert!(bench.echo(&envelope, 1).await);

        assert!(bench.sent(claim, 2).await);
        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Sent);
    }

    async fn an_echo_between_lease_and_repetition_stops_the_repetition(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 10, 130).await;
        let again = bench.claim_one(130).await;

        assert!(bench.echo(&envelope, 131).await);

        let mut tx = bench.write().await;
        assert!(!tx.record_sending(again.delivery, again.fence, at(132)).await.unwrap());
    }

    async fn an_echo_of_what_was_never_tried_is_not_believed(bench) {
        let envelope = bench.say("C1", at(0)).await;

        assert!(!bench.echo(&envelope, 1).await);

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Pending);
    }

    async fn a_worker_that_died_while_sending_leaves_an_ambiguous_delivery(bench) {
        let envelope = bench.say("C1", at(0)).await;
        bench.start(0).await;

        assert!(bench.claim(30).await.is_empty());

        let found = bench.look(&envelope).await;
        assert_eq!(found.state, DeliveryState::Ambiguous);
        assert_eq!((found.crashes, found.attempts), (1, 1));
        assert_eq!(found.available_at, at(150), "held for two minutes");
        assert!(bench.claim(149).await.is_empty());
        bench.claim_one(150).await;
        assert!(bench.look(&envelope).await.is_resend);
    }

    async fn a_worker_that_died_while_repeating_ends_it_unconfirmed(bench) {
        let envelope = bench.say("C1", at(0)).await;
        bench.start(0).await;
        bench.claim(30).await;
        bench.start(150).await;

        assert!(bench.claim(180).await.is_empty());

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Unconfirmed);
    }

    async fn a_sender_that_comes_back_late_is_believed(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.claim(30).await;
        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Ambiguous);

        assert!(bench.sent(claim, 31).await);

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Sent);
    }

    async fn a_worker_that_died_before_sending_costs_no_attempt(bench) {
        let envelope = bench.say("C1", at(0)).await;
        bench.claim_one(0).await;

        bench.claim_one(30).await;

        let found = bench.look(&envelope).await;
        assert_eq!((found.crashes, found.attempts), (1, 0));
        assert_eq!(found.state, DeliveryState::Pending);
    }

    async fn a_delivery_over_which_three_workers_died_is_quarantined(bench) {
        let envelope = bench.say("C1", at(0)).await;
        for crash in 0..3 {
            bench.claim_one(crash * 30).await;
        }

        assert!(bench.claim(90).await.is_empty());

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Quarantined);
    }

    async fn a_lease_that_is_given_back_is_no_crash(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let claim = bench.claim_one(0).await;
        let mut tx = bench.write().await;
        assert!(tx.release_delivery(claim.delivery, claim.fence).await.unwrap());
        tx.commit().await.unwrap();

        bench.claim_one(1).await;

        assert_eq!(bench.look(&envelope).await.crashes, 0);
    }

    async fn what_is_given_up_is_finished_with_its_reason(bench) {
        for (end, state) in [
            (GivenUp::Expired, DeliveryState::Expired),
            (GivenUp::Failed, DeliveryState::Failed),
            (GivenUp::Dropped, DeliveryState::Dropped),
        ] {
            let envelope = bench.say("C1", at(0)).await;
            let claim = bench.claim_one(0).await;
            let mut tx = bench.write().await;
            assert!(
                tx.record_given_up(claim.delivery, claim.fence, end, "code", at(1)).await.unwrap()
            );
            tx.commit().await.unwrap();

            let found = bench.look(&envelope).await;
            assert_eq!(found.state, state);
            assert_eq!(found.code.as_deref(), Some("code"));
        }
    }
}
