//! Coverage of turns.

use super::bench::{at, user};
use super::both_engines;
use crate::{CoverageKind, CoverageRecord, StoreError, new_id};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{CoverRequestId, CoverageId, RotationId, UserId};
use domain::interval::Interval;

/// Returns cover of Ana by Cho for a hundred seconds of a turn that is planned for that instant.
pub(super) fn coverage(rotation: RotationId, planned_at: DateTime<Utc>) -> CoverageRecord {
    CoverageRecord {
        id: CoverageId::new(new_id(at(0))),
        rotation,
        planned_at,
        of: Some(user("UANA")),
        user: user("UCHO"),
        kind: CoverageKind::Take,
        request: None,
        starts_at: planned_at,
        ends_at: planned_at + TimeDelta::seconds(100),
        by: user("UCHO"),
        created_at: at(1),
        undone: None,
    }
}

fn again(cover: &CoverageRecord, of: Option<UserId>, by: &str) -> CoverageRecord {
    CoverageRecord { id: CoverageId::new(new_id(at(0))), of, user: user(by), ..cover.clone() }
}

fn window(from: i64, until: i64) -> Interval {
    Interval::new(at(from), at(until)).unwrap()
}

both_engines! {
    async fn coverage_comes_back_as_it_was_also_of_a_turn_that_has_not_begun(bench) {
        let rotation = bench.rotation("support").await.id;
        let request = CoverRequestId::new(new_id(at(0)));
        let cover = CoverageRecord {
            request: Some(request),
            kind: CoverageKind::Claim,
            ..coverage(rotation, at(900))
        };
        let mut tx = bench.write().await;

        tx.insert_coverage(&cover).await.unwrap();

        assert_eq!(tx.find_coverage(cover.id).await.unwrap().as_ref(), Some(&cover));
        let none_of_ours = CoverageId::new(new_id(at(0)));
        assert_eq!(tx.find_coverage(none_of_ours).await.unwrap(), None);
        assert_eq!(tx.list_coverages_for(request).await.unwrap(), [cover]);
        let other = CoverRequestId::new(new_id(at(0)));
        assert!(tx.list_coverages_for(other).await.unwrap().is_empty());
    }

    async fn of_two_who_cover_the_same_person_from_the_same_instant_the_first_does(bench) {
        let rotation = bench.rotation("support").await.id;
        let first = coverage(rotation, at(100));
        let mut tx = bench.write().await;
        tx.insert_coverage(&first).await.unwrap();

        let error = tx.insert_coverage(&again(&first, first.of.clone(), "UBEN")).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "coverages_window" });
        assert_eq!(tx.list_coverages(rotation, window(100, 200)).await.unwrap(), [first]);
    }

    async fn another_persons_time_and_a_free_seat_are_covered_beside_it(bench) {
        let rotation = bench.rotation("support").await.id;
        let first = coverage(rotation, at(100));
        let of_ben = again(&first, Some(user("UBEN")), "UDAN");
        let of_nobody = again(&first, None, "UEVE");
        let mut tx = bench.write().await;
        for cover in [&first, &of_ben, &of_nobody] {
            tx.insert_coverage(cover).await.unwrap();
        }

        let error = tx.insert_coverage(&again(&first, None, "UFAY")).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "coverages_window" });
        let listed = tx.list_coverages(rotation, window(100, 200)).await.unwrap();
        assert_eq!(listed, [first, of_ben, of_nobody]);
    }

    async fn coverage_is_listed_where_it_touches_the_window(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        tx.insert_coverage(&coverage(rotation, at(100))).await.unwrap();

        for (from, until, expected) in [(0, 100, 0), (0, 101, 1), (199, 300, 1), (200, 300, 0)] {
            let listed = tx.list_coverages(rotation, window(from, until)).await.unwrap();
            assert_eq!(listed.len(), expected, "{from} to {until}");
        }
        assert_eq!(tx.list_coverages_since(at(199)).await.unwrap().len(), 1);
        assert!(tx.list_coverages_since(at(200)).await.unwrap().is_empty());
    }

    async fn what_was_undone_is_found_and_listed_no_more_and_its_place_is_free(bench) {
        let rotation = bench.rotation("support").await.id;
        let request = CoverRequestId::new(new_id(at(0)));
        let first = CoverageRecord { request: Some(request), ..coverage(rotation, at(100)) };
        let second = again(&first, first.of.clone(), "UBEN");
        let mut tx = bench.write().await;
        tx.insert_coverage(&first).await.unwrap();

        assert!(tx.undo_coverage(first.id, &user("UANA"), at(50)).await.unwrap());
        assert!(!tx.undo_coverage(first.id, &user("UCHO"), at(51)).await.unwrap());
        assert!(!tx.record_coverage_end(first.id, at(150)).await.unwrap());

        let undone = CoverageRecord { undone: Some((user("UANA"), at(50))), ..first.clone() };
        assert_eq!(tx.find_coverage(first.id).await.unwrap(), Some(undone));
        assert!(tx.list_coverages(rotation, window(0, 900)).await.unwrap().is_empty());
        assert!(tx.list_coverages_since(at(0)).await.unwrap().is_empty());
        assert!(tx.list_coverages_for(request).await.unwrap().is_empty());
        tx.insert_coverage(&second).await.unwrap();
        assert_eq!(tx.list_coverages(rotation, window(0, 900)).await.unwrap(), [second]);
    }

    async fn coverage_without_time_is_listed_nowhere(bench) {
        let rotation = bench.rotation("support").await.id;
        let cover = CoverageRecord { ends_at: at(100), ..coverage(rotation, at(100)) };
        let mut tx = bench.write().await;
        tx.insert_coverage(&cover).await.unwrap();

        assert!(tx.list_coverages(rotation, window(0, 900)).await.unwrap().is_empty());
        assert!(tx.list_coverages_since(at(0)).await.unwrap().is_empty());
    }

    async fn coverage_in_another_workspaces_rotation_is_refused(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.install("T2").await;
        let mut tx = bench.store.write(other).await.unwrap();

        let error = tx.insert_coverage(&coverage(rotation, at(100))).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert_eq!(tx.commit().await.unwrap_err(), StoreError::Aborted);
    }
}
