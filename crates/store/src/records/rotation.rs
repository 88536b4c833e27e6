//! Rotations.

use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, RotationId, UserId};
use domain::rules::Rules;

/// A rotation: its rules, its members and how far the order has come.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationRecord {
    /// The rotation.
    pub id: RotationId,
    /// Its name, unique in the workspace whatever the case of its letters.
    pub name: String,
    /// The channel that is told.
    pub channel: ChannelId,
    /// Its rules.
    pub rules: Rules,
    /// Its members in order.
    pub members: Vec<UserId>,
    /// Who held the last turn by order.
    pub last_turn: Option<UserId>,
    /// The number of the turn that begins at the next handoff.
    pub next_turn: u64,
    /// When that is; `None` when no handoff is to come.
    pub next_handoff_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// How far the order has come after a handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Who held the last turn by order.
    pub last_turn: Option<UserId>,
    /// The number of the turn that begins at the next handoff.
    pub next_turn: u64,
    /// When that is; `None` when no handoff is to come.
    pub next_handoff_at: Option<DateTime<Utc>>,
}
