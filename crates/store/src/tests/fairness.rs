//! One workspace with much to say delays nobody else.

use super::bench::{at, envelope};
use super::both_engines;

both_engines! {
    async fn a_workspace_with_many_deliveries_waiting_delays_nobody_else(bench) {
        let mut tx = bench.write().await;
        for channel in 0..500 {
            tx.insert_delivery(&envelope(&format!("C{channel}")), at(0), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let quiet = bench.install("T2").await;
        bench.say_in(quiet, "C1", at(100)).await;

        let claims = bench.claim_up_to(9, false, 100).await;

        assert_eq!(claims.len(), 10, "nine and one");
        assert!(claims.iter().any(|claim| claim.workspace == quiet));
    }
}
