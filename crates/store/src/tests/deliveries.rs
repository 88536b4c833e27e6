//! The outbox: what becomes of one delivery.

use super::Bench;
use super::bench::{at, channel, envelope, user};
use super::both_engines;
use super::people::person;
use crate::id::new_id;
use crate::{Claim, Claiming, DeliveryRecord, DeliveryState, GivenUp, SentDelivery};
use chrono::TimeDelta;
use domain::effect::{Call, Envelope, Recipient, TurnEffect};
use domain::ids::{DeliveryId, RotationId, UserId};

impl Bench {
    /// Leases what is due in every workspace for 30 seconds, after the lost leases were counted.
    pub(super) async fn claim(&self, seconds: i64) -> Vec<Claim> {
        self.store.system().count_delivery_crashes(at(seconds)).await.unwrap();
        let mut claims = self.claim_up_to(50, false, seconds).await;
        claims.extend(self.claim_up_to(1, true, seconds).await);
        claims
    }

    /// Leases up to so many of each workspace, whole or those over which a worker died.
    pub(super) async fn claim_up_to(&self, limit: u32, alone: bool, seconds: i64) -> Vec<Claim> {
        let mut claims = Vec::new();
        for workspace in self.store.system().list_due_workspaces(at(seconds)).await.unwrap() {
            let mut tx = self.store.write(workspace).await.unwrap();
            let by = format!("w{seconds}");
            let claiming = Claiming {
                by: &by,
                until: at(seconds + 30),
                limit,
                alone,
                leave_out: &[],
                new_only: false,
            };
            let claimed = tx.claim_deliveries(&claiming, at(seconds)).await.unwrap();
            tx.commit().await.unwrap();
            claims.extend(claimed.iter().map(|claimed| claimed.claim));
        }
        claims
    }

    /// Says that what was leased at `claimed` is being sent; returns what may be.
    pub(super) async fn sending(&self, claimed: i64, seconds: i64) -> Vec<DeliveryId> {
        let mut tx = self.write().await;
        let marked = tx.record_sending(&format!("w{claimed}"), at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
        marked
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
        assert_eq!(self.sending(seconds, seconds).await, [claim.delivery]);
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
        let done = tx.record_all_sent(&[sent_in_c1(claim)], at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
        done == 1
    }

    async fn echo(&self, envelope: &Envelope, seconds: i64) -> bool {
        let mut tx = self.write().await;
        let id = envelope.delivery_id(self.workspace);
        let news = tx.record_echo(id, &channel("C1"), "9.9", at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
        news
    }
}

fn sent_in_c1(claim: Claim) -> SentDelivery {
    SentDelivery { claim, channel: channel("C1"), ts: String::from("1.1") }
}

/// Has what was said in a channel mended, from an instant on.
async fn mended(bench: &Bench, to: &str, seconds: i64) {
    let mended = Envelope::new(
        TurnEffect::UnassignedResolved {
            rotation: RotationId::new(new_id(at(seconds))),
            planned_at: at(0),
            day: at(0).date_naive(),
            again: None,
            user: user("UANA"),
        },
        Recipient::Channel(channel(to)),
    );
    let mut tx = bench.write().await;
    tx.insert_delivery(&mended, at(seconds), at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
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

        assert_eq!(bench.sending(0, 30).await, []);
        assert_eq!(bench.sending(1, 1).await, [], "nothing was leased under that name");
        assert_eq!(bench.sending(0, 29).await, [claim.delivery]);
        assert_eq!(bench.sending(0, 29).await, [], "twice");
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

        assert_eq!(tx.record_sending("w0", now).await.unwrap(), []);
        assert_eq!(tx.record_all_sent(&[sent_in_c1(old)], now).await.unwrap(), 0);
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
        bench.claim_one(130).await;

        assert!(bench.echo(&envelope, 131).await);

        assert_eq!(bench.sending(130, 132).await, []);
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
            (GivenUp::Unconfirmed, DeliveryState::Unconfirmed),
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

    async fn a_neighbour_of_the_row_that_kills_its_worker_is_not_quarantined(bench) {
        let poison = bench.say("C1", at(0)).await;
        let neighbour = bench.say("C2", at(0)).await;
        assert_eq!(bench.claim(0).await.len(), 2, "both are under way when the worker dies");

        for crash in 1..3 {
            let now = crash * 30;
            bench.store.system().count_delivery_crashes(at(now)).await.unwrap();
            assert_eq!(bench.claim_up_to(50, false, now).await, [], "a suspect is leased alone");
            let suspect = bench.claim_up_to(1, true, now).await;
            assert_eq!(suspect[0].delivery, poison.delivery_id(bench.workspace));
        }
        let left = bench.claim(90).await;

        assert_eq!(bench.look(&poison).await.state, DeliveryState::Quarantined);
        assert_eq!(left.len(), 1);
        assert_eq!(bench.look(&neighbour).await.crashes, 1);
    }

    async fn a_replica_that_comes_back_takes_back_what_it_had(bench) {
        let mine = bench.say("C1", at(0)).await;
        bench.claim_one(0).await;
        let system = bench.store.system();

        let other = system.take_back_deliveries("x", at(1)).await.unwrap();
        let own = system.take_back_deliveries("w", at(1)).await.unwrap();

        let is_shared = bench.store.is_shared();
        assert_eq!((other, own), if is_shared { (0, 1) } else { (1, 0) });
        assert_eq!(bench.look(&mine).await.crashes, 1);
        bench.claim_one(1).await;
    }

    async fn a_lease_that_ends_later_than_any_can_is_lost(bench) {
        let envelope = bench.say("C1", at(0)).await;
        bench.claim_one(0).await;

        // The clock went back by an hour.
        bench.claim(-3600).await;

        assert_eq!(bench.look(&envelope).await.crashes, 1);
    }

    async fn a_channel_is_posted_in_once_a_second_whoever_does_it(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C1", at(0)).await;
        let first = bench.start(0).await;
        bench.sent(first, 5).await;

        assert!(bench.claim(5).await.is_empty());
        let next = bench.write().await.next_delivery_change(at(5)).await.unwrap();

        assert_eq!(next, Some(at(6)));
        bench.claim_one(6).await;
    }

    async fn nothing_of_a_channel_is_leased_while_anything_of_it_is_under_way(bench) {
        // It comes first by its order, and becomes due while the other is under way.
        bench.say("C1", at(6)).await;
        bench.say("C1", at(0)).await;
        let other = bench.claim_one(1).await;

        assert_eq!(bench.claim(6).await, []);

        bench.sending(1, 6).await;
        assert!(bench.sent(other, 6).await);
        assert_eq!(bench.claim(6).await, []);
        assert_eq!(bench.claim(7).await.len(), 1);
    }

    async fn a_call_that_slack_wants_left_alone_is_left_alone(bench) {
        let envelope = bench.say("C1", at(0)).await;
        let mut tx = bench.write().await;
        tx.record_limit(Call::Post.as_str(), at(40)).await.unwrap();
        tx.record_limit(Call::Post.as_str(), at(20)).await.unwrap();
        tx.commit().await.unwrap();
        let other = bench.install("T2").await;
        bench.say_in(other, "C1", at(0)).await;

        let claimed = bench.claim(10).await;
        let mut tx = bench.write().await;

        assert_eq!(claimed.len(), 1, "another workspace does not wait");
        assert_eq!(tx.list_limits(at(10)).await.unwrap(), [(String::from("post"), at(40))]);
        assert_eq!(tx.next_delivery_change(at(10)).await.unwrap(), Some(at(40)));
        drop(tx);
        let later = bench.claim_up_to(9, false, 40).await;
        assert!(later.iter().any(|it| it.delivery == envelope.delivery_id(bench.workspace)));
    }

    async fn what_is_left_out_waits(bench) {
        bench.say("C1", at(0)).await;
        let mut tx = bench.write().await;
        let claiming =
            Claiming { by: "w", until: at(30), limit: 9, alone: false, leave_out: &[Call::Post], new_only: false };

        assert_eq!(tx.claim_deliveries(&claiming, at(0)).await.unwrap(), []);
        let claiming = Claiming { leave_out: &[Call::Home], ..claiming };
        assert_eq!(tx.claim_deliveries(&claiming, at(0)).await.unwrap().len(), 1);
    }

    async fn where_what_is_new_is_wanted_alone_mending_waits_for_a_minute(bench) {
        mended(&bench, "C1", 0).await;
        let claiming = |seconds: i64| Claiming {
            by: "w",
            until: at(seconds + 30),
            limit: 9,
            alone: false,
            leave_out: &[],
            new_only: true,
        };
        let mut tx = bench.write().await;

        assert_eq!(tx.claim_deliveries(&claiming(59), at(59)).await.unwrap(), []);
        assert_eq!(tx.claim_deliveries(&claiming(60), at(60)).await.unwrap().len(), 1);
    }

    async fn mending_what_was_said_keeps_nothing_new_waiting(bench) {
        mended(&bench, "C1", 0).await;
        let new = bench.say("C1", at(1)).await;
        mended(&bench, "C1", 2).await;

        let first = bench.claim_up_to(9, false, 2).await;

        let ids: Vec<_> = first.iter().map(|claim| claim.delivery).collect();
        assert!(ids.contains(&new.delivery_id(bench.workspace)), "{ids:?}");
        assert_eq!(ids.len(), 2, "the later of those that mend waits for both");
    }

    async fn what_is_new_is_said_before_what_was_said_is_mended_for_a_minute(bench) {
        for (begin, is_first) in [(10, true), (70, false)] {
            mended(&bench, "C1", 0).await;
            let new = bench.say(&format!("C{begin}"), at(begin)).await;

            let first = bench.claim_up_to(1, false, begin).await;
            let second = bench.claim_up_to(1, false, begin).await;

            let is_new = |it: &Claim| it.delivery == new.delivery_id(bench.workspace);
            assert_eq!(first.iter().map(is_new).collect::<Vec<_>>(), [is_first], "{begin}");
            assert_eq!(second.iter().map(is_new).collect::<Vec<_>>(), [!is_first], "{begin}");
            for claim in [first, second].concat() {
                bench.sending(begin, begin).await;
                assert!(bench.sent(claim, begin).await);
            }
        }
    }

    async fn many_that_were_sent_are_recorded_at_once(bench) {
        let envelopes = [bench.say("C1", at(0)).await, bench.say("C2", at(0)).await];
        let claims = bench.claim(0).await;
        bench.sending(0, 0).await;
        let sent: Vec<SentDelivery> = claims
            .iter()
            .map(|claim| SentDelivery { claim: *claim, channel: channel("C7"), ts: String::from("7.7") })
            .collect();
        let lost = SentDelivery { claim: Claim { fence: 9, ..sent[0].claim }, ..sent[0].clone() };
        let mut tx = bench.write().await;

        assert_eq!(tx.record_all_sent(&[lost], at(1)).await.unwrap(), 0);
        assert_eq!(tx.record_all_sent(&sent, at(1)).await.unwrap(), 2);
        tx.commit().await.unwrap();

        for envelope in &envelopes {
            let found = bench.look(envelope).await;
            assert_eq!(found.state, DeliveryState::Sent);
            assert_eq!(found.channel, Some(channel("C7")));
            assert_eq!((found.ts.as_deref(), found.tried_at), (Some("7.7"), Some(at(0))));
        }
    }

    async fn where_people_are_written_to_is_read_ahead(bench) {
        let (known, stranger) = (UserId::new("U1"), UserId::new("U9"));
        let mut tx = bench.write().await;
        tx.upsert_person(&person("U1")).await.unwrap();
        tx.record_direct(&known, Some(&channel("D1"))).await.unwrap();

        tx.foresee(&[], &[known.clone(), stranger.clone()], at(0)).await.unwrap();

        assert_eq!(tx.find_direct(&known).await.unwrap(), Some(channel("D1")));
        assert_eq!(tx.find_direct(&stranger).await.unwrap(), None);
        tx.record_direct(&known, Some(&channel("D2"))).await.unwrap();
        assert_eq!(tx.find_direct(&known).await.unwrap(), Some(channel("D2")));
    }

    async fn where_a_person_is_written_to_is_remembered(bench) {
        let (known, stranger) = (UserId::new("U1"), UserId::new("U9"));
        let mut tx = bench.write().await;
        tx.upsert_person(&person("U1")).await.unwrap();
        tx.record_direct(&known, Some(&channel("D1"))).await.unwrap();
        tx.record_direct(&stranger, Some(&channel("D9"))).await.unwrap();

        assert_eq!(tx.find_direct(&known).await.unwrap(), Some(channel("D1")));
        assert_eq!(tx.find_direct(&stranger).await.unwrap(), None, "of strangers nothing is kept");
        tx.record_direct(&known, None).await.unwrap();
        assert_eq!(tx.find_direct(&known).await.unwrap(), None);
    }
}
