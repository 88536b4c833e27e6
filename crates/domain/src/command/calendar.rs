//! `calendar` and `page`.

use super::words::Word;
use super::{Command, name_of};
use crate::refusal::Refusal;
use crate::story::calendar::Command as Calendar;

const REVOKE_USAGE: &str = "/rotation calendar revoke";

/// `me` and the like mean one's own turns, `revoke` and the like all of one's links; the rest is a rotation's name. In
/// quotation marks it is always a name.
///
/// # Errors
///
/// [`Refusal::Usage`] where more follows `revoke`: one link is revoked by its button.
pub(super) fn parse_calendar(rest: &[Word]) -> Result<Command, Refusal> {
    Ok(Command::Calendar(match rest {
        [one] if is_any(one, &["me", "mine", "myself"]) => Calendar::Mine,
        [one, ..] if is_revoke(one) => revoke(rest)?,
        name => Calendar::Rotation { rotation: name_of(name) },
    }))
}

/// # Errors
///
/// As [`parse_calendar`].
pub(super) fn parse_page(rest: &[Word]) -> Result<Command, Refusal> {
    Ok(Command::Calendar(match rest {
        [one, ..] if is_revoke(one) => revoke(rest)?,
        name => Calendar::Page { rotation: name_of(name) },
    }))
}

fn is_revoke(word: &Word) -> bool {
    is_any(word, &["revoke", "off"])
}

fn revoke(words: &[Word]) -> Result<Calendar, Refusal> {
    if words.len() > 1 {
        return Err(Refusal::Usage { usage: REVOKE_USAGE });
    }
    Ok(Calendar::Revoke)
}

fn is_any(word: &Word, words: &[&str]) -> bool {
    !word.is_quoted && words.iter().any(|one| word.is(one))
}
