//! Audit events: who did what to which rotation, as ids and codes.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::{EventId, RotationId, UserId};
use store::{AuditEvent, Tx};

/// What is recorded; `None` as actor means that the bot did it by itself.
pub(crate) struct Entry<'a> {
    pub(crate) action: &'static str,
    pub(crate) actor: Option<&'a UserId>,
    pub(crate) rotation: Option<RotationId>,
    pub(crate) subject: Option<&'a UserId>,
    pub(crate) details: serde_json::Value,
}

/// Records an event in the transaction of the change that it tells of.
pub(crate) async fn record(
    tx: &mut Tx,
    now: DateTime<Utc>,
    entry: Entry<'_>,
) -> Result<(), AppError> {
    Ok(tx.record_event(&entry.event(now)).await?)
}

impl Entry<'_> {
    /// Returns the event that tells of it.
    pub(crate) fn event(self, now: DateTime<Utc>) -> AuditEvent {
        AuditEvent {
            id: EventId::new(store::new_id(now)),
            at: now,
            actor: self.actor.cloned(),
            action: self.action,
            rotation: self.rotation,
            subject: self.subject.cloned(),
            details: self.details,
        }
    }
}
