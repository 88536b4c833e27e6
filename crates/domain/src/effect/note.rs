//! Of notes that are said beside the on-duty message.

use super::{Effect, Key, Told};
use crate::ids::{NoteId, RotationId, UserId};
use serde::{Deserialize, Serialize};

/// Of a note that is a message of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteEffect {
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
            Self::NotePassed { rotation, note, .. } => {
                Key::of("note_passed", *rotation).occasion(note.to_string())
            }
            Self::NotePosted { rotation, note } => {
                Key::of("note_posted", *rotation).occasion(note.to_string())
            }
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::NotePassed { .. })
    }
}
