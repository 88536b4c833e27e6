//! Of dates: somebody's next turn is at another time than it was.

use super::{Effect, Key, Told, at};
use crate::ids::{RotationId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of somebody's dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DatesEffect {
    /// A member learns that their next turn is at another time than it was.
    DatesMoved {
        /// The rotation.
        rotation: RotationId,
        /// Who.
        user: UserId,
        /// When the rotation was changed.
        changed_at: DateTime<Utc>,
        /// When the turn was; `None` where they had none.
        was: Option<DateTime<Utc>>,
        /// Who changed it; `None` where the bot did by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
        /// Whether they joined by that change.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_new: bool,
        /// Whether it is since absences changed, and nothing of the rotation.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_by_absence: bool,
    },
}

impl From<DatesEffect> for Effect {
    fn from(effect: DatesEffect) -> Self {
        Self::Dates(effect)
    }
}

impl Told for DatesEffect {
    fn key(&self) -> Key {
        match self {
            Self::DatesMoved { rotation, changed_at, .. } => {
                Key::of("dates_moved", *rotation).turn(at(changed_at))
            }
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        true
    }
}
