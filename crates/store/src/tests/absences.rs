//! Absences.

use super::bench::{at, user};
use super::both_engines;
use crate::{AbsenceRecord, AbsenceSource, new_id};
use chrono::NaiveDate;
use domain::absence::Span;
use domain::ids::AbsenceId;

pub(super) fn absence(who: &str, starts: i64, ends: Option<i64>) -> AbsenceRecord {
    AbsenceRecord {
        id: AbsenceId::new(new_id(at(0))),
        user: user(who),
        source: AbsenceSource::Manual,
        rotation: None,
        span: Span::days(
            NaiveDate::from_ymd_opt(2026, 6, 8).unwrap(),
            NaiveDate::from_ymd_opt(2026, 6, 12).unwrap(),
        ),
        zone: String::from("Europe/Berlin"),
        is_available: false,
        label: None,
        is_flagged: false,
        starts_at: at(starts),
        ends_at: ends.map(at),
        entered_by: Some(user("UANA")),
        created_at: at(0),
    }
}

both_engines! {
    async fn an_absence_comes_back_as_it_was_until_it_is_deleted(bench) {
        let stored = absence("UBEN", 0, Some(100));
        let mut tx = bench.write().await;
        tx.insert_absence(&stored).await.unwrap();

        assert_eq!(tx.find_absence(stored.id).await.unwrap().as_ref(), Some(&stored));
        assert!(tx.delete_absence(stored.id).await.unwrap());
        assert!(!tx.delete_absence(stored.id).await.unwrap());
        assert_eq!(tx.find_absence(stored.id).await.unwrap(), None);
    }

    async fn absences_are_listed_where_they_touch_the_window(bench) {
        let closed = absence("UBEN", 100, Some(200));
        let open = absence("UBEN", 300, None);
        let mut tx = bench.write().await;
        tx.insert_absence(&open).await.unwrap();
        tx.insert_absence(&closed).await.unwrap();
        tx.insert_absence(&absence("UCHO", 100, Some(200))).await.unwrap();

        for (from, until, expected) in [
            (0, Some(100), vec![]),
            (0, Some(101), vec![&closed]),
            (199, Some(300), vec![&closed]),
            (200, Some(300), vec![]),
            (0, None, vec![&closed, &open]),
            (5000, None, vec![&open]),
        ] {
            let listed =
                tx.list_absences(&[user("UBEN")], at(from), until.map(at)).await.unwrap();
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{from} to {until:?}");
        }
    }

    async fn nobody_has_no_absences(bench) {
        let mut tx = bench.write().await;
        tx.insert_absence(&absence("UBEN", 0, None)).await.unwrap();

        assert!(tx.list_absences(&[], at(0), None).await.unwrap().is_empty());
    }

    async fn an_absence_cannot_be_deleted_from_another_workspace(bench) {
        let stored = absence("UBEN", 0, None);
        let mut tx = bench.write().await;
        tx.insert_absence(&stored).await.unwrap();
        tx.commit().await.unwrap();
        let other = bench.install("T2").await;

        let mut tx = bench.store.write(other).await.unwrap();

        assert!(!tx.delete_absence(stored.id).await.unwrap());
        assert_eq!(tx.find_absence(stored.id).await.unwrap(), None);
    }

    async fn an_absence_of_one_rotation_comes_back_as_it_was_and_goes_with_the_rotation(bench) {
        let rotation = bench.rotation("support").await.id;
        let everywhere = absence("UBEN", 0, None);
        let skip = AbsenceRecord {
            source: AbsenceSource::Skip,
            rotation: Some(rotation),
            ..absence("UBEN", 0, Some(100))
        };
        let mut tx = bench.write().await;
        tx.insert_absence(&everywhere).await.unwrap();
        tx.insert_absence(&skip).await.unwrap();
        assert_eq!(tx.find_absence(skip.id).await.unwrap().as_ref(), Some(&skip));
        let listed = tx.list_absences(&[user("UBEN")], at(0), None).await.unwrap();
        assert_eq!(listed, [everywhere.clone(), skip]);

        tx.record_rotation_deleted(rotation, at(5)).await.unwrap();
        assert_eq!(tx.erase_deleted_rotations(at(6)).await.unwrap(), 1);

        let listed = tx.list_absences(&[user("UBEN")], at(0), None).await.unwrap();
        assert_eq!(listed, [everywhere]);
    }
}
