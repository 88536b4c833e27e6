//! Statistics: what each person did in a window (specification, Statistics). Shown, never used to reorder.

use crate::absence::whole_days;
use crate::engine::{Skip, SkipReason};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::Roster;
use crate::shift::{Right, Served, Shift};
use crate::zone::Zone;
use chrono::{Days, TimeDelta, Weekday};
use std::collections::{HashMap, HashSet};

/// What one person did in a window.
///
/// Turns are counted, each once for each of the numbers, however many shifts it is cut into. A turn that passed while
/// the service was down was announced to nobody: for whoever would have served it counts as missed and as nothing else,
/// and its hours are nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who.
    pub user: UserId,
    /// Turns in which they served a seat of their own, at least for a part.
    pub served: u64,
    /// Turns for which they were passed over; having a seat already is no skip.
    pub skipped: u64,
    /// Turns in which they served for somebody else, or took a seat that nobody had.
    pub covered_for_others: u64,
    /// Turns in which somebody served for them.
    pub was_covered: u64,
    /// Turns that they would have served, own or not, and that passed while the service was down.
    pub missed: u64,
    /// How long they were on duty, whoever's seat it was.
    pub on_duty: TimeDelta,
    /// How much of it fell on Saturdays and Sundays.
    pub on_weekends: TimeDelta,
}

/// What the statistics of a rotation are made from, besides its shifts.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The members, who are listed even with nothing.
    pub roster: &'a Roster,
    /// The numbers of the turns that passed while the service was down.
    pub missed: &'a HashSet<u64>,
    /// Who was passed over for turns of which no shift tells it: those of the fallback, or covered as a whole.
    pub passed_over: &'a [PassedOver<'a>],
    /// When: a shift counts where it touches the window, and its hours as far as they lie inside.
    pub window: Interval,
    /// The rotation's zone, in which weekends are meant.
    pub zone: &'a Zone,
}

/// Those who were passed over for a turn.
#[derive(Clone, Copy, Debug)]
pub struct PassedOver<'a> {
    /// The number of the turn.
    pub turn: u64,
    /// The turn.
    pub window: Interval,
    /// Who, and why.
    pub skips: &'a [Skip],
}

/// Returns what each person did: the members in order, then the others by name.
///
/// The shifts are those of the final view, after coverage.
#[must_use]
pub fn statistics(shifts: &[Shift], scope: &Scope) -> Vec<Record> {
    let mut tally = Tally::default();
    for member in scope.roster.members() {
        tally.of(&member.user);
    }
    for shift in shifts {
        if let Some(inside) = shift.window.intersection(scope.window) {
            tally.add(shift, inside, scope);
        }
    }
    for turn in scope.passed_over {
        if turn.window.intersection(scope.window).is_some() {
            tally.add_skips(turn.skips, turn.turn);
        }
    }
    let members = scope.roster.members().len();
    tally.records[members..].sort_by(|one, other| one.user.cmp(&other.user));
    tally.records
}

/// The records on the way.
#[derive(Default)]
struct Tally {
    records: Vec<Record>,
    places: HashMap<UserId, usize>,
    /// What was counted already.
    counted: HashSet<(usize, u64, Number)>,
}

/// The numbers that count turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Number {
    Served,
    Skipped,
    CoveredForOthers,
    WasCovered,
    Missed,
}

impl Tally {
    fn add(&mut self, shift: &Shift, inside: Interval, scope: &Scope) {
        let is_missed = scope.missed.contains(&shift.turn);
        let weekend = weekend_time(inside, scope.zone);
        for seat in &shift.seats {
            if is_missed {
                self.count(&seat.user, shift.turn, Number::Missed);
                continue;
            }
            self.count_served(seat, shift.turn);
            let record = self.of(&seat.user);
            record.on_duty += inside.length();
            record.on_weekends += weekend;
        }
        self.add_skips(&shift.skipped, shift.turn);
    }

    fn add_skips(&mut self, skips: &[Skip], turn: u64) {
        for skip in skips.iter().filter(|skip| skip.reason != SkipReason::AlreadySeated) {
            self.count(&skip.member, turn, Number::Skipped);
        }
    }

    fn count_served(&mut self, seat: &Served, turn: u64) {
        match &seat.right {
            Right::Own(_) => self.count(&seat.user, turn, Number::Served),
            Right::Taken => self.count(&seat.user, turn, Number::CoveredForOthers),
            Right::CoverOf(holder) => {
                self.count(&seat.user, turn, Number::CoveredForOthers);
                self.count(holder, turn, Number::WasCovered);
            }
        }
    }

    fn count(&mut self, user: &UserId, turn: u64, number: Number) {
        let place = self.place_of(user);
        if !self.counted.insert((place, turn, number)) {
            return;
        }
        let record = &mut self.records[place];
        let count = match number {
            Number::Served => &mut record.served,
            Number::Skipped => &mut record.skipped,
            Number::CoveredForOthers => &mut record.covered_for_others,
            Number::WasCovered => &mut record.was_covered,
            Number::Missed => &mut record.missed,
        };
        *count += 1;
    }

    fn of(&mut self, user: &UserId) -> &mut Record {
        let place = self.place_of(user);
        &mut self.records[place]
    }

    fn place_of(&mut self, user: &UserId) -> usize {
        if let Some(place) = self.places.get(user) {
            return *place;
        }
        self.places.insert(user.clone(), self.records.len());
        self.records.push(Record {
            user: user.clone(),
            served: 0,
            skipped: 0,
            covered_for_others: 0,
            was_covered: 0,
            missed: 0,
            on_duty: TimeDelta::zero(),
            on_weekends: TimeDelta::zero(),
        });
        self.records.len() - 1
    }
}

/// Returns how much of a window lies on Saturdays and Sundays of the zone.
fn weekend_time(window: Interval, zone: &Zone) -> TimeDelta {
    let first = zone.date_of(window.start()).week(Weekday::Mon).first_day();
    let last = zone.date_of(window.end());
    let mondays = first.iter_weeks().take_while(|monday| *monday <= last);
    let weekends = mondays.filter_map(|monday| {
        let saturday = monday.checked_add_days(Days::new(5))?;
        whole_days(zone, saturday, saturday.succ_opt()?).intersection(window)
    });
    weekends.map(Interval::length).sum()
}

#[cfg(test)]
mod tests;
