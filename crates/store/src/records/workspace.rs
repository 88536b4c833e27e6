//! Workspaces and the people in them.

use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId, WorkspaceId};
use domain::settings::WorkspaceSettings;
use secrecy::SecretString;

/// An installation as OAuth gave it.
#[derive(Clone, Debug)]
pub struct NewInstall {
    /// The Slack team; its workspace must be the transaction's own.
    pub team: TeamId,
    /// The team's name.
    pub name: String,
    /// The id of the Slack app.
    pub app_id: String,
    /// The bot's own user.
    pub bot_user: UserId,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// Who installed it.
    pub installer: UserId,
    /// The bot's token; it is sealed before it is stored.
    pub bot_token: SecretString,
    /// When.
    pub at: DateTime<Utc>,
}

/// A workspace as it is known; its token is read apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceRecord {
    /// The workspace.
    pub id: WorkspaceId,
    /// The Slack team.
    pub team: TeamId,
    /// The team's name.
    pub name: String,
    /// The id of the Slack app.
    pub app_id: String,
    /// The bot's own user.
    pub bot_user: UserId,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// Whether there is a working installation.
    pub is_active: bool,
    /// When it was last installed.
    pub installed_at: DateTime<Utc>,
    /// Who installed it last.
    pub installer: UserId,
    /// What its admins chose.
    pub settings: WorkspaceSettings,
}

/// A workspace as work over many workspaces sees it: ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceListing {
    /// The workspace.
    pub id: WorkspaceId,
    /// The Slack team.
    pub team: TeamId,
    /// Whether there is a working installation.
    pub is_active: bool,
    /// When the installation ended, if it has.
    pub deactivated_at: Option<DateTime<Utc>>,
    /// Until when somebody asked for what is left to be kept, if that is not the usual time.
    pub kept_until: Option<DateTime<Utc>>,
}

/// The handoffs that are due in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueHandoffs {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Of how many rotations one is due.
    pub count: u64,
    /// Since when the longest due one is.
    pub since: DateTime<Utc>,
}

/// A person as Slack last described them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of Slack's, and they are independent"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRecord {
    /// Who.
    pub user: UserId,
    /// The display name, unescaped.
    pub display_name: String,
    /// The IANA name of the person's zone.
    pub zone: Option<String>,
    /// Whether the person is deactivated in Slack.
    pub is_deactivated: bool,
    /// Whether the person administers or owns the Slack workspace.
    pub is_admin: bool,
    /// Whether it is no person at all.
    pub is_bot: bool,
    /// Whether the person is a guest of the workspace.
    pub is_guest: bool,
    /// Whether the person belongs to another workspace, which shares a channel with this.
    pub is_foreign: bool,
    /// When Slack was asked.
    pub refreshed_at: DateTime<Utc>,
}

/// How many rows outlived their use and were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Request keys older than a day.
    pub request_keys: u64,
    /// OAuth states that ran out.
    pub oauth_states: u64,
    /// Inbox rows finished more than a day ago.
    pub inbox: u64,
    /// Deliveries finished more than 100 days ago.
    pub deliveries: u64,
}
