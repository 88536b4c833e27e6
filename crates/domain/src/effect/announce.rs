//! Of announcements: summaries, and channels that cannot be told anything.

use super::{Effect, Key, Told, USEFUL_FOR, at};
use crate::ids::RotationId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Of announcements, and of what becomes of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnnounceEffect {
    /// The rotation's channel learns who is on duty and who comes next, once a week.
    WeeklySummary {
        /// The rotation.
        rotation: RotationId,
        /// When it is due.
        at: DateTime<Utc>,
    },
    /// A manager learns that the rotation's channel cannot be told anything.
    ChannelLost {
        /// The rotation.
        rotation: RotationId,
        /// When that was found.
        at: DateTime<Utc>,
    },
    /// The rotation's channel can be told again, and learns who is on duty.
    ChannelBack {
        /// The rotation.
        rotation: RotationId,
        /// When that was found.
        at: DateTime<Utc>,
    },
}

impl From<AnnounceEffect> for Effect {
    fn from(effect: AnnounceEffect) -> Self {
        Self::Announce(effect)
    }
}

impl Told for AnnounceEffect {
    fn key(&self) -> Key {
        match self {
            Self::WeeklySummary { rotation, at: due } => {
                Key::of("weekly_summary", *rotation).turn(at(due))
            }
            Self::ChannelLost { rotation, at: found } => {
                Key::of("channel_lost", *rotation).turn(at(found))
            }
            Self::ChannelBack { rotation, at: found } => {
                Key::of("channel_back", *rotation).turn(at(found))
            }
        }
    }

    fn useful_for(&self) -> TimeDelta {
        match self {
            Self::WeeklySummary { .. } => TimeDelta::hours(12),
            _ => USEFUL_FOR,
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::ChannelLost { .. })
    }
}
