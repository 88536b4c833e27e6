//! One rotation, as the one who asks sees it.

use super::names::{link, list, name_of, plain, title};
use super::words::Ink;
use domain::reply::{Duty, DutyCard, NextDuty};

/// The most members that are named on a card.
const MOST_MEMBERS: usize = 12;

/// Returns who is on duty and who comes next.
pub(crate) fn duty_lines(card: &DutyCard, ink: &Ink) -> Vec<String> {
    vec![
        format!("{} in {}", title(&card.name), link(&card.channel)),
        duty_line(&card.duty, ink),
        next_line(card.next.as_ref(), ink),
    ]
}

/// Returns that and how the rotation goes.
pub(crate) fn full_lines(card: &DutyCard, ink: &Ink) -> Vec<String> {
    let mut lines = duty_lines(card, ink);
    lines.push(format!("Handoff {} ({}).", plain(&card.cadence), plain(&card.zone)));
    lines.push(format!("In order: {}.", list(&card.members, MOST_MEMBERS)));
    lines
}

fn duty_line(duty: &Duty, ink: &Ink) -> String {
    match duty {
        Duty::NotYet => String::from("It has not begun yet."),
        Duty::OnDuty { person, until, covered_for: None } => {
            format!("{} is on duty until {}.", name_of(person), ink.at(*until))
        }
        Duty::OnDuty { person, until, covered_for: Some(other) } => {
            format!(
                "{} is on duty for {} until {}.",
                name_of(person),
                name_of(other),
                ink.at(*until)
            )
        }
        Duty::Unassigned { until } => format!("Nobody is on duty until {}.", ink.at(*until)),
        Duty::OffHours { until } => format!("Nobody needs to be on duty until {}.", ink.at(*until)),
    }
}

fn next_line(next: Option<&NextDuty>, ink: &Ink) -> String {
    match next {
        None => String::new(),
        Some(NextDuty { at, person: Some(person) }) => {
            format!("Next is {}, from {}.", name_of(person), ink.at(*at))
        }
        Some(NextDuty { at, person: None }) => {
            format!("The next handoff is {}; nobody is free for it yet.", ink.at(*at))
        }
    }
}
