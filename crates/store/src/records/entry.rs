//! An absence that is entered, with everything that is written beside it.

use super::{AbsenceRecord, AuditEvent, Outcome};
use chrono::{DateTime, Utc};
use domain::effect::Envelope;

/// An absence and what belongs to it, for somebody who has decided by what is known already and asks nothing before.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The absence.
    pub absence: AbsenceRecord,
    /// What the audit log says of it.
    pub event: AuditEvent,
    /// What is told and shown of it, each with the instant from which on.
    pub deliveries: Vec<(Envelope, DateTime<Utc>)>,
    /// The key of the request, under which it is entered once.
    pub key: String,
    /// What the request came to.
    pub outcome: Outcome,
    /// When the request arrived.
    pub now: DateTime<Utc>,
}
