//! Of absences that somebody else entered or took back.

use super::{Effect, Key, Told};
use crate::absence::Span;
use crate::ids::{AbsenceId, UserId};
use serde::{Deserialize, Serialize};

/// Of absences that somebody else entered or took back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AbsenceNews {
    /// Somebody learns that an absence of theirs was entered.
    AbsenceEntered {
        /// The absence.
        absence: AbsenceId,
        /// Who entered it.
        by: UserId,
    },
    /// Somebody learns that an absence of theirs was taken back.
    AbsenceTakenBack {
        /// The absence that was.
        absence: AbsenceId,
        /// Who took it back.
        by: UserId,
        /// When it was.
        span: Span,
        /// The IANA name of the zone in which its days are meant.
        zone: String,
        /// Whether it was the opposite: that they are available.
        is_available: bool,
    },
}

impl From<AbsenceNews> for Effect {
    fn from(effect: AbsenceNews) -> Self {
        Self::Absence(effect)
    }
}

impl Told for AbsenceNews {
    fn key(&self) -> Key {
        match self {
            Self::AbsenceEntered { absence, .. } => {
                Key::of_workspace("absence_entered").turn(absence.to_string())
            }
            Self::AbsenceTakenBack { absence, .. } => {
                Key::of_workspace("absence_taken_back").turn(absence.to_string())
            }
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        true
    }
}
