//! Of what begins: the app is installed, a rotation is made.

use super::{Effect, Key, Told, at};
use crate::ids::RotationId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of what begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StartEffect {
    /// Who installed the app is welcomed.
    Welcome {
        /// When it was installed: each installation welcomes once.
        installed_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that the rotation exists and who is first.
    RotationCreated {
        /// The new rotation.
        rotation: RotationId,
    },
}

impl From<StartEffect> for Effect {
    fn from(effect: StartEffect) -> Self {
        Self::Start(effect)
    }
}

impl Told for StartEffect {
    fn key(&self) -> Key {
        match self {
            Self::Welcome { installed_at } => Key::of_workspace("welcome").turn(at(installed_at)),
            Self::RotationCreated { rotation } => Key::of("rotation_created", *rotation),
        }
    }
}
