//! What people read, taken apart again.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Somebody on duty, and whose time it is where it is not their own.
pub(crate) type Seat = (String, Option<String>);

/// Who is on duty, as one line says it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Serving {
    pub(crate) people: BTreeSet<Seat>,
    /// Until when, in seconds; `None` where the line does not say so.
    pub(crate) until: Option<i64>,
}

/// One coming turn.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) start: i64,
    people: BTreeSet<String>,
    parts: Vec<Part>,
}

/// A part of a turn that somebody serves who does not hold it.
#[derive(Debug)]
struct Part {
    person: String,
    of: Option<String>,
    windows: Vec<(i64, i64)>,
}

impl Serving {
    /// Reads the first line that says who is on duty; one that was never read fails the comparison.
    pub(crate) fn read(text: &str) -> Self {
        let verbs = [" is on duty until ", " are on duty until ", " needs to be on duty until "];
        let found = text
            .lines()
            .find_map(|line| verbs.iter().find_map(|verb| Some((line.split_once(verb)?, *verb))));
        let Some(((who, rest), _)) = found else { return Self::default() };
        let people =
            if who == "Nobody" { BTreeSet::new() } else { listed(who).map(seat).collect() };
        Self { people, until: instants(rest).first().copied() }
    }
}

impl Line {
    /// Reads a line of `next`.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let line = line.strip_prefix("• ")?;
        let start = *instants(line).first()?;
        let (_, said) = line.split_once(">: ")?;
        let mut said = said.split("; ");
        let who = said.next()?;
        let nobody = ["nobody is free", "paused"].iter().any(|word| who.starts_with(word));
        let who = who.split(" for ").next().unwrap_or_default();
        let people =
            if nobody { BTreeSet::new() } else { listed(who).map(str::to_owned).collect() };
        let parts = said.filter_map(Part::read).collect();
        Some(Self { start, people, parts })
    }

    /// Returns who serves at an instant of the turn.
    pub(crate) fn serving_at(&self, at: i64) -> BTreeSet<String> {
        let mut people = self.people.clone();
        let runs =
            |part: &&Part| part.windows.iter().any(|(from, until)| (*from..*until).contains(&at));
        for part in self.parts.iter().filter(runs) {
            if let Some(of) = &part.of {
                people.remove(of);
            }
        }
        people.extend(self.parts.iter().filter(runs).map(|part| part.person.clone()));
        people
    }
}

impl Part {
    fn read(words: &str) -> Option<Self> {
        let (person, rest) = words.split_once(" serves")?;
        let (of, rest) = rest.split_once(" from ")?;
        let of = of.strip_prefix(" for ").map(str::to_owned);
        let instants = instants(rest);
        let windows = instants.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        Some(Self { person: person.to_owned(), of, windows })
    }
}

/// A message to somebody on duty: whose time it is, where it is not their own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told(pub(crate) Option<String>);

/// Reads a message to somebody on duty; nothing where it says something else.
pub(crate) fn duty(text: &str) -> Option<Told> {
    let said = ["You are on duty for *support*", "You stay on duty for *support*"];
    let rest = said.iter().find_map(|said| text.strip_prefix(said))?;
    let (of, _) = rest.split_once(" until ").filter(|(of, _)| !of.contains(" from "))?;
    Some(Told(of.strip_prefix(" in place of ").map(str::to_owned)))
}

/// Returns whether a post is a handoff.
pub(crate) fn is_handoff(text: &str) -> bool {
    text.starts_with("*support* passes to") || text.starts_with("*support* continues with")
}

/// Returns whom the first line mentions.
pub(crate) fn mentioned(text: &str) -> BTreeSet<String> {
    let line = text.lines().next().unwrap_or_default();
    let ids = line.split("<@U0").skip(1).filter_map(|rest| rest.split_once('>'));
    ids.map(|(id, _)| super::planned::shown(&id.to_lowercase())).collect()
}

/// Returns when a message was posted, in seconds.
pub(crate) fn posted(ts: &str) -> DateTime<Utc> {
    let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok());
    DateTime::from_timestamp(seconds.expect("a ts begins with seconds"), 0).expect("an instant")
}

/// Returns the names of a list in words.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(", ").flat_map(|part| part.split(" and ")).filter(|name| !name.is_empty())
}

fn seat(text: &str) -> Seat {
    match text.split_once(" (for ") {
        Some((name, of)) => (name.to_owned(), Some(of.trim_end_matches(')').to_owned())),
        None => (text.to_owned(), None),
    }
}

/// Returns the instants of Slack's dates in a text, in seconds.
fn instants(text: &str) -> Vec<i64> {
    let dates = text.split("<!date^").skip(1);
    dates.filter_map(|rest| rest.split('^').next()?.parse().ok()).collect()
}
