//! Of two turns that are swapped: who is asked, how it stands, and what the channel is told.

use super::{Effect, Key, Told};
use crate::ids::{RotationId, SwapId, UserId};
use crate::story::swap::Standing;
use serde::{Deserialize, Serialize};

/// Of two turns that are swapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SwapEffect {
    /// One of the two is asked.
    SwapAsked {
        /// The rotation.
        rotation: RotationId,
        /// The swap.
        swap: SwapId,
        /// Who.
        user: UserId,
    },
    /// The message that asked says how it stands.
    SwapAnswered {
        /// The rotation.
        rotation: RotationId,
        /// The swap.
        swap: SwapId,
        /// Who was asked.
        user: UserId,
        /// How it stands.
        standing: Standing,
    },
    /// Somebody learns how it stands, in a message of its own.
    SwapTold {
        /// The rotation.
        rotation: RotationId,
        /// The swap.
        swap: SwapId,
        /// Who.
        user: UserId,
        /// How it stands.
        standing: Standing,
    },
    /// The message that told of what was agreed says how it stands.
    SwapToldAgain {
        /// The rotation.
        rotation: RotationId,
        /// The swap.
        swap: SwapId,
        /// Who.
        user: UserId,
        /// How it stands.
        standing: Standing,
    },
    /// The rotation's channel learns how it stands.
    SwapPosted {
        /// The rotation.
        rotation: RotationId,
        /// The swap.
        swap: SwapId,
        /// How it stands.
        standing: Standing,
    },
}

impl From<SwapEffect> for Effect {
    fn from(effect: SwapEffect) -> Self {
        Self::Swap(effect)
    }
}

impl Told for SwapEffect {
    fn key(&self) -> Key {
        let (kind, rotation, swap, standing) = match self {
            Self::SwapAsked { rotation, swap, .. } => ("swap_asked", rotation, swap, None),
            Self::SwapAnswered { rotation, swap, standing, .. } => {
                ("swap_answered", rotation, swap, Some(standing))
            }
            Self::SwapTold { rotation, swap, standing, .. } => {
                ("swap_told", rotation, swap, Some(standing))
            }
            Self::SwapToldAgain { rotation, swap, standing, .. } => {
                ("swap_told_again", rotation, swap, Some(standing))
            }
            Self::SwapPosted { rotation, swap, standing } => {
                ("swap_posted", rotation, swap, Some(standing))
            }
        };
        let key = Key::of(kind, *rotation).turn(swap.to_string());
        match standing {
            Some(standing) => key.occasion(standing.code().to_owned()),
            None => key,
        }
    }

    fn replaces(&self) -> Option<Effect> {
        let message = match self.clone() {
            Self::SwapAnswered { rotation, swap, user, .. } => {
                Self::SwapAsked { rotation, swap, user }
            }
            Self::SwapToldAgain { rotation, swap, user, .. } => {
                Self::SwapTold { rotation, swap, user, standing: Standing::Agreed }
            }
            Self::SwapAsked { .. } | Self::SwapTold { .. } | Self::SwapPosted { .. } => {
                return None;
            }
        };
        Some(message.into())
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::SwapAsked { .. } | Self::SwapTold { .. })
    }
}
