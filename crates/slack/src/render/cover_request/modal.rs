//! The modals of a request for cover.

use super::super::blocks::{plain_text, section};
use super::super::modal::{input, option, optional, view};
use super::super::names::{bare, name_of, plain, title};
use super::super::words::{Ink, Style};
use super::times;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::action::Field;
use domain::interval::Interval;
use domain::story::cover::{AskModal, Modal, PartModal, TurnChoice};
use domain::zone::Zone;
use serde_json::{Value, json};

/// Returns a modal as Slack takes it.
pub(in super::super) fn render(modal: &Modal, now: DateTime<Utc>) -> Value {
    let (mut json, carried) = match modal {
        Modal::Ask(modal) => (
            view("cover_ask", "Ask for cover", "Ask", &ask_blocks(modal, now)),
            modal.rotation.to_string(),
        ),
        Modal::Part(modal) => (
            view("cover_part", "Take a part", "Take it", &part_blocks(modal, now)),
            modal.request.to_string(),
        ),
    };
    json["private_metadata"] = json!(carried);
    json
}

fn ask_blocks(modal: &AskModal, now: DateTime<Utc>) -> Vec<Value> {
    let ink = Ink::new(&modal.zone, now, Style::Text);
    let options: Vec<Value> = modal.turns.iter().map(|turn| choice(turn, &ink)).collect();
    let mut select = json!({ "type": "static_select", "options": options });
    if let Some(chosen) = options.get(modal.chosen) {
        select["initial_option"] = chosen.clone();
    }
    let lead = format!(
        "I ask the members of {} who can stand in. Until somebody does, the duty stays where it is.",
        title(&modal.name)
    );
    let mut blocks = vec![section(&lead, None), input(Field::Turn, "Which turn", None, select)];
    blocks.extend(span_blocks(&modal.zone, modal.window, "Leave these empty for the whole turn."));
    blocks
}

fn part_blocks(modal: &PartModal, now: DateTime<Utc>) -> Vec<Value> {
    let ink = Ink::new(&modal.zone, now, Style::Block);
    let lead = format!(
        "{} needs cover for {}. Open is the time {}.",
        name_of(&modal.of),
        title(&modal.name),
        times(modal.open.iter().copied(), &ink)
    );
    let mut blocks = vec![section(&lead, None)];
    let first = modal.open.first().copied();
    blocks.extend(span_blocks(&modal.zone, first, "What is left open stays open for others."));
    blocks
}

/// Returns a turn as a choice: "Ben: Monday 8 June, 09:00 to Monday 15 June, 09:00".
fn choice(turn: &TurnChoice, ink: &Ink) -> Value {
    let at = turn.planned_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let day = |at: DateTime<Utc>| ink.short(at);
    let who = if turn.is_own { String::from("You") } else { bare(&turn.of) };
    let label = format!("{} to {}: {who}", day(turn.window.start()), day(turn.window.end()));
    option(&format!("{at}|{}", turn.of.user), &label)
}

/// Returns the fields for a part, on the wall clock of the rotation.
fn span_blocks(zone: &str, window: Option<Interval>, hint: &str) -> [Value; 4] {
    let local = |at: DateTime<Utc>| Zone::parse(zone).ok().map(|zone| zone.local_of(at));
    let from = window.and_then(|window| local(window.start()));
    let to = window.and_then(|window| local(window.end()));
    let day = |at: Option<chrono::NaiveDateTime>| {
        let mut json =
            json!({ "type": "datepicker", "placeholder": plain_text("Pick a day", 150) });
        if let Some(at) = at {
            json["initial_date"] = json!(at.date().to_string());
        }
        json
    };
    let time = |at: Option<chrono::NaiveDateTime>| {
        let mut json =
            json!({ "type": "timepicker", "placeholder": plain_text("Pick a time", 150) });
        if let Some(at) = at {
            json["initial_time"] = json!(at.format("%H:%M").to_string());
        }
        json
    };
    let zone = plain(zone);
    [
        input(Field::From, "From", Some(hint), day(from)),
        input(
            Field::FromTime,
            "At",
            Some(&format!("The time in {zone}; nothing means the beginning of that day.")),
            time(from),
        ),
        input(Field::To, "Until", None, day(to)),
        input(Field::ToTime, "At", Some("Nothing means the end of that day."), time(to)),
    ]
    .map(optional)
}
