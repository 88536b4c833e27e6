//! Absences that are entered with all that belongs to them, many together.

use super::bench::{at, user};
use super::{Bench, both_engines};
use crate::postgres::Engine;
use crate::{
    AbsenceRecord, AbsenceSource, AuditEvent, Entry, Outcome, StoreError, Version, new_id,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::Span;
use domain::effect::{Envelope, HomeEffect, Recipient};
use domain::ids::{AbsenceId, EventId, UserId, WorkspaceId};
use secrecy::ExposeSecret;

both_engines! {
    async fn an_entry_is_there_with_all_that_belongs_to_it(bench) {
        let before = bench.store.version(bench.workspace).await.unwrap().unwrap();
        let entry = entry("key", "UANA");

        let made = bench.store.enter(bench.workspace, &entry).await.unwrap().unwrap();

        assert!(made.is_next_of(before));
        assert_eq!(bench.store.version(bench.workspace).await.unwrap(), Some(made));
        let mut tx = bench.write().await;
        let found = tx.find_absence(entry.absence.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&entry.absence));
        assert_eq!(tx.find_outcome("key").await.unwrap().as_ref(), Some(&entry.outcome));
        for (home, due) in &entry.deliveries {
            let id = home.delivery_id(bench.workspace);
            let delivery = tx.find_delivery(id).await.unwrap().unwrap();
            assert_eq!((&delivery.envelope, delivery.available_at), (home, *due));
        }
        let again = tx.record_event(&entry.event).await.unwrap_err();
        assert!(matches!(again, StoreError::Refused { .. }), "the event is there: {again}");
    }

    async fn a_request_is_entered_once(bench) {
        let first = entry("key", "UANA");
        let second = entry("key", "UANA");
        bench.store.enter(bench.workspace, &first).await.unwrap();
        let before = bench.store.version(bench.workspace).await.unwrap();

        let error = bench.store.enter(bench.workspace, &second).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "request_keys" });
        let mut tx = bench.read().await;
        assert_eq!(tx.find_absence(second.absence.id).await.unwrap(), None);
        assert_eq!(tx.find_outcome("key").await.unwrap(), Some(first.outcome));
        assert_eq!(bench.store.version(bench.workspace).await.unwrap(), before);
    }

    async fn of_many_that_come_together_each_is_entered_or_told_why_not(bench) {
        let other = bench.install("T2").await;
        let nowhere = WorkspaceId::new(uuid::Uuid::from_u128(1));
        bench.store.enter(other, &entry("old", "UBEN")).await.unwrap();
        let before = bench.store.version(bench.workspace).await.unwrap().unwrap();
        let mut entering = tokio::task::JoinSet::new();
        for number in 0..30 {
            let (store, ours) = (bench.store.clone(), bench.workspace);
            entering.spawn(async move {
                let key = if number == 7 { String::from("old") } else { format!("key{number}") };
                let workspace = match number {
                    7 => other,
                    9 => nowhere,
                    number if number % 3 == 0 => other,
                    _ => ours,
                };
                let entry = entry(&key, "UANA");
                let outcome = store.enter(workspace, &entry).await;
                (number, workspace, entry, outcome)
            });
        }

        let outcomes = entering.join_all().await;

        let mut made = Vec::new();
        for (number, workspace, entry, outcome) in outcomes {
            let mut tx = bench.store.read(workspace).await.unwrap();
            let found = tx.find_absence(entry.absence.id).await.unwrap();
            match number {
                7 => assert_eq!(
                    outcome,
                    Err(StoreError::Conflict { constraint: "request_keys" })
                ),
                9 => assert!(matches!(outcome, Err(StoreError::Refused { .. })), "{outcome:?}"),
                _ => {
                    assert_eq!(found.as_ref(), Some(&entry.absence), "{number}");
                    made.extend(outcome.unwrap().filter(|_| workspace == bench.workspace));
                    continue;
                }
            }
            assert_eq!(found, None, "{number}");
        }
        let mut last: Version = before;
        for _ in 0..made.len() {
            last = *made.iter().find(|made| made.is_next_of(last)).expect("the next version");
        }
        assert_eq!(bench.store.version(bench.workspace).await.unwrap(), Some(last));
    }

    async fn what_was_typed_means_nothing_to_the_database(bench) {
        let words = "'); drop table absences; -- \\ \\' $1 ${2} \"%\u{2028}ä\u{1f4a5}";
        let mut entry = entry(words, words);
        entry.absence.zone = String::from(words);
        entry.outcome = Outcome { facts: serde_json::json!({ words: words }) };

        bench.store.enter(bench.workspace, &entry).await.unwrap();

        let mut tx = bench.read().await;
        assert_eq!(tx.find_absence(entry.absence.id).await.unwrap(), Some(entry.absence));
        assert_eq!(tx.find_outcome(words).await.unwrap(), Some(entry.outcome));
    }

    async fn an_absence_without_an_end_has_none(bench) {
        let mut entry = entry("key", "UANA");
        entry.absence.ends_at = None;

        bench.store.enter(bench.workspace, &entry).await.unwrap();

        let found = bench.read().await.find_absence(entry.absence.id).await.unwrap();
        assert_eq!(found, Some(entry.absence));
    }

    async fn a_closed_store_enters_nothing(bench) {
        bench.store.close().await;

        let error = bench.store.enter(bench.workspace, &entry("key", "UANA")).await.unwrap_err();

        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    }
}

#[tokio::test]
async fn row_level_security_binds_an_entry() {
    let bench = Bench::postgres().await;
    let other = bench.install("T2").await;
    let settings = bench.database.settings();
    let system = settings.system_url.as_ref().unwrap().expose_secret();
    let engine = Engine::open(settings.url.expose_secret(), system).await.unwrap();
    let entry = entry("key", "UANA");

    let error = engine.enter_as(bench.workspace, other, &entry).await.unwrap_err();

    let refused = StoreError::Refused { code: String::from("42501"), constraint: None };
    assert_eq!(error, refused, "no privilege");
    for workspace in [bench.workspace, other] {
        let mut tx = bench.store.read(workspace).await.unwrap();
        assert_eq!(tx.find_absence(entry.absence.id).await.unwrap(), None);
    }
    engine.enter_as(other, other, &entry).await.unwrap();
}

/// Returns an entry of something new.
pub(super) fn entry(key: &str, of: &str) -> Entry {
    let of = user(of);
    let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
    Entry {
        absence: AbsenceRecord {
            id: AbsenceId::new(new_id(at(0))),
            user: of.clone(),
            source: AbsenceSource::Manual,
            rotation: None,
            span: Span::days(day(1), day(2)),
            zone: String::from("Europe/Berlin"),
            is_available: false,
            label: None,
            is_flagged: false,
            starts_at: at(3600),
            ends_at: Some(at(7200)),
            entered_by: Some(user("UBEN")),
            created_at: at(0),
        },
        event: AuditEvent {
            id: EventId::new(new_id(at(0))),
            at: at(0),
            actor: Some(of.clone()),
            action: "absence_added",
            rotation: None,
            subject: Some(of),
            details: serde_json::json!({"days": 2}),
        },
        deliveries: ["UANA", "UCHO"].map(|name| home(user(name))).into(),
        key: key.to_owned(),
        outcome: Outcome { facts: serde_json::json!({"code": "c"}) },
        now: at(0),
    }
}

fn home(user: UserId) -> (Envelope, DateTime<Utc>) {
    let effect = HomeEffect::PublishHome { user: user.clone(), as_of: at(1), act: None };
    (Envelope::new(effect, Recipient::Home(user)), at(3))
}
