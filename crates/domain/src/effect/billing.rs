//! Of plans: what stops when a workspace pays no more, and what comes back.

use super::{Effect, Key, Told, at};
use crate::ids::RotationId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long admins are worth telling: what their workspace may do does not change back by itself.
const USEFUL_FOR: TimeDelta = TimeDelta::days(30);

/// Of plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BillingEffect {
    /// An admin learns that Pro is over, and what stops.
    ProEnded {
        /// When.
        changed_at: DateTime<Utc>,
        /// The first of the rotations that stop.
        rotations: Vec<RotationId>,
        /// How many stop.
        count: u32,
    },
    /// An admin learns that the workspace is on Pro, and what comes back.
    ProBegan {
        /// When.
        changed_at: DateTime<Utc>,
        /// The first of the rotations that go on.
        rotations: Vec<RotationId>,
        /// How many go on.
        count: u32,
    },
    /// A rotation's channel learns that it stops after its shift.
    RotationStops {
        /// The rotation.
        rotation: RotationId,
        /// When that was decided.
        decided_at: DateTime<Utc>,
    },
    /// A rotation's channel learns that it goes on.
    RotationGoesOn {
        /// The rotation.
        rotation: RotationId,
        /// When that was decided.
        decided_at: DateTime<Utc>,
    },
}

impl From<BillingEffect> for Effect {
    fn from(effect: BillingEffect) -> Self {
        Self::Billing(effect)
    }
}

impl Told for BillingEffect {
    fn key(&self) -> Key {
        match self {
            Self::ProEnded { changed_at, .. } => {
                Key::of_workspace("pro_ended").occasion(at(changed_at))
            }
            Self::ProBegan { changed_at, .. } => {
                Key::of_workspace("pro_began").occasion(at(changed_at))
            }
            Self::RotationStops { rotation, decided_at } => {
                Key::of("rotation_stops", *rotation).turn(at(decided_at))
            }
            Self::RotationGoesOn { rotation, decided_at } => {
                Key::of("rotation_goes_on", *rotation).turn(at(decided_at))
            }
        }
    }

    fn useful_for(&self) -> TimeDelta {
        match self {
            Self::ProEnded { .. } | Self::ProBegan { .. } => USEFUL_FOR,
            Self::RotationStops { .. } | Self::RotationGoesOn { .. } => super::USEFUL_FOR,
        }
    }
}
