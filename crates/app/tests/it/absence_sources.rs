//! What becomes of what an absence source says, or does not say.

use crate::bench::{Bench, at, rules, user};
use app::absence_source::{Asked, Opened, begin, finish, poked};
use chrono::{DateTime, TimeDelta, Utc};
use domain::absence::Span;
use domain::ids::RotationId;
use domain::source::{Credentials, DateRange, SourceAbsence, SourceBatch, SourceCode, SourceFault};
use std::collections::BTreeMap;
use store::{AbsenceSource, AbsenceSourceRecord, InboxItem, SourceStatus, SyncClaim};

const NOW: &str = "2026-06-05T10:00:00Z";

fn hibob() -> SourceCode {
    SourceCode::new("hibob").expect("it is there")
}

/// Connects a source whose first sync is due at once.
async fn connect(bench: &Bench) {
    let opened = Opened {
        credentials: Credentials { host: String::from("production"), values: BTreeMap::new() },
        hook: None,
    };
    let record = source();
    let mut tx = bench.store.write(bench.workspace).await.expect("it is there");
    tx.upsert_source(&record, &opened.write().expect("it is there")).await.expect("it is there");
    tx.commit().await.expect("it is there");
}

fn source() -> AbsenceSourceRecord {
    AbsenceSourceRecord {
        source: hibob(),
        name: String::from("HiBob"),
        webhook_hash: None,
        connected_by: user("UANA"),
        connected_at: at(NOW),
        status: SourceStatus::default(),
        next_at: Some(at(NOW)),
    }
}

async fn support(bench: &Bench) -> RotationId {
    let weekly =
        rules("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    let members = [user("UANA"), user("UBEN"), user("UCHO")];
    bench.rotation("support", &members, &weekly, (0, at("2026-06-08T07:00:00Z"))).await
}

async fn claim(bench: &Bench, now: DateTime<Utc>) -> SyncClaim {
    let system = bench.store.system();
    let claims =
        system.claim_syncs("w", now, now + TimeDelta::minutes(5), 9).await.expect("it is there");
    let [claim] = claims.as_slice() else { panic!("one is due at {now}: {claims:?}") };
    claim.clone()
}

async fn found(bench: &Bench) -> AbsenceSourceRecord {
    let mut tx = bench.store.read(bench.workspace).await.expect("it is there");
    tx.find_source(&hibob()).await.expect("it is there").expect("it is there")
}

/// Returns whose absences are stored, each with its first day.
async fn stored(bench: &Bench) -> Vec<(String, String)> {
    let mut tx = bench.store.read(bench.workspace).await.expect("it is there");
    let source = AbsenceSource::Synced(hibob());
    let all = tx.list_absences_of_source(&source, DateTime::UNIX_EPOCH).await.expect("it is there");
    all.iter().map(|it| (it.user.to_string(), it.dates().0.to_string())).collect()
}

fn days(who: &str, first: &str, last: &str) -> SourceAbsence {
    SourceAbsence {
        user: user(who),
        span: Span::days(first.parse().expect("it is there"), last.parse().expect("it is there")),
        zone: String::from("Europe/Berlin"),
        label: None,
        is_flagged: false,
    }
}

fn batch(mut absences: Vec<SourceAbsence>) -> SourceBatch {
    absences.sort();
    let complete_for = DateRange {
        first: "2026-06-03".parse().expect("it is there"),
        last: "2026-09-03".parse().expect("it is there"),
    };
    SourceBatch { absences, complete_for, matched: 3, asked: 3, lacks: None }
}

fn three() -> Vec<SourceAbsence> {
    vec![
        days("UANA", "2026-06-08", "2026-06-12"),
        days("UBEN", "2026-06-22", "2026-06-26"),
        days("UCHO", "2026-07-06", "2026-07-10"),
    ]
}

/// Syncs as the worker does when the next sync is due, and returns when that was.
async fn sync(bench: &Bench, asked: &Asked) -> DateTime<Utc> {
    let now = found(bench).await.next_at.expect("somebody asks");
    let claim = claim(bench, now).await;
    begin(&bench.store, &claim, now)
        .await
        .expect("it is there")
        .expect("there is something to ask");
    finish(&bench.store, &claim, asked, (now, now)).await.expect("it is there");
    now
}

#[tokio::test]
async fn the_members_are_asked_about_from_two_days_ago_to_ninety_days_ahead() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let claim = claim(&bench, at(NOW)).await;

    let task = begin(&bench.store, &claim, at(NOW)).await.unwrap().unwrap();

    let members: Vec<&str> = task.members.iter().map(|(user, _)| user.as_str()).collect();
    assert_eq!(members, ["UANA", "UBEN", "UCHO"]);
    assert_eq!(task.members[0].1.name(), "Europe/Berlin", "that of the rotation");
    assert_eq!(
        (task.window.first.to_string(), task.window.last.to_string()),
        ("2026-06-03".into(), "2026-09-03".into())
    );
    assert!(task.spread.is_zero(), "somebody waits for the first sync");
}

#[tokio::test]
async fn what_a_source_may_not_show_is_known_until_it_may() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let grant = Some(String::from("See what is private"));

    sync(&bench, &Ok(SourceBatch { lacks: grant.clone(), ..batch(three()) })).await;
    let first = found(&bench).await.status;
    sync(&bench, &Err(SourceFault::Unreachable)).await;
    let unreachable = found(&bench).await.status;
    sync(&bench, &Ok(batch(three()))).await;

    assert_eq!((&first.lacks, &unreachable.lacks), (&grant, &grant), "no answer changes nothing");
    assert_eq!(found(&bench).await.status.lacks, None);
}

async fn check_taken_over(bench: Bench) {
    let rotation = support(&bench).await;
    connect(&bench).await;
    let first = sync(&bench, &Ok(batch(three()))).await;
    let ids =
        |found: Vec<store::AbsenceRecord>| found.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let all = || async {
        let mut tx = bench.store.read(bench.workspace).await.expect("it is there");
        let source = AbsenceSource::Synced(hibob());
        ids(tx.list_absences_of_source(&source, DateTime::UNIX_EPOCH).await.expect("it is there"))
    };
    let before = all().await;
    assert_eq!(before.len(), 3);

    let second = sync(&bench, &Ok(batch(three()))).await;
    assert_eq!(all().await, before, "what is the same stays the same");
    let mut changed = three();
    changed[1] = days("UBEN", "2026-06-23", "2026-06-26");
    changed.push(days("UANA", "2026-08-03", "2026-08-07"));
    changed.push(days("UANA", "2026-08-03", "2026-08-07"));
    sync(&bench, &Ok(batch(changed))).await;

    assert_eq!(
        stored(&bench).await,
        [
            ("UANA", "2026-06-08"),
            ("UBEN", "2026-06-23"),
            ("UCHO", "2026-07-06"),
            ("UANA", "2026-08-03")
        ]
        .map(|(user, day)| (user.to_owned(), day.to_owned()))
    );
    let wait = second - first;
    assert!(TimeDelta::minutes(20) <= wait && wait <= TimeDelta::minutes(22), "{wait}");
    let record = found(&bench).await;
    assert_eq!((record.status.matched, record.status.members, record.status.absences), (3, 3, 5));
    // The rotation is planned again once for each change.
    let mut planned = Vec::new();
    let system = bench.store.system();
    let now = record.status.good_at.expect("it is there");
    let until = now + TimeDelta::minutes(5);
    let claims = system.claim_inbox(bench.workspace, "w", now, until, 99).await;
    for claim in claims.expect("it is there") {
        let mut tx = bench.store.read(claim.workspace).await.expect("it is there");
        let item =
            tx.find_inbox(claim.inbox).await.expect("it is there").expect("it is there").item;
        if let InboxItem::AbsencesChanged { rotation: its, users, first_turns } = item {
            assert_eq!((its, first_turns.len()), (rotation, 3));
            planned.push(users.len());
        }
    }
    planned.sort_unstable();
    assert_eq!(planned, [2, 3]);
}

#[tokio::test]
async fn what_a_source_says_is_taken_over_and_what_is_the_same_stays_on_sqlite() {
    check_taken_over(Bench::sqlite().await).await;
}

#[tokio::test]
async fn what_a_source_says_is_taken_over_and_what_is_the_same_stays_on_postgres() {
    check_taken_over(Bench::postgres().await).await;
}

#[tokio::test]
async fn a_fall_from_three_to_none_is_believed_the_second_time() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    sync(&bench, &Ok(batch(three()))).await;
    let good = found(&bench).await.status.good_at;

    sync(&bench, &Ok(batch(Vec::new()))).await;
    assert_eq!(stored(&bench).await.len(), 3, "what was known is kept");
    let doubted = found(&bench).await.status;
    assert!(doubted.doubted_since.is_some());
    assert_eq!(doubted.good_at, good, "and its age is that of the good answer");
    sync(&bench, &Ok(batch(Vec::new()))).await;

    assert_eq!(stored(&bench).await, []);
    assert_eq!(found(&bench).await.status.doubted_since, None);
}

#[tokio::test]
async fn an_answer_with_somebody_in_it_ends_a_doubt() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    sync(&bench, &Ok(batch(three()))).await;
    sync(&bench, &Ok(batch(Vec::new()))).await;

    sync(&bench, &Ok(batch(three()))).await;
    assert_eq!(found(&bench).await.status.doubted_since, None);
    sync(&bench, &Ok(batch(Vec::new()))).await;

    assert_eq!(stored(&bench).await.len(), 3, "it is doubted anew");
}

#[tokio::test]
async fn a_fall_from_two_to_none_is_believed_at_once() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    sync(&bench, &Ok(batch(three()[..2].to_vec()))).await;

    sync(&bench, &Ok(batch(Vec::new()))).await;

    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn whatever_goes_wrong_keeps_what_was_known_and_waits_as_long_as_it_should() {
    let minutes = TimeDelta::minutes;
    let until = at("2026-06-05T12:00:00Z");
    for (fault, least, most) in [
        (SourceFault::Forbidden { grant: String::from("x") }, minutes(360), minutes(396)),
        (SourceFault::Blocked, minutes(10), minutes(11)),
        (SourceFault::Limited { until }, minutes(60), minutes(120)),
        (SourceFault::Unreachable, minutes(1), minutes(2)),
        (SourceFault::Unreadable, minutes(20), minutes(22)),
        (SourceFault::NobodyMatched, minutes(20), minutes(22)),
    ] {
        let bench = Bench::sqlite().await;
        support(&bench).await;
        connect(&bench).await;
        sync(&bench, &Ok(batch(three()))).await;
        let good = found(&bench).await.status.good_at;

        let asked = sync(&bench, &Err(fault.clone())).await;

        let record = found(&bench).await;
        assert_eq!(stored(&bench).await.len(), 3, "{fault:?}");
        assert_eq!((record.status.good_at, &record.status.fault), (good, &Some(fault.clone())));
        let wait = record.next_at.unwrap() - asked;
        assert!(least <= wait && wait <= most, "{fault:?}: {wait}");
    }
}

#[tokio::test]
async fn a_source_that_cannot_be_reached_is_asked_less_and_less_often_and_as_ever_when_it_is_back()
{
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let asked = sync(&bench, &Err(SourceFault::Unreachable)).await;
        waits.push((found(&bench).await.next_at.unwrap() - asked).num_minutes());
    }
    sync(&bench, &Ok(batch(three()))).await;

    assert_eq!(waits[..5], [1, 2, 4, 8, 16]);
    assert!(waits[5..].iter().all(|wait| (20..=22).contains(wait)), "{waits:?}");
    let status = found(&bench).await.status;
    assert_eq!((status.fault, status.failures, status.faulty_since), (None, 0, None));
}

#[tokio::test]
async fn credentials_that_are_not_taken_end_the_asking() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    sync(&bench, &Ok(batch(three()))).await;

    sync(&bench, &Err(SourceFault::Unauthorized)).await;

    let record = found(&bench).await;
    assert_eq!(record.next_at, None);
    assert_eq!(record.status.told_of, ["unauthorized"]);
    assert_eq!(stored(&bench).await.len(), 3);
    let later = bench.store.system().earliest_sync_at().await.unwrap();
    assert_eq!(later, None);
}

#[tokio::test]
async fn a_sync_that_lost_its_lease_changes_nothing() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let late = claim(&bench, at(NOW)).await;
    let then = at(NOW) + TimeDelta::minutes(6);
    let taken = claim(&bench, then).await;
    finish(&bench.store, &taken, &Ok(batch(three())), (then, then)).await.unwrap();
    let before = found(&bench).await;

    finish(&bench.store, &late, &Ok(batch(Vec::new())), (then, then)).await.unwrap();
    finish(&bench.store, &late, &Err(SourceFault::Unauthorized), (then, then)).await.unwrap();

    assert_eq!(found(&bench).await, before);
    assert_eq!(stored(&bench).await.len(), 3);
}

#[tokio::test]
async fn who_is_in_no_rotation_any_more_is_not_known_to_be_away() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    sync(&bench, &Ok(batch(three()))).await;

    sync(&bench, &Ok(batch(three()[1..].to_vec()))).await;

    assert!(stored(&bench).await.iter().all(|(user, _)| user != "UANA"));
}

#[tokio::test]
async fn admins_are_told_of_a_fault_once_whatever_comes_between() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let forbidden = Err(SourceFault::Forbidden { grant: String::from("x") });
    for asked in [&forbidden, &Err(SourceFault::Unreachable), &forbidden] {
        sync(&bench, asked).await;
    }

    assert_eq!(found(&bench).await.status.told_of, ["forbidden"]);
}

#[tokio::test]
async fn a_sync_of_a_source_that_was_turned_off_and_on_meanwhile_changes_nothing() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let old = claim(&bench, at(NOW)).await;
    let mut tx = bench.store.write(bench.workspace).await.unwrap();
    tx.delete_source(&hibob()).await.unwrap();
    tx.commit().await.unwrap();
    let later = at(NOW) + TimeDelta::minutes(1);
    let mut tx = bench.store.write(bench.workspace).await.unwrap();
    let opened = Opened {
        credentials: Credentials { host: String::from("sandbox"), values: BTreeMap::new() },
        hook: None,
    };
    let record = AbsenceSourceRecord { connected_at: later, next_at: Some(later), ..source() };
    tx.upsert_source(&record, &opened.write().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let new = claim(&bench, later).await;

    let refused = Err(SourceFault::Unauthorized);
    finish(&bench.store, &old, &refused, (at(NOW), later)).await.unwrap();
    assert!(found(&bench).await.next_at.is_some(), "the old one says nothing of the new one");
    finish(&bench.store, &new, &Ok(batch(three())), (later, later)).await.unwrap();

    assert_eq!(stored(&bench).await.len(), 3);
}

#[tokio::test]
async fn what_is_only_said_otherwise_was_known_before() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let first = sync(&bench, &Ok(batch(three()))).await;
    let mut named = three();
    named[0].label = Some(String::from("Holiday"));
    named[1] = days("UBEN", "2026-06-22", "2026-06-30");
    let second = sync(&bench, &Ok(batch(named))).await;

    let mut tx = bench.store.read(bench.workspace).await.unwrap();
    let said = AbsenceSource::Synced(hibob());
    let all = tx.list_absences_of_source(&said, DateTime::UNIX_EPOCH).await.unwrap();
    let since: Vec<_> = all.iter().map(|it| (it.user.as_str(), it.created_at)).collect();
    assert_eq!(since, [("UANA", first), ("UBEN", second), ("UCHO", first)]);
}

#[tokio::test]
async fn who_pokes_during_a_sync_is_heard_after_it() {
    let bench = Bench::sqlite().await;
    support(&bench).await;
    connect(&bench).await;
    let running = claim(&bench, at(NOW)).await;
    let poked_at = at(NOW) + TimeDelta::seconds(5);
    poked(&bench.store, bench.workspace, &hibob(), poked_at).await.unwrap();
    let ended = at(NOW) + TimeDelta::seconds(9);

    finish(&bench.store, &running, &Ok(batch(three())), (at(NOW), ended)).await.unwrap();

    let again = found(&bench).await.next_at.unwrap();
    assert_eq!(again, ended + TimeDelta::minutes(1));
    let next = claim(&bench, again).await;
    let task = begin(&bench.store, &next, again).await.unwrap().unwrap();
    assert!(task.spread.is_zero(), "somebody waits for it");
    finish(&bench.store, &next, &Ok(batch(three())), (again, again)).await.unwrap();
    assert!(TimeDelta::minutes(20) <= found(&bench).await.next_at.unwrap() - again);
}

/// Returns whether the fallback is seated where everybody else is away.
async fn fallback_serves(bench: &Bench) -> bool {
    let mut weekly =
        rules("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    weekly.fallback = Some(user("UFAY"));
    let monday = at("2026-06-08T07:00:00Z");
    let rotation = bench.rotation("support", &[user("UANA")], &weekly, (0, monday)).await;
    bench.absence(&user("UANA"), monday, at("2026-06-15T07:00:00Z")).await;
    bench.hand_over(rotation, monday).await;
    bench.turns(rotation).await[0].seats.iter().any(|seat| seat.user == user("UFAY"))
}

#[tokio::test]
async fn who_stands_in_and_is_away_is_not_put_on_duty() {
    let free = Bench::sqlite().await;
    let away = Bench::sqlite().await;
    let monday = at("2026-06-08T07:00:00Z");
    away.absence(&user("UFAY"), monday, at("2026-06-15T07:00:00Z")).await;

    assert!(fallback_serves(&free).await);
    assert!(!fallback_serves(&away).await);
}
