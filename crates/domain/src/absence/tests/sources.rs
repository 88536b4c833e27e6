//! What people say wins over what other systems say.

use super::super::{Absence, AbsenceBook, Availability, Known};
use super::{away, window};
use crate::fixtures::{at, user, zone};
use chrono::TimeDelta;
use proptest::prelude::*;

/// Checks how many hours A is away in the first week of January when available like that.
#[track_caller]
fn check_left(known: Known, available: (&str, &str), hours: i64) {
    let window_of = |(from, to)| window(from, to);
    let available = vec![Availability { user: user("A"), window: window_of(available) }];
    let book = AbsenceBook::of(Known { available, ..known }, &zone("UTC"), None);
    let week = window("2026-01-01T00:00Z", "2026-01-08T00:00Z");

    assert_eq!(book.missed(&user("A"), &[week]), TimeDelta::hours(hours));
}

fn synced(absences: Vec<Absence>) -> Known {
    Known { synced: absences, ..Known::default() }
}

#[test]
fn who_says_to_be_available_is_not_away_for_a_synced_absence() {
    let leave = || vec![away("2026-01-02T00:00Z", "2026-01-04T00:00Z")];

    check_left(synced(leave()), ("2026-01-01T00:00Z", "2026-01-08T00:00Z"), 0);
    check_left(synced(leave()), ("2026-01-02T12:00Z", "2026-01-03T00:00Z"), 36);
    check_left(synced(leave()), ("2026-01-01T00:00Z", "2026-01-03T00:00Z"), 24);
    check_left(synced(leave()), ("2026-01-03T00:00Z", "2026-01-09T00:00Z"), 24);
    check_left(synced(leave()), ("2026-01-05T00:00Z", "2026-01-09T00:00Z"), 48);
}

#[test]
fn who_says_to_be_away_is_away_whatever_else_they_say() {
    let known = Known {
        manual: vec![away("2026-01-02T00:00Z", "2026-01-03T00:00Z")],
        synced: vec![away("2026-01-02T00:00Z", "2026-01-04T00:00Z")],
        ..Known::default()
    };

    check_left(known, ("2026-01-01T00:00Z", "2026-01-08T00:00Z"), 24);
}

#[test]
fn an_open_end_goes_on_after_a_time_of_being_available() {
    let open = || synced(vec![away("2026-01-02T00:00Z", "")]);

    check_left(open(), ("2026-01-03T00:00Z", "2026-01-04T00:00Z"), 5 * 24);
    check_left(open(), ("2026-01-01T00:00Z", "2026-01-04T00:00Z"), 4 * 24);
}

#[test]
fn only_the_one_who_says_so_is_available() {
    let known = Known {
        synced: vec![away("2026-01-02T00:00Z", "2026-01-03T00:00Z")],
        available: vec![Availability {
            user: user("B"),
            window: window("2026-01-01T00:00Z", "2026-01-08T00:00Z"),
        }],
        ..Known::default()
    };
    let book = AbsenceBook::of(known, &zone("UTC"), None);
    let week = window("2026-01-01T00:00Z", "2026-01-08T00:00Z");

    assert_eq!(book.missed(&user("A"), &[week]), TimeDelta::hours(24));
}

#[test]
fn without_anything_special_both_ways_give_the_same_book() {
    let absences = [
        away("2026-01-02T00:00Z", "2026-01-03T00:00Z"),
        away("2026-01-02T12:00Z", "2026-01-04T00:00Z"),
    ];

    let of_all = AbsenceBook::of(synced(absences.to_vec()), &zone("UTC"), None);

    assert_eq!(of_all, AbsenceBook::new(absences));
}

proptest! {
    #[test]
    fn an_hour_is_missed_where_a_person_or_only_a_system_said_so(
        manual in prop::collection::vec((0..40_i64, 1..12_i64), 0..4),
        synced in prop::collection::vec((0..40_i64, 1..20_i64), 0..6),
        available in prop::collection::vec((0..40_i64, 1..12_i64), 0..4),
    ) {
        let hour = |number: i64| at("2026-01-01T00:00Z") + TimeDelta::hours(number);
        let absences = |spans: &[(i64, i64)]| -> Vec<Absence> {
            let absence = |&(from, length): &(i64, i64)| Absence {
                user: user("A"), start: hour(from), end: Some(hour(from + length)),
            };
            spans.iter().map(absence).collect()
        };
        let window_of = |from: i64, to: i64| crate::interval::Interval::new(hour(from), hour(to)).unwrap();
        let known = Known {
            manual: absences(&manual),
            synced: absences(&synced),
            part_days: vec![],
            available: available.iter().map(|(from, length)| Availability {
                user: user("A"), window: window_of(*from, from + length),
            }).collect(),
        };

        let book = AbsenceBook::of(known, &zone("UTC"), None);

        let holds = |spans: &[(i64, i64)], number: i64| {
            spans.iter().any(|(from, length)| (*from..from + length).contains(&number))
        };
        for number in 0..60 {
            let expected =
                holds(&manual, number) || holds(&synced, number) && !holds(&available, number);
            let missed = book.missed(&user("A"), &[window_of(number, number + 1)]);
            prop_assert_eq!(missed == TimeDelta::hours(1), expected, "hour {}", number);
        }
    }
}
