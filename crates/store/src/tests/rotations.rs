//! Rotations.

use super::bench::{at, channel, rotation, standing, user};
use super::both_engines;
use crate::StoreError;
use domain::ids::RotationId;
use domain::roster::Member;
use domain::settings::{ChannelFault, Rest};
use domain::timeline::Standing;
use uuid::Uuid;

both_engines! {
    async fn a_rotation_comes_back_as_it_was(bench) {
        let stored = bench.rotation("support").await;

        let mut tx = bench.read().await;

        assert_eq!(tx.find_rotation(stored.id).await.unwrap().as_ref(), Some(&stored));
        assert_eq!(tx.list_rotations().await.unwrap(), [stored]);
        assert_eq!(tx.find_rotation(RotationId::new(Uuid::nil())).await.unwrap(), None);
    }

    async fn a_name_is_taken_whatever_the_case_of_its_letters(bench) {
        bench.rotation("Größe").await;
        let mut tx = bench.write().await;

        let error = tx.insert_rotation(&rotation("GRÖßE")).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "rotations_name" });
        assert!(error.leaves_transaction_standing());
        tx.insert_rotation(&rotation("other")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(bench.read().await.list_rotations().await.unwrap().len(), 2);
    }

    async fn the_same_name_is_free_in_another_workspace(bench) {
        bench.rotation("support").await;
        let other = bench.install("T2").await;

        let mut tx = bench.store.write(other).await.unwrap();

        tx.insert_rotation(&rotation("support")).await.unwrap();
    }

    async fn rotations_are_listed_by_name(bench) {
        for name in ["zebra", "Alpha", "beta", "Émile"] {
            bench.rotation(name).await;
        }

        let listed = bench.read().await.list_rotations().await.unwrap();

        let names: Vec<&str> = listed.iter().map(|rotation| rotation.name.as_str()).collect();
        assert_eq!(names, ["Alpha", "beta", "zebra", "Émile"]);
    }

    async fn where_a_rotation_stands_is_stored_whole(bench) {
        let mut stored = bench.rotation("support").await;
        let mut standing = standing(&stored, 8);
        standing.order.last_turn = Some(user("UBEN"));
        standing.leaving = vec![user("UCHO")];
        let rest = Some(Rest { since: at(10), until: None, by_plan: true });
        let mut tx = bench.write().await;

        assert_eq!(tx.lock_rotation(stored.id).await.unwrap().as_ref(), Some(&stored));
        assert!(tx.record_standing(stored.id, &standing, rest).await.unwrap());
        tx.commit().await.unwrap();

        stored.last_turn = Some(user("UBEN"));
        stored.next_turn = 8;
        stored.kept = Some(standing.kept());
        stored.rest = rest;
        let found = bench.read().await.find_rotation(stored.id).await.unwrap().unwrap();
        assert_eq!(found, stored);
        let members = found.members.iter().cloned().map(Member::present).collect();
        let next = found.next_handoff_at.map(|at| (found.next_turn, at));
        let kept = found.kept.unwrap();
        assert_eq!(Standing::of_kept(found.rules, members, found.last_turn, next, kept), standing);
    }

    async fn another_workspaces_rotation_cannot_be_moved(bench) {
        let stored = bench.rotation("support").await;
        let other = bench.install("T2").await;
        let mut tx = bench.store.write(other).await.unwrap();

        assert!(!tx.record_standing(stored.id, &standing(&stored, 1), None).await.unwrap());
        assert!(!tx.record_rotation_deleted(stored.id, at(1)).await.unwrap());
        assert!(!tx.record_rotation_revision(stored.id).await.unwrap());
        assert_eq!(tx.lock_rotation(stored.id).await.unwrap(), None);
        assert!(tx.list_rotations().await.unwrap().is_empty());
    }

    async fn what_people_chose_is_stored(bench) {
        let mut stored = bench.rotation("support").await;
        stored.settings.managers = vec![user("UDEE")];
        stored.settings.unseen_after_hours = Some(4);
        stored.channel = channel("C2");
        let mut tx = bench.write().await;

        tx.record_channel_fault(stored.id, Some(ChannelFault::Archived)).await.unwrap();
        let archived = tx.find_rotation(stored.id).await.unwrap().unwrap();
        tx.record_rotation_settings(stored.id, &stored.channel, &stored.settings).await.unwrap();
        tx.record_rotation_revision(stored.id).await.unwrap();
        tx.record_rotation_name(stored.id, "Help").await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(archived.channel_fault, Some(ChannelFault::Archived));
        stored.revision = 1;
        stored.name = String::from("Help");
        assert_eq!(bench.read().await.find_rotation(stored.id).await.unwrap(), Some(stored));
    }

    async fn a_name_belongs_to_one_rotation_that_is_not_deleted(bench) {
        let first = bench.rotation("support").await;
        let second = bench.rotation("help").await;
        let taken = StoreError::Conflict { constraint: "rotations_name" };
        let mut tx = bench.write().await;

        let renamed = tx.record_rotation_name(second.id, "SUPPORT").await;
        assert_eq!(renamed.unwrap_err().to_string(), taken.to_string());
        assert!(tx.record_rotation_deleted(first.id, at(5)).await.unwrap());
        assert!(!tx.record_rotation_deleted(first.id, at(6)).await.unwrap());
        tx.record_rotation_name(second.id, "SUPPORT").await.unwrap();
        let restored = tx.record_rotation_restored(first.id, "support").await;
        assert_eq!(restored.unwrap_err().to_string(), taken.to_string());
        let deleted = tx.list_deleted_rotations().await.unwrap();
        tx.record_rotation_restored(first.id, "support 2").await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(deleted.len(), 1);
        assert_eq!((deleted[0].deleted_at, deleted[0].next_handoff_at), (Some(at(5)), None));
        let listed = bench.read().await.list_rotations().await.unwrap();
        let names: Vec<&str> = listed.iter().map(|rotation| rotation.name.as_str()).collect();
        assert_eq!(names, ["SUPPORT", "support 2"]);
    }

    async fn what_is_deleted_is_hidden_and_erased_for_good_later(bench) {
        let stored = bench.rotation("support").await;
        let mut tx = bench.write().await;

        tx.record_rotation_deleted(stored.id, at(5)).await.unwrap();

        assert_eq!(tx.find_rotation(stored.id).await.unwrap(), None);
        assert_eq!(tx.lock_rotation(stored.id).await.unwrap(), None);
        assert!(tx.find_any_rotation(stored.id).await.unwrap().is_some());
        assert_eq!(tx.erase_deleted_rotations(at(5)).await.unwrap(), 0);
        assert_eq!(tx.erase_deleted_rotations(at(6)).await.unwrap(), 1);
        assert_eq!(tx.find_any_rotation(stored.id).await.unwrap(), None);
    }

    async fn a_row_that_cannot_be_read_is_named(bench) {
        let mut stored = rotation("support");
        stored.next_turn = u64::MAX;
        let mut tx = bench.write().await;
        tx.insert_rotation(&stored).await.unwrap();

        // The largest number that is stored stands in for one that is larger.
        let found = tx.find_rotation(stored.id).await.unwrap().unwrap();

        assert_eq!(found.next_turn, u64::try_from(i64::MAX).unwrap());
    }
}
