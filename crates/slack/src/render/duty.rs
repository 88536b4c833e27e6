//! The messages of a duty: to the person on duty before, during and after it, and to their managers.

use super::blocks::Part;
use super::buttons::{button, primary};
use super::names::{link, name_of, names, title};
use super::note;
use super::skips::{missed, passed_over};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::message::Person;
use domain::story::duty::{
    AwayDays, Ended, Ending, Message, OnDuty, Reminder, Silence, Unreachable, Unseen,
};
use domain::story::lifecycle::{self, Press};
use domain::story::{cover, note as note_story, swap};
use serde_json::Value;

/// The most absences of the reader that are listed.
const MOST_ABSENCES: usize = 4;

/// Composes a message of this story as it reads at `now`.
pub(crate) fn compose(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = |zone: &str| Ink::new(zone, now, style);
    match message {
        Message::OnDuty(duty) => {
            let ink = ink(&duty.zone);
            let mut parts = vec![Part::Lines(on_duty_lines(duty, &ink))];
            parts.extend(note::passed_on(&duty.notes, &ink));
            parts.push(Part::Buttons(on_duty_buttons(duty)));
            parts.push(Part::Buttons(passing_buttons(duty)));
            parts
        }
        Message::Ended(duty) => vec![Part::Lines(ended_lines(duty, &ink(&duty.zone)))],
        Message::Reminder(turn) => {
            let rotation = turn.rotation;
            vec![
                Part::Lines(reminder_lines(turn, &ink(&turn.zone))),
                Part::Buttons(vec![
                    button(&Button::ShowNext { rotation }),
                    button(&Button::EnterAbsence),
                ]),
            ]
        }
        Message::Unseen(duty) => {
            let rotation = duty.rotation;
            vec![
                Part::Lines(unseen_lines(duty, &ink(&duty.zone))),
                Part::Buttons(vec![button(&Button::ShowNext { rotation })]),
            ]
        }
        Message::Unreachable(it) => vec![Part::Lines(unreachable_lines(it, &ink(&it.zone)))],
    }
}

fn on_duty_lines(duty: &OnDuty, ink: &Ink) -> Vec<String> {
    let verb = if duty.continues { "stay" } else { "are" };
    let name = title(&duty.name);
    let of = duty.covers.as_ref();
    let of = of.map_or_else(String::new, |of| format!(" in place of {}", name_of(of)));
    let until = ink.at_for(duty.until, duty.reader_zone.as_deref());
    let mut lines = vec![format!("You {verb} on duty for {name}{of} until {until}.")];
    lines.extend(together("You are on duty", &duty.with));
    lines.push(match duty.next.as_slice() {
        [] => format!("Its channel is {}. Nobody is found yet for after you.", link(&duty.channel)),
        [next] => {
            format!("Its channel is {}. After you comes {}.", link(&duty.channel), name_of(next))
        }
        next => format!("Its channel is {}. After you come {}.", link(&duty.channel), names(next)),
    });
    lines.extend(away(&duty.away, ink));
    lines.extend(passed_over(ink, &duty.skipped));
    lines.extend(duty.was_due_at.map(|at| format!("This is late: it was due {}.", ink.at(at))));
    lines.extend(missed(ink, &duty.missed));
    lines.extend(duty.is_seen.then(|| String::from("You have seen this. Thank you!")));
    lines
}

/// Returns what the duty itself asks for.
fn on_duty_buttons(duty: &OnDuty) -> Vec<Value> {
    let OnDuty { rotation, planned_at, since, .. } = *duty;
    let seen = (!duty.is_seen).then(|| primary(&Button::SeenDuty { rotation, planned_at, since }));
    let hand_over = lifecycle::Button { press: Press::HandOver, rotation };
    let mut buttons: Vec<Value> = seen.into_iter().collect();
    buttons.push(button(&Button::Note(note_story::Button::Write { rotation })));
    buttons.push(button(&Button::Lifecycle(hand_over)));
    buttons
}

/// Returns what leads to others.
fn passing_buttons(duty: &OnDuty) -> Vec<Value> {
    let rotation = duty.rotation;
    let cover = match duty.away_window {
        Some(window) => cover::Button::AskFor { rotation, window },
        None => cover::Button::Ask { rotation },
    };
    vec![
        button(&Button::Cover(cover)),
        button(&Button::Swap(swap::Button::Open { rotation })),
        button(&Button::EnterAbsence),
        button(&Button::ShowNext { rotation }),
    ]
}

fn ended_lines(duty: &Ended, ink: &Ink) -> Vec<String> {
    let (name, at) = (title(&duty.name), ink.at(duty.at));
    let passed_to = |to: &[Person]| match to {
        [] => String::from("Nobody has it now."),
        to => format!("It passed to {}.", names(to)),
    };
    let (first, second) = match &duty.how {
        Ending::Passed { to } => {
            (format!("Your duty for {name} ended {at}. Thank you!"), passed_to(to))
        }
        Ending::PassedWhileDown { to } => (
            format!("Your duty for {name} ended {at}, while I was down. Thank you!"),
            match to.as_slice() {
                [] => String::from("Nobody has it now."),
                [one] => format!("{} is on duty now.", name_of(one)),
                to => format!("{} are on duty now.", names(to)),
            },
        ),
        Ending::GoesOn => (
            format!("Your duty for {name} ended {at}, and you go on."),
            String::from("A newer message has the buttons."),
        ),
        Ending::HandedOver { to } => (
            format!("Your duty for {name} was handed over {at}. Thank you!"),
            format!("{} has it now.", name_of(to)),
        ),
        Ending::Left { to } => (
            format!("Your duty for {name} ended {at}, as you are no longer in its order."),
            passed_to(to),
        ),
        Ending::Paused => (
            format!("Your duty for {name} ended {at}: it is paused."),
            String::from("Nobody is on duty until it goes on."),
        ),
        Ending::Deleted => {
            (format!("Your duty for {name} ended {at}: it was deleted. Thank you!"), String::new())
        }
    };
    vec![first, second]
}

fn reminder_lines(turn: &Reminder, ink: &Ink) -> Vec<String> {
    let reader = turn.reader_zone.as_deref();
    let mut lines = vec![format!(
        "You are on duty next for {}: from {} until {}.",
        title(&turn.name),
        ink.at_for(turn.from, reader),
        ink.at_for(turn.until, reader)
    )];
    lines.extend(together("You will be on duty", &turn.with));
    lines.push(match turn.before.as_slice() {
        [] => format!("Its channel is {}.", link(&turn.channel)),
        before => {
            format!("Its channel is {}. You take over from {}.", link(&turn.channel), names(before))
        }
    });
    lines.extend(away(&turn.away, ink));
    lines.extend(passed_over(ink, &turn.skipped));
    lines
}

fn unseen_lines(duty: &Unseen, ink: &Ink) -> Vec<String> {
    let (who, name) = (name_of(&duty.person), title(&duty.name));
    vec![
        format!(
            "{who} is on duty for {name} since {} and has not said yet that they saw it.",
            ink.at(duty.since)
        ),
        format!(
            "The duty lasts until {}. Maybe they need a hand, or somebody else can take it.",
            ink.at(duty.until)
        ),
    ]
}

fn unreachable_lines(it: &Unreachable, ink: &Ink) -> Vec<String> {
    let (who, name) = (name_of(&it.person), title(&it.name));
    let why = match it.why {
        Silence::Gone => "their account is no longer active",
        Silence::Closed => "Slack does not let me write to them",
    };
    let mut lines = vec![format!("I could not write to {who} about {name}: {why}.")];
    lines.push(match it.on_duty_until {
        Some(until) => {
            format!("They are on duty until {}. Please tell them another way.", ink.at(until))
        }
        None => String::from("They stay in the order, but learn nothing of their turns from me."),
    });
    lines
}

fn together(how: &str, with: &[Person]) -> Option<String> {
    (!with.is_empty()).then(|| format!("{how} together with {}.", names(with)))
}

/// Says on which days somebody is away who holds the turn all the same.
fn away(days: &[AwayDays], ink: &Ink) -> Option<String> {
    let mut words: Vec<String> = days.iter().take(MOST_ABSENCES).map(|it| span(*it, ink)).collect();
    if days.len() > MOST_ABSENCES {
        words.push(String::from("more"));
    }
    let words = super::names::in_words(words);
    (!words.is_empty()).then(|| {
        format!("You are noted as away for a part of it: {words}. The turn is yours all the same.")
    })
}

fn span(days: AwayDays, ink: &Ink) -> String {
    match days.to {
        None => format!("from {} on", ink.full_day(days.from)),
        Some(to) if to == days.from => ink.full_day(to),
        Some(to) => format!("{} to {}", ink.full_day(days.from), ink.full_day(to)),
    }
}
