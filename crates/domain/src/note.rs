//! The text of a handoff note, which nothing shows by accident.

use std::fmt;
use zeroize::Zeroize;

/// The text of a handoff note: for its author and its receivers, and for nobody else.
///
/// It has neither a text form nor a stored one, so it comes into no log, no answer that is kept and no audit event; what
/// shows it says [`NoteText::reveal`]. Its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteText(String);

impl NoteText {
    /// The most characters that a note may have.
    pub const MOST: usize = 3000;

    /// Wraps what a person wrote.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text, to seal it or to show it to whom it is for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteText(..)")
    }
}

impl Drop for NoteText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_of_a_note_shows_nothing_of_it() {
        let note = NoteText::new(String::from("the spare key is with Ana"));

        assert_eq!(format!("{note:?}"), "NoteText(..)");
        assert_eq!(note.reveal(), "the spare key is with Ana");
    }
}
