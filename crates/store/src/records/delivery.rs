//! Deliveries: the rows of the outbox.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::effect::{Call, Envelope};
use domain::ids::{ChannelId, DeliveryId, NoteId, UserId, WorkspaceId};

stored_words! {
    /// Where a delivery stands. The first three are unfinished.
    DeliveryState {
        /// To be sent, now or later.
        Pending = "pending",
        /// Written to Slack as far as is known; the answer is not there yet.
        Sending = "sending",
        /// It may have been sent: held for the echo, then sent once more at most.
        Ambiguous = "ambiguous",
        /// Sent.
        Sent = "sent",
        /// It outlived its use.
        Expired = "expired",
        /// Slack refused it for good.
        Failed = "failed",
        /// There is nothing to say any more.
        Dropped = "dropped",
        /// Sent once or twice or not at all: the second attempt was ambiguous too. Shown, never sent again by itself.
        Unconfirmed = "unconfirmed",
        /// Three workers died over it.
        Quarantined = "quarantined",
    }
}

/// The ends that a worker may choose for a delivery that is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// It outlived its use.
    Expired,
    /// Slack refused it for good.
    Failed,
    /// There is nothing to say any more.
    Dropped,
    /// It may have been sent, and its workspace prefers silence to a repetition.
    Unconfirmed,
}

/// A delivery with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The delivery.
    pub id: DeliveryId,
    /// What is said, and to whom.
    pub envelope: Envelope,
    /// Where it stands.
    pub state: DeliveryState,
    /// The channel in which it was posted.
    pub channel: Option<ChannelId>,
    /// Slack's `ts` of the message.
    pub ts: Option<String>,
    /// How often it was sent or tried.
    pub attempts: u32,
    /// How many workers died over it.
    pub crashes: u32,
    /// Whether this is the one repetition after an ambiguous attempt.
    pub is_resend: bool,
    /// The code of the last attempt that failed.
    pub code: Option<String>,
    /// From when it may be sent.
    pub available_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is not worth sending.
    pub expires_at: DateTime<Utc>,
    /// From when on it was to be sent at first: what lateness is measured from.
    pub due_at: DateTime<Utc>,
    /// When it was last tried.
    pub tried_at: Option<DateTime<Utc>>,
}

/// What is wanted of a workspace's deliveries.
#[derive(Clone, Copy, Debug)]
pub struct Claiming<'a> {
    /// Who leases them; no two batches have the same name. It begins with the replica's name.
    pub by: &'a str,
    /// Until when they are leased.
    pub until: DateTime<Utc>,
    /// How many at most.
    pub limit: u32,
    /// Whether those are wanted over which a worker died, which are leased alone.
    pub alone: bool,
    /// What cannot be sent now.
    pub leave_out: &'a [Call],
    /// Whether what is new is wanted alone, and mending what was said may wait; for a minute at most.
    pub new_only: bool,
}

/// A delivery that was leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// The lease.
    pub claim: Claim,
    /// The delivery as it stood then.
    pub record: DeliveryRecord,
}

/// A delivery that Slack took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentDelivery {
    /// The lease.
    pub claim: Claim,
    /// The channel in which it is.
    pub channel: ChannelId,
    /// Slack's `ts`.
    pub ts: String,
}

/// A message of ours that was seen where it is.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The channel in which it was seen.
    pub channel: &'a ChannelId,
    /// Slack's `ts`.
    pub ts: &'a str,
    /// The notes that it tells, and whom.
    pub told: &'a [(NoteId, UserId)],
}

/// A lease of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The workspace, under which its content is read.
    pub workspace: WorkspaceId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The number of the lease; whoever comes with an older one has lost it.
    pub fence: i64,
}

/// Whose leases are lost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lost<'a> {
    /// Those that ran out.
    InTime,
    /// Those of this replica as well.
    Of(&'a str),
    /// Everybody's.
    All,
}

impl From<GivenUp> for DeliveryState {
    fn from(end: GivenUp) -> Self {
        match end {
            GivenUp::Expired => Self::Expired,
            GivenUp::Failed => Self::Failed,
            GivenUp::Dropped => Self::Dropped,
            GivenUp::Unconfirmed => Self::Unconfirmed,
        }
    }
}
