//! The life of a rotation in words and blocks.

mod modal;
mod show;

pub(super) use modal::render as modal;

use super::blocks::Part;
use super::buttons::{button, danger, primary};
use super::card::full_lines;
use super::names::{link, name_of, names, title};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::ids::RotationId;
use domain::reply::NextDuty;
use domain::story::lifecycle::{self, Message, Press, Reply};
use serde_json::Value;

/// Returns an answer.
pub(super) fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    match reply {
        Reply::Shown(card) => show::parts(card, now, style),
        Reply::Edited(card) => {
            let mut lines = vec![String::from("Saved.")];
            lines.extend(full_lines(card, &ink(&card.zone)));
            vec![Part::Lines(lines)]
        }
        Reply::Unchanged { name } => {
            say(vec![format!("{} is as it was: nothing was changed.", title(name))])
        }
        Reply::Paused { rotation, name, until, next, zone } => {
            let ink = ink(zone);
            let until = until.map(|until| format!(" until {}", ink.at(until))).unwrap_or_default();
            let lines = vec![
                format!("{} is paused{until}. Nobody is on duty.", title(name)),
                next.as_ref().map_or_else(
                    || String::from("It stays so until somebody resumes it."),
                    |next| next_line(next, &ink),
                ),
            ];
            vec![
                Part::Lines(lines),
                Part::Buttons(press_buttons(*rotation, &[Press::Resume, Press::StartNow])),
            ]
        }
        Reply::Resumed { rotation, name, next, zone } => {
            let mut lines = vec![format!("{} goes on with its next handoff.", title(name))];
            lines.extend(next.as_ref().map(|next| next_line(next, &ink(zone))));
            vec![Part::Lines(lines), Part::Buttons(press_buttons(*rotation, &[Press::StartNow]))]
        }
        Reply::Started(card) => {
            let mut lines = vec![String::from("It runs again.")];
            lines.extend(super::card::duty_lines(card, &ink(&card.zone)));
            say(lines)
        }
        Reply::Deleted { rotation, name, until, zone } => vec![
            Part::Lines(vec![format!(
                "{} is deleted. Until {} it can be brought back, with the button or with `/rotation undelete`.",
                title(name),
                ink(zone).at(*until)
            )]),
            Part::Buttons(press_buttons(*rotation, &[Press::Undelete])),
        ],
        Reply::Restored { card, was, is_paused } => {
            let mut lines = vec![match was {
                Some(was) => format!(
                    "{} is back. There is another one called {} now, so this one has a number.",
                    title(&card.name),
                    title(was)
                ),
                None => format!("{} is back.", title(&card.name)),
            }];
            lines.extend(full_lines(card, &ink(&card.zone)));
            let press = if *is_paused { Press::Resume } else { Press::StartNow };
            vec![Part::Lines(lines), Part::Buttons(press_buttons(card.rotation, &[press]))]
        }
        Reply::HandedOver { name, to, until, zone } => say(vec![format!(
            "Done: {} is on duty for {} until {}.",
            name_of(to),
            title(name),
            ink(zone).at(*until)
        )]),
    }
}

/// Returns a message for the channel.
pub(super) fn message(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    match message {
        Message::Renamed { was: Some(was), name, by } => {
            say(vec![format!("{} is now called {}, by {}.", title(was), title(name), name_of(by))])
        }
        Message::Renamed { was: None, name, by } => {
            say(vec![format!("A rotation is now called {}, by {}.", title(name), name_of(by))])
        }
        Message::ChannelChanged { name, by, from, to } => say(vec![format!(
            "{} is announced in {} from now on, no longer in {}. {} changed that.",
            title(name),
            link(to),
            link(from),
            name_of(by)
        )]),
        Message::EndMoved { name, until, zone } => say(vec![format!(
            "{} was changed: you are on duty until {} now.",
            title(name),
            ink(zone).at(*until)
        )]),
        Message::Paused { name, by, until, next, zone } => {
            let ink = ink(zone);
            let until = until.map(|until| format!(" until {}", ink.at(until))).unwrap_or_default();
            let mut lines = vec![format!(
                "{} is paused{until}, by {}. Nobody is on duty.",
                title(name),
                name_of(by)
            )];
            lines.extend(next.as_ref().map(|next| next_line(next, &ink)));
            say(lines)
        }
        Message::Resumed { name, by, next, zone } => {
            let mut lines = vec![format!(
                "{} goes on with its next handoff; {} resumed it.",
                title(name),
                name_of(by)
            )];
            lines.extend(next.as_ref().map(|next| next_line(next, &ink(zone))));
            say(lines)
        }
        Message::Deleted { rotation, name, by, until, zone } => vec![
            Part::Lines(vec![format!(
                "{} was deleted by {}. Until {} it can be brought back.",
                title(name),
                name_of(by),
                ink(zone).at(*until)
            )]),
            Part::Buttons(press_buttons(*rotation, &[Press::Undelete])),
        ],
        Message::DeletionUndone { name, by } => {
            say(vec![format!("{} was deleted, and {} brought it back.", title(name), name_of(by))])
        }
        Message::Restored { name, by, next, zone } => {
            let mut lines = vec![format!("{} is back; {} restored it.", title(name), name_of(by))];
            lines.extend(next.as_ref().map(|next| next_line(next, &ink(zone))));
            say(lines)
        }
    }
}

/// Returns what stands on a button.
pub(super) const fn label(press: Press) -> &'static str {
    match press {
        Press::Show => "Show",
        Press::Edit => "Edit…",
        Press::Pause => "Pause…",
        Press::Resume => "Resume",
        Press::StartNow => "Start now",
        Press::HandOver => "Hand over…",
        Press::Delete => "Delete…",
        Press::Undelete => "Bring it back",
    }
}

/// Returns the buttons of one rotation; the one to be careful with looks like it.
fn press_buttons(rotation: RotationId, presses: &[Press]) -> Vec<Value> {
    let of = |press: &Press| {
        let which = Button::Lifecycle(lifecycle::Button { press: *press, rotation });
        match press {
            Press::Delete => danger(&which),
            Press::Undelete | Press::Resume => primary(&which),
            _ => button(&which),
        }
    };
    presses.iter().map(of).collect()
}

fn next_line(next: &NextDuty, ink: &Ink) -> String {
    if next.people.is_empty() {
        return format!("The next handoff is {}; nobody is free for it yet.", ink.at(next.at));
    }
    format!("The next handoff is {}, to {}.", ink.at(next.at), names(&next.people))
}

fn say(lines: Vec<String>) -> Vec<Part> {
    vec![Part::Lines(lines)]
}
