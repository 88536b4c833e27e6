//! Request keys.

use super::bench::at;
use super::both_engines;
use crate::{Outcome, StoreError, new_id};

both_engines! {
    async fn a_request_that_was_answered_is_found_with_its_outcome(bench) {
        let outcome = Outcome { facts: serde_json::json!({"code": "created", "rotation": new_id(at(0))}) };
        let mut tx = bench.write().await;
        tx.record_outcome("command:1.2", &outcome, at(0)).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = bench.read().await;

        assert_eq!(tx.find_outcome("command:1.2").await.unwrap(), Some(outcome));
        assert_eq!(tx.find_outcome("command:1.3").await.unwrap(), None);
    }

    async fn a_request_is_answered_once(bench) {
        let outcome = Outcome { facts: serde_json::json!({"code": "created"}) };
        let mut tx = bench.write().await;
        tx.record_outcome("key", &outcome, at(0)).await.unwrap();

        let error = tx.record_outcome("key", &outcome, at(1)).await.unwrap_err();

        assert_eq!(error, StoreError::Conflict { constraint: "request_keys" });
    }

    async fn the_same_key_is_free_in_another_workspace(bench) {
        let outcome = Outcome { facts: serde_json::json!({"code": "created"}) };
        let mut tx = bench.write().await;
        tx.record_outcome("key", &outcome, at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let other = bench.install("T2").await;

        let mut tx = bench.store.write(other).await.unwrap();

        assert_eq!(tx.find_outcome("key").await.unwrap(), None);
        tx.record_outcome("key", &outcome, at(0)).await.unwrap();
    }
}
