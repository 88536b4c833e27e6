//! Work over many workspaces beside the queues.

use super::bench::{at, channel, rotation};
use super::both_engines;
use crate::{DeliveryState, DueHandoffs, InboxItem, Outcome, RotationRecord, SentDelivery, Swept};
use chrono::TimeDelta;
use domain::ids::WorkspaceId;

both_engines! {
    async fn due_handoffs_are_listed_the_longest_due_first(bench) {
        let (here, other) = (bench.workspace, bench.install("T2").await);
        let mut ids = Vec::new();
        for (workspace, name, due) in [(here, "late", 300), (other, "later", 200), (here, "latest", 100)] {
            let record = RotationRecord { next_handoff_at: Some(at(due)), ..rotation(name) };
            let mut tx = bench.store.write(workspace).await.unwrap();
            tx.insert_rotation(&record).await.unwrap();
            tx.commit().await.unwrap();
            ids.push(record.id);
        }
        let system = bench.store.system();
        let due = |workspace, count, since| DueHandoffs { workspace, count, since: at(since) };

        let all = [due(here, 2, 100), due(other, 1, 200)];
        assert_eq!(system.list_due_handoffs(at(300)).await.unwrap(), all);
        assert_eq!(system.list_due_handoffs(at(199)).await.unwrap(), [due(here, 1, 100)]);
        let mut tx = bench.store.read(here).await.unwrap();
        assert_eq!(tx.list_due_rotations(at(300)).await.unwrap(), [ids[2], ids[0]]);
        assert_eq!(tx.list_due_rotations(at(299)).await.unwrap(), [ids[2]]);
        assert_eq!(system.earliest_handoff_at().await.unwrap(), Some(at(100)));
        assert_eq!(system.earliest_handoff_after(at(100)).await.unwrap(), Some(at(200)));
        assert_eq!(system.earliest_handoff_after(at(300)).await.unwrap(), None);
    }

    async fn a_rotation_without_a_next_handoff_is_never_due(bench) {
        let record = RotationRecord { next_handoff_at: None, ..rotation("ended") };
        let mut tx = bench.write().await;
        tx.insert_rotation(&record).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();

        assert!(system.list_due_handoffs(at(1_000_000)).await.unwrap().is_empty());
        assert_eq!(system.earliest_handoff_at().await.unwrap(), None);
    }

    async fn handoffs_of_an_uninstalled_workspace_wait_for_the_next_installation(bench) {
        bench.rotation("support").await;
        let system = bench.store.system();
        let mut tx = bench.write().await;
        tx.deactivate_workspace(at(10)).await.unwrap();
        tx.commit().await.unwrap();

        assert!(system.list_due_handoffs(at(10_000)).await.unwrap().is_empty());
        assert_eq!(system.earliest_handoff_at().await.unwrap(), None);
        bench.install("T1").await;
        assert_eq!(system.list_due_handoffs(at(10_000)).await.unwrap().len(), 1);
    }

    async fn an_oauth_state_is_taken_once_by_its_browser_and_in_time(bench) {
        let system = bench.store.system();
        for state in [b"one", b"two", b"six"] {
            system.insert_oauth_state(state, b"browser", at(600)).await.unwrap();
        }

        assert!(system.take_oauth_state(b"one", b"browser", at(599)).await.unwrap());
        assert!(!system.take_oauth_state(b"one", b"browser", at(599)).await.unwrap(), "again");
        assert!(!system.take_oauth_state(b"two", b"other", at(1)).await.unwrap(), "other browser");
        assert!(!system.take_oauth_state(b"two", b"browser", at(1)).await.unwrap(), "spent by then");
        assert!(!system.take_oauth_state(b"six", b"browser", at(600)).await.unwrap(), "too late");
        assert!(!system.take_oauth_state(b"ten", b"browser", at(1)).await.unwrap(), "never made");
    }

    async fn workspaces_are_listed(bench) {
        let other = bench.install("T2").await;

        let listed = bench.store.system().list_workspaces().await.unwrap();

        let mut expected = vec![bench.workspace, other];
        expected.sort();
        let ids: Vec<WorkspaceId> = listed.iter().map(|listing| listing.id).collect();
        assert_eq!(ids, expected);
        assert!(listed.iter().all(|listing| listing.is_active));
    }

    async fn what_outlived_its_use_is_deleted_and_nothing_else(bench) {
        let system = bench.store.system();
        system.insert_oauth_state(b"state", b"browser", at(0)).await.unwrap();
        let outcome = Outcome { facts: serde_json::json!({"code": "c"}) };
        let item = InboxItem::RefreshPeople { users: Vec::new() };
        let mut tx = bench.write().await;
        tx.record_outcome("key", &outcome, at(0)).await.unwrap();
        tx.insert_inbox(&item, "Ev1", at(0)).await.unwrap();
        tx.insert_inbox(&item, "Ev2", at(5000)).await.unwrap();
        tx.commit().await.unwrap();
        let row = bench.claim_inbox(at(0), at(30), 1).await[0];
        let mut tx = bench.write().await;
        assert!(tx.finish_inbox(row.inbox, row.fence, at(0)).await.unwrap());
        tx.commit().await.unwrap();
        for channel in ["C1", "C2", "C3"] {
            bench.say(channel, at(0)).await;
        }
        bench.database.run_behind("update outbox set state = 'expired', attempts = 1, finished_at = created_at where order_key = 'channel:C2'").await;
        bench.database.run_behind("update outbox set state = 'sent', attempts = 1, finished_at = created_at where order_key = 'channel:C3'").await;

        let nothing = system.delete_expired(at(-1)).await.unwrap();
        let swept = system.delete_expired(at(1) + TimeDelta::days(30)).await.unwrap();

        assert_eq!(nothing, Swept::default());
        let expected = Swept { request_keys: 1, oauth_states: 1, inbox: 1, deliveries: 1 };
        assert_eq!(swept, expected);
        assert_eq!(
            system.count_outbox_by_state().await.unwrap(),
            [(DeliveryState::Pending, 1), (DeliveryState::Sent, 1)],
            "the unfinished one stays, and what was said goes another way"
        );
        assert_eq!(system.next_inbox_change(at(4000)).await.unwrap(), Some(at(5000)));
    }

    async fn deliveries_are_counted_by_state(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C2", at(0)).await;
        bench.say("C3", at(5)).await;
        let claim = bench.claim(0).await[0];
        bench.sending(0, 1).await;
        let mut tx = bench.write().await;
        let sent = SentDelivery { claim, channel: channel("C1"), ts: String::from("1") };
        tx.record_all_sent(&[sent], at(1)).await.unwrap();
        tx.commit().await.unwrap();

        let counted = bench.store.system().count_outbox_by_state().await.unwrap();

        assert_eq!(counted, [(DeliveryState::Pending, 1), (DeliveryState::Sending, 1), (DeliveryState::Sent, 1)]);
    }
}
