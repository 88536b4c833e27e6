//! Answers to the one who asked, for their eyes only.

use super::Rendered;
use super::absence;
use super::blocks::{Part, assemble, clip};
use super::buttons::{button, button_of, primary};
use super::card::{duty_lines, full_lines};
use super::help::help_lines;
use super::names::{name_of, names, plain, straight, title};
use super::people;
use super::roster;
use super::skips::will_pass_over;
use super::words::{Ink, Style};
use crate::escape::escape;
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::reply::{CoverLine, DutyCard, NextCard, Reply, TurnLine};
use domain::story::lifecycle;
use serde_json::{Value, json};

/// The most rotations of one answer.
const MOST_ROWS: usize = 20;

/// The most rotations that have buttons of their own in the answer to the bare command.
const MOST_WITH_BUTTONS: usize = 5;

/// The longest refusal, in characters before escaping; it repeats what was typed.
const LONGEST_REFUSAL: usize = 500;

/// Returns an answer as the body of a response: to a command at once, or later to its `response_url`.
///
/// Nobody is called by it. What the pressed button decided replaces the message with the button; everything else stands
/// beside it.
#[must_use]
pub fn render_reply(reply: &Reply, now: DateTime<Utc>) -> Value {
    let Rendered { text, blocks } = assemble(|style| compose(reply, now, style));
    json!({
        "response_type": "ephemeral",
        "replace_original": replaces_original(reply),
        "text": text,
        "blocks": blocks,
    })
}

/// Returns whether the message whose button was pressed has nothing left to say.
fn replaces_original(reply: &Reply) -> bool {
    match reply {
        Reply::AbsenceRemoved { .. } => true,
        Reply::Roster(reply) => reply.replaces_question(),
        _ => false,
    }
}

fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    match reply {
        Reply::Help => {
            let [rotations, people] = help_lines();
            vec![Part::Lines(rotations), Part::Lines(people), Part::Buttons(home_buttons())]
        }
        Reply::Home(cards) => {
            let mut parts = cards_or(cards, "This channel has no rotation yet.", &ink, duty_lines);
            // Each rotation's buttons stand below it, as long as that stays easy to look over.
            if (1..=MOST_WITH_BUTTONS).contains(&cards.len()) {
                let buttons = cards.iter().map(card_buttons);
                parts = parts.into_iter().zip(buttons).flat_map(<[Part; 2]>::from).collect();
            }
            parts.push(Part::Buttons(home_buttons()));
            parts
        }
        Reply::List(cards) => {
            let mut parts = cards_or(cards, NO_ROTATIONS, &ink, full_lines);
            parts.extend(cards.is_empty().then(|| Part::Buttons(home_buttons())));
            parts
        }
        Reply::Who(cards) => cards_or(cards, NO_ROTATIONS, &ink, duty_lines),
        Reply::Next(card) => vec![Part::Lines(next_lines(card, now, &ink(&card.zone)))],
        Reply::Created(card) => {
            let mut lines = vec![String::from("Done, it is set up.")];
            lines.extend(full_lines(card, &ink(&card.zone)));
            vec![Part::Lines(lines)]
        }
        Reply::AbsenceAdded(card) => absence::added(card, now, style),
        Reply::AbsenceList { person, is_own, absences, can_remove } => {
            absence::list((person, *is_own), absences, *can_remove, now, style)
        }
        Reply::AbsenceRemoved { person, lines } => {
            vec![Part::Lines(absence::removed(person, lines, now, style))]
        }
        Reply::TurnTaken { rotation, person, until, zone } => say(format!(
            "Thank you! {} is on duty for {} until {}.",
            name_of(person),
            title(rotation),
            ink(zone).at(*until)
        )),
        Reply::AbsenceSource(reply) => super::absence_source::reply(reply, &ink(UTC)),
        Reply::Calendar(reply) => super::calendar::compose(reply),
        Reply::Data(reply) => super::data::compose(reply, now, style),
        Reply::Checkout(reply) => super::checkout::compose(reply),
        Reply::History(reply) => super::history::compose(reply, now, style),
        Reply::Cover(reply) => super::cover_request::reply(reply, &ink),
        Reply::Announce(reply) => super::announce::answer(reply, now, style),
        Reply::Lifecycle(reply) => super::lifecycle::compose(reply, now, style),
        Reply::Skip(reply) => super::cover::reply(reply, &ink),
        Reply::Swap(reply) => super::swap::reply(reply, &ink),
        Reply::Note(reply) => super::note::compose(reply, now, style),
        Reply::Settings(reply) => super::settings::compose(reply),
        Reply::Refused(refusal) => {
            say(escape(&clip(&straight(&refusal.to_string()), LONGEST_REFUSAL)))
        }
        Reply::Roster(reply) => roster::reply(reply, now, style),
        Reply::NotConfirmedYet => say(String::from(
            "This takes longer than usual and is not confirmed yet. I will tell you how it went.",
        )),
        Reply::People(reply) => people::reply(reply, &ink),
        Reply::Failed { reference } => say(format!(
            "Sorry, something went wrong on my side, so this may not have been saved. Please look with `/rotation` and try again. If it stays, this finds it in the log: {}",
            plain(reference)
        )),
    }
}

/// What stands where there is nothing to list.
const NO_ROTATIONS: &str = "There is no rotation here yet. Make one with `/rotation create`.";

/// The zone of what has none of its own.
pub(super) const UTC: &str = "UTC";

fn say(line: String) -> Vec<Part> {
    vec![Part::Lines(vec![line])]
}

fn home_buttons() -> Vec<Value> {
    vec![primary(&Button::CreateRotation), button(&Button::EnterAbsence)]
}

fn card_buttons(card: &DutyCard) -> Part {
    let rotation = card.rotation;
    let show = lifecycle::Button { press: lifecycle::Press::Show, rotation };
    let buttons = [Button::ShowNext { rotation }, Button::Lifecycle(show)];
    Part::Buttons(buttons.iter().map(|which| button_of(which, &card.name)).collect())
}

fn cards_or(
    cards: &[DutyCard],
    nothing: &str,
    ink: &impl Fn(&str) -> Ink,
    lines: fn(&DutyCard, &Ink) -> Vec<String>,
) -> Vec<Part> {
    if cards.is_empty() {
        return say(nothing.to_owned());
    }
    let mut parts: Vec<Part> = cards
        .iter()
        .take(MOST_ROWS)
        .map(|card| Part::Lines(lines(card, &ink(&card.zone))))
        .collect();
    if cards.len() > MOST_ROWS {
        let left = cards.len() - MOST_ROWS;
        parts.extend(say(format!(
            "… and {left} more. `/rotation who` with a name shows one of them."
        )));
    }
    parts
}

fn next_lines(card: &NextCard, now: DateTime<Utc>, ink: &Ink) -> Vec<String> {
    if card.turns.is_empty() {
        return vec![format!("Nothing is coming up in {}.", title(&card.name))];
    }
    let mut lines = vec![format!("Coming up in {}:", title(&card.name))];
    lines.extend(card.turns.iter().map(|turn| turn_line(turn, ink)));
    lines.extend(absence::age_lines(&card.sources, now, ink));
    lines
}

/// Returns one coming turn, in one line.
pub(crate) fn turn_line(turn: &TurnLine, ink: &Ink) -> String {
    let who = match (turn.people.as_slice(), turn.is_paused) {
        ([], true) if turn.is_stopped => {
            String::from("stopped: this workspace is on the Free plan")
        }
        ([], true) => String::from("paused"),
        ([], false) => String::from("nobody is free"),
        (people, _) => names(people),
    };
    let mut line = format!("• {}: {who}", ink.at(turn.start));
    for cover in &turn.covers {
        line.push_str(&cover_words(cover, ink));
    }
    line.extend(will_pass_over(ink, &turn.skipped).map(|it| format!("; {it}")));
    line
}

/// Returns who serves what of a turn for somebody else.
fn cover_words(cover: &CoverLine, ink: &Ink) -> String {
    let for_whom = cover.of.as_ref().map(|of| format!(" for {}", name_of(of)));
    let for_whom = for_whom.unwrap_or_default();
    let windows: Vec<String> = cover
        .windows
        .iter()
        .map(|window| format!("{} to {}", ink.at(window.start()), ink.at(window.end())))
        .collect();
    match windows.as_slice() {
        [] => for_whom,
        windows => {
            format!("; {} serves{for_whom} from {}", name_of(&cover.person), windows.join(", "))
        }
    }
}
