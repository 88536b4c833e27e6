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
    let event = AuditEvent {
        id: EventId::new(store::new_id(now)),
        at: now,
        actor: entry.actor.cloned(),
        action: entry.action,
        rotation: entry.rotation,
        subject: entry.subject.cloned(),
        details: entry.details,
    };
    Ok(tx.record_event(&event).await?)
}
