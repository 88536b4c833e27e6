//! What people choose: for a rotation, for themselves, for their workspace. Stored as JSON; each field has a default.

use crate::ids::UserId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The settings of a rotation beside its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RotationSettings {
    /// Who manages it besides the one who made it.
    pub managers: Vec<UserId>,
    /// The announcement of a handoff in the team's own words; `None` means ours.
    pub announcement: Option<String>,
    /// Whether the next one is reminded on the day before.
    pub reminds_the_day_before: bool,
    /// After how many hours of duty that nobody has said to have seen the managers are told; `None` means never.
    pub unseen_after_hours: Option<u8>,
    /// Whether the channel gets a summary each week: who is on, and who is next.
    pub has_weekly_summary: bool,
}

impl Default for RotationSettings {
    fn default() -> Self {
        Self {
            managers: Vec::new(),
            announcement: None,
            reminds_the_day_before: true,
            unseen_after_hours: None,
            has_weekly_summary: false,
        }
    }
}

/// What a person chose for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Whether direct messages wait for the morning: none between 22:00 and 07:00 in the person's zone.
    pub has_quiet_nights: bool,
    /// Since when the person's home view is kept up to date: they have opened it.
    pub home_opened_at: Option<DateTime<Utc>>,
    /// The page of the home view that the person sees, from 0.
    pub home_page: u32,
}

/// What the admins chose for their workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceSettings {
    /// Whether only admins make rotations.
    pub only_admins_create: bool,
}

/// A rest of a rotation that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// Its first instant.
    pub since: DateTime<Utc>,
    /// The first instant after it; `None` while nobody knows.
    pub until: Option<DateTime<Utc>>,
}

/// Why a rotation's channel cannot be told anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelFault {
    /// It is archived.
    Archived,
    /// It is gone.
    Deleted,
    /// It is private, and the bot is not in it.
    NotInvited,
    /// Slack does not let the bot post there.
    Refused,
}
