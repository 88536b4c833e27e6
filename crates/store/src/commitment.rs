//! What binds the audit log to an event without showing it: a salted hash.

use crate::error::StoreError;
use crate::records::AuditEvent;
use chrono::{DateTime, Utc};
use domain::ids::{EventId, RotationId, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};

const SALT_BYTES: usize = 32;

/// An event as it is written: exactly these bytes, with the hash over salt and payload.
///
/// When salt and payload are erased one day, the commitment stays in the chain and says nothing.
pub(crate) struct Commitment {
    pub(crate) payload: String,
    pub(crate) salt: [u8; SALT_BYTES],
    pub(crate) hash: [u8; 32],
}

#[derive(Serialize)]
struct Payload<'a> {
    id: EventId,
    at: DateTime<Utc>,
    actor: Option<&'a UserId>,
    action: &'a str,
    rotation: Option<RotationId>,
    subject: Option<&'a UserId>,
    details: &'a serde_json::Value,
}

impl Commitment {
    /// Returns the event's payload with a new salt and the hash of both.
    pub(crate) fn new(event: &AuditEvent) -> Result<Self, StoreError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| StoreError::Unavailable {
            reason: String::from("the machine gave no random bytes"),
        })?;
        let payload = serde_json::to_string(&Payload {
            id: event.id,
            at: event.at,
            actor: event.actor.as_ref(),
            action: event.action,
            rotation: event.rotation,
            subject: event.subject.as_ref(),
            details: &event.details,
        })
        .map_err(|_| StoreError::Refused { code: String::from("json"), constraint: None })?;
        let hash = hash_of(&salt, payload.as_bytes());
        Ok(Self { payload, salt, hash })
    }
}

pub(crate) fn hash_of(salt: &[u8], payload: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(payload).finalize().into()
}
