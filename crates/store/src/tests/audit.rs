//! The audit log.

use super::bench::{at, user};
use super::both_engines;
use crate::commitment::{Commitment, hash_of};
use crate::{AuditEvent, StoreError, new_id};
use domain::ids::EventId;

fn event() -> AuditEvent {
    AuditEvent {
        id: EventId::new(new_id(at(0))),
        at: at(0),
        actor: Some(user("UANA")),
        action: "rotation.created",
        rotation: None,
        subject: None,
        details: serde_json::json!({"members": 3}),
    }
}

both_engines! {
    async fn an_event_is_recorded_with_the_change_or_not_at_all(bench) {
        let stored = event();
        let mut tx = bench.write().await;
        tx.record_event(&stored).await.unwrap();
        drop(tx);

        let mut tx = bench.write().await;
        tx.record_event(&stored).await.unwrap();

        let error = tx.record_event(&stored).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "the same event twice: {error}");
    }
}

#[test]
fn the_commitment_is_the_hash_over_salt_and_payload() {
    let commitment = Commitment::new(&event()).unwrap();

    assert_eq!(commitment.hash, hash_of(&commitment.salt, commitment.payload.as_bytes()));
    assert_ne!(commitment.hash, hash_of(&[0; 32], commitment.payload.as_bytes()));
    assert!(commitment.payload.contains("rotation.created"));
}

#[test]
fn equal_events_have_different_commitments() {
    let event = event();

    let [one, two] = [Commitment::new(&event).unwrap(), Commitment::new(&event).unwrap()];

    assert_eq!(one.payload, two.payload);
    assert_ne!(one.hash, two.hash);
}
