//! Who asks, where, when, and under which key.

use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, UserId, WorkspaceId};

/// A person's request, verified to come from Slack.
#[derive(Clone, Debug)]
pub struct Request {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who asks.
    pub actor: UserId,
    /// The channel in which they ask, where there is one.
    pub channel: Option<ChannelId>,
    /// The request's own key: the same for a request that Slack sends again.
    pub key: String,
    /// When it arrived.
    pub now: DateTime<Utc>,
}
