//! `swap`.

use super::name_of;
use super::words::Word;
use crate::date_words::is_day_like;
use crate::refusal::Refusal;
use crate::story::swap::Command;

const USAGE: &str = "/rotation swap support @person 15 June 22 June";

/// The words that may stand between people and days.
const LINKS: [&str; 7] = ["with", "and", "for", "against", "on", "between", "to"];

/// Returns what was asked for: the name stands before the people, or between them and the days.
pub(super) fn parse(words: &[Word]) -> Result<Command, Refusal> {
    let (mut name, mut people, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for word in words {
        match word.person()? {
            Some(person) => {
                let words = if people.is_empty() { &mut name } else { &mut rest };
                words.pop_if(|word| is_link(word));
                people.push(person);
            }
            None if people.is_empty() => name.push(word.clone()),
            None => rest.push(word.clone()),
        }
    }
    if people.len() > 2 {
        return Err(Refusal::Usage { usage: USAGE });
    }
    let is_before = people.is_empty();
    let (further, days) = split(if is_before { &name } else { &rest });
    let further = without_link(further).to_vec();
    if is_before {
        name = further;
    } else if !further.is_empty() {
        if !name.is_empty() {
            // What stands there is neither a second name nor a day.
            let text: Vec<&str> = further.iter().map(|word| word.text.as_str()).collect();
            return Err(Refusal::UnreadableDate { text: text.join(" ") });
        }
        name = further;
    }
    Ok(Command { rotation: name_of(&name), people, days })
}

fn is_link(word: &Word) -> bool {
    !word.is_quoted && LINKS.iter().any(|link| word.is(link))
}

fn without_link(words: &[Word]) -> &[Word] {
    match words {
        [rest @ .., last] if is_link(last) => rest,
        all => all,
    }
}

/// Splits the words into those of a name and the one or two days at the end.
fn split(words: &[Word]) -> (&[Word], Vec<String>) {
    let found = (0..words.len()).find_map(|at| Some((at, days_of(&words[at..])?)));
    found.map_or((words, Vec::new()), |(at, days)| (&words[..at], days))
}

fn days_of(words: &[Word]) -> Option<Vec<String>> {
    if let Some(day) = day_of(words) {
        return Some(vec![day]);
    }
    (1..words.len()).find_map(|at| {
        let (first, second) = words.split_at(at);
        let second = match second {
            [link, rest @ ..] if is_link(link) => rest,
            all => all,
        };
        Some(vec![day_of(first)?, day_of(second)?])
    })
}

fn day_of(words: &[Word]) -> Option<String> {
    let is_plain = !words.is_empty() && words.iter().all(|word| !word.is_quoted);
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(words.join(" ")).filter(|text| is_plain && is_day_like(text))
}

#[cfg(test)]
mod tests {
    use super::super::{Command as Any, parse_command};
    use super::*;
    use crate::ids::UserId;

    #[track_caller]
    fn check(typed: &str, name: Option<&str>, people: &[&str], days: &[&str]) {
        let expected = Command {
            rotation: name.map(str::to_owned),
            people: people.iter().copied().map(UserId::new).collect(),
            days: days.iter().map(|&day| day.to_owned()).collect(),
        };

        assert_eq!(parse_command(typed), Ok(Any::Swap(expected)), "{typed}");
    }

    #[test]
    fn a_swap_says_with_whom_and_which_two_days() {
        check("swap", None, &[], &[]);
        check("swap support", Some("support"), &[], &[]);
        check("swap with <@U1>", None, &["U1"], &[]);
        check("swap support with <@U1|ben>", Some("support"), &["U1"], &[]);
        check("swap <@U1> first line", Some("first line"), &["U1"], &[]);
        check("swap <@U1> 15 June 22 June", None, &["U1"], &["15 June", "22 June"]);
        check(
            "swap support <@U1> 22 June for 15 June",
            Some("support"),
            &["U1"],
            &["22 June", "15 June"],
        );
        check(
            "swap <@U1> support 2026-06-15 and Monday",
            Some("support"),
            &["U1"],
            &["2026-06-15", "Monday"],
        );
        check("swap <@U1> Friday 19 June", None, &["U1"], &["Friday 19 June"]);
        check("swap <@U1> Friday 19 June 26 June", None, &["U1"], &["Friday 19 June", "26 June"]);
        check(
            "swap between <@U1> and <@U2> Monday Friday",
            None,
            &["U1", "U2"],
            &["Monday", "Friday"],
        );
        check("swap \"friday\" <@U1>", Some("friday"), &["U1"], &[]);
        check("swap support 15 June", Some("support"), &[], &["15 June"]);
    }

    #[test]
    fn what_is_neither_a_name_nor_a_day_is_refused() {
        let refusal = parse_command("swap support <@U1> someday").unwrap_err();
        assert_eq!(refusal, Refusal::UnreadableDate { text: "someday".to_owned() });
        let refusal = parse_command("swap <@U1> <@U2> <@U3>").unwrap_err();
        assert_eq!(refusal, Refusal::Usage { usage: USAGE });
        assert!(matches!(parse_command("swap @ben"), Err(Refusal::UnknownPerson { .. })));
    }
}
