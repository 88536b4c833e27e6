//! Events of the audit log.

use chrono::{DateTime, Utc};
use domain::ids::{EventId, RotationId, UserId};

/// Something that was done, for the audit log: ids and codes, never a name or a text.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// The event.
    pub id: EventId,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Who did it; `None` for the service itself.
    pub actor: Option<UserId>,
    /// What was done, such as `rotation.created`.
    pub action: &'static str,
    /// The rotation that it is about.
    pub rotation: Option<RotationId>,
    /// The person that it is about.
    pub subject: Option<UserId>,
    /// Further ids and codes.
    pub details: serde_json::Value,
}
