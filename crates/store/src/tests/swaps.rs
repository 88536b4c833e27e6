//! Swaps of two turns.

use super::bench::{at, user};
use super::both_engines;
use crate::{SwapRecord, SwapSide, SwapState, new_id};
use domain::ids::{RotationId, SwapId};

fn swap(rotation: RotationId, a: i64, b: i64) -> SwapRecord {
    SwapRecord {
        id: SwapId::new(new_id(at(0))),
        rotation,
        asked_by: user("UANA"),
        a: SwapSide { user: user("UANA"), planned_at: at(a), agreed_at: Some(at(5)) },
        b: SwapSide { user: user("UBEN"), planned_at: at(b), agreed_at: None },
        state: SwapState::Asked,
        created_at: at(5),
        closed_by: None,
        closed_at: None,
    }
}

both_engines! {
    async fn a_swap_comes_back_as_it_was_and_as_it_was_changed(bench) {
        let rotation = bench.rotation("support").await.id;
        let asked = swap(rotation, 200, 100);
        let mut tx = bench.write().await;
        tx.insert_swap(&asked).await.unwrap();
        assert_eq!(tx.find_swap(asked.id).await.unwrap().as_ref(), Some(&asked));
        assert_eq!(asked.turns(), [at(100), at(200)]);
        let undone = SwapRecord {
            b: SwapSide { agreed_at: Some(at(7)), ..asked.b.clone() },
            state: SwapState::Undone,
            closed_by: Some(user("UBEN")),
            closed_at: Some(at(8)),
            ..asked.clone()
        };

        assert!(tx.update_swap(&undone).await.unwrap());

        assert_eq!(tx.find_swap(asked.id).await.unwrap(), Some(undone));
        assert!(!tx.update_swap(&swap(rotation, 200, 100)).await.unwrap());
    }

    async fn swaps_that_live_are_listed_by_either_turn(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.rotation("pizza").await.id;
        let asked = swap(rotation, 100, 300);
        let agreed = SwapRecord { state: SwapState::Agreed, ..swap(rotation, 400, 200) };
        let over = SwapRecord { state: SwapState::Void, ..swap(rotation, 100, 200) };
        let elsewhere = swap(other, 100, 200);
        let mut tx = bench.write().await;
        for made in [&asked, &agreed, &over, &elsewhere] {
            tx.insert_swap(made).await.unwrap();
        }

        for (from, until, expected) in [
            (0, 100, vec![]),
            (0, 101, vec![&asked]),
            (101, 300, vec![&agreed]),
            (300, 401, vec![&asked, &agreed]),
            (401, 900, vec![]),
        ] {
            let listed = tx.list_swaps(rotation, at(from), at(until)).await.unwrap();
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{from} to {until}");
        }
        assert_eq!(tx.list_swaps_since(at(200)).await.unwrap(), [asked, agreed.clone(), elsewhere]);
        assert_eq!(tx.list_swaps_since(at(301)).await.unwrap(), [agreed]);
    }

    async fn a_swap_goes_with_its_rotation(bench) {
        let rotation = bench.rotation("support").await.id;
        let asked = swap(rotation, 100, 200);
        let mut tx = bench.write().await;
        tx.insert_swap(&asked).await.unwrap();
        assert!(tx.record_rotation_deleted(rotation, at(5)).await.unwrap());
        assert_eq!(tx.erase_deleted_rotations(at(6)).await.unwrap(), 1);

        assert_eq!(tx.find_swap(asked.id).await.unwrap(), None);
    }
}
