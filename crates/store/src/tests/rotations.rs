//! Rotations.

use super::bench::{at, rotation, user};
use super::both_engines;
use crate::{Advance, StoreError};
use domain::ids::RotationId;
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

    async fn an_advance_moves_the_order_and_the_next_handoff(bench) {
        let mut stored = bench.rotation("support").await;
        let advance = Advance {
            last_turn: Some(user("UBEN")),
            next_turn: 8,
            next_handoff_at: None,
        };
        let mut tx = bench.write().await;

        assert_eq!(tx.lock_rotation(stored.id).await.unwrap().as_ref(), Some(&stored));
        assert!(tx.record_advance(stored.id, &advance).await.unwrap());
        tx.commit().await.unwrap();

        stored.last_turn = advance.last_turn;
        stored.next_turn = 8;
        stored.next_handoff_at = None;
        assert_eq!(bench.read().await.find_rotation(stored.id).await.unwrap(), Some(stored));
    }

    async fn an_advance_of_another_workspaces_rotation_changes_nothing(bench) {
        let stored = bench.rotation("support").await;
        let other = bench.install("T2").await;
        let mut tx = bench.store.write(other).await.unwrap();
        let advance = Advance { last_turn: None, next_turn: 1, next_handoff_at: Some(at(1)) };

        assert!(!tx.record_advance(stored.id, &advance).await.unwrap());
        assert_eq!(tx.lock_rotation(stored.id).await.unwrap(), None);
        assert!(tx.list_rotations().await.unwrap().is_empty());
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
