//! Of home views.

use super::{Effect, Key, Told, at};
use crate::ids::{DeliveryId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Of home views.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HomeEffect {
    /// The home view of a person who has opened it is shown as it is now.
    PublishHome {
        /// Whose.
        user: UserId,
        /// The instant until which changes are shown together: each publishes once.
        as_of: DateTime<Utc>,
        /// What the person did in their home that is shown at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<DeliveryId>,
    },
}

impl From<HomeEffect> for Effect {
    fn from(effect: HomeEffect) -> Self {
        Self::Home(effect)
    }
}

impl Told for HomeEffect {
    fn key(&self) -> Key {
        match self {
            Self::PublishHome { as_of, act, .. } => {
                let key = Key::of_workspace("publish_home").turn(at(as_of));
                match act {
                    Some(act) => key.occasion(act.to_string()),
                    None => key,
                }
            }
        }
    }

    fn useful_for(&self) -> TimeDelta {
        // The next change or visit shows it anew.
        TimeDelta::minutes(10)
    }
}
