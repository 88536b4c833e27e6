//! Of a turn: its handoff is said, and those whose it is are told, or somebody is asked for.

use super::{Effect, Key, Told, USEFUL_FOR, at};
use crate::ids::{RotationId, UserId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Of a turn: the channel and those whose it is are told, or a taker is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TurnEffect {
    /// The rotation's channel learns of a handoff and, after down time, of the ones that were missed before it.
    HandoffPost {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// When the duty passed in the middle of the turn; `None` for the handoff itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// The person on duty learns that the duty is theirs.
    OnDutyDm {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// Who is on duty.
        user: UserId,
        /// When the duty passed to them in the middle of the turn; `None` for the handoff itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// The rotation's channel is asked who takes a turn that nobody can serve.
    UnassignedPost {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// The local day on which it is asked; each day asks once.
        day: NaiveDate,
        /// How often it was taken before and came back; `None` for never. Each time asks anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<usize>,
    },
    /// The post that asked is replaced by its outcome, so that nobody presses a stale button.
    UnassignedResolved {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// The day of the post that is replaced.
        day: NaiveDate,
        /// As in the post that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<usize>,
        /// Who serves now.
        user: UserId,
    },
}

impl From<TurnEffect> for Effect {
    fn from(effect: TurnEffect) -> Self {
        Self::Turn(effect)
    }
}

impl Told for TurnEffect {
    fn key(&self) -> Key {
        match self {
            Self::HandoffPost { rotation, planned_at, since, .. } => {
                Key::of("handoff_post", *rotation).turn(at(planned_at)).since(*since)
            }
            Self::OnDutyDm { rotation, planned_at, since, .. } => {
                Key::of("on_duty_dm", *rotation).turn(at(planned_at)).since(*since)
            }
            Self::UnassignedPost { rotation, planned_at, day, again, .. } => {
                Key::of("unassigned_post", *rotation)
                    .turn(at(planned_at))
                    .occasion(asked(*day, *again))
            }
            Self::UnassignedResolved { rotation, planned_at, day, again, .. } => {
                Key::of("unassigned_resolved", *rotation)
                    .turn(at(planned_at))
                    .occasion(asked(*day, *again))
            }
        }
    }

    fn replaces(&self) -> Option<Effect> {
        match self {
            Self::UnassignedResolved { rotation, planned_at, day, again, .. } => {
                let post = Self::UnassignedPost {
                    rotation: *rotation,
                    planned_at: *planned_at,
                    missed_from: None,
                    day: *day,
                    again: *again,
                };
                Some(post.into())
            }
            _ => None,
        }
    }

    fn useful_for(&self) -> TimeDelta {
        match self {
            Self::UnassignedPost { .. } => TimeDelta::hours(24),
            _ => USEFUL_FOR,
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::OnDutyDm { .. })
    }
}

fn asked(day: NaiveDate, again: Option<usize>) -> String {
    match again {
        Some(again) => format!("{day}/{again}"),
        None => day.to_string(),
    }
}
