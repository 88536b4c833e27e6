//! `settings` and `admin`.

use super::words::Word;
use super::{Command, name_of};
use crate::story::settings::Command as Settings;

/// Only the bare word `me` is meant as oneself: a rotation of that name is found in quotation marks.
pub(super) fn parse_settings(rest: &[Word]) -> Command {
    Command::Settings(match rest {
        [only] if only.is("me") && !only.is_quoted => Settings::Mine,
        name => Settings::Rotation { rotation: name_of(name) },
    })
}
