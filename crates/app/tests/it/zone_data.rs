//! The zone data is the machine's own and may change under a stored handoff.

use crate::bench::{Bench, at, rules, user};

#[tokio::test]
async fn a_handoff_that_new_zone_data_put_later_waits_for_its_new_time() {
    let bench = Bench::sqlite().await;
    let weekly = rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    let (before, now) = (at("2026-06-15T08:00:00Z"), at("2026-06-15T09:00:00Z"));
    let rotation = bench.rotation("support", &[user("UANA")], &weekly, (1, before)).await;

    assert!(!bench.hand_over(rotation, before).await, "by today's data it is not due");

    assert_eq!(bench.find_rotation(rotation).await.next_handoff_at, Some(now));
    assert!(bench.hand_over(rotation, now).await);
    assert_eq!(bench.turns(rotation).await.len(), 1);
}
