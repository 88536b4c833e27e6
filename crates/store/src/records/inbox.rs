//! The inbox: what came in and is worked off later, reduced to ids, kinds and instants.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::ids::{
    ChannelId, CoverRequestId, DeliveryId, InboxId, RotationId, SwapId, UserId, WorkspaceId,
};
use domain::source::SourceCode;
use domain::story::announce::ChannelChange;
use serde::{Deserialize, Serialize};

/// What is to be worked off. It is stored as JSON; a variant is never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboxItem {
    /// A person changed in Slack and must be read again.
    UserChanged {
        /// Who.
        user: UserId,
    },
    /// The app was removed from the workspace.
    AppUninstalled {
        /// When, as Slack says.
        at: DateTime<Utc>,
    },
    /// Tokens of the workspace were revoked.
    TokensRevoked {
        /// When, as Slack says.
        at: DateTime<Utc>,
        /// Whether the bot's token is among them.
        bot: bool,
    },
    /// A message of ours was seen in a channel: the proof that it was posted.
    OwnMessage {
        /// The channel.
        channel: ChannelId,
        /// Slack's `ts` of the message.
        ts: String,
        /// The delivery that it names.
        delivery: Option<DeliveryId>,
    },
    /// A person has opened the app's home.
    HomeOpened {
        /// Who.
        user: UserId,
    },
    /// A member of a channel left it.
    ChannelLeft {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
        /// When, as Slack says.
        at: DateTime<Utc>,
    },
    /// A request is carried out once Slack was asked who makes it; what it says is sealed beside the item.
    Checked {
        /// Who asks.
        actor: UserId,
    },
    /// These people must be read again.
    RefreshPeople {
        /// Who.
        users: Vec<UserId>,
    },
    /// Who holds the turn that begins at an instant is to be reminded of it.
    RemindNext {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
    },
    /// Whether a duty was seen by now is to be looked at.
    CheckSeen {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it is.
        user: UserId,
        /// When the duty passed to them in the middle of the turn; `None` for the handoff itself.
        since: Option<DateTime<Utc>>,
    },
    /// The summary of a rotation's week is due.
    SummarizeWeek {
        /// The rotation.
        rotation: RotationId,
        /// When it is due.
        at: DateTime<Utc>,
    },
    /// Something happened to a channel.
    ChannelChanged {
        /// The channel.
        channel: ChannelId,
        /// What.
        change: ChannelChange,
    },
    /// Somebody came into a channel: the bot, where the user is its own.
    JoinedChannel {
        /// The channel.
        channel: ChannelId,
        /// Who.
        user: UserId,
    },
    /// People were added to a rotation before it was known who they are.
    CheckJoiners {
        /// The rotation.
        rotation: RotationId,
        /// Who.
        users: Vec<UserId>,
        /// Who added them.
        by: UserId,
        /// When.
        added_at: DateTime<Utc>,
    },
    /// Cover begins or ends: who serves may be others from then on.
    CoverEdge {
        /// The rotation.
        rotation: RotationId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Whoever has a duty that ends soon is to be asked for a note.
    AskForNote {
        /// The rotation.
        rotation: RotationId,
        /// When they are to be asked.
        at: DateTime<Utc>,
    },
    /// Somebody has offered in a thread to serve; what they wrote is kept nowhere.
    ThreadReply {
        /// The channel.
        channel: ChannelId,
        /// The `ts` of the message that the thread belongs to.
        thread_ts: String,
        /// Who.
        user: UserId,
        /// The `ts` of what they wrote.
        ts: String,
    },
    /// A step of a request for cover is due.
    CoverRequest {
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew: a step of an earlier time is none any more.
        occasion: u32,
        /// Which.
        step: CoverStep,
    },
    /// Absences changed that concern a rotation: it is planned again.
    AbsencesChanged {
        /// The rotation.
        rotation: RotationId,
        /// Whose.
        users: Vec<UserId>,
        /// When the next turn of each member began before.
        first_turns: Vec<(UserId, DateTime<Utc>)>,
    },
    /// An absence source said that something changed.
    SourcePoked {
        /// The source.
        source: SourceCode,
    },
    /// The workspace's plan changed: whether a rotation stops or goes on is to be looked at.
    PlanChanged {
        /// The rotation.
        rotation: RotationId,
    },
    /// Whether the turns of a rotation's swaps are still those of their people is to be looked at.
    CheckSwaps {
        /// The rotation.
        rotation: RotationId,
    },
    /// The earlier turn of a swap begins: without an answer it is over, and what was agreed stands.
    SwapBegins {
        /// The swap.
        swap: SwapId,
    },
    /// Everybody in a rotation's channel is to join it.
    AddEveryone {
        /// The rotation.
        rotation: RotationId,
        /// Who asked for it.
        by: UserId,
        /// The key of the request.
        key: String,
    },
}

/// What is due of a request for cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CoverStep {
    /// It is posted.
    Post,
    /// Those who have not answered are reminded.
    Remind {
        /// How long before the window, in hours.
        lead_hours: u16,
    },
    /// It is closed: what reminded of it says so.
    Over,
    /// Its window begins.
    Begin,
    /// Its window ends.
    End,
}

/// A row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRecord {
    /// The row.
    pub id: InboxId,
    /// What is to be done.
    pub item: InboxItem,
    /// How often it was tried and put back.
    pub attempts: u32,
    /// When it came in.
    pub created_at: DateTime<Utc>,
}

stored_words! {
    /// How a row of the inbox stands.
    InboxState {
        /// It waits, or is being worked off.
        Pending = "pending",
        /// It was worked off.
        Done = "done",
        /// It failed for days and was given up.
        Failed = "failed",
        /// Three workers died over it.
        Quarantined = "quarantined",
    }
}

/// Where there is something to be worked off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueInboxes {
    /// The workspaces that have due rows, and of which nothing is leased.
    pub workspaces: Vec<WorkspaceId>,
    /// Whether a row is due over which a worker died before; those are leased alone.
    pub has_lone: bool,
}

/// A lease of a row of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxClaim {
    /// The workspace, under which its content is read.
    pub workspace: WorkspaceId,
    /// The row.
    pub inbox: InboxId,
    /// The number of the lease; whoever comes with an older one has lost it.
    pub fence: i64,
}
