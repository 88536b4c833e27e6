//! Of turns that pass to somebody else: cover that was arranged, and somebody who is passed over once.

use super::{Effect, Key, Told};
use crate::ids::{AbsenceId, CoverageId, RotationId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of cover that was arranged, and of turns that somebody skips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CoverEffect {
    /// The rotation's channel learns who serves instead of whom.
    CoverArranged {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
    },
    /// Who serves, or who is spared, learns of it.
    CoverTold {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// The channel's post says that it was undone.
    CoverUndone {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
    },
    /// The person's message loses its button, and says that it was undone.
    CoverToldUndone {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// Who was to serve, or to be spared, learns that it was undone.
    CoverOff {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// The rotation's channel learns who is passed over in one turn.
    TurnSkipped {
        /// The rotation.
        rotation: RotationId,
        /// The absence from that turn.
        absence: AbsenceId,
        /// Who.
        user: UserId,
        /// When the turn begins.
        from: DateTime<Utc>,
        /// When it ends.
        until: DateTime<Utc>,
    },
    /// The channel's post says that it was undone.
    SkipUndone {
        /// The rotation.
        rotation: RotationId,
        /// The absence from that turn.
        absence: AbsenceId,
        /// Who.
        user: UserId,
        /// When the turn begins.
        from: DateTime<Utc>,
        /// When it ends.
        until: DateTime<Utc>,
    },
}

impl From<CoverEffect> for Effect {
    fn from(effect: CoverEffect) -> Self {
        Self::Cover(effect)
    }
}

impl Told for CoverEffect {
    fn key(&self) -> Key {
        let (kind, rotation, of) = match self {
            Self::CoverArranged { rotation, coverage } => {
                ("cover_arranged", rotation, coverage.to_string())
            }
            Self::CoverTold { rotation, coverage, .. } => {
                ("cover_told", rotation, coverage.to_string())
            }
            Self::CoverUndone { rotation, coverage } => {
                ("cover_undone", rotation, coverage.to_string())
            }
            Self::CoverToldUndone { rotation, coverage, .. } => {
                ("cover_told_undone", rotation, coverage.to_string())
            }
            Self::CoverOff { rotation, coverage, .. } => {
                ("cover_off", rotation, coverage.to_string())
            }
            Self::TurnSkipped { rotation, absence, .. } => {
                ("turn_skipped", rotation, absence.to_string())
            }
            Self::SkipUndone { rotation, absence, .. } => {
                ("skip_undone", rotation, absence.to_string())
            }
        };
        Key::of(kind, *rotation).turn(of)
    }

    fn replaces(&self) -> Option<Effect> {
        let post = match self.clone() {
            Self::CoverUndone { rotation, coverage } => Self::CoverArranged { rotation, coverage },
            Self::CoverToldUndone { rotation, coverage, user } => {
                Self::CoverTold { rotation, coverage, user }
            }
            Self::SkipUndone { rotation, absence, user, from, until } => {
                Self::TurnSkipped { rotation, absence, user, from, until }
            }
            _ => return None,
        };
        Some(post.into())
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::CoverTold { .. } | Self::CoverOff { .. })
    }
}
