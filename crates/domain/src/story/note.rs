//! Notes that pass from one duty to the next: written, listed, opened and taken back.

mod refusal;

pub use refusal::Refusal;

use crate::ids::{NoteId, RotationId};
use crate::message::Person;
use crate::note::NoteText;
use chrono::{DateTime, Utc};

/// How many notes one page of the list shows.
pub const NOTES_ON_PAGE: usize = 8;

/// What is ticked where a note is posted to the channel as well.
pub const FOR_CHANNEL: &str = "channel";

/// What was typed. Each names the rotation as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The modal in which a note is written.
    Write {
        /// The rotation's name; `None` means the channel's.
        rotation: Option<String>,
    },
    /// The notes that one wrote or received.
    List {
        /// The rotation's name; `None` means all.
        rotation: Option<String>,
    },
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the modal in which a note is written.
    Write {
        /// The rotation.
        rotation: RotationId,
    },
    /// Shows a note.
    Open {
        /// The note.
        note: NoteId,
    },
    /// Opens the modal in which a note is changed.
    Edit {
        /// The note.
        note: NoteId,
    },
    /// Takes a note back.
    Remove {
        /// The note.
        note: NoteId,
    },
    /// Shows the notes after those that are shown.
    Older {
        /// The rotation; `None` means all.
        rotation: Option<RotationId>,
        /// How many newer ones there are.
        passed: u32,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Write { .. } => "note_write",
            Self::Open { .. } => "note_open",
            Self::Edit { .. } => "note_edit",
            Self::Remove { .. } => "note_remove",
            Self::Older { .. } => "note_older",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Write { rotation } => rotation.to_string(),
            Self::Open { note } | Self::Edit { note } | Self::Remove { note } => note.to_string(),
            Self::Older { rotation: Some(rotation), passed } => format!("{passed}|{rotation}"),
            Self::Older { rotation: None, passed } => passed.to_string(),
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let note = || value.parse().ok().map(NoteId::new);
        match action_id {
            "note_write" => Some(Self::Write { rotation: RotationId::new(value.parse().ok()?) }),
            "note_open" => Some(Self::Open { note: note()? }),
            "note_edit" => Some(Self::Edit { note: note()? }),
            "note_remove" => Some(Self::Remove { note: note()? }),
            "note_older" => {
                let (passed, rotation) = match value.split_once('|') {
                    Some((passed, rotation)) => (passed, Some(rotation.parse().ok()?)),
                    None => (value, None),
                };
                let rotation = rotation.map(RotationId::new);
                Some(Self::Older { rotation, passed: passed.parse().ok()? })
            }
            _ => None,
        }
    }
}

/// The modal in which a note is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Modal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The note that is changed; `None` for a new one.
    pub note: Option<NoteId>,
    /// What was written so far; `None` where nothing was, or where it cannot be opened.
    pub text: Option<NoteText>,
    /// Whether it is posted to the channel as well.
    pub is_for_channel: bool,
    /// To whom it goes at once; nobody where it goes to whoever is on duty next.
    pub to: Vec<Person>,
}

/// The modal's values, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The rotation and the note that is changed; `None` where that was bent.
    pub of: Option<(RotationId, Option<NoteId>)>,
    /// What was written.
    pub text: NoteText,
    /// Whether it is posted to the channel as well.
    pub is_for_channel: bool,
}

impl Form {
    /// Returns the text without space around it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Empty`], and [`Refusal::TooLong`] above [`NoteText::MOST`] characters.
    pub fn read_text(&self) -> Result<NoteText, Refusal> {
        let text = self.text.reveal().trim();
        let length = text.chars().count();
        if text.is_empty() {
            return Err(Refusal::Empty);
        }
        if length > NoteText::MOST {
            return Err(Refusal::TooLong { length });
        }
        Ok(NoteText::new(text.to_owned()))
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A note was kept.
    Kept {
        /// The rotation's name.
        name: String,
        /// To whom it goes at once; nobody where it goes to whoever is on duty next.
        to: Vec<Person>,
    },
    /// The notes that one wrote or received.
    List(Page),
    /// A note.
    Opened(Box<Opened>),
    /// A note was taken back.
    Removed {
        /// The rotation's name.
        name: String,
    },
}

/// Notes that somebody wrote or received.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rotation; `None` means all.
    pub rotation: Option<RotationId>,
    /// The notes, the newest first; at most [`NOTES_ON_PAGE`].
    pub lines: Vec<Line>,
    /// How many newer ones there are.
    pub passed: u32,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// A note without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The note.
    pub note: NoteId,
    /// The name of its rotation.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Who wrote it; `None` where the reader did.
    pub author: Option<Person>,
    /// Who was told it, where the reader wrote it.
    pub told: Vec<Person>,
}

/// A note, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The note.
    pub line: Line,
    /// What it says.
    pub body: Body,
    /// Whether the reader may still change it or take it back.
    pub can_change: bool,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// This text.
    Text(NoteText),
    /// It cannot be opened.
    Closed,
}

/// A note on its way to its reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// The note.
    pub note: NoteId,
    /// Who wrote it.
    pub author: Person,
    /// When.
    pub written_at: DateTime<Utc>,
    /// What it says.
    pub body: Body,
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Somebody whose duty ends soon is asked for a note.
    Asked(Asked),
    /// A note that came after the on-duty message, for one who is on duty.
    ToPerson(Box<Own>),
    /// A note that is posted to the channel as well.
    ToChannel(Box<Own>),
}

/// A duty that ends soon, for the one whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The rotation.
    pub rotation: RotationId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// The IANA name of the reader's zone, where it is known.
    pub reader_zone: Option<String>,
    /// When the duty ends.
    pub until: DateTime<Utc>,
    /// Who comes after; nobody where nobody is found.
    pub next: Vec<Person>,
}

/// A note that is a message of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// The note.
    pub passed: Passed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_button_comes_back_as_it_was() {
        let rotation = RotationId::new(Uuid::from_u128(7));
        let note = NoteId::new(Uuid::from_u128(8));
        for button in [
            Button::Write { rotation },
            Button::Open { note },
            Button::Edit { note },
            Button::Remove { note },
            Button::Older { rotation: None, passed: 8 },
            Button::Older { rotation: Some(rotation), passed: 16 },
        ] {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
            assert_eq!(Button::parse(button.action_id(), "bent"), None);
        }
    }

    #[test]
    fn a_note_has_one_to_three_thousand_characters() {
        let form = |text: &str| {
            let text = NoteText::new(text.to_owned());
            Form { of: None, text, is_for_channel: false }
        };

        assert_eq!(form(" \n ").read_text(), Err(Refusal::Empty));
        assert_eq!(form(&"ö".repeat(3001)).read_text(), Err(Refusal::TooLong { length: 3001 }));
        assert!(form(&"ö".repeat(3000)).read_text().is_ok());
        assert_eq!(form("  one\n two \n").read_text().unwrap().reveal(), "one\n two");
    }
}
