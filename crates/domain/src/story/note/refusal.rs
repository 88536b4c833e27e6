//! Why a note is not kept, opened or taken back.

use crate::note::NoteText;

/// A reason in plain words, with what to do instead. `Display` is the text that people read, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Whoever writes neither is on duty nor was last.
    #[error("Only who is on duty for “{name}”, or was just before, can leave a note.")]
    NotOnDuty {
        /// The rotation's name.
        name: String,
    },
    /// Somebody was told the note.
    #[error(
        "That note was read out already, so it stays as it was. `/rotation note` adds another one."
    )]
    ToldAlready,
    /// Nothing was written.
    #[error("Write what the next one should know.")]
    Empty,
    /// It is longer than a note can be.
    #[error("That is {length} characters long. Please use at most {}.", NoteText::MOST)]
    TooLong {
        /// How long it is, in characters.
        length: usize,
    },
}
