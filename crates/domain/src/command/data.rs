//! `export`, `events` and `erase`.

use super::words::Word;
use super::{Command, alone};
use crate::refusal::Refusal;
use crate::story::data::{Command as Data, Scope};

const EXPORT_USAGE: &str = "/rotation export me";
const ERASE_USAGE: &str = "/rotation erase me";
const EVENTS_USAGE: &str = "/rotation events";

/// Alone it means the workspace; `me` and the like mean the one who types.
///
/// # Errors
///
/// [`Refusal::Usage`] for anything else: nobody fetches what is stored of somebody else.
pub(super) fn parse_export(rest: &[Word]) -> Result<Command, Refusal> {
    let scope = match rest {
        [] => Scope::Workspace,
        [one] if is_oneself(one) => Scope::Person,
        [one] if ["workspace", "all", "everything"].iter().any(|word| one.is(word)) => {
            Scope::Workspace
        }
        _ => return Err(Refusal::Usage { usage: EXPORT_USAGE }),
    };
    Ok(Command::Data(Data::Export(scope)))
}

pub(super) fn parse_events(rest: &[Word]) -> Result<Command, Refusal> {
    alone(rest, Command::Data(Data::Events), EVENTS_USAGE)
}

/// Whoever is meant says so: nobody is erased by a word alone.
///
/// # Errors
///
/// [`Refusal::Usage`] for anything else: nobody erases somebody else here.
pub(super) fn parse_erase(rest: &[Word]) -> Result<Command, Refusal> {
    match rest {
        [one] if is_oneself(one) => Ok(Command::Data(Data::EraseMe)),
        _ => Err(Refusal::Usage { usage: ERASE_USAGE }),
    }
}

fn is_oneself(word: &Word) -> bool {
    ["me", "mine", "myself"].iter().any(|oneself| word.is(oneself))
}
