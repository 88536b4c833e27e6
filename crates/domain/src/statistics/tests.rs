//! What is counted, how often, and how many hours it took.

use super::{PassedOver, Record, Scope, statistics};
use crate::engine::{SeatedBy, Skip, SkipReason};
use crate::fixtures::{at, roster, user, zone};
use crate::interval::Interval;
use crate::shift::{Right, Served, Shift, ShiftState};
use chrono::{Datelike, TimeDelta, Weekday};
use proptest::prelude::*;
use std::collections::HashSet;

fn window(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).unwrap()
}

fn own(name: &str) -> Served {
    Served { user: user(name), right: Right::Own(SeatedBy::Order) }
}

fn cover(name: &str, of: &str) -> Served {
    Served { user: user(name), right: Right::CoverOf(user(of)) }
}

fn shift(turn: u64, window: Interval, seats: Vec<Served>) -> Shift {
    Shift { window, turn, seats, state: ShiftState::Planned, skipped: Vec::new() }
}

fn away(name: &str) -> Skip {
    Skip { member: user(name), reason: SkipReason::Away { share: 1.0, until: None } }
}

/// Returns the records of A and B in January 2026, one line each: the five counts, then hours and weekend hours.
fn counted(shifts: &[Shift], missed: &[u64], within: Interval) -> Vec<String> {
    let (roster, zone) = (roster("A B"), zone("Europe/Berlin"));
    let missed: HashSet<u64> = missed.iter().copied().collect();
    let scope =
        Scope { roster: &roster, missed: &missed, passed_over: &[], window: within, zone: &zone };
    statistics(shifts, &scope).iter().map(line).collect()
}

fn line(record: &Record) -> String {
    let Record { user, served, skipped, covered_for_others, was_covered, missed, .. } = record;
    let counts = format!("{served} {skipped} {covered_for_others} {was_covered} {missed}");
    let (hours, weekend) = (record.on_duty.num_hours(), record.on_weekends.num_hours());
    format!("{user}: {counts}, {hours} h, {weekend} h")
}

#[track_caller]
fn check(shifts: &[Shift], missed: &[u64], expected: &[&str]) {
    let january = window("2025-12-31T23:00Z", "2026-01-31T23:00Z");

    assert_eq!(counted(shifts, missed, january), expected);
}

fn first_week() -> Interval {
    window("2026-01-05T08:00Z", "2026-01-12T08:00Z")
}

#[test]
fn members_with_nothing_are_listed_with_zeros() {
    check(&[], &[], &["A: 0 0 0 0 0, 0 h, 0 h", "B: 0 0 0 0 0, 0 h, 0 h"]);
}

#[test]
fn a_turn_cut_by_coverage_counts_once_for_each() {
    let shifts = [
        shift(0, window("2026-01-05T08:00Z", "2026-01-06T08:00Z"), vec![own("A")]),
        shift(0, window("2026-01-06T08:00Z", "2026-01-07T08:00Z"), vec![cover("B", "A")]),
        shift(0, window("2026-01-07T08:00Z", "2026-01-08T08:00Z"), vec![own("A")]),
        shift(0, window("2026-01-08T08:00Z", "2026-01-12T08:00Z"), vec![cover("B", "A")]),
    ];

    check(&shifts, &[], &["A: 1 0 0 1 0, 48 h, 0 h", "B: 0 0 1 0 0, 120 h, 48 h"]);
}

#[test]
fn a_turn_covered_as_a_whole_was_not_served_by_its_holder() {
    let shifts = [shift(0, first_week(), vec![cover("B", "A")])];

    check(&shifts, &[], &["A: 0 0 0 1 0, 0 h, 0 h", "B: 0 0 1 0 0, 168 h, 48 h"]);
}

#[test]
fn others_come_after_the_members_by_name() {
    let taken = Served { user: user("Y"), right: Right::Taken };
    let shifts = [shift(0, first_week(), vec![cover("Z", "X"), taken])];

    check(
        &shifts,
        &[],
        &[
            "A: 0 0 0 0 0, 0 h, 0 h",
            "B: 0 0 0 0 0, 0 h, 0 h",
            "X: 0 0 0 1 0, 0 h, 0 h",
            "Y: 0 0 1 0 0, 168 h, 48 h",
            "Z: 0 0 1 0 0, 168 h, 48 h",
        ],
    );
}

#[test]
fn who_is_passed_over_is_counted_and_who_has_a_seat_already_is_not() {
    let mut shifts = [shift(0, first_week(), vec![own("B")])];
    let seated = Skip { member: user("B"), reason: SkipReason::AlreadySeated };
    shifts[0].skipped = vec![away("A"), seated];

    check(&shifts, &[], &["A: 0 1 0 0 0, 0 h, 0 h", "B: 1 0 0 0 0, 168 h, 48 h"]);
}

#[test]
fn who_is_passed_over_is_counted_once_where_a_shift_tells_it_too() {
    let (roster, zone) = (roster("A B"), zone("Europe/Berlin"));
    let mut shifts = [shift(0, first_week(), vec![own("B")])];
    shifts[0].skipped = vec![away("A")];
    let skips = [away("A")];
    let of_turn = |turn| PassedOver { turn, window: first_week(), skips: &skips };
    let passed_over = [of_turn(0), of_turn(1)];
    let missed: HashSet<u64> = HashSet::new();
    let scope = Scope {
        roster: &roster,
        missed: &missed,
        passed_over: &passed_over,
        window: first_week(),
        zone: &zone,
    };

    assert_eq!(statistics(&shifts, &scope)[0].skipped, 2);
}

#[test]
fn a_missed_turn_is_nothing_but_missed() {
    let next = window("2026-01-12T08:00Z", "2026-01-19T08:00Z");
    let mut shifts =
        [shift(0, first_week(), vec![cover("B", "A")]), shift(1, next, vec![own("B")])];
    shifts[0].skipped = vec![away("A")];

    check(&shifts, &[0], &["A: 0 1 0 0 0, 0 h, 0 h", "B: 1 0 0 0 1, 168 h, 48 h"]);
}

#[test]
fn nobody_serves_in_time_that_is_not_planned() {
    let unassigned = Shift { state: ShiftState::Unassigned, ..shift(0, first_week(), Vec::new()) };

    check(&[unassigned], &[], &["A: 0 0 0 0 0, 0 h, 0 h", "B: 0 0 0 0 0, 0 h, 0 h"]);
}

#[test]
fn only_what_lies_in_the_window_counts() {
    let shifts = [
        shift(0, first_week(), vec![own("A")]),
        shift(1, window("2026-01-12T08:00Z", "2026-01-19T08:00Z"), vec![own("B")]),
    ];

    // From Sunday 08:00 to the handoff, where the other turn begins.
    let sunday = window("2026-01-11T08:00Z", "2026-01-12T08:00Z");

    assert_eq!(
        counted(&shifts, &[], sunday),
        ["A: 1 0 0 0 0, 24 h, 15 h", "B: 0 0 0 0 0, 0 h, 0 h"]
    );
}

#[test]
fn weekends_have_the_hours_that_the_clocks_give_them() {
    let spring = shift(0, window("2026-03-23T08:00Z", "2026-03-30T07:00Z"), vec![own("A")]);
    let autumn = shift(1, window("2026-10-19T07:00Z", "2026-10-26T08:00Z"), vec![own("B")]);
    let year = window("2026-01-01T00:00Z", "2027-01-01T00:00Z");

    assert_eq!(
        counted(&[spring, autumn], &[], year),
        ["A: 1 0 0 0 0, 167 h, 47 h", "B: 1 0 0 0 0, 169 h, 49 h"]
    );
}

#[derive(Debug)]
struct Case {
    shifts: Vec<Shift>,
    missed: HashSet<u64>,
    window: Interval,
}

fn any_seat() -> impl Strategy<Value = (usize, usize)> {
    (0..6_usize, 0..9_usize)
}

/// Shifts one after the other, around a change of the clocks, each of the turn before it or of the next.
fn any_case() -> impl Strategy<Value = Case> {
    let shift = (1..200_i64, any::<bool>(), prop::collection::vec(any_seat(), 0..4), 0..6_usize);
    let shifts = prop::collection::vec(shift, 1..20);
    let missed = prop::collection::hash_set(0..8_u64, 0..4);
    (shifts, missed, (0..1000_i64, 1..1500_i64)).prop_map(|(shifts, missed, (from, length))| {
        let start = at("2026-03-20T00:00Z");
        let mut from_hour = start;
        let mut turn = 0;
        let name = |number: usize| ["A", "B", "C", "D", "E", "F"][number];
        let shifts = shifts.into_iter().map(|(hours, is_next, people, skip)| {
            let window = Interval::new(from_hour, from_hour + TimeDelta::hours(hours)).unwrap();
            from_hour = window.end();
            turn += u64::from(is_next);
            let mut seats: Vec<Served> = Vec::new();
            for (person, right) in people {
                let seat = match right {
                    0..5 => own(name(person)),
                    5 => Served { user: user(name(person)), right: Right::Taken },
                    other => cover(name(person), name(other - 3)),
                };
                if seats.iter().all(|known| known.user != seat.user) {
                    seats.push(seat);
                }
            }
            Shift { skipped: vec![away(name(skip))], ..self::shift(turn, window, seats) }
        });
        let window =
            Interval::new(start + TimeDelta::hours(from), start + TimeDelta::hours(from + length));
        Case { shifts: shifts.collect(), missed, window: window.unwrap() }
    })
}

impl Case {
    fn records(&self) -> Vec<Record> {
        let (roster, zone) = (roster("D A"), zone("Europe/Berlin"));
        let scope = Scope {
            roster: &roster,
            missed: &self.missed,
            passed_over: &[],
            window: self.window,
            zone: &zone,
        };
        statistics(&self.shifts, &scope)
    }

    /// Returns the hours of the window with the people who serve then and are counted, the slow way.
    fn hours(&self) -> impl Iterator<Item = (bool, &Shift)> {
        let berlin = zone("Europe/Berlin");
        let hours = (0..self.window.length().num_hours())
            .map(|hour| self.window.start() + TimeDelta::hours(hour));
        hours.filter_map(move |hour| {
            let shift = self.shifts.iter().find(|shift| shift.window.contains(hour))?;
            let is_weekend = matches!(berlin.local_of(hour).weekday(), Weekday::Sat | Weekday::Sun);
            (!self.missed.contains(&shift.turn)).then_some((is_weekend, shift))
        })
    }
}

proptest! {
    #[test]
    fn hours_are_those_in_which_somebody_serves_and_weekends_those_of_the_calendar(case in any_case()) {
        let records = case.records();

        for record in &records {
            let serves = |shift: &Shift| shift.members().any(|member| *member == record.user);
            let hours: Vec<bool> =
                case.hours().filter(|(_, shift)| serves(shift)).map(|(weekend, _)| weekend).collect();
            let weekend = hours.iter().filter(|is_weekend| **is_weekend).count();
            prop_assert_eq!(record.on_duty.num_hours(), i64::try_from(hours.len()).unwrap());
            prop_assert_eq!(record.on_weekends.num_hours(), i64::try_from(weekend).unwrap());
        }
        let total: TimeDelta = records.iter().map(|record| record.on_duty).sum();
        let seats: usize = case.hours().map(|(_, shift)| shift.seats.len()).sum();
        prop_assert_eq!(total.num_hours(), i64::try_from(seats).unwrap());
    }

    #[test]
    fn a_shift_cut_in_two_counts_as_one(case in any_case(), tenths in 0..=10_i32) {
        let records = case.records();
        let cut = |shift: &Shift| shift.window.start() + shift.window.length() * tenths / 10;

        let halves = case.shifts.iter().flat_map(|shift| {
            let at = cut(shift);
            let first = Interval::new(shift.window.start(), at);
            let second = Interval::new(at, shift.window.end());
            let with = move |window| Shift { window, ..shift.clone() };
            first.into_iter().chain(second).map(with)
        });
        let cut = Case { shifts: halves.collect(), missed: case.missed.clone(), window: case.window };

        prop_assert_eq!(cut.records(), records);
    }

    #[test]
    fn no_number_is_larger_than_the_turns_and_the_order_of_people_is_fixed(case in any_case()) {
        let records = case.records();
        let turns: HashSet<u64> = case.shifts.iter().map(|shift| shift.turn).collect();
        let most = u64::try_from(turns.len()).unwrap();

        for record in &records {
            let Record { served, skipped, covered_for_others, was_covered, missed, .. } = *record;
            prop_assert!([skipped, was_covered].iter().all(|count| *count <= most));
            prop_assert!([served, covered_for_others].iter().all(|count| count + missed <= most));
        }
        let names: Vec<&str> = records.iter().map(|record| record.user.as_str()).collect();
        prop_assert_eq!(&names[..2], ["D", "A"]);
        prop_assert!(names[2..].is_sorted());
    }
}
