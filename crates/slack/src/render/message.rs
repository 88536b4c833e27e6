//! What the bot says by itself: to a channel, and to the person on duty.

use super::Rendered;
use super::announce;
use super::blocks::{Part, assemble};
use super::buttons::{assign_anyway, primary};
use super::duty;
use super::names::{list, mention, name_of, plain, title};
use super::people;
use super::reply::UTC;
use super::roster;
use super::skips::{missed, passed_over};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::message::{Message, SkipWord, UnassignedMessage};

/// The most members that are named.
const MOST_MEMBERS: usize = 20;

/// Returns a message of the bot's own as it reads at `now`.
///
/// Only the one on duty is mentioned; everybody else is named without being called.
#[must_use]
pub fn render_message(message: &Message, now: DateTime<Utc>) -> Rendered {
    assemble(|style| compose(message, now, style))
}

fn compose(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    match message {
        Message::RotationCreated { name, by, cadence, members, first_at, zone } => {
            vec![Part::Lines(vec![
                format!(
                    "{} is set up by {}: {} ({}).",
                    title(name),
                    name_of(by),
                    plain(cadence),
                    plain(zone)
                ),
                format!("In order: {}.", list(members, MOST_MEMBERS)),
                format!(
                    "{} {}.",
                    if *first_at > now { "It begins" } else { "It runs since" },
                    ink(zone).at(*first_at)
                ),
            ])]
        }
        Message::Handoff(handoff) => {
            vec![Part::Lines(announce::handoff_lines(handoff, &ink(&handoff.zone)))]
        }
        Message::Unassigned(turn) => vec![
            Part::Lines(unassigned_lines(turn, &ink(&turn.zone))),
            Part::Buttons(unassigned_buttons(turn)),
        ],
        Message::UnassignedResolved { name, person, until, zone } => {
            vec![Part::Lines(vec![format!(
                "{} takes {} until {}. Thank you!",
                mention(&person.user),
                title(name),
                ink(zone).at(*until)
            )])]
        }
        Message::DatesMoved { name, was, is, why, by, zone } => {
            let dates = (*was, *is);
            vec![Part::Lines(roster::moved_lines(name, dates, *why, by.as_ref(), &ink(zone)))]
        }
        Message::Absence(message) => super::absence::message(message, now, style),
        Message::Checkout(message) => super::checkout::message(*message, &ink(UTC)),
        Message::AbsenceSource(message) => super::absence_source::message(message, &ink(UTC)),
        Message::Billing(message) => super::billing::message(message, &ink),
        Message::Note(message) => super::note::message(message, now, style),
        Message::Breach(breach) => super::notice::breach(breach),
        Message::People(message) => people::message(message, &ink),
        Message::Lifecycle(message) => super::lifecycle::message(message, now, style),
        Message::Roster(message) => roster::message(message, now, style),
        Message::Welcome { rotations } => vec![
            Part::Lines(welcome_lines(*rotations)),
            Part::Buttons(vec![primary(&Button::CreateRotation)]),
        ],
        Message::Duty(message) => duty::compose(message, now, style),
        Message::Skip(message) => super::cover::message(message, &ink),
        Message::Swap(message) => super::swap::message(message, &ink),
        Message::Announce(message) => announce::compose(message, now, style),
        Message::Cover(message) => super::cover_request::message(message, &ink),
    }
}

fn welcome_lines(rotations: usize) -> Vec<String> {
    let go_on = match rotations {
        0 => {
            return vec![
                String::from(
                    "Asyncbot is installed. It knows who is on duty now, and who is next, and tells your team.",
                ),
                String::from(
                    "Make your first rotation with the button, or with `/rotation create` in your team's channel. In a private channel, please `/invite` me first.",
                ),
                String::from("`/rotation help` shows everything else."),
            ];
        }
        1 => String::from("Your rotation goes on where it stood: `/rotation list` shows it."),
        many => {
            format!("Your {many} rotations go on where they stood: `/rotation list` shows them.")
        }
    };
    vec![String::from("Asyncbot is installed again."), go_on]
}

fn unassigned_lines(turn: &UnassignedMessage, ink: &Ink) -> Vec<String> {
    let mut lines = vec![format!("{} has nobody until {}.", title(&turn.name), ink.at(turn.until))];
    lines.extend(passed_over(ink, &turn.skipped));
    lines.push(String::from("Who can take it?"));
    lines.extend(missed(ink, &turn.missed));
    lines
}

fn unassigned_buttons(turn: &UnassignedMessage) -> Vec<serde_json::Value> {
    let (rotation, planned_at, day) = (turn.rotation, turn.planned_at, turn.day);
    let mut buttons = vec![primary(&Button::TakeTurn { rotation, planned_at, day })];
    // Somebody who left the workspace cannot be assigned.
    let is_assignable = |word: &SkipWord| matches!(word, SkipWord::Unavailable { .. });
    if turn.skipped.iter().any(|skip| is_assignable(&skip.reason)) {
        buttons.push(assign_anyway(&Button::AssignAnyway { rotation, planned_at, day }));
    }
    buttons
}
