//! One rotation, as the one who asks sees it.

use super::names::{in_words, link, list, name_of, names, plain, title};
use super::words::Ink;
use domain::reply::{Duty, DutyCard, NextDuty, OnDutyPerson};

/// The most members that are named on a card.
const MOST_MEMBERS: usize = 12;

/// What is said of a rotation that the plan has stopped.
const STOPPED: &str = "It is stopped: this workspace is on the Free plan, which has no room for it. Nobody is on duty.";

/// What is said of a rotation that the plan stops.
pub(crate) const STOPS: &str =
    "It stops after that: this workspace is on the Free plan, which has no room for it.";

/// Returns who is on duty and who comes next.
pub(crate) fn duty_lines(card: &DutyCard, ink: &Ink) -> Vec<String> {
    let mut lines = vec![
        format!("{} in {}", title(&card.name), link(&card.channel)),
        duty_line(&card.duty, ink),
    ];
    // While nobody knows when a rest ends, nobody is next.
    if card.is_stopping {
        lines.push(String::from(STOPS));
    } else if !matches!(card.duty, Duty::Paused { until: None } | Duty::Stopped) {
        lines.push(next_line(card.next.as_ref(), ink));
    }
    lines
}

/// Returns that and how the rotation goes.
pub(crate) fn full_lines(card: &DutyCard, ink: &Ink) -> Vec<String> {
    let mut lines = duty_lines(card, ink);
    lines.push(format!("Handoff {} ({}).", plain(&card.cadence), plain(&card.zone)));
    lines.push(match card.members.as_slice() {
        [] => String::from("Nobody is in it."),
        members => format!("In order: {}.", list(members, MOST_MEMBERS)),
    });
    lines
}

/// Returns who is on duty, in one line.
pub(crate) fn duty_line(duty: &Duty, ink: &Ink) -> String {
    match duty {
        Duty::NotYet => String::from("It has not begun yet."),
        Duty::OnDuty { people, until } => {
            let verb = if people.len() == 1 { "is" } else { "are" };
            let who = people.iter().map(serving).collect();
            format!("{} {verb} on duty until {}.", in_words(who), ink.at(*until))
        }
        Duty::Stopped => String::from(STOPPED),
        Duty::Paused { until: None } => String::from("It is paused, so nobody is on duty."),
        Duty::Paused { until: Some(until) } => {
            format!("It is paused, so nobody is on duty until {}.", ink.at(*until))
        }
        Duty::Unassigned { until } => format!("Nobody is on duty until {}.", ink.at(*until)),
        Duty::OffHours { until } => format!("Nobody needs to be on duty until {}.", ink.at(*until)),
    }
}

/// Returns somebody on duty, with whose time it is where it is not their own.
fn serving(on_duty: &OnDutyPerson) -> String {
    let name = name_of(&on_duty.person);
    match &on_duty.covered_for {
        Some(other) => format!("{name} (for {})", name_of(other)),
        None => name,
    }
}

pub(crate) fn next_line(next: Option<&NextDuty>, ink: &Ink) -> String {
    match next {
        None => String::new(),
        Some(NextDuty { at, people }) if people.is_empty() => {
            format!("The next handoff is {}; nobody is free for it yet.", ink.at(*at))
        }
        Some(NextDuty { at, people }) => {
            let verb = if people.len() == 1 { "is" } else { "are" };
            format!("Next {verb} {}, from {}.", names(people), ink.at(*at))
        }
    }
}
