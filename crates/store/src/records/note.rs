//! Handoff notes: everything but the text, which is sealed.

use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::{NoteId, RotationId, UserId};

/// A handoff note without its text, which [`crate::Tx::open_note`] opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRecord {
    /// The note.
    pub id: NoteId,
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn in which it was written; it never changes.
    pub planned_at: DateTime<Utc>,
    /// Who wrote it.
    pub author: UserId,
    /// Whether it is posted to the channel as well.
    pub is_for_channel: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, if it was.
    pub edited_at: Option<DateTime<Utc>>,
}

/// Somebody to whom a note goes; each note goes to a person once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteReceiver {
    /// The note.
    pub note: NoteId,
    /// Who.
    pub user: UserId,
    /// The planned instant of the turn whose on-duty message carries it.
    pub planned_at: DateTime<Utc>,
    /// When it was decided that it goes to them.
    pub assigned_at: DateTime<Utc>,
    /// When the message with it was sent; `None` before.
    pub told_at: Option<DateTime<Utc>>,
}

/// Why the text of a note cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// There is no such note, or there is none any more.
    #[error("there is no such note")]
    NotThere,
    /// It was sealed with a key that is not among the configured ones.
    #[error("the note was sealed with key {id}, which is not configured")]
    UnknownKey {
        /// The id of that key.
        id: u32,
    },
    /// It is not what was sealed for this row, or not by this key.
    #[error("the note does not open")]
    Closed,
    /// It opens, and was written in another turn or for another rotation than its row says.
    #[error("the note belongs to another turn")]
    OtherTurn,
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NoteFault {
    /// Returns whether the note is there and its text is out of reach, so that this can be said in its place.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::UnknownKey { .. } | Self::Closed | Self::OtherTurn)
    }
}
