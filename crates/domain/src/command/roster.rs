//! `add`, `remove`, `leave` and `order`: who is in a rotation.

use super::words::{Word, shortened};
use super::{MAX_NAME, find_verb};
use crate::refusal::Refusal;
use crate::story::roster::{Command, Pick, When};

const ADD_USAGE: &str = "/rotation add support @person";
const REMOVE_USAGE: &str = "/rotation remove support @person";
const ORDER_USAGE: &str = "/rotation order support @first @second";

/// The words that stand for everybody in the channel.
const EVERYONE: [(&str, &[&str]); 1] =
    [("channel-members", &["@channel-members", "@channel", "<!channel>", "<!channel|channel>"])];

/// The words that may stand between people.
const BETWEEN: [&str; 4] = [",", "and", "&", "+"];

/// Words that lead to a rotation's name after the people: `add @eli to support`.
const LEADS: [&str; 4] = ["to", "from", "in", "of"];

const NOW: [&str; 4] = ["now", "at once", "right now", "immediately"];
const HANDOFF: [&str; 6] = [
    "at the next handoff",
    "at next handoff",
    "next handoff",
    "at the handoff",
    "after the turn",
    "later",
];

/// What was typed, taken apart: a name, people, and what follows them.
struct Parts<'a> {
    name: &'a [Word],
    people: Vec<Pick>,
    rest: &'a [Word],
}

pub(super) fn parse_add(words: &[Word]) -> Result<Command, Refusal> {
    if let Some(place) = words.iter().position(is_everyone) {
        let (before, after) = (&words[..place], &words[place + 1..]);
        let rotation = one_name(before, after).ok_or(Refusal::Usage { usage: ADD_USAGE })?;
        return Ok(Command::AddEveryone { rotation });
    }
    let Parts { name, people, rest } = split(words)?;
    let (before, rest) = match rest {
        [lead, neighbour, rest @ ..] if lead.is("before") => (pick(neighbour)?, rest),
        rest => (None, rest),
    };
    let is_whole = !people.is_empty() || before.is_none();
    let rotation = one_name(name, rest).filter(|_| is_whole);
    let rotation = rotation.ok_or(Refusal::Usage { usage: ADD_USAGE })?;
    Ok(Command::Add { rotation, people, before })
}

pub(super) fn parse_remove(words: &[Word]) -> Result<Command, Refusal> {
    let Parts { name, people, rest } = split(words)?;
    let (when, rest) = if people.is_empty() { (None, rest) } else { when(rest) };
    let rotation = one_name(name, rest).ok_or(Refusal::Usage { usage: REMOVE_USAGE })?;
    Ok(Command::Remove { rotation, people, when })
}

pub(super) fn parse_leave(words: &[Word]) -> Command {
    let (when, words) = when(words);
    Command::Remove { rotation: name(words), people: vec![Pick::Me], when }
}

pub(super) fn parse_order(words: &[Word]) -> Result<Command, Refusal> {
    let Parts { name, people, rest } = split(words)?;
    let rotation = one_name(name, rest).ok_or(Refusal::Usage { usage: ORDER_USAGE })?;
    Ok(Command::Order { rotation, people })
}

/// Splits the words at the people; nobody is mentioned where all of them are a name.
fn split(words: &[Word]) -> Result<Parts<'_>, Refusal> {
    let mut first = words.len();
    for (place, word) in words.iter().enumerate() {
        if pick(word)?.is_some() {
            first = place;
            break;
        }
    }
    let (name, mut rest) = words.split_at(first);
    let mut people = Vec::new();
    while let [word, more @ ..] = rest {
        match pick(word)? {
            Some(somebody) => people.push(somebody),
            None if BETWEEN.iter().any(|between| word.is(between)) => {}
            None => break,
        }
        rest = more;
    }
    Ok(Parts { name, people, rest })
}

fn pick(word: &Word) -> Result<Option<Pick>, Refusal> {
    if !word.is_quoted && (word.is("me") || word.is("@me") || word.is("myself")) {
        return Ok(Some(Pick::Me));
    }
    Ok(word.person()?.map(Pick::Person))
}

fn is_everyone(word: &Word) -> bool {
    !word.is_quoted && find_verb(word, &EVERYONE).is_some()
}

/// Returns when, said at the beginning or the end, and the other words.
fn when(words: &[Word]) -> (Option<When>, &[Word]) {
    let says = |part: &[Word], phrases: &[&str]| {
        let is_plain = part.iter().all(|word| !word.is_quoted);
        let said: Vec<String> = part.iter().map(|word| word.text.to_lowercase()).collect();
        is_plain && phrases.contains(&said.join(" ").as_str())
    };
    for length in (1..=words.len().min(4)).rev() {
        let (head, tail) = words.split_at(length);
        let (front, end) = words.split_at(words.len() - length);
        for (phrases, when) in [(&NOW[..], When::Now), (&HANDOFF[..], When::Handoff)] {
            if says(head, phrases) {
                return (Some(when), tail);
            }
            if says(end, phrases) {
                return (Some(when), front);
            }
        }
    }
    (None, words)
}

/// Returns the name that stands before or after the people; `None` where there are words on both sides.
#[expect(clippy::option_option, reason = "no name is another thing than two")]
fn one_name(before: &[Word], after: &[Word]) -> Option<Option<String>> {
    let after = match after {
        [lead, rest @ ..] if LEADS.iter().any(|word| lead.is(word)) => rest,
        after => after,
    };
    match (before, after) {
        (name_words, []) | ([], name_words) => Some(name(name_words)),
        _ => None,
    }
}

fn name(words: &[Word]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Returns a refusal of a user group, whose people an app with our rights cannot see.
pub(super) fn group(words: &[Word]) -> Option<Refusal> {
    let word = words.iter().find(|word| !word.is_quoted && word.text.starts_with("<!subteam^"))?;
    let inner = word.text.trim_end_matches('>');
    let shown = inner.split_once('|').map_or("a group", |(_, name)| name);
    Some(Refusal::UserGroup { text: shortened(shown) })
}
