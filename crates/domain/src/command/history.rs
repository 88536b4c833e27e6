//! `history` and `stats`.

use super::words::Word;
use super::{Command, name_of};
use crate::refusal::Refusal;
use crate::story::history::{Command as History, USUAL_WINDOW, WINDOWS};

const STATISTICS_USAGE: &str = "/rotation stats support 90d";

pub(super) fn parse_turns(rest: &[Word]) -> Command {
    Command::History(History::Turns { rotation: name_of(rest) })
}

/// A window at either end of the words is one, such as `90d`; the rest is the rotation's name.
///
/// # Errors
///
/// [`Refusal::Usage`] for a window that is not offered.
pub(super) fn parse_statistics(words: &[Word]) -> Result<Command, Refusal> {
    let (name, days) = match words {
        [name @ .., last] if window_of(last).is_some() => (name, window_of(last)),
        [first, name @ ..] if window_of(first).is_some() => (name, window_of(first)),
        name => (name, None),
    };
    let days = days.unwrap_or(u64::from(USUAL_WINDOW));
    let days = WINDOWS
        .into_iter()
        .find(|offered| u64::from(*offered) == days)
        .ok_or(Refusal::Usage { usage: STATISTICS_USAGE })?;
    Ok(Command::History(History::Statistics { rotation: name_of(name), days }))
}

/// Returns the days of a word such as `90d`, offered or not.
fn window_of(word: &Word) -> Option<u64> {
    if word.is_quoted {
        return None;
    }
    word.text.strip_suffix(['d', 'D'])?.parse().ok()
}
