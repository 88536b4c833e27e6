//! Transactions.

use super::bench::{at, rotation, standing};
use super::both_engines;
use crate::{Outcome, StoreError};
use domain::ids::RotationId;
use std::panic::AssertUnwindSafe;
use uuid::Uuid;

both_engines! {
    async fn a_transaction_that_is_dropped_leaves_nothing(bench) {
        let mut tx = bench.write().await;
        tx.insert_rotation(&rotation("gone")).await.unwrap();
        drop(tx);

        bench.rotation("kept").await;

        let listed = bench.read().await.list_rotations().await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].name, "kept");
    }

    async fn what_is_not_committed_is_seen_by_nobody_else(bench) {
        let mut tx = bench.write().await;
        tx.insert_rotation(&rotation("support")).await.unwrap();

        assert!(bench.read().await.list_rotations().await.unwrap().is_empty());
        tx.commit().await.unwrap();
        assert_eq!(bench.read().await.list_rotations().await.unwrap().len(), 1);
    }

    async fn a_reader_sees_one_state_from_its_first_look_on(bench) {
        let mut reader = bench.read().await;
        assert!(reader.list_rotations().await.unwrap().is_empty());

        bench.rotation("support").await;

        assert!(reader.list_rotations().await.unwrap().is_empty());
        reader.commit().await.unwrap();
    }

    async fn a_reader_cannot_write(bench) {
        let mut tx = bench.read().await;

        let error = tx.insert_rotation(&rotation("support")).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }

    async fn after_a_failure_nothing_more_can_be_done(bench) {
        let mut tx = bench.write().await;
        let record = rotation("support");
        tx.insert_rotation(&record).await.unwrap();
        // The same id under another name breaks the primary key.
        let mut twin = rotation("twin");
        twin.id = record.id;

        let error = tx.insert_rotation(&twin).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert_eq!(tx.list_rotations().await.unwrap_err(), StoreError::Aborted);
        assert_eq!(tx.commit().await.unwrap_err(), StoreError::Aborted);
        assert!(bench.read().await.list_rotations().await.unwrap().is_empty());
        bench.rotation("next").await;
    }

    async fn a_call_that_was_cancelled_cannot_be_committed(bench) {
        let mut tx = bench.write().await;
        let mut is_cancelled = false;
        // An engine that is fast may have answered when it is asked first; some call is still under way.
        for number in 0..1000 {
            let record = rotation(&format!("r{number}"));
            let mut call = std::pin::pin!(tx.insert_rotation(&record));
            is_cancelled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(call.as_mut().poll(context).is_pending())
            })
            .await;
            if is_cancelled {
                break;
            }
        }

        assert!(is_cancelled);
        assert_eq!(tx.commit().await.unwrap_err(), StoreError::Aborted);
        bench.rotation("next").await;
        assert_eq!(bench.read().await.list_rotations().await.unwrap().len(), 1);
    }

    async fn a_second_writing_transaction_in_one_task_panics(bench) {
        let first = bench.write().await;

        let second = async { bench.store.write(bench.workspace).await.is_ok() };
        let outcome = catch(second).await;

        assert!(outcome.is_err());
        first.commit().await.unwrap();
        bench.rotation("support").await;
    }

    async fn writers_of_one_rotation_take_turns(bench) {
        let id = bench.rotation("support").await.id;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            writers.spawn(async move {
                let mut tx = store.write(workspace).await.unwrap();
                let found = tx.lock_rotation(id).await.unwrap().unwrap();
                let standing = standing(&found, found.next_turn + 1);
                tx.record_standing(id, &standing, None).await.unwrap();
                tx.commit().await.unwrap();
            });
        }

        writers.join_all().await;

        let found = bench.read().await.find_rotation(id).await.unwrap().unwrap();
        assert_eq!(found.next_turn, 7 + 20);
    }

    async fn of_many_equal_requests_one_is_answered_with_a_change(bench) {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            writers.spawn(async move {
                let outcome = Outcome { facts: serde_json::json!({"code": "c"}) };
                let mut tx = store.write(workspace).await.unwrap();
                match tx.record_outcome("key", &outcome, at(0)).await {
                    Ok(()) => tx.commit().await.is_ok(),
                    Err(error) => {
                        assert_eq!(error, StoreError::Conflict { constraint: "request_keys" });
                        false
                    }
                }
            });
        }

        let won = writers.join_all().await.into_iter().filter(|won| *won).count();

        assert_eq!(won, 1);
    }

    async fn a_closed_store_says_so(bench) {
        bench.store.close().await;

        let error = bench.store.read(bench.workspace).await.err().unwrap();

        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        let error = bench.store.write(bench.workspace).await.err().unwrap();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        assert!(bench.store.ping().await.is_err());
    }

    async fn the_store_answers_and_a_server_knows_the_time(bench) {
        bench.store.ping().await.unwrap();

        let time = bench.store.server_time().await.unwrap();

        let is_sqlite = bench.database.superuser_url().is_none();
        assert_eq!(is_sqlite, time.is_none());
        assert!(time.is_none_or(|time| time > at(0)));
    }

    async fn what_is_not_there_is_not_found(bench) {
        let mut tx = bench.read().await;

        assert_eq!(tx.find_rotation(RotationId::new(Uuid::nil())).await.unwrap(), None);
    }
}

/// Awaits a future and returns its panic as an error.
async fn catch<F: Future<Output = bool>>(future: F) -> Result<bool, Box<dyn std::any::Any + Send>> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(std::task::Poll::Ready(value)) => std::task::Poll::Ready(Ok(value)),
            Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
            Err(panic) => std::task::Poll::Ready(Err(panic)),
        }
    })
    .await
}
