//! `note` and `note list`.

use super::words::Word;
use super::{Command, name_of};
use crate::story::note::Command as Note;

/// A rotation that is called `list` stands in quotation marks.
pub(super) fn parse(words: &[Word]) -> Command {
    Command::Note(match words {
        [verb, rest @ ..] if !verb.is_quoted && (verb.is("list") || verb.is("ls")) => {
            Note::List { rotation: name_of(rest) }
        }
        words => Note::Write { rotation: name_of(words) },
    })
}
