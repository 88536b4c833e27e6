//! The absence sources of a workspace.

use chrono::{DateTime, Utc};
use domain::ids::{UserId, WorkspaceId};
use domain::source::{SourceCode, SourceFault};
use serde::{Deserialize, Serialize};

/// A source that a workspace is connected to; what opens it is read apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceSourceRecord {
    /// Which.
    pub source: SourceCode,
    /// Its name as people know it.
    pub name: String,
    /// The hash of the secret part of the address at which it pokes us, if it was given one.
    pub webhook_hash: Option<Vec<u8>>,
    /// Who connected it.
    pub connected_by: UserId,
    /// When.
    pub connected_at: DateTime<Utc>,
    /// How it is.
    pub status: SourceStatus,
    /// When it is asked next; `None` while it is not asked.
    pub next_at: Option<DateTime<Utc>>,
}

/// How a source is. It is stored as JSON; a field is never renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// When it was last asked.
    #[serde(default)]
    pub asked_at: Option<DateTime<Utc>>,
    /// When what it said was last taken over.
    #[serde(default)]
    pub good_at: Option<DateTime<Utc>>,
    /// How many people it knew then.
    #[serde(default)]
    pub matched: u32,
    /// Of how many.
    #[serde(default)]
    pub members: u32,
    /// How many absences there were then.
    #[serde(default)]
    pub absences: u32,
    /// How many of them said something unknown.
    #[serde(default)]
    pub flagged: u32,
    /// The grant without which private leave could not be seen then, as its admins read it there.
    #[serde(default)]
    pub lacks: Option<String>,
    /// Why it gave no answer the last time it was asked.
    #[serde(default)]
    pub fault: Option<SourceFault>,
    /// Since when it has given none.
    #[serde(default)]
    pub faulty_since: Option<DateTime<Utc>>,
    /// How often it has given none since.
    #[serde(default)]
    pub failures: u32,
    /// The codes of the faults of which its admins were told since.
    #[serde(default)]
    pub told_of: Vec<String>,
    /// Since when it says that nobody is absent any more, which a second answer has to confirm.
    #[serde(default)]
    pub doubted_since: Option<DateTime<Utc>>,
    /// Whether somebody asked for a sync that has not begun.
    #[serde(default)]
    pub is_asked_for: bool,
    /// When it last said that something changed, or somebody asked for a sync, since the last one began.
    #[serde(default)]
    pub poked_at: Option<DateTime<Utc>>,
    /// Who is told what comes of the next sync.
    #[serde(default)]
    pub asked_by: Option<UserId>,
}

/// A lease of a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncClaim {
    /// The workspace, under which the source is read.
    pub workspace: WorkspaceId,
    /// The source.
    pub source: SourceCode,
    /// The number of the lease; whoever comes with an older one has lost it.
    pub fence: i64,
}
