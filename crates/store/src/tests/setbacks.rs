//! What follows where the database has forgotten what it knew.

use super::Bench;
use super::bench::{at, envelope};
use super::both_engines;
use crate::{DeliveryState, Setback};
use domain::effect::Envelope;

impl Bench {
    /// Puts something into the outbox that is due at one instant and may be sent from another on.
    async fn say_of(&self, to: &str, due: i64, available: i64) -> Envelope {
        let envelope = envelope(to);
        let mut tx = self.write().await;
        tx.insert_delivery(&envelope, at(available), at(due)).await.unwrap();
        tx.commit().await.unwrap();
        envelope
    }

    /// Says at `now` that what was due since an instant, and tried until `now`, may have been sent.
    async fn forgets(&self, since: i64, now: i64) -> u64 {
        let mut tx = self.write().await;
        let held = tx.record_forgotten((at(since), at(now)), at(now + 120), at(now)).await.unwrap();
        tx.commit().await.unwrap();
        held
    }
}

both_engines! {
    async fn what_could_have_been_sent_is_held_for_its_echo_and_sent_once_more(bench) {
        let said = bench.say_of("C1", 0, 0).await;
        let to_come = bench.say_of("C2", 900, 900).await;

        assert_eq!(bench.forgets(-600, 500).await, 1);

        let held = bench.look(&said).await;
        assert_eq!((held.state, held.attempts), (DeliveryState::Ambiguous, 1));
        assert_eq!(held.code.as_deref(), Some("forgotten"));
        assert_eq!(bench.look(&to_come).await.state, DeliveryState::Pending);
        assert!(bench.claim(619).await.is_empty());
        bench.start(620).await;
        assert!(bench.look(&said).await.is_resend, "a possible double is flagged");
    }

    async fn what_was_due_before_and_put_off_was_not_sent(bench) {
        let put_off = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.not_sent(claim, 1, 5000).await;
        let since = bench.look(&put_off).await;

        assert_eq!(bench.forgets(1000, 2000).await, 0, "due before what was forgotten, and waiting");
        assert_eq!(bench.look(&put_off).await, since);
        assert_eq!(bench.forgets(0, 2000).await, 1, "due in what was forgotten");
    }

    async fn what_another_replica_tried_since_it_noticed_is_known(bench) {
        bench.say("C1", at(0)).await;
        bench.start(100).await;
        let mut tx = bench.write().await;

        let held = tx.record_forgotten((at(0), at(99)), at(300), at(101)).await.unwrap();

        assert_eq!(held, 0);
    }

    async fn whoever_was_sending_what_was_forgotten_has_lost_it(bench) {
        let said = bench.say("C1", at(0)).await;
        let claim = bench.claim_one(0).await;

        assert_eq!(bench.forgets(0, 5).await, 1);

        assert_eq!(bench.sending(0, 6).await, []);
        assert!(!bench.sent(claim, 7).await);
        assert_eq!(bench.look(&said).await.state, DeliveryState::Ambiguous);
    }

    async fn a_repetition_of_which_nobody_knows_is_not_repeated_again(bench) {
        let said = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 1, 100).await;
        bench.start(100).await;

        assert_eq!(bench.forgets(0, 110).await, 1);

        assert_eq!(bench.look(&said).await.state, DeliveryState::Unconfirmed);
    }

    async fn the_last_work_tells_from_when_the_database_is(bench) {
        let system = bench.store.system();
        assert_eq!(system.find_last_work().await.unwrap(), None);
        bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        assert_eq!(system.find_last_work().await.unwrap(), None, "it is not over");

        assert!(bench.sent(claim, 7).await);

        assert_eq!(system.find_last_work().await.unwrap(), Some(at(7)));
    }

    async fn a_setback_is_listed_by_when_it_was_noticed(bench) {
        let setback = |noticed| Setback {
            noticed_at: at(noticed),
            lost_from: at(noticed - 60),
            lost_until: at(noticed),
            goes_further_back: false,
        };
        let system = bench.store.system();
        for noticed in [300, 100, 200, 200] {
            system.insert_setback(&setback(noticed)).await.unwrap();
        }

        let found = system.list_setbacks(at(200)).await.unwrap();

        assert_eq!(found, [setback(200), setback(300)]);
    }
}
