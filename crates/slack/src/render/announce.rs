//! Announcements: a handoff in our words or the team's, the summary of the week, and what becomes of a channel.

use super::blocks::Part;
use super::card::duty_line;
use super::names::{in_words, link, mention, names, plain, straight, title};
use super::people;
use super::skips::{listed, missed, passed_over};
use super::words::{Ink, Style};
use crate::escape::escape;
use chrono::{DateTime, Utc};
use domain::message::{HandoffMessage, Person};
use domain::settings::ChannelFault;
use domain::story::announce::{ChannelLost, Message, Piece, Placeholder, Reply, Summary, Template};

/// The longest announcement in a team's own words, filled in; a longer one is said in ours.
const LONGEST_FILLED: usize = 2500;

/// Composes a message of this story as it reads at `now`.
pub(crate) fn compose(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    let lines = match message {
        Message::Summary(summary) => summary_lines(summary, &ink(&summary.zone)),
        Message::ChannelLost(lost) => lost_lines(lost),
        Message::ChannelBack { name, zone, duty } => {
            vec![format!("I can post here again for {}.", title(name)), duty_line(duty, &ink(zone))]
        }
    };
    vec![Part::Lines(lines)]
}

/// Composes an answer of this story.
pub(crate) fn answer(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Test(handoff) => {
            let mut lines = vec![String::from("This is a test. Only you see it.")];
            lines.extend(handoff_lines(handoff, &Ink::new(&handoff.zone, now, style)));
            vec![Part::Lines(lines)]
        }
        Reply::Unusable(fault) => vec![Part::Lines(vec![escape(&fault.to_string())])],
    }
}

/// Returns a handoff for the channel: who is on duty is mentioned, in whoever's words.
pub(crate) fn handoff_lines(handoff: &HandoffMessage, ink: &Ink) -> Vec<String> {
    let who = mentions(&handoff.people);
    let until = ink.at(handoff.until);
    let stays = handoff.people.len() == handoff.previous.len()
        && handoff.people.iter().zip(&handoff.previous).all(|(now, before)| is_same(before, now));
    let own_words = handoff.template.as_ref().and_then(|template| fill(template, handoff, ink));
    let mut lines = match own_words {
        _ if stays => vec![format!("{} continues with {who} until {until}.", title(&handoff.name))],
        Some(lines) => lines,
        None => {
            let name = title(&handoff.name);
            let be = if handoff.people.len() == 1 { "is" } else { "are" };
            let passes = match people::gone_words(&handoff.gone) {
                Some(gone) => format!("{name}: {gone}; {who} {be} on duty until {until}."),
                None => format!("{name} passes to {who} until {until}."),
            };
            let mut lines = vec![passes];
            lines.extend(passed_over(ink, &handoff.skipped));
            lines
        }
    };
    if handoff.is_late {
        lines.push(format!("This is late: it was due {}.", ink.at(handoff.since)));
    }
    lines.extend(missed(ink, &handoff.missed));
    lines
}

/// Returns the team's own words, filled in; nothing where that would be too long for Slack.
///
/// What the team typed is escaped, so it can mention nobody: not a channel, and not a person but through `{people}`; and
/// nothing in it turns the lines around.
fn fill(template: &Template, handoff: &HandoffMessage, ink: &Ink) -> Option<Vec<String>> {
    let filled: String = template
        .pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => escape(&straight(text)),
            Piece::Field(field) => fill_in(*field, handoff, ink),
        })
        .collect();
    let is_short = filled.chars().count() <= LONGEST_FILLED;
    is_short.then(|| filled.lines().map(str::to_owned).collect())
}

fn fill_in(field: Placeholder, handoff: &HandoffMessage, ink: &Ink) -> String {
    match field {
        Placeholder::Rotation => plain(&handoff.name),
        Placeholder::People => mentions(&handoff.people),
        Placeholder::Until => ink.at(handoff.until),
        Placeholder::Previous => names_or_nobody(&handoff.previous),
        Placeholder::Next => names_or_nobody(&handoff.next),
        Placeholder::Skipped => {
            listed(ink, &handoff.skipped).unwrap_or_else(|| String::from("nobody"))
        }
    }
}

fn summary_lines(summary: &Summary, ink: &Ink) -> Vec<String> {
    let mut lines = vec![
        format!("The coming weeks of {}:", title(&summary.name)),
        duty_line(&summary.duty, ink),
    ];
    lines.extend(summary.next.iter().map(|(at, people)| {
        let who = if people.is_empty() { String::from("nobody is free") } else { names(people) };
        format!("• {}: {who}", ink.at(*at))
    }));
    lines
}

fn lost_lines(lost: &ChannelLost) -> Vec<String> {
    let (name, channel) = (title(&lost.name), link(&lost.channel));
    let edit = format!("`/rotation edit {}`", plain(&lost.name));
    let (what, then) = match lost.fault {
        ChannelFault::Archived => (
            format!("{channel}, the channel of {name}, is archived."),
            format!("Please take it back into use, or pick another channel with {edit}."),
        ),
        ChannelFault::Deleted => (
            format!("The channel of {name} is deleted."),
            format!("Please pick another channel with {edit}."),
        ),
        ChannelFault::NotInvited => (
            format!(
                "I cannot post in {channel}, the channel of {name}: I am not in it, and cannot let myself in."
            ),
            format!("Please type `/invite @Asyncbot` there, or pick another channel with {edit}."),
        ),
        ChannelFault::Refused => (
            format!("Slack does not let me post in {channel}, the channel of {name}."),
            format!("Please look at who may post there, or pick another channel with {edit}."),
        ),
    };
    let go_on = "Until then the duty goes on, and whoever is on duty hears of it directly.";
    vec![what, then, String::from(go_on)]
}

fn mentions(people: &[Person]) -> String {
    in_words(people.iter().map(|person| mention(&person.user)).collect())
}

fn names_or_nobody(people: &[Person]) -> String {
    if people.is_empty() { String::from("nobody") } else { names(people) }
}

fn is_same(one: &Person, other: &Person) -> bool {
    one.user == other.user
}
