//! Rotations.

use chrono::{DateTime, Utc};
use domain::engine::Stretch;
use domain::ids::{ChannelId, RotationId, UserId};
use domain::rules::Rules;
use domain::settings::{ChannelFault, Rest, RotationSettings};
use domain::timeline::Kept;

/// A rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationRecord {
    /// Its id.
    pub id: RotationId,
    /// Its name; among the rotations of the workspace that are not deleted no other has it, whatever the case of its
    /// letters.
    pub name: String,
    /// The channel that is told.
    pub channel: ChannelId,
    /// Its rules.
    pub rules: Rules,
    /// Its members in order.
    pub members: Vec<UserId>,
    /// The last one who held a turn by order.
    pub last_turn: Option<UserId>,
    /// The number of the turn that the next handoff begins.
    pub next_turn: u64,
    /// The instant of the next handoff; `None` at the end of the calendar and while the rotation is deleted.
    pub next_handoff_at: Option<DateTime<Utc>>,
    /// What else its standing holds; `None` for one stored before there was such a thing.
    pub kept: Option<Kept>,
    /// What its people chose for it.
    pub settings: RotationSettings,
    /// Its rest, as long as that is not over.
    pub rest: Option<Rest>,
    /// Why its channel cannot be told anything.
    pub channel_fault: Option<ChannelFault>,
    /// Since when it is deleted; it can be brought back for 30 days.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often people have changed it: a form that was opened before shows what is no longer so.
    pub revision: u64,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A stretch that has ended, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StretchRecord {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn of which it is a part.
    pub planned_at: DateTime<Utc>,
    /// Who held the duty, and when.
    pub stretch: Stretch,
}
