//! What has served its time goes, and nothing else does.

use super::absences::absence;
use super::bench::{at, rotation, user};
use super::coverages::coverage;
use super::turns::turn;
use super::{Bench, both_engines};
use crate::{AuditEvent, DeliveryState, Outcome, RotationRecord, SkipCode, new_id};
use domain::ids::EventId;
use serde_json::json;

/// Says something and sends it at its second.
async fn said(bench: &Bench, channel: &str, second: i64) -> domain::effect::Envelope {
    let envelope = bench.say(channel, at(second)).await;
    let claim = bench.start(second).await;
    assert!(bench.sent(claim, second).await);
    envelope
}

async fn moved(bench: &Bench, before: i64) -> u64 {
    let mut tx = bench.write().await;
    let count = tx.move_said(at(before), at(before), 100).await.unwrap();
    tx.commit().await.unwrap();
    count
}

both_engines! {
    async fn what_was_said_long_ago_leaves_the_outbox_and_is_still_found(bench) {
        let (old, new) = (said(&bench, "C1", 0).await, said(&bench, "C2", 100).await);

        assert_eq!(moved(&bench, 50).await, 1);

        let found = bench.look(&old).await;
        assert_eq!((found.state, found.ts.as_deref()), (DeliveryState::Sent, Some("1.1")));
        assert_eq!(found.channel.as_ref().map(domain::ids::ChannelId::as_str), Some("C1"));
        assert_eq!(found.envelope, old);
        assert_eq!(bench.look(&new).await.state, DeliveryState::Sent);
        let counted = bench.store.system().count_outbox_by_state().await.unwrap();
        assert_eq!(counted, [(DeliveryState::Sent, 1)]);
        assert_eq!(moved(&bench, 50).await, 0);
    }

    async fn what_left_the_outbox_is_not_said_again(bench) {
        let old = said(&bench, "C1", 0).await;
        moved(&bench, 50).await;

        let mut tx = bench.write().await;
        assert!(tx.insert_delivery(&old, at(60), at(60)).await.unwrap());
        tx.commit().await.unwrap();

        assert_eq!(bench.claim(60).await, []);
        let counted = bench.store.system().count_outbox_by_state().await.unwrap();
        assert_eq!(counted, [(DeliveryState::Dropped, 1)]);
    }

    async fn what_may_have_been_said_is_kept_longer_and_known_after(bench) {
        let envelope = bench.say("C1", at(0)).await;
        bench.database.lose_deliveries("C1", DeliveryState::Unconfirmed, "timeout").await;
        let mut tx = bench.write().await;

        assert_eq!(tx.move_said(at(50), at(0), 100).await.unwrap(), 0);
        assert_eq!(tx.move_said(at(50), at(50), 100).await.unwrap(), 1);
        tx.commit().await.unwrap();

        assert_eq!(bench.look(&envelope).await.state, DeliveryState::Unconfirmed);
        let mut tx = bench.write().await;
        assert_eq!(tx.delete_said_before(at(0)).await.unwrap(), 0);
        assert_eq!(tx.delete_said_before(at(1)).await.unwrap(), 1);
    }

    async fn absences_go_when_they_ended_and_open_ones_stay(bench) {
        let mut tx = bench.write().await;
        for (starts, ends) in [(0, Some(100)), (0, Some(200)), (0, None)] {
            tx.insert_absence(&absence("UBEN", starts, ends)).await.unwrap();
        }

        assert_eq!(tx.delete_absences_before(at(200)).await.unwrap(), 1);
        assert_eq!(tx.delete_absences_before(at(9000)).await.unwrap(), 1);

        let left = tx.list_absences(&[user("UBEN")], at(0), None).await.unwrap();
        assert_eq!(left.len(), 1);
    }

    async fn absences_matter_since_the_earliest_turn_that_runs_or_is_due(bench) {
        let due = RotationRecord { next_handoff_at: Some(at(500)), ..rotation("support") };
        let mut tx = bench.write().await;
        assert_eq!(tx.find_planned_since(at(1000)).await.unwrap(), None);
        tx.insert_rotation(&due).await.unwrap();
        assert_eq!(tx.find_planned_since(at(1000)).await.unwrap(), Some(at(500)));
        tx.insert_turn(&turn(due.id, at(300))).await.unwrap();

        assert_eq!(tx.find_planned_since(at(350)).await.unwrap(), Some(at(300)), "it runs");
        assert_eq!(tx.find_planned_since(at(1000)).await.unwrap(), Some(at(500)), "it is over");
    }

    async fn an_old_turn_goes_with_what_belongs_to_it(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        for second in [0, 1000] {
            tx.insert_turn(&turn(rotation, at(second))).await.unwrap();
            tx.insert_coverage(&coverage(rotation, at(second))).await.unwrap();
        }

        assert_eq!(tx.delete_turns_before(at(500)).await.unwrap(), 2);

        assert_eq!(tx.find_turn(rotation, at(0)).await.unwrap(), None);
        assert!(tx.find_turn(rotation, at(1000)).await.unwrap().is_some());
    }

    async fn a_turn_of_long_ago_keeps_who_was_passed_over_and_not_why(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        tx.insert_turn(&turn(rotation, at(0))).await.unwrap();
        tx.insert_turn(&turn(rotation, at(1000))).await.unwrap();

        let found = tx.list_turns_with_skips(at(500)).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].2.to_string().contains("0.6"), "{}", found[0].2);
        tx.record_skips((rotation, at(0)), &json!([{"user": "UBEN"}])).await.unwrap();

        let left = tx.list_turns_with_skips(at(500)).await.unwrap();
        assert_eq!(left[0].2, json!([{"user": "UBEN"}]));
        let skips = tx.find_turn(rotation, at(0)).await.unwrap().unwrap().skips;
        assert_eq!(skips[0].user, user("UBEN"));
        assert_eq!((skips[0].reason, skips[0].share, skips[0].until), (SkipCode::Away, None, None));
    }

    async fn a_purged_workspace_is_in_no_table_and_the_others_stay(bench) {
        let other = bench.install("T2").await;
        for workspace in [bench.workspace, other] {
            fill(&bench, workspace).await;
        }
        bench.store.chain_audit().await.unwrap();
        let before = tables_naming(&bench, bench.workspace).await;
        let others = tables_naming(&bench, other).await;

        assert_eq!(bench.store.purge(bench.workspace).await.unwrap(), 0);

        assert!(before.len() >= 9, "it was in many tables: {before:?}");
        assert_eq!(tables_naming(&bench, bench.workspace).await, Vec::<String>::new());
        assert_eq!(tables_naming(&bench, other).await, others);
        assert_eq!(bench.store.purge(bench.workspace).await.unwrap(), 0, "again is no harm");
    }
}

#[tokio::test]
async fn on_sqlite_nothing_of_a_purged_workspace_is_left_in_pages_that_were_split() {
    const WORD: &str = "wren-in-a-row";
    let bench = Bench::sqlite().await;
    let finds = async || {
        let dump = bench.database.dump().await;
        let holds = |bytes: &[u8]| bytes.windows(WORD.len()).any(|some| some == WORD.as_bytes());
        dump.into_iter().filter(|(_, bytes)| holds(bytes)).map(|(file, _)| file).collect::<Vec<_>>()
    };
    // Rows of many lengths, in no order, between those of another workspace.
    let other = bench.install("T2").await;
    for batch in 0..10 {
        for (workspace, word) in [(bench.workspace, WORD), (other, "robin")] {
            let mut tx = bench.store.write(workspace).await.unwrap();
            for number in 0..200 {
                let key = format!("{}:{word}:{batch}", number * 37 % 200);
                let facts = json!({"said": word.repeat(number % 20)});
                tx.record_outcome(&key, &Outcome { facts }, at(batch)).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }
    assert!(!finds().await.is_empty(), "the search finds what is there");

    assert_eq!(bench.store.purge(bench.workspace).await.unwrap(), 0);
    assert!(bench.store.leave_no_copies().await.unwrap());

    assert_eq!(finds().await, Vec::<String>::new());
}

/// Puts something into the tables of a workspace.
async fn fill(bench: &Bench, workspace: domain::ids::WorkspaceId) {
    let record = rotation("support");
    let event = AuditEvent {
        id: EventId::new(new_id(at(0))),
        at: at(0),
        actor: Some(user("UANA")),
        action: "rotation.created",
        rotation: Some(record.id),
        subject: None,
        details: json!({}),
    };
    let item = crate::InboxItem::RefreshPeople { users: Vec::new() };
    let mut tx = bench.store.write(workspace).await.unwrap();
    tx.insert_rotation(&record).await.unwrap();
    tx.insert_turn(&turn(record.id, at(0))).await.unwrap();
    tx.insert_coverage(&coverage(record.id, at(0))).await.unwrap();
    tx.insert_absence(&absence("UBEN", 0, Some(100))).await.unwrap();
    tx.record_event(&event).await.unwrap();
    tx.insert_inbox(&item, "Ev1", at(0)).await.unwrap();
    tx.record_outcome("key", &Outcome { facts: json!({}) }, at(0)).await.unwrap();
    tx.record_limit("post", at(900)).await.unwrap();
    tx.commit().await.unwrap();
    bench.say_in(workspace, "C1", at(0)).await;
    bench.database.run_behind("insert into said select workspace_id, delivery_id, envelope, state, channel_id, ts, created_at, created_at from outbox where true on conflict do nothing").await;
}

/// Returns the tables that hold rows of a workspace, by the catalog.
async fn tables_naming(bench: &Bench, workspace: domain::ids::WorkspaceId) -> Vec<String> {
    bench.database.tables_of(workspace).await
}
