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

        let claims = bench
            .store
            .system()
            .claim_deliveries("w", at(100), at(130), 10)
            .await
            .unwrap();

        assert_eq!(claims.len(), 10);
        assert!(claims.iter().any(|claim| claim.workspace == quiet));
    }
}
