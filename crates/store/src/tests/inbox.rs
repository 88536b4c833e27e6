//! The inbox.

use super::bench::{at, channel, user};
use super::both_engines;
use crate::InboxItem;
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
        assert_eq!(system.earliest_inbox_at().await.unwrap(), Some(at(0)));

        let claims = system.claim_inbox("w", at(0), at(30), 10).await.unwrap();

        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].workspace, bench.workspace);
        assert!(system.claim_inbox("w", at(1), at(31), 10).await.unwrap().is_empty());
        assert_eq!(system.earliest_inbox_at().await.unwrap(), Some(at(30)));
        let mut tx = bench.write().await;
        assert_eq!(tx.find_inbox(claims[0].inbox).await.unwrap().unwrap().item, item());
        assert!(tx.finish_inbox(claims[0].inbox, claims[0].fence, at(2)).await.unwrap());
        assert_eq!(tx.find_inbox(claims[0].inbox).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(system.earliest_inbox_at().await.unwrap(), None);
    }

    async fn text_beside_an_item_is_sealed_and_goes_when_the_item_is_finished(bench) {
        let text = SecretString::from("sparrow");
        let checked = InboxItem::Checked { actor: user("UBEN") };
        let mut tx = bench.write().await;
        assert!(tx.insert_inbox_sealed(&checked, &text, "Ev1", at(0)).await.unwrap());
        assert!(!tx.insert_inbox_sealed(&checked, &text, "Ev1", at(1)).await.unwrap());
        tx.insert_inbox(&item(), "Ev2", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let claims = bench.store.system().claim_inbox("w", at(0), at(30), 10).await.unwrap();

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

        let claims = bench.store.system().claim_inbox("w", at(0), at(30), 10).await.unwrap();

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
        let claim = bench.store.system().claim_inbox("w", at(0), at(30), 1).await.unwrap()[0];
        let mut tx = bench.write().await;
        tx.finish_inbox(claim.inbox, claim.fence, at(2)).await.unwrap();

        assert!(!tx.insert_inbox(&item(), "Ev1", at(3)).await.unwrap());
    }

    async fn a_row_that_is_put_back_waits_until_its_time(bench) {
        let mut tx = bench.write().await;
        tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let claim = system.claim_inbox("w", at(0), at(30), 1).await.unwrap()[0];
        let mut tx = bench.write().await;
        assert!(tx.retry_inbox(claim.inbox, claim.fence, at(10)).await.unwrap());
        tx.commit().await.unwrap();

        assert!(system.claim_inbox("w", at(9), at(40), 1).await.unwrap().is_empty());
        assert_eq!(system.earliest_inbox_at().await.unwrap(), Some(at(10)));
        let again = system.claim_inbox("w", at(10), at(40), 1).await.unwrap()[0];
        assert_eq!(again.fence, claim.fence + 1);
        assert_eq!(bench.read().await.find_inbox(claim.inbox).await.unwrap().unwrap().attempts, 1);
    }

    async fn whoever_lost_the_lease_can_do_nothing(bench) {
        let mut tx = bench.write().await;
        tx.insert_inbox(&item(), "Ev1", at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let old = system.claim_inbox("dead", at(0), at(30), 1).await.unwrap()[0];
        system.claim_inbox("alive", at(30), at(60), 1).await.unwrap();

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
            let claims = system.claim_inbox("w", now, at(crash * 30 + 30), 1).await.unwrap();
            assert_eq!(claims.len(), 1, "after {crash} crashes");
        }

        assert!(system.claim_inbox("w", at(90), at(120), 1).await.unwrap().is_empty());
        assert_eq!(system.earliest_inbox_at().await.unwrap(), None);
    }
}
