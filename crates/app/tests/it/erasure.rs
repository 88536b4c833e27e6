//! Whoever is erased is in nothing that is still to come, and those who count on them are told without a name.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed; clippy knows only the functions marked as tests"
)]

use crate::bench::{Bench, at, rules, user};
use chrono::{DateTime, Utc};
use domain::effect::{Effect, PeopleEffect, Recipient};
use domain::ids::{CoverRequestId, CoverageId, RotationId, SwapId, UserId};
use domain::rules::Rules;
use domain::settings::RotationSettings;
use domain::story::people::Gone;
use store::{
    CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverageKind, CoverageRecord,
    SwapRecord, SwapSide, SwapState,
};
use uuid::Uuid;

const MONDAY: &str = "2026-06-08T09:00:00Z";
const NEXT: &str = "2026-06-15T09:00:00Z";
const AFTER: &str = "2026-06-22T09:00:00Z";
const NOW: &str = "2026-06-10T09:00:00Z";

fn now() -> DateTime<Utc> {
    at(NOW)
}

fn gone() -> UserId {
    user("UGONE")
}

fn weekly() -> Rules {
    rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#)
}

/// Makes a rotation whose first turn runs, the first member's.
async fn runs(bench: &Bench, name: &str, members: &[&str], rules: &Rules) -> RotationId {
    let members: Vec<UserId> = members.iter().map(|name| user(name)).collect();
    let id = bench.rotation(name, &members, rules, (0, at(MONDAY))).await;
    assert!(bench.hand_over(id, at(MONDAY)).await);
    id
}

fn cover(rotation: RotationId, number: u128, (from, until): (&str, &str)) -> CoverageRecord {
    CoverageRecord {
        id: CoverageId::new(Uuid::from_u128(number)),
        rotation,
        planned_at: at(MONDAY),
        of: Some(user("UBEN")),
        user: gone(),
        kind: CoverageKind::Take,
        request: None,
        starts_at: at(from),
        ends_at: at(until),
        by: gone(),
        created_at: at(MONDAY),
        undone: None,
    }
}

fn request(rotation: RotationId) -> CoverRequestRecord {
    CoverRequestRecord {
        id: CoverRequestId::new(Uuid::from_u128(20)),
        rotation,
        of: gone(),
        planned_at: at(MONDAY),
        starts_at: at("2026-06-12T09:00:00Z"),
        ends_at: at("2026-06-13T09:00:00Z"),
        state: CoverRequestState::Open,
        origin: CoverRequestOrigin::Asked,
        occasion: 0,
        made_by: gone(),
        made_at: at(MONDAY),
        closed_by: None,
        closed_at: None,
        channel: domain::ids::ChannelId::new("C1"),
    }
}

fn swap(rotation: RotationId) -> SwapRecord {
    let side = |name, planned| SwapSide {
        user: user(name),
        planned_at: at(planned),
        agreed_at: Some(at(MONDAY)),
    };
    SwapRecord {
        id: SwapId::new(Uuid::from_u128(30)),
        rotation,
        asked_by: user("UBEN"),
        a: side("UBEN", NEXT),
        b: SwapSide { agreed_at: None, ..side("UGONE", AFTER) },
        state: SwapState::Asked,
        created_at: at(MONDAY),
        closed_by: None,
        closed_at: None,
    }
}

async fn erase(bench: &Bench) -> UserId {
    let mut named = 1;
    for _ in 0..3 {
        named = app::erasure::erase(&bench.store, bench.workspace, &gone(), now()).await.unwrap();
    }
    assert_eq!(named, 0, "nothing names them any more");
    bench.store.read(bench.workspace).await.unwrap().pseudonym_of(&gone())
}

async fn whoever_is_erased_leaves_what_is_to_come_and_stays_in_what_was(bench: Bench) {
    let on_duty = runs(&bench, "on duty", &["UGONE", "UBEN", "UCHO"], &weekly()).await;
    let next = runs(&bench, "next", &["UBEN", "UGONE", "UCHO"], &weekly()).await;
    let stands_in = Rules { fallback: Some(gone()), ..weekly() };
    let stands_in = runs(&bench, "stands in", &["UBEN"], &stands_in).await;
    let alone = runs(&bench, "alone", &["UGONE"], &weekly()).await;
    let others = runs(&bench, "others", &["UBEN", "UCHO"], &weekly()).await;
    let mut tx = bench.store.write(bench.workspace).await.unwrap();
    let settings =
        RotationSettings { managers: vec![gone(), user("UCHO")], ..RotationSettings::default() };
    tx.record_rotation_settings(others, &domain::ids::ChannelId::new("C1"), &settings)
        .await
        .unwrap();
    tx.insert_coverage(&cover(others, 10, ("2026-06-11T09:00:00Z", "2026-06-12T09:00:00Z")))
        .await
        .unwrap();
    tx.insert_coverage(&cover(others, 11, ("2026-06-09T09:00:00Z", "2026-06-10T12:00:00Z")))
        .await
        .unwrap();
    tx.insert_cover_request(&request(others)).await.unwrap();
    tx.insert_swap(&swap(others)).await.unwrap();
    tx.commit().await.unwrap();

    let before = bench.store.version(bench.workspace).await.unwrap();

    let pseudonym = erase(&bench).await;

    let after = bench.store.version(bench.workspace).await.unwrap();
    assert!(before != after, "whoever keeps a copy of what was there reads it anew");
    for (rotation, members) in [
        (on_duty, vec!["UBEN", "UCHO"]),
        (next, vec!["UBEN", "UCHO"]),
        (stands_in, vec!["UBEN"]),
        (alone, vec![]),
        (others, vec!["UBEN", "UCHO"]),
    ] {
        let found = bench.find_rotation(rotation).await;
        let members: Vec<UserId> = members.into_iter().map(user).collect();
        assert_eq!((found.members, found.rules.fallback), (members, None), "{}", found.name);
    }
    let held = |record: store::RotationRecord| {
        let kept = record.kept.unwrap();
        kept.running().unwrap().seats().iter().map(|seat| seat.user.clone()).collect::<Vec<_>>()
    };
    assert_eq!(held(bench.find_rotation(on_duty).await), [user("UBEN")], "the next one has it");
    assert_eq!(held(bench.find_rotation(alone).await), []);
    let first = &bench.turns(on_duty).await[0];
    assert_eq!(first.seats.first().map(|seat| &seat.user), Some(&user("UBEN")));
    let mut tx = bench.store.read(bench.workspace).await.unwrap();
    let all = domain::interval::Interval::new(at(MONDAY), now()).unwrap();
    let stretches = tx.list_stretches(on_duty, all).await.unwrap();
    assert!(format!("{stretches:?}").contains(pseudonym.as_str()), "who served is history");
    let coming = tx.find_coverage(CoverageId::new(Uuid::from_u128(10))).await.unwrap().unwrap();
    assert!(coming.undone.is_some());
    let running = tx.find_coverage(CoverageId::new(Uuid::from_u128(11))).await.unwrap().unwrap();
    assert_eq!((running.ends_at, running.user), (now(), pseudonym.clone()));
    let request = tx.find_cover_request(CoverRequestId::new(Uuid::from_u128(20))).await.unwrap();
    assert_eq!(request.unwrap().state, CoverRequestState::Withdrawn);
    let swap = tx.find_swap(SwapId::new(Uuid::from_u128(30))).await.unwrap().unwrap();
    assert_eq!((swap.state, swap.b.user), (SwapState::Void, pseudonym.clone()));
    let managers = tx.find_rotation(others).await.unwrap().unwrap().settings.managers;
    assert_eq!(managers, [user("UCHO")]);
    drop(tx);

    assert!(bench.store.chain_audit().await.unwrap().broken.is_empty());
    let verdict = bench.store.verify_audit(bench.workspace, None, now()).await.unwrap();
    assert_eq!(verdict.fault, None);
    let told = bench.database.told_since(at(MONDAY)).await;
    assert!(!format!("{told:?}").contains("UGONE"));
    assert!(!told.iter().any(|it| it.to.reader().is_some_and(UserId::is_erased)));
    let gone_ones: Vec<_> = told
        .iter()
        .filter_map(|it| match &it.effect {
            Effect::People(PeopleEffect::MemberGone { user, why, rotations, .. }) => {
                Some((&it.to, user, *why, rotations.len()))
            }
            _ => None,
        })
        .collect();
    let manager = Recipient::Person(user("UANA"));
    assert_eq!(gone_ones, [(&manager, &pseudonym, Gone::Erased, 4)]);
}

async fn a_rotation_that_is_brought_back_has_nobody_who_was_erased(bench: Bench) {
    let rotation = runs(&bench, "deleted", &["UGONE", "UBEN"], &weekly()).await;
    let deleting = bench.request("UANA", "delete", at("2026-06-09T09:00:00Z"));
    app::lifecycle::delete(&bench.store, &deleting, rotation).await.unwrap();
    erase(&bench).await;

    let undoing = bench.request("UANA", "undelete", now());
    app::lifecycle::undelete(&bench.store, &undoing, rotation).await.unwrap();

    let found = bench.find_rotation(rotation).await;
    assert_eq!(found.members, [user("UBEN")]);
    let seats = found.kept.unwrap().running().unwrap().seats().to_vec();
    assert!(!seats.iter().any(|seat| seat.user.is_erased()), "{seats:?}");
}

/// Makes two tests of each, one for each engine.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::bench::Bench::sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::bench::Bench::postgres().await).await;
            })+
        }
    };
}

on_both! {
    whoever_is_erased_leaves_what_is_to_come_and_stays_in_what_was
    a_rotation_that_is_brought_back_has_nobody_who_was_erased
}
