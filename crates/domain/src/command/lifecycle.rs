//! The verbs of a rotation's life.

use super::words::Word;
use super::{Command, name_of};
use crate::story::lifecycle;

/// Returns what is to be shown.
pub(super) fn parse_show(words: &[Word]) -> Command {
    Command::Lifecycle(lifecycle::Command::Show { rotation: name_of(words) })
}
