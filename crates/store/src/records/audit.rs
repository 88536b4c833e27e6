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

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The event.
    pub id: EventId,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What was done.
    pub action: String,
    /// All that it says, as JSON.
    pub payload: String,
}

/// What was found of a workspace's audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditVerdict {
    /// How many chained events are there and as they were written.
    pub good: u64,
    /// In how many of them a person was erased.
    pub erased: u64,
    /// How many were pruned because their time was over.
    pub pruned: u64,
    /// How many wait to be chained, which takes seconds.
    pub waiting: u64,
    /// The number of the last event.
    pub sequence: u64,
    /// The hash of the last event and of all before it; whoever keeps it elsewhere notices when the end is cut off.
    pub hash: [u8; 32],
    /// What is wrong, and where it begins.
    pub fault: Option<AuditFault>,
}

/// Where an audit log is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFault {
    /// The number of the event.
    pub sequence: u64,
    /// The event; `None` where it is not there.
    pub event: Option<EventId>,
    /// What is wrong.
    pub what: AuditFlaw,
}

/// What can be wrong with an audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFlaw {
    /// Events are there, and nothing says where their chain ends.
    #[error("the end of the chain is lacking")]
    NoHead,
    /// The head was not signed by this service.
    #[error("the end of the chain was changed")]
    Head,
    /// There is no event with the number that comes next.
    #[error("the event is lacking")]
    Missing,
    /// Instant, action, order or commitment are not those that were chained.
    #[error("the event was changed, moved or put in")]
    Link,
    /// It was not chained by this service.
    #[error("the event was not signed by this service")]
    Signature,
    /// What it says is not what it committed to.
    #[error("what the event says was changed")]
    Payload,
    /// Its hash is not the one that was kept elsewhere: it was cut off, or everything since was written anew.
    #[error("it is not what was kept of it elsewhere, or was cut off")]
    NotAsKept,
    /// It was signed with a key that is not in the ring.
    #[error("the event was signed with a key that is not among the encryption keys")]
    UnknownKey,
    /// It waits for too long to be chained.
    #[error("events have waited for more than a minute to be chained")]
    Unchained,
}
