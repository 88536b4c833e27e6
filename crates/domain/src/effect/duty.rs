//! Of a duty: what is said during and after it, before the next one, and to managers.

use super::{Effect, Key, Told, TurnEffect, at};
use crate::ids::{RotationId, UserId};
use crate::story::duty::Silence;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of a duty: what is said before, during and after it, and what managers are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DutyEffect {
    /// The on-duty message loses its buttons and says how the duty ended.
    DutyEnded {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it was.
        user: UserId,
        /// As in the message that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: DateTime<Utc>,
    },
    /// The on-duty message says again how things stand: when the duty ends, for whom and with whom.
    DutyRefreshed {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it is.
        user: UserId,
        /// As in the message that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
        /// When that changed.
        changed_at: DateTime<Utc>,
    },
    /// The on-duty message shows that it was seen, and cannot be confirmed again.
    DutySeen {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Who saw it.
        user: UserId,
        /// As in the message that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// A manager learns that somebody on duty has not said to have seen it.
    DutyUnseen {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it is.
        user: UserId,
        /// As in the message that was not seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// Who holds the next turn is reminded of it.
    NextDuty {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose turn it will be.
        user: UserId,
    },
    /// A manager learns that somebody cannot be written to; once for each person and rotation.
    Unreachable {
        /// The rotation.
        rotation: RotationId,
        /// Who cannot be written to.
        user: UserId,
        /// Why.
        why: Silence,
    },
}

impl From<DutyEffect> for Effect {
    fn from(effect: DutyEffect) -> Self {
        Self::Duty(effect)
    }
}

impl Told for DutyEffect {
    fn key(&self) -> Key {
        match self {
            Self::DutyEnded { rotation, planned_at, since, .. } => {
                Key::of("duty_ended", *rotation).turn(at(planned_at)).since(*since)
            }
            Self::DutyRefreshed { rotation, planned_at, since, changed_at, .. } => {
                let key = Key::of("duty_refreshed", *rotation).turn(at(planned_at)).since(*since);
                let occasion = format!("{}:{}", key.occasion, at(changed_at));
                key.occasion(occasion)
            }
            Self::DutySeen { rotation, planned_at, since, .. } => {
                Key::of("duty_seen", *rotation).turn(at(planned_at)).since(*since)
            }
            Self::DutyUnseen { rotation, planned_at, user, since } => {
                let key = Key::of("duty_unseen", *rotation).turn(at(planned_at)).since(*since);
                let occasion = format!("{user}:{}", key.occasion);
                key.occasion(occasion)
            }
            Self::NextDuty { rotation, planned_at, .. } => {
                Key::of("next_duty", *rotation).turn(at(planned_at))
            }
            Self::Unreachable { rotation, user, .. } => {
                Key::of("unreachable", *rotation).occasion(user.to_string())
            }
        }
    }

    fn replaces(&self) -> Option<Effect> {
        match self {
            Self::DutyEnded { rotation, planned_at, user, since, .. }
            | Self::DutyRefreshed { rotation, planned_at, user, since, .. }
            | Self::DutySeen { rotation, planned_at, user, since } => {
                let post = TurnEffect::OnDutyDm {
                    rotation: *rotation,
                    planned_at: *planned_at,
                    missed_from: None,
                    user: user.clone(),
                    since: *since,
                };
                Some(post.into())
            }
            _ => None,
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::DutyUnseen { .. } | Self::NextDuty { .. } | Self::Unreachable { .. })
    }
}
