//! The verbs of a rotation's life.

use super::words::Word;
use super::{Command, name_of};
use crate::refusal::Refusal;
use crate::story::lifecycle;

const PAUSE_USAGE: &str = "/rotation pause support until 24 Dec";
const HAND_OVER_USAGE: &str = "/rotation handover support to @person";

/// Returns what was asked for with one of this story's verbs.
pub(super) fn parse(verb: &str, words: &[Word]) -> Result<Command, Refusal> {
    let rotation = || name_of(words);
    let wanted = match verb {
        "show" => lifecycle::Command::Show { rotation: rotation() },
        "edit" => lifecycle::Command::Edit { rotation: rotation() },
        "delete" => lifecycle::Command::Delete { rotation: rotation() },
        "undelete" => lifecycle::Command::Undelete { rotation: rotation() },
        "pause" => parse_pause(words)?,
        "resume" => parse_resume(words),
        _ => parse_hand_over(words)?,
    };
    Ok(Command::Lifecycle(wanted))
}

/// What stands after the last "until" is the end of the rest: a name may hold that word as well, in quotation marks.
fn parse_pause(words: &[Word]) -> Result<lifecycle::Command, Refusal> {
    let is_until = |word: &Word| !word.is_quoted && (word.is("until") || word.is("till"));
    let Some(at) = words.iter().rposition(is_until) else {
        return Ok(lifecycle::Command::Pause { rotation: name_of(words), until: None });
    };
    let until = name_of(&words[at + 1..]).ok_or(Refusal::Usage { usage: PAUSE_USAGE })?;
    Ok(lifecycle::Command::Pause { rotation: name_of(&words[..at]), until: Some(until) })
}

fn parse_resume(words: &[Word]) -> lifecycle::Command {
    match words {
        [name @ .., last] if !last.is_quoted && last.is("now") => {
            lifecycle::Command::Resume { rotation: name_of(name), now: true }
        }
        name => lifecycle::Command::Resume { rotation: name_of(name), now: false },
    }
}

fn parse_hand_over(words: &[Word]) -> Result<lifecycle::Command, Refusal> {
    let mut to = None;
    let mut name = Vec::new();
    for word in words {
        match word.person()? {
            None => name.push(word.clone()),
            Some(person) if to.is_none() => {
                name.pop_if(|before| !before.is_quoted && before.is("to"));
                to = Some(person);
            }
            Some(_) => return Err(Refusal::Usage { usage: HAND_OVER_USAGE }),
        }
    }
    // "now" is what it means anyway.
    name.pop_if(|last| !last.is_quoted && last.is("now"));
    if name.last().is_some_and(|last| !last.is_quoted && last.is("to")) {
        return Err(Refusal::Usage { usage: HAND_OVER_USAGE });
    }
    Ok(lifecycle::Command::HandOver { rotation: name_of(&name), to })
}

#[cfg(test)]
mod tests {
    use super::super::parse_command;
    use super::*;
    use crate::ids::UserId;
    use lifecycle::Command as Life;

    #[track_caller]
    fn check(typed: &str, expected: Life) {
        assert_eq!(parse_command(typed), Ok(Command::Lifecycle(expected)));
    }

    fn name(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn a_rotation_may_be_named_or_not() {
        check("show", Life::Show { rotation: None });
        check("edit the office", Life::Edit { rotation: name("the office") });
        check("delete \"to now\"", Life::Delete { rotation: name("to now") });
        check("undo", Life::Undelete { rotation: None });
    }

    #[test]
    fn a_pause_has_an_end_or_none() {
        check("pause", Life::Pause { rotation: None, until: None });
        check("pause support", Life::Pause { rotation: name("support"), until: None });
        check("pause until 24 Dec", Life::Pause { rotation: None, until: name("24 Dec") });
        check(
            "pause support until next tuesday",
            Life::Pause { rotation: name("support"), until: name("next tuesday") },
        );
        check("pause \"until\"", Life::Pause { rotation: name("until"), until: None });
        let refusal = parse_command("pause support until").unwrap_err();
        assert_eq!(refusal, Refusal::Usage { usage: PAUSE_USAGE });
    }

    #[test]
    fn a_resume_waits_for_the_handoff_unless_it_says_now() {
        check("resume", Life::Resume { rotation: None, now: false });
        check("resume now", Life::Resume { rotation: None, now: true });
        check("resume support NOW", Life::Resume { rotation: name("support"), now: true });
        check("resume \"now\"", Life::Resume { rotation: name("now"), now: false });
    }

    #[test]
    fn a_hand_over_names_somebody_or_nobody() {
        let to = |to: &str| Some(UserId::new(to));
        check("handover", Life::HandOver { rotation: None, to: None });
        check("handover now", Life::HandOver { rotation: None, to: None });
        check("handover <@U1|ben>", Life::HandOver { rotation: None, to: to("U1") });
        check("handover to <@U1|ben>", Life::HandOver { rotation: None, to: to("U1") });
        check(
            "handover first line to <@U1>",
            Life::HandOver { rotation: name("first line"), to: to("U1") },
        );
        for typed in ["handover support to", "handover <@U1> <@U2>"] {
            let refusal = parse_command(typed).unwrap_err();
            assert_eq!(refusal, Refusal::Usage { usage: HAND_OVER_USAGE }, "{typed}");
        }
        assert!(matches!(parse_command("handover @ben"), Err(Refusal::UnknownPerson { .. })));
    }
}
