//! The inbox.

use super::bench::{at, channel, user};
use super::both_engines;
use crate::{DueInboxes, InboxClaim, InboxItem, InboxState};
use domain::ids::DeliveryId;
use secrecy::{ExposeSecret, SecretString};

fn item() -> InboxItem {
    InboxItem::UserChanged { user: user("UBEN") }
}

both_engines! {
    async fn what_came_in_is_leased_worked_off_and_gone(bench) {
        let mut tx = bench.write().await;
        assert!(tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap());
        tx.commit().await.unwrap();
        let system = bench.store.system();
        assert_eq!(system.list_due_inboxes(at(0)).await.unwrap().workspaces, [bench.workspace]);

        let claims = bench.claim_inbox(at(0), at(30), 10).await;

        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].workspace, bench.workspace);
        assert!(bench.claim_inbox(at(1), at(31), 10).await.is_empty());
        assert_eq!(system.list_due_inboxes(at(1)).await.unwrap(), DueInboxes::default());
        assert_eq!(system.next_inbox_change(at(1)).await.unwrap(), Some(at(30)));
        let mut tx = bench.write().await;
        assert_eq!(tx.find_inbox(claims[0].inbox).await.unwrap().unwrap().item, item());
        assert!(tx.finish_inbox(claims[0].inbox, claims[0].fence, at(2)).await.unwrap());
        assert_eq!(tx.find_inbox(claims[0].inbox).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(system.next_inbox_change(at(2)).await.unwrap(), None);
    }

    async fn text_beside_an_item_is_sealed_and_goes_when_the_item_is_finished(bench) {
        let text = SecretString::from("sparrow");
        let checked = InboxItem::Checked { actor: user("UBEN") };
        let mut tx = bench.write().await;
        assert!(tx.insert_inbox_sealed(&checked, &text, "Ev1", at(0)).await.unwrap());
        assert!(!tx.insert_inbox_sealed(&checked, &text, "Ev1", at(1)).await.unwrap());
        tx.insert_inbox(&item(), "Ev2", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let claims = bench.claim_inbox(at(0), at(30), 10).await;

        let mut texts = Vec::new();
        for claim in &claims {
            let mut tx = bench.write().await;
            let opened = tx.open_inbox_text(claim.inbox).await.unwrap();
            texts.extend(opened.map(|opened| opened.expose_secret().to_owned()));
            tx.finish_inbox(claim.inbox, claim.fence, at(2)).await.unwrap();
            assert!(tx.open_inbox_text(claim.inbox).await.unwrap().is_none());
            tx.commit().await.unwrap();
        }

        assert_eq!(claims.len(), 2);
        assert_eq!(texts, ["sparrow"]);
    }

    async fn every_kind_of_item_comes_back_as_it_was(bench) {
        let items = [
            item(),
            InboxItem::AppUninstalled { at: at(5) },
            InboxItem::TokensRevoked { at: at(6), bot: true },
            InboxItem::OwnMessage {
                channel: channel("C1"),
                ts: String::from("1.2"),
                delivery: Some(DeliveryId::of_parts(&["x"])),
            },
            InboxItem::RefreshPeople { users: vec![user("UANA"), user("UBEN")] },
            InboxItem::ChannelLeft { user: user("UBEN"), channel: channel("C1"), at: at(7) },
            InboxItem::Checked { actor: user("UBEN") },
        ];
        let mut tx = bench.write().await;
        for (index, item) in items.iter().enumerate() {
            tx.insert_inbox(item, &format!("Ev{index}"), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();

        let claims = bench.claim_inbox(at(0), at(30), 10).await;

        let mut tx = bench.read().await;
        let mut ids: Vec<_> = claims.iter().map(|claim| claim.inbox).collect();
        ids.sort();
        for (id, item) in ids.into_iter().zip(items) {
            assert_eq!(tx.find_inbox(id).await.unwrap().unwrap().item, item);
        }
    }

    async fn the_same_event_comes_in_once_also_after_it_was_worked_off(bench) {
        let mut tx = bench.write().await;
        assert!(tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap());
        assert!(!tx.insert_inbox(&item(), "Ev1", at(1)).await.unwrap());
        tx.commit().await.unwrap();
        let claim = bench.claim_inbox(at(0), at(30), 1).await[0];
        let mut tx = bench.write().await;
        tx.finish_inbox(claim.inbox, claim.fence, at(2)).await.unwrap();

        assert!(!tx.insert_inbox(&item(), "Ev1", at(3)).await.unwrap());
    }

    async fn a_row_that_is_put_back_waits_until_its_time(bench) {
        let mut tx = bench.write().await;
        tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let claim = bench.claim_inbox(at(0), at(30), 1).await[0];
        let mut tx = bench.write().await;
        assert!(tx.retry_inbox(claim.inbox, claim.fence, at(10)).await.unwrap());
        tx.commit().await.unwrap();

        assert!(bench.claim_inbox(at(9), at(40), 1).await.is_empty());
        assert_eq!(system.next_inbox_change(at(9)).await.unwrap(), Some(at(10)));
        let again = bench.claim_inbox(at(10), at(40), 1).await[0];
        assert_eq!(again.fence, claim.fence + 1);
        assert_eq!(bench.read().await.find_inbox(claim.inbox).await.unwrap().unwrap().attempts, 1);
    }

    async fn whoever_lost_the_lease_can_do_nothing(bench) {
        let mut tx = bench.write().await;
        tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let old = bench.claim_inbox(at(0), at(30), 1).await[0];
        bench.claim_inbox(at(30), at(60), 1).await;

        let mut tx = bench.write().await;

        assert!(!tx.finish_inbox(old.inbox, old.fence, at(31)).await.unwrap());
        assert!(!tx.retry_inbox(old.inbox, old.fence, at(31)).await.unwrap());
    }

    async fn a_row_over_which_three_workers_died_is_not_leased_again(bench) {
        let mut tx = bench.write().await;
        tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();

        for crash in 0..3 {
            let now = at(crash * 30);
            let claims = bench.claim_inbox(now, at(crash * 30 + 30), 1).await;
            assert_eq!(claims.len(), 1, "after {crash} crashes");
        }

        assert!(bench.claim_inbox(at(90), at(120), 1).await.is_empty());
        assert_eq!(system.next_inbox_change(at(90)).await.unwrap(), None);
        let counted = system.count_inbox_by_state().await.unwrap();
        assert_eq!(counted, [(InboxState::Quarantined, 1)]);
    }

    async fn what_came_in_first_is_leased_first_and_one_lease_of_a_workspace_runs(bench) {
        let mut tx = bench.write().await;
        for second in [3, 1, 2, 5, 4] {
            let event = InboxItem::AppUninstalled { at: at(second) };
            let name = format!("Ev{second}");
            tx.insert_inbox_at(&event, &name, at(second), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();

        let told = async |claims: &[InboxClaim]| {
            let mut tx = bench.read().await;
            let mut told = Vec::new();
            for claim in claims {
                let record = tx.find_inbox(claim.inbox).await.unwrap().unwrap();
                let InboxItem::AppUninstalled { at } = record.item else { panic!("{record:?}") };
                told.push(at);
            }
            told
        };

        let first = bench.claim_inbox(at(4), at(30), 3).await;

        assert_eq!(told(&first).await, [1, 2, 3].map(at));
        assert!(bench.claim_inbox(at(5), at(35), 3).await.is_empty(), "the others come after them");
        let mut tx = bench.write().await;
        assert_eq!(tx.finish_inbox_of("w", at(6)).await.unwrap(), 3);
        tx.commit().await.unwrap();
        let second = bench.claim_inbox(at(6), at(36), 3).await;
        assert_eq!(told(&second).await, [4, 5].map(at));
    }

    async fn workspaces_are_found_however_much_another_has_waiting(bench) {
        let mut tx = bench.write().await;
        for number in 0..300 {
            tx.insert_inbox(&item(), &format!("Ev{number}"), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let quiet = bench.install("T2").await;
        let idle = bench.install("T3").await;
        for (workspace, due) in [(quiet, at(100)), (idle, at(500))] {
            let mut tx = bench.store.write(workspace).await.unwrap();
            tx.insert_inbox_at(&item(), "Ev", due, at(0)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let system = bench.store.system();
        let due = async |second| {
            let mut found = system.list_due_inboxes(at(second)).await.unwrap().workspaces;
            found.sort();
            found
        };
        let mut both = vec![bench.workspace, quiet];
        both.sort();

        assert_eq!(due(100).await, both);
        bench.claim_inbox(at(100), at(130), 20).await;
        assert_eq!(due(100).await, [quiet], "of the other something is leased");
        system.claim_inbox(quiet, "q", at(100), at(130), 20).await.unwrap();
        assert_eq!(due(101).await, []);
        assert_eq!(system.next_inbox_change(at(101)).await.unwrap(), Some(at(130)));
    }

    async fn a_crash_beside_others_counts_once_and_from_then_on_a_row_is_leased_alone(bench) {
        let mut tx = bench.write().await;
        for event in ["Ev1", "Ev2"] {
            tx.insert_inbox(&item(), event, at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let both = bench.claim_inbox(at(0), at(30), 9).await;
        assert_eq!(both.len(), 2);

        assert_eq!(system.count_inbox_crashes(at(29)).await.unwrap(), 0);
        assert_eq!(system.count_inbox_crashes(at(30)).await.unwrap(), 2);

        let due = system.list_due_inboxes(at(30)).await.unwrap();
        assert_eq!(due, DueInboxes { workspaces: Vec::new(), has_lone: true });
        let claim = async |second| system.claim_lone_inbox("w", at(second), at(second + 30)).await;
        let lone = claim(30).await.unwrap().unwrap();
        assert_eq!(claim(31).await.unwrap(), None, "one at a time in a workspace");
        let mut tx = bench.write().await;
        assert!(tx.finish_inbox(lone.inbox, lone.fence, at(32)).await.unwrap());
        tx.commit().await.unwrap();
        let other = claim(32).await.unwrap().unwrap();
        assert_ne!(other.inbox, lone.inbox);
        for crash in [62, 92] {
            assert_eq!(system.count_inbox_crashes(at(crash)).await.unwrap(), 1);
            claim(crash).await.unwrap();
        }
        let counted = system.count_inbox_by_state().await.unwrap();
        assert_eq!(counted, [(InboxState::Done, 1), (InboxState::Quarantined, 1)]);
    }

    async fn who_starts_again_takes_back_what_it_had_leased(bench) {
        let other = bench.install("T2").await;
        for workspace in [bench.workspace, other] {
            let mut tx = bench.store.write(workspace).await.unwrap();
            tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let system = bench.store.system();
        system.claim_inbox(bench.workspace, "a/1#x", at(0), at(60), 1).await.unwrap();
        system.claim_inbox(other, "a/11#y", at(0), at(60), 1).await.unwrap();

        let count = system.release_inbox_leases("a/1#", at(1)).await.unwrap();

        // On SQLite one process serves, so all leases were its own.
        assert_eq!(count, if bench.store.is_shared() { 1 } else { 2 });
        assert!(system.list_due_inboxes(at(1)).await.unwrap().has_lone);
    }

    async fn a_lease_is_kept_given_back_failed_or_crashed(bench) {
        let mut tx = bench.write().await;
        for number in 0..4 {
            tx.insert_inbox(&item(), &format!("Ev{number}"), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let claims = bench.claim_inbox(at(0), at(30), 9).await;
        let [back, failed, crashed, done] = claims.as_slice() else { panic!("{claims:?}") };

        let mut tx = bench.write().await;
        assert_eq!(tx.keep_inbox("w", at(20), at(80)).await.unwrap(), 4);
        assert_eq!(tx.keep_inbox("somebody", at(20), at(80)).await.unwrap(), 0);
        assert!(tx.release_inbox(back.inbox, back.fence).await.unwrap());
        assert!(tx.fail_inbox(failed.inbox, failed.fence, at(40)).await.unwrap());
        let (id, fence) = (crashed.inbox, crashed.fence);
        assert!(tx.record_inbox_crash(id, fence, at(70), at(40)).await.unwrap());
        assert!(!tx.record_inbox_crash(id, fence, at(70), at(40)).await.unwrap());
        assert_eq!(tx.finish_inbox_of("w", at(40)).await.unwrap(), 1);
        tx.commit().await.unwrap();

        assert_eq!(system.count_inbox_crashes(at(50)).await.unwrap(), 0);
        let counted = system.count_inbox_by_state().await.unwrap();
        let states = [InboxState::Done, InboxState::Failed, InboxState::Pending];
        assert_eq!(counted, [(states[0], 1), (states[1], 1), (states[2], 2)]);
        assert!(bench.read().await.find_inbox(done.inbox).await.unwrap().is_none());
        let again = bench.claim_inbox(at(50), at(80), 9).await;
        assert_eq!(again.iter().map(|claim| claim.inbox).collect::<Vec<_>>(), [back.inbox]);
        let mut tx = bench.write().await;
        assert_eq!(tx.find_inbox(back.inbox).await.unwrap().unwrap().attempts, 0);
        tx.finish_inbox_of("w", at(51)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!system.list_due_inboxes(at(69)).await.unwrap().has_lone);
        assert_eq!(bench.claim_inbox(at(70), at(99), 9).await.len(), 1);
    }
}
