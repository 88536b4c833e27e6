//! Of a roster: who came and went.

use super::{Effect, Key, Told, at};
use crate::ids::{RotationId, UserId};
use crate::story::roster::{Crowd, Refused};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of a roster that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RosterEffect {
    /// The rotation's channel learns who joined or left, or that turns moved.
    RosterChanged {
        /// The rotation.
        rotation: RotationId,
        /// When it was changed.
        changed_at: DateTime<Utc>,
        /// Who changed it; `None` where the bot did by itself.
        by: Option<UserId>,
        /// Who joined.
        joined: Crowd<UserId>,
        /// Who left.
        left: Crowd<UserId>,
        /// Who leaves at the next handoff.
        leaving: Crowd<UserId>,
    },
    /// Who added people learns that some of them cannot be in a rotation, and were taken out again.
    JoinersTakenOut {
        /// The rotation.
        rotation: RotationId,
        /// When they were added.
        changed_at: DateTime<Utc>,
        /// Who, and why.
        refused: Vec<Refused<UserId>>,
    },
}

impl From<RosterEffect> for Effect {
    fn from(effect: RosterEffect) -> Self {
        Self::Roster(effect)
    }
}

impl Told for RosterEffect {
    fn key(&self) -> Key {
        match self {
            Self::RosterChanged { rotation, changed_at, .. } => {
                Key::of("roster_changed", *rotation).turn(at(changed_at))
            }
            Self::JoinersTakenOut { rotation, changed_at, .. } => {
                Key::of("joiners_taken_out", *rotation).turn(at(changed_at))
            }
        }
    }
}
