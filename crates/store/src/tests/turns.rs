//! Turns.

use super::Bench;
use super::bench::{at, user};
use super::both_engines;
use crate::{SkipCode, SkipRecord, StoreError, TurnRecord, TurnState};
use chrono::{DateTime, Utc};
use domain::engine::{Seat, SeatedBy};
use domain::ids::RotationId;

pub(super) fn turn(rotation: RotationId, planned_at: DateTime<Utc>) -> TurnRecord {
    TurnRecord {
        rotation,
        planned_at,
        ends_at: planned_at + chrono::TimeDelta::seconds(100),
        number: 3,
        seats: vec![Seat { user: user("UANA"), by: SeatedBy::Order }],
        state: TurnState::Served,
        skips: vec![
            SkipRecord {
                user: user("UBEN"),
                reason: SkipCode::Away,
                share: Some(0.6),
                until: Some(at(500)),
            },
            SkipRecord {
                user: user("UCHO"),
                reason: SkipCode::Deactivated,
                share: None,
                until: None,
            },
        ],
        seen_at: None,
    }
}

/// Stores a rotation with turns at 0, 100 and 200 seconds.
async fn with_turns(bench: &Bench) -> RotationId {
    let rotation = bench.rotation("support").await.id;
    let mut tx = bench.write().await;
    for seconds in [200, 0, 100] {
        assert!(tx.insert_turn(&turn(rotation, at(seconds))).await.unwrap());
    }
    tx.commit().await.unwrap();
    rotation
}

both_engines! {
    async fn a_turn_comes_back_as_it_was(bench) {
        let rotation = with_turns(&bench).await;
        let mut tx = bench.read().await;

        let found = tx.find_turn(rotation, at(100)).await.unwrap();

        assert_eq!(found, Some(turn(rotation, at(100))));
        assert_eq!(tx.find_turn(rotation, at(101)).await.unwrap(), None);
    }

    async fn a_turn_is_stored_once(bench) {
        let rotation = with_turns(&bench).await;
        let mut tx = bench.write().await;
        let again = TurnRecord { seats: Vec::new(), ..turn(rotation, at(100)) };

        assert!(!tx.insert_turn(&again).await.unwrap());

        assert_eq!(tx.find_turn(rotation, at(100)).await.unwrap(), Some(turn(rotation, at(100))));
    }

    async fn the_turn_at_an_instant_is_the_latest_that_began(bench) {
        let rotation = with_turns(&bench).await;
        let mut tx = bench.read().await;

        for (instant, planned) in [(0, 0), (99, 0), (100, 100), (250, 200), (9999, 200)] {
            let found = tx.find_turn_at(rotation, at(instant)).await.unwrap().unwrap();
            assert_eq!(found.planned_at, at(planned), "at {instant}");
        }
        assert_eq!(tx.find_turn_at(rotation, at(-1)).await.unwrap(), None);
    }

    async fn instants_are_exact_to_the_microsecond(bench) {
        let rotation = with_turns(&bench).await;
        let instant = at(300) + chrono::TimeDelta::microseconds(123_456);
        let mut tx = bench.write().await;
        tx.insert_turn(&turn(rotation, instant)).await.unwrap();
        tx.insert_turn(&turn(rotation, at(300))).await.unwrap();

        let before = instant - chrono::TimeDelta::microseconds(1);

        assert!(tx.find_turn(rotation, instant).await.unwrap().is_some());
        let found = tx.find_turn_at(rotation, before).await.unwrap().unwrap();
        assert_eq!(found.planned_at, at(300));
    }

    async fn turns_are_listed_from_and_until_in_order(bench) {
        let rotation = with_turns(&bench).await;

        let listed = bench.read().await.list_turns(rotation, at(0), at(200)).await.unwrap();

        let planned: Vec<_> = listed.iter().map(|turn| turn.planned_at).collect();
        assert_eq!(planned, [at(0), at(100)]);
    }

    async fn the_last_turns_before_an_instant_come_newest_first(bench) {
        let rotation = with_turns(&bench).await;
        let mut tx = bench.read().await;
        let planned = |turns: Vec<TurnRecord>| -> Vec<DateTime<Utc>> {
            turns.iter().map(|turn| turn.planned_at).collect()
        };

        let two = tx.list_turns_before(rotation, at(150), 2).await.unwrap();
        let one = tx.list_turns_before(rotation, at(100), 5).await.unwrap();
        let none = tx.list_turns_before(rotation, at(0), 5).await.unwrap();

        assert_eq!(planned(two), [at(100), at(0)]);
        assert_eq!(planned(one), [at(0)]);
        assert_eq!(planned(none), Vec::<DateTime<Utc>>::new());
    }

    async fn what_was_read_ahead_answers_as_the_database_does(bench) {
        let rotation = with_turns(&bench).await;
        let resting = bench.rotation("resting").await.id;
        let mut tx = bench.write().await;
        tx.insert_turn(&turn(resting, at(0))).await.unwrap();
        tx.commit().await.unwrap();
        let mut asked = bench.read().await;
        let mut foreseen = bench.read().await;

        foreseen.foresee(&[rotation, resting], &[], at(100)).await.unwrap();
        foreseen.foresee_turns().await.unwrap();

        for rotation in [rotation, resting] {
            for instant in [0, 50, 99, 100, 150, 200, 250].map(at) {
                let known = foreseen.find_turn(rotation, instant).await.unwrap();
                assert_eq!(known, asked.find_turn(rotation, instant).await.unwrap(), "{instant}");
                let known = foreseen.find_turn_at(rotation, instant).await.unwrap();
                assert_eq!(known, asked.find_turn_at(rotation, instant).await.unwrap(), "{instant}");
            }
        }
    }

    async fn what_was_read_ahead_is_forgotten_when_it_changes(bench) {
        let rotation = with_turns(&bench).await;
        let mut tx = bench.write().await;
        tx.foresee(&[rotation], &[], at(0)).await.unwrap();
        tx.foresee_turns().await.unwrap();

        tx.insert_turn(&turn(rotation, at(300))).await.unwrap();
        assert!(tx.find_turn(rotation, at(300)).await.unwrap().is_some());
        tx.foresee_turns().await.unwrap();
        tx.record_seen(rotation, at(300), at(310)).await.unwrap();
        let seen = tx.find_turn_at(rotation, at(310)).await.unwrap().unwrap();
        assert_eq!(seen.seen_at, Some(at(310)));
        tx.foresee_turns().await.unwrap();
        tx.update_turn(&TurnRecord { seats: Vec::new(), ..turn(rotation, at(300)) }).await.unwrap();
        let given_up = tx.find_turn(rotation, at(300)).await.unwrap().unwrap();
        assert_eq!(given_up.seats, []);
    }

    async fn a_turn_of_another_workspaces_rotation_is_refused(bench) {
        let rotation = with_turns(&bench).await;
        let other = bench.install("T2").await;
        let mut tx = bench.store.write(other).await.unwrap();

        let error = tx.insert_turn(&turn(rotation, at(0))).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
}
