//! Shifts as bars: one for each time that somebody serves on end, with a colour of their own.

use app::calendar::Schedule;
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::shift::{Shift, ShiftState};

/// How many colours there are; whoever comes after them has the same again with stripes.
const COLOURS: usize = 8;

/// A time in which one person serves, or nobody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    /// The place of the seat.
    pub(super) lane: usize,
    pub(super) name: String,
    /// Whose time it is, where it is not their own.
    pub(super) of: Option<String>,
    pub(super) class: String,
}

/// Returns the bars of all shifts. Off-hours within a turn do not interrupt them: who has a week of office hours has a week.
pub(super) fn bars(schedule: &Schedule) -> Vec<Bar> {
    let mut bars: Vec<(u64, Bar)> = Vec::new();
    for shift in schedule.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours) {
        for bar in bars_of(schedule, shift) {
            let goes_on = |(turn, last): &&mut (u64, Bar)| {
                *turn == shift.turn
                    && (last.lane, &last.name, &last.of) == (bar.lane, &bar.name, &bar.of)
            };
            let before = bars
                .iter_mut()
                .rev()
                .take(2 * (bar.lane + 2))
                .find(|(_, last)| last.lane == bar.lane);
            match before.filter(goes_on) {
                Some((_, last)) => last.end = bar.end,
                None => bars.push((shift.turn, bar)),
            }
        }
    }
    bars.into_iter().map(|(_, bar)| bar).collect()
}

fn bars_of(schedule: &Schedule, shift: &Shift) -> Vec<Bar> {
    let bar = |lane, name: &str, of, class| {
        let (start, end) = (shift.window.start(), shift.window.end());
        Bar { start, end, lane, name: name.to_owned(), of, class }
    };
    match shift.state {
        ShiftState::Paused => vec![bar(0, "paused", None, String::from("paused"))],
        ShiftState::Unassigned => vec![bar(0, "nobody", None, String::from("nobody"))],
        ShiftState::OffHours => Vec::new(),
        ShiftState::Planned => {
            let seats = shift.seats.iter().enumerate();
            let of_seat = |(lane, served): (usize, &domain::shift::Served)| {
                let of = served.covered_for().map(|of| schedule.name_of(of).to_owned());
                let mut class = class_of(schedule, &served.user);
                if of.is_some() {
                    class.push_str(" cover");
                }
                bar(lane, schedule.name_of(&served.user), of, class)
            };
            seats.map(of_seat).collect()
        }
    }
}

/// Returns the colour of somebody: by their place among those who take turns, so that it is the same on every page.
pub(super) fn class_of(schedule: &Schedule, user: &UserId) -> String {
    let place = schedule.people.iter().position(|one| one == user).unwrap_or_default();
    let stripes = if place / COLOURS % 2 == 1 { " striped" } else { "" };
    format!("c{}{stripes}", place % COLOURS)
}
