//! Requests for cover, and who cannot.

use super::bench::{at, channel, user};
use super::both_engines;
use crate::{
    CoverAnswer, CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverWord, StoreError,
    new_id,
};
use domain::ids::{CoverRequestId, RotationId};
use domain::interval::Interval;

fn request(rotation: RotationId, from: i64, until: i64) -> CoverRequestRecord {
    CoverRequestRecord {
        id: CoverRequestId::new(new_id(at(0))),
        rotation,
        of: user("UANA"),
        planned_at: at(0),
        starts_at: at(from),
        ends_at: at(until),
        state: CoverRequestState::Open,
        origin: CoverRequestOrigin::Absence,
        occasion: 0,
        made_by: user("UANA"),
        made_at: at(1),
        closed_by: None,
        closed_at: None,
        channel: channel("C1"),
    }
}

fn answer(request: CoverRequestId, who: &str, at_second: i64) -> CoverAnswer {
    CoverAnswer { request, user: user(who), word: CoverWord::Cannot, answered_at: at(at_second) }
}

both_engines! {
    async fn a_request_comes_back_as_it_was_and_as_it_was_changed(bench) {
        let rotation = bench.rotation("support").await.id;
        let made = request(rotation, 100, 200);
        let mut tx = bench.write().await;
        tx.insert_cover_request(&made).await.unwrap();
        assert_eq!(tx.find_cover_request(made.id).await.unwrap().as_ref(), Some(&made));
        let changed = CoverRequestRecord {
            planned_at: at(90),
            state: CoverRequestState::Dismissed,
            origin: CoverRequestOrigin::Arranged,
            occasion: 3,
            made_by: user("UBEN"),
            made_at: at(60),
            closed_by: Some(user("UCHO")),
            closed_at: Some(at(70)),
            channel: channel("C2"),
            ..made.clone()
        };

        assert!(tx.update_cover_request(&changed).await.unwrap());

        assert_eq!(tx.find_cover_request(made.id).await.unwrap(), Some(changed));
        assert!(!tx.update_cover_request(&request(rotation, 100, 200)).await.unwrap());
    }

    async fn there_is_one_request_for_each_person_and_window(bench) {
        let rotation = bench.rotation("support").await.id;
        let made = CoverRequestRecord {
            state: CoverRequestState::Dismissed,
            ..request(rotation, 100, 200)
        };
        let mut tx = bench.write().await;
        tx.insert_cover_request(&made).await.unwrap();

        let error = tx.insert_cover_request(&request(rotation, 100, 200)).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "cover_requests_window" });
        tx.insert_cover_request(&request(rotation, 100, 201)).await.unwrap();
        let of_ben = CoverRequestRecord { of: user("UBEN"), ..request(rotation, 100, 200) };
        tx.insert_cover_request(&of_ben).await.unwrap();
        let window = Interval::new(at(100), at(200)).unwrap();
        let found = tx.find_cover_request_of(rotation, &user("UANA"), window).await.unwrap();
        assert_eq!(found, Some(made));
        let found = tx.find_cover_request_of(rotation, &user("UBEN"), window).await.unwrap();
        assert_eq!(found, Some(of_ben));
        let none = tx.find_cover_request_of(rotation, &user("UCHO"), window).await.unwrap();
        assert_eq!(none, None);
    }

    async fn requests_are_listed_where_they_touch_the_window_and_the_open_ones_everywhere(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.rotation("pizza").await.id;
        let early = request(rotation, 100, 200);
        let met = CoverRequestRecord { state: CoverRequestState::Met, ..request(rotation, 300, 400) };
        let elsewhere = request(other, 50, 60);
        let mut tx = bench.write().await;
        for made in [&met, &early, &elsewhere] {
            tx.insert_cover_request(made).await.unwrap();
        }

        for (from, until, expected) in [
            (0, 100, vec![]),
            (0, 101, vec![&early]),
            (199, 301, vec![&early, &met]),
            (400, 500, vec![]),
        ] {
            let window = Interval::new(at(from), at(until)).unwrap();
            let listed = tx.list_cover_requests(rotation, window).await.unwrap();
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{from} to {until}");
        }
        assert_eq!(tx.list_open_cover_requests().await.unwrap(), [elsewhere, early]);
    }

    async fn a_member_answers_once_until_the_answer_is_forgotten(bench) {
        let rotation = bench.rotation("support").await.id;
        let made = request(rotation, 100, 200);
        let (ben, cho) = (answer(made.id, "UBEN", 20), answer(made.id, "UCHO", 10));
        let mut tx = bench.write().await;
        tx.insert_cover_request(&made).await.unwrap();

        assert!(tx.insert_cover_answer(&ben).await.unwrap());
        assert!(tx.insert_cover_answer(&cho).await.unwrap());
        assert!(!tx.insert_cover_answer(&answer(made.id, "UBEN", 30)).await.unwrap());

        assert_eq!(tx.list_cover_answers(made.id).await.unwrap(), [cho, ben]);
        assert!(tx.delete_cover_answer(made.id, &user("UBEN")).await.unwrap());
        assert!(!tx.delete_cover_answer(made.id, &user("UBEN")).await.unwrap());
        assert_eq!(tx.delete_cover_answers(made.id).await.unwrap(), 1);
        assert!(tx.list_cover_answers(made.id).await.unwrap().is_empty());
    }

    async fn an_answer_to_another_workspaces_request_is_refused(bench) {
        let rotation = bench.rotation("support").await.id;
        let made = request(rotation, 100, 200);
        let mut tx = bench.write().await;
        tx.insert_cover_request(&made).await.unwrap();
        tx.commit().await.unwrap();
        let other = bench.install("T2").await;
        let mut tx = bench.store.write(other).await.unwrap();

        let error = tx.insert_cover_answer(&answer(made.id, "UBEN", 20)).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
}
