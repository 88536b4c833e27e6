//! The chain of the audit log shows what was done to it behind the service's back, and nothing else.

use super::bench::{at, user};
use super::notes::two_keys;
use super::{Bench, both_engines};
use crate::{AuditEvent, AuditFlaw, AuditVerdict, Store, new_id};
use chrono::{DateTime, Utc};
use domain::ids::EventId;
use serde_json::json;

/// Records an event of somebody about somebody else.
async fn record(bench: &Bench, second: i64, actor: &str) -> EventId {
    let event = AuditEvent {
        id: EventId::new(new_id(at(second))),
        at: at(second),
        actor: Some(user(actor)),
        action: "rotation.changed",
        rotation: None,
        subject: Some(user("UBEN")),
        details: json!({"managers": ["UANA", "UCHO"]}),
    };
    let mut tx = bench.write().await;
    tx.record_event(&event).await.unwrap();
    tx.commit().await.unwrap();
    event.id
}

/// Records five events and chains them.
async fn chained(bench: &Bench) -> Vec<EventId> {
    let mut ids = Vec::new();
    for second in 1..=5 {
        ids.push(record(bench, second, "UANA").await);
    }
    assert_eq!(bench.store.chain_audit().await.unwrap().chained, 5);
    ids
}

async fn verdict(bench: &Bench) -> AuditVerdict {
    bench.store.verify_audit(bench.workspace, None, at(30)).await.unwrap()
}

/// Says what is wrong and of which event, after something was done behind the service's back.
async fn found_after(bench: &Bench, statement: &str) -> (u64, AuditFlaw) {
    bench.database.run_behind(statement).await;
    let fault = verdict(bench).await.fault.expect("it is found");
    (fault.sequence, fault.what)
}

both_engines! {
    async fn events_are_chained_in_their_order_and_verify(bench) {
        assert_eq!(verdict(&bench).await, AuditVerdict { hash: verdict(&bench).await.hash, ..AuditVerdict::default() });
        chained(&bench).await;
        let first = verdict(&bench).await;
        record(&bench, 6, "UBEN").await;
        let waiting = verdict(&bench).await;
        let again = bench.store.chain_audit().await.unwrap();

        assert_eq!((first.good, first.sequence, first.fault), (5, 5, None));
        assert_eq!((waiting.good, waiting.waiting), (5, 1));
        assert_eq!((again.chained, again.is_more), (1, false));
        let last = verdict(&bench).await;
        assert_eq!((last.good, last.waiting, last.fault), (6, 0, None));
        assert_ne!(last.hash, first.hash);
        assert_eq!(bench.store.chain_audit().await.unwrap().chained, 0);
    }

    async fn whoever_changes_an_event_is_found_out_and_where(bench) {
        chained(&bench).await;
        let says = |what| format!("update audit_events set {what} where sequence = 3");

        assert_eq!(
            found_after(&bench, &says("payload = replace(payload, 'UANA', 'UEVE')")).await,
            (3, AuditFlaw::Payload)
        );
        assert_eq!(found_after(&bench, &says("action = 'nothing.done'")).await, (3, AuditFlaw::Link));
    }

    async fn an_event_that_is_gone_is_missed(bench) {
        chained(&bench).await;

        assert_eq!(
            found_after(&bench, "delete from audit_events where sequence = 2").await,
            (2, AuditFlaw::Missing)
        );
    }

    async fn an_end_that_is_cut_off_is_missed(bench) {
        chained(&bench).await;

        assert_eq!(
            found_after(&bench, "delete from audit_events where sequence = 5").await,
            (5, AuditFlaw::Missing)
        );
        assert_eq!(
            found_after(&bench, "update audit_heads set sequence = 4, hash = (select hash from audit_events where sequence = 4)").await,
            (5, AuditFlaw::Head)
        );
        assert_eq!(found_after(&bench, "delete from audit_heads").await, (5, AuditFlaw::NoHead));
    }

    async fn an_end_that_is_cut_off_with_an_old_head_is_missed_by_who_kept_the_end(bench) {
        chained(&bench).await;
        let old = "create table old_head as select * from audit_heads";
        bench.database.run_behind(old).await;
        record(&bench, 6, "UBEN").await;
        bench.store.chain_audit().await.unwrap();
        let kept = bench.store.find_audit_end(bench.workspace).await.unwrap();
        bench.database.run_behind("delete from audit_events where sequence = 6").await;
        bench.database.run_behind("delete from audit_heads").await;
        bench.database.run_behind("insert into audit_heads select * from old_head").await;

        let alone = verdict(&bench).await;
        let with_kept = bench.store.verify_audit(bench.workspace, kept, at(30)).await.unwrap();

        assert_eq!(alone.fault, None, "an old state of everything is a right one");
        let fault = with_kept.fault.unwrap();
        assert_eq!((fault.sequence, fault.what), (6, AuditFlaw::NotAsKept));
        let (number, _) = kept.unwrap();
        let other = Some((number - 1, [7; 32]));
        let other = bench.store.verify_audit(bench.workspace, other, at(30)).await.unwrap();
        assert_eq!(other.fault.map(|fault| fault.what), Some(AuditFlaw::NotAsKept));
    }

    async fn nothing_is_added_to_a_chain_whose_end_was_changed(bench) {
        chained(&bench).await;
        bench.database.run_behind("update audit_heads set pruned_sequence = 2").await;
        record(&bench, 9, "UANA").await;

        let done = bench.store.chain_audit().await.unwrap();

        assert_eq!((done.chained, done.broken), (0, vec![bench.workspace]));
        assert_eq!(bench.store.prune_audit(bench.workspace, at(4)).await.unwrap(), 0);
        assert!(verdict(&bench).await.fault.is_some());
    }

    async fn two_events_cannot_change_places(bench) {
        chained(&bench).await;
        bench.database.run_behind("update audit_events set sequence = 90 where sequence = 2").await;
        bench.database.run_behind("update audit_events set sequence = 2 where sequence = 3").await;

        let found = found_after(&bench, "update audit_events set sequence = 3 where sequence = 90").await;

        assert_eq!(found, (2, AuditFlaw::Link));
    }

    async fn an_event_that_nobody_chains_is_told_after_a_minute(bench) {
        record(&bench, 1, "UANA").await;
        let later = bench.store.verify_audit(bench.workspace, None, at(62)).await.unwrap();

        assert_eq!(verdict(&bench).await.fault, None);
        assert_eq!(later.fault.map(|fault| fault.what), Some(AuditFlaw::Unchained));
    }

    async fn what_is_too_old_is_pruned_and_the_rest_verifies(bench) {
        chained(&bench).await;
        let before = verdict(&bench).await;

        let pruned = bench.store.prune_audit(bench.workspace, at(4)).await.unwrap();

        assert_eq!(pruned, 3);
        let after = verdict(&bench).await;
        assert_eq!((after.good, after.pruned, after.fault.clone()), (2, 3, None));
        assert_eq!((after.sequence, after.hash), (before.sequence, before.hash));
        record(&bench, 9, "UANA").await;
        bench.store.chain_audit().await.unwrap();
        assert_eq!(verdict(&bench).await.good, 3);
        assert_eq!(
            found_after(&bench, "delete from audit_events where sequence = 4").await,
            (4, AuditFlaw::Missing)
        );
    }

    async fn all_of_a_chain_can_be_pruned_and_it_goes_on(bench) {
        chained(&bench).await;

        assert_eq!(bench.store.prune_audit(bench.workspace, at(99)).await.unwrap(), 5);
        assert_eq!(bench.store.prune_audit(bench.workspace, at(99)).await.unwrap(), 0);
        record(&bench, 9, "UANA").await;
        bench.store.chain_audit().await.unwrap();

        let after = verdict(&bench).await;
        assert_eq!((after.good, after.pruned, after.sequence, after.fault), (1, 5, 6, None));
    }

    async fn a_person_is_erased_from_it_and_it_still_verifies(bench) {
        chained(&bench).await;
        record(&bench, 6, "UCHO").await;
        let (ana, nobody) = (user("UANA"), user("UERASED1"));

        let count = bench.store.erase_from_audit(bench.workspace, &ana, &nobody).await.unwrap();

        assert_eq!(count, 6, "of five she did, and in one she is named");
        bench.store.chain_audit().await.unwrap();
        let after = verdict(&bench).await;
        assert_eq!((after.good, after.erased, after.fault), (6, 6, None));
        let events = all_events(&bench).await;
        assert!(!events.contains("UANA") && events.contains("UERASED1"), "{events}");
        assert_eq!(
            found_after(&bench, "update audit_events set payload = replace(payload, 'UERASED1', 'UEVE') where sequence = 2").await,
            (2, AuditFlaw::Payload)
        );
    }

    async fn a_new_key_signs_it_anew_and_the_old_one_is_not_needed_any_more(bench) {
        chained(&bench).await;
        bench.store.erase_from_audit(bench.workspace, &user("UANA"), &user("UERASED1")).await.unwrap();
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

        let before = both.count_by_key(bench.workspace).await.unwrap();
        let resealed = both.reseal(bench.workspace).await.unwrap();

        assert_eq!(before.get(&1), Some(&12), "a token, an end, five links and five erasures: {before:?}");
        assert_eq!((resealed.done, resealed.stuck), (12, Vec::new()));
        let after = both.count_by_key(bench.workspace).await.unwrap();
        assert_eq!(after.into_iter().collect::<Vec<_>>(), [(2, 12)]);
        let verdict = both.verify_audit(bench.workspace, None, at(30)).await.unwrap();
        assert_eq!((verdict.good, verdict.fault), (5, None));
    }

    async fn what_was_changed_is_not_signed_anew(bench) {
        chained(&bench).await;
        bench.database.run_behind("update audit_events set hash = commitment where sequence = 3").await;
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

        let resealed = both.reseal(bench.workspace).await.unwrap();

        assert_eq!(resealed.stuck, [("audit_events", bench.workspace.to_string())]);
    }

    async fn many_events_are_chained_in_several_goes(bench) {
        for second in 0..120 {
            record(&bench, second, "UANA").await;
        }

        let mut goes = 0;
        while bench.store.chain_audit().await.unwrap().is_more {
            goes += 1;
            assert!(goes < 10, "it ends");
        }

        assert_eq!(goes, 2);
        let verdict = bench.store.verify_audit(bench.workspace, None, at(200)).await.unwrap();
        assert_eq!((verdict.good, verdict.fault), (120, None));
    }

    async fn events_are_listed_the_newest_first_in_pages(bench) {
        let ids = chained(&bench).await;
        let end = (DateTime::<Utc>::MAX_UTC, EventId::new(uuid::Uuid::max()));
        let mut tx = bench.read().await;

        let first = tx.list_events((at(1000), end.1), 3).await.unwrap();
        let last = first.last().unwrap();
        let rest = tx.list_events((last.at, last.id), 3).await.unwrap();

        let found: Vec<EventId> = first.iter().chain(&rest).map(|row| row.id).collect();
        assert_eq!(found, ids.into_iter().rev().collect::<Vec<_>>());
    }
}

async fn all_events(bench: &Bench) -> String {
    let mut tx = bench.read().await;
    let end = EventId::new(uuid::Uuid::max());
    let rows = tx.list_events((at(1000), end), 100).await.unwrap();
    rows.into_iter().map(|row| row.payload).collect()
}

#[tokio::test]
async fn two_that_chain_at_once_share_the_work() {
    let bench = Bench::postgres().await;
    for second in 0..40 {
        record(&bench, second, "UANA").await;
    }

    let mut both = tokio::task::JoinSet::new();
    for store in [bench.store.clone(), bench.store.clone()] {
        both.spawn(async move { store.chain_audit().await.unwrap().chained });
    }

    assert_eq!(both.join_all().await.into_iter().sum::<u64>(), 40);
    assert_eq!(verdict(&bench).await.good, 40);
}
