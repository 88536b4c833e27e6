//! Of notes that are said beside the on-duty message.

use super::{Effect, Key, Told, USEFUL_FOR, at};
use crate::ids::{NoteId, RotationId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Of a note that is a message of its own, or that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteEffect {
    /// Somebody whose duty ends soon is asked for a note.
    NoteAsked {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Who is asked.
        user: UserId,
        /// When their duty ends.
        until: DateTime<Utc>,
    },
    /// Somebody on duty receives a note that was written after their duty began.
    NotePassed {
        /// The rotation.
        rotation: RotationId,
        /// The note.
        note: NoteId,
        /// Who receives it.
        user: UserId,
    },
    /// The rotation's channel reads a note whose author wants that.
    NotePosted {
        /// The rotation.
        rotation: RotationId,
        /// The note.
        note: NoteId,
    },
}

impl From<NoteEffect> for Effect {
    fn from(effect: NoteEffect) -> Self {
        Self::Note(effect)
    }
}

impl Told for NoteEffect {
    fn key(&self) -> Key {
        match self {
            Self::NoteAsked { rotation, planned_at, until, .. } => {
                Key::of("note_asked", *rotation).turn(at(planned_at)).occasion(at(until))
            }
            Self::NotePassed { rotation, note, .. } => {
                Key::of("note_passed", *rotation).occasion(note.to_string())
            }
            Self::NotePosted { rotation, note } => {
                Key::of("note_posted", *rotation).occasion(note.to_string())
            }
        }
    }

    fn useful_for(&self) -> TimeDelta {
        match self {
            // The duty is about to end.
            Self::NoteAsked { .. } => TimeDelta::hours(1),
            Self::NotePassed { .. } | Self::NotePosted { .. } => USEFUL_FOR,
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::NoteAsked { .. } | Self::NotePassed { .. })
    }
}
