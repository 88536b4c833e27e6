//! `assign` and `skip`.

use super::words::Word;
use super::{Command, name_of};
use crate::date_words;
use crate::refusal::Refusal;
use crate::story::skip;

const ASSIGN_USAGE: &str = "/rotation assign @person for @person support next week";

/// Returns what was asked for with one of this story's verbs.
pub(super) fn parse(verb: &str, words: &[Word]) -> Result<Command, Refusal> {
    let wanted = match verb {
        "skip" => skip::Command::Skip { rotation: name_of(without_me(words)) },
        _ => parse_assign(words)?,
    };
    Ok(Command::Skip(wanted))
}

/// `skip me` is what people say; a rotation of that name is found in quotation marks.
fn without_me(words: &[Word]) -> &[Word] {
    match words {
        [lead, rest @ ..] if lead.is("me") && !lead.is_quoted => rest,
        all => all,
    }
}

/// The first person serves, the second is spared; the last words are days where they can be read as such.
fn parse_assign(words: &[Word]) -> Result<skip::Command, Refusal> {
    let usage = || Refusal::Usage { usage: ASSIGN_USAGE };
    let mut people = Vec::new();
    let mut rest = Vec::new();
    for word in words {
        match word.person()? {
            None => rest.push(word.clone()),
            Some(person) => {
                rest.pop_if(|lead| !lead.is_quoted && (lead.is("for") || lead.is("to")));
                people.push(person);
            }
        }
    }
    if people.is_empty() {
        return Ok(skip::Command::AssignForm { rotation: name_of(&rest) });
    }
    let mut people = people.into_iter();
    let (to, of) = (people.next().ok_or_else(usage)?, people.next());
    if people.next().is_some() || rest.last().is_some_and(|last| !last.is_quoted && last.is("for"))
    {
        return Err(usage());
    }
    let (rotation, days) = name_and_days(&rest);
    Ok(skip::Command::Assign { rotation, to, of, days })
}

/// Returns the name, and the days where the last words can be read as such.
pub(super) fn name_and_days(words: &[Word]) -> (Option<String>, Option<String>) {
    let days_of = |words: &[Word]| {
        let is_plain = !words.is_empty() && words.iter().all(|word| !word.is_quoted);
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Some(words.join(" ")).filter(|text| is_plain && date_words::is_date_like(text))
    };
    let found = (0..words.len()).find_map(|at| Some((at, days_of(&words[at..])?)));
    match found {
        Some((at, days)) => (name_of(&words[..at]), Some(days)),
        None => (name_of(words), None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_command;
    use super::*;
    use crate::ids::UserId;

    #[track_caller]
    fn check(typed: &str, name: Option<&str>, (to, of): (&str, Option<&str>), days: Option<&str>) {
        let expected = skip::Command::Assign {
            rotation: name.map(str::to_owned),
            to: UserId::new(to),
            of: of.map(UserId::new),
            days: days.map(str::to_owned),
        };

        assert_eq!(parse_command(typed), Ok(Command::Skip(expected)), "{typed}");
    }

    #[test]
    fn an_assignment_says_who_for_whom_where_and_when() {
        check("assign <@U1>", None, ("U1", None), None);
        check("assign <@U1|cho> for <@U2|ben>", None, ("U1", Some("U2")), None);
        check("assign <@U1> support", Some("support"), ("U1", None), None);
        check("assign <@U1> next week", None, ("U1", None), Some("next week"));
        check(
            "assign <@U1> for <@U2> first line 24 Dec to 2 Jan",
            Some("first line"),
            ("U1", Some("U2")),
            Some("24 Dec to 2 Jan"),
        );
        check("assign support to <@U1> tomorrow", Some("support"), ("U1", None), Some("tomorrow"));
        check("assign <@U1> \"friday\"", Some("friday"), ("U1", None), None);
    }

    #[test]
    fn an_assignment_of_nobody_is_asked_for_in_a_form() {
        for (typed, name) in [("assign", None), ("assign support", Some("support"))] {
            let form = skip::Command::AssignForm { rotation: name.map(str::to_owned) };
            assert_eq!(parse_command(typed), Ok(Command::Skip(form)), "{typed}");
        }
    }

    #[test]
    fn an_assignment_with_too_many_or_too_little_is_refused() {
        for typed in ["assign <@U1> <@U2> <@U3>", "assign <@U1> for"] {
            let refusal = parse_command(typed).unwrap_err();
            assert_eq!(refusal, Refusal::Usage { usage: ASSIGN_USAGE }, "{typed}");
        }
        assert!(matches!(parse_command("assign @ben"), Err(Refusal::UnknownPerson { .. })));
    }

    #[test]
    fn skip_and_skip_me_are_the_same() {
        let named = |name: &str| {
            Command::Skip(skip::Command::Skip {
                rotation: Some(name.to_owned()).filter(|name| !name.is_empty()),
            })
        };
        for (typed, name) in [
            ("skip", ""),
            ("skip me", ""),
            ("skip me support", "support"),
            ("skip the office", "the office"),
            ("skip \"me\"", "me"),
        ] {
            assert_eq!(parse_command(typed), Ok(named(name)), "{typed}");
        }
    }
}
