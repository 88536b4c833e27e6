//! What whoever watches the service is told: counts, words and instants.

use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use uuid::Uuid;

/// What was due five minutes ago, and is neither done nor waiting for a reason; syncs an hour ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Messages that wait neither for a limit nor in a line that moves, and are not held.
    pub outbox: u64,
    /// Rows of the inbox.
    pub inbox: u64,
    /// Rotations whose handoff has passed.
    pub handoffs: u64,
    /// Absence sources that are to be asked.
    pub syncs: u64,
}

impl Overdue {
    /// Returns the counts with what they count.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 4] {
        [
            ("outbox", self.outbox),
            ("inbox", self.inbox),
            ("handoffs", self.handoffs),
            ("syncs", self.syncs),
        ]
    }

    /// Returns whether nothing is overdue.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.outbox == 0 && self.inbox == 0 && self.handoffs == 0 && self.syncs == 0
    }
}

/// How full the queues are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Unfinished messages by state, and those of the last 7 days that were not delivered.
    pub outbox: Vec<(String, u64)>,
    /// Unfinished work by state, and what was put into quarantine in the last 7 days.
    pub inbox: Vec<(String, u64)>,
    /// Calls that Slack limits now, with how many workspaces each concerns.
    pub limits: Vec<(String, u64)>,
    /// Since when the oldest unfinished message of each state is due, whatever it waits for.
    pub outbox_since: Vec<(String, DateTime<Utc>)>,
    /// Since when the oldest unfinished work of each state is due.
    pub inbox_since: Vec<(String, DateTime<Utc>)>,
    /// Subscriptions of which Stripe says a word that this version does not know: their plans stay as they were.
    pub strange_subscriptions: u64,
    /// Subscriptions of which Stripe gave no answer several times in a row.
    pub unanswered_subscriptions: u64,
    /// When the oldest event of an audit log happened that is not chained yet.
    pub oldest_unchained_at: Option<DateTime<Utc>>,
    /// Since when the oldest message is due that waits for no limit.
    pub oldest_delivery_due_at: Option<DateTime<Utc>>,
    /// Since when the oldest row of the inbox is due.
    pub oldest_inbox_due_at: Option<DateTime<Utc>>,
    /// Since when the absence source is due that waits longest.
    pub oldest_sync_due_at: Option<DateTime<Utc>>,
}

/// A row of the outbox or the inbox that was not finished as it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRow {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The row.
    pub id: Uuid,
    /// Whether it is a row of the inbox.
    pub is_work: bool,
    /// Where it stands.
    pub state: String,
    /// Since when it was due.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// How many workers died over it.
    pub crashes: u32,
    /// The code of the last attempt that failed.
    pub code: Option<String>,
    /// Whether it was sent once more after an attempt of which nobody knows.
    pub is_resend: bool,
}
