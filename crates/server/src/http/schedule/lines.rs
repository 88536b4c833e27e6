//! What the page says in words.

use super::bars::class_of;
use app::calendar::Schedule;
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::shift::{Shift, ShiftState};
use domain::zone::Zone;

/// How many turns are listed.
const LISTED: usize = 10;

/// Somebody who serves.
pub(super) struct Who {
    pub(super) name: String,
    /// Their first letters, for a mark in their colour.
    pub(super) short: String,
    pub(super) class: String,
    /// "for Ben", where it is not their own time.
    pub(super) of: Option<String>,
}

/// A time that is to come, or runs.
pub(super) struct Line {
    pub(super) from: String,
    pub(super) until: String,
    pub(super) is_now: bool,
    pub(super) people: Vec<Who>,
    /// What is said in place of people.
    pub(super) instead: &'static str,
    /// Who is passed over.
    pub(super) note: Option<String>,
}

/// Returns the times from now on, the soonest first, each with who serves then.
pub(super) fn coming(schedule: &Schedule, now: DateTime<Utc>) -> Vec<Line> {
    let mut times: Vec<(Shift, DateTime<Utc>)> = Vec::new();
    for shift in schedule.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours) {
        let end = shift.window.end();
        match times.last_mut().filter(|(last, _)| {
            (last.turn, last.state) == (shift.turn, shift.state) && last.seats == shift.seats
        }) {
            // Off-hours in between are no new turn.
            Some((_, until)) => *until = end,
            None => times.push((shift.clone(), end)),
        }
    }
    let coming = times.into_iter().filter(|(_, end)| now < *end).take(LISTED);
    coming.map(|(shift, end)| line(schedule, &shift, end, now)).collect()
}

fn line(schedule: &Schedule, shift: &Shift, end: DateTime<Utc>, now: DateTime<Utc>) -> Line {
    let start = shift.window.start();
    let people = shift.seats.iter().map(|it| who(schedule, &it.user, it.covered_for()));
    let skipped = shift.skipped.iter().map(|skip| schedule.name_of(&skip.member).to_owned());
    let skipped: Vec<String> = skipped.collect();
    let note = (!skipped.is_empty()).then(|| {
        let is = if skipped.len() == 1 { "is" } else { "are" };
        format!("{} {is} passed over", in_words(skipped))
    });
    let instead = match shift.state {
        ShiftState::Planned | ShiftState::OffHours => "",
        ShiftState::Paused => "Paused",
        ShiftState::Unassigned => "Nobody can",
    };
    let zone = &schedule.zone;
    let is_now = start <= now;
    Line {
        from: when(zone, start),
        until: when(zone, end),
        is_now,
        people: people.collect(),
        instead,
        note,
    }
}

/// Returns somebody as the page shows them.
pub(super) fn who(schedule: &Schedule, user: &UserId, of: Option<&UserId>) -> Who {
    let name = schedule.name_of(user).to_owned();
    let of = of.map(|of| format!("for {}", schedule.name_of(of)));
    Who { short: short(&name), class: class_of(schedule, user), name, of }
}

/// Returns the first letters of a name: "AL" of "Ana Lee", "An" of "Ana".
pub(super) fn short(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    match (words.next(), words.next()) {
        (Some(first), Some(second)) => {
            [first, second].into_iter().flat_map(char::to_uppercase).collect()
        }
        _ => name.chars().take(2).collect(),
    }
}

/// Returns words as a list in a sentence.
pub(super) fn in_words(mut words: Vec<String>) -> String {
    let Some(last) = words.pop() else { return String::new() };
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

/// Returns an instant as the clocks of a zone show it.
pub(super) fn when(zone: &Zone, at: DateTime<Utc>) -> String {
    zone.local_of(at).format("%a %-d %b, %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_letters_to_stand_for_them() {
        for (name, letters) in
            [("Ana Lee", "AL"), ("Ana", "An"), ("ünal östlund", "ÜÖ"), ("李", "李"), ("", "")]
        {
            assert_eq!(short(name), letters);
        }
    }
}
