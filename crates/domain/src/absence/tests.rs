//! Whole days, united absences and their shares.

mod part_days;
mod sources;

use super::{Absence, AbsenceBook, whole_days};
use crate::fixtures::{at, shown_window, user, zone};
use crate::interval::Interval;
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

fn window(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).unwrap()
}

fn away(start: &str, end: &str) -> Absence {
    Absence { user: user("A"), start: at(start), end: (!end.is_empty()).then(|| at(end)) }
}

#[track_caller]
fn check_days(zone_name: &str, from: &str, to: &str, expected: &str) {
    let window = whole_days(&zone(zone_name), from.parse().unwrap(), to.parse().unwrap());

    assert_eq!(shown_window(window), expected);
}

#[test]
fn whole_days_run_from_midnight_to_midnight_of_their_zone() {
    check_days("Europe/Berlin", "2026-01-12", "2026-01-18", "2026-01-11T23:00Z/2026-01-18T23:00Z");
    check_days("Europe/Berlin", "2026-03-29", "2026-03-29", "2026-03-28T23:00Z/2026-03-29T22:00Z");
    check_days("UTC", "2026-01-18", "2026-01-12", "2026-01-12T00:00Z/2026-01-19T00:00Z");
}

#[test]
fn a_day_that_the_zone_skips_means_the_day_after_it() {
    check_days("Pacific/Apia", "2011-12-30", "2011-12-30", "2011-12-30T10:00Z/2011-12-31T10:00Z");
}

#[test]
fn days_at_the_ends_of_the_calendar_do_not_panic() {
    for name in ["UTC", "Pacific/Apia", "Pacific/Kiritimati"] {
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            let window = whole_days(&zone(name), day, day);
            assert!(window.start() < window.end());
        }
    }
}

#[test]
fn the_share_of_the_example_is_0_9464() {
    let berlin = zone("Europe/Berlin");
    let days = whole_days(&berlin, "2026-01-12".parse().unwrap(), "2026-01-18".parse().unwrap());
    let absence = Absence { user: user("B"), start: days.start(), end: Some(days.end()) };
    let book = AbsenceBook::new([absence]);
    let shift = window("2026-01-12T08:00Z", "2026-01-19T08:00Z");

    assert_eq!(format!("{:.4}", book.share(&user("B"), &[shift])), "0.9464");
    assert_eq!(book.missed(&user("A"), &[shift]), TimeDelta::zero());
    assert!(book.share(&user("B"), &[]) < f64::EPSILON);
}

#[test]
fn absences_that_overlap_or_touch_are_one() {
    let book = AbsenceBook::new([
        away("2026-01-03T00:00Z", "2026-01-04T00:00Z"),
        away("2026-01-01T00:00Z", "2026-01-02T00:00Z"),
        away("2026-01-01T12:00Z", "2026-01-03T00:00Z"),
        away("2026-01-01T06:00Z", "2026-01-01T07:00Z"),
    ]);
    let week = window("2026-01-01T00:00Z", "2026-01-08T00:00Z");

    assert_eq!(book.missed(&user("A"), &[week]), TimeDelta::days(3));
    assert_eq!(
        book.last_instant_of_run(&user("A"), at("2026-01-01T00:00Z")),
        Some(at("2026-01-04T00:00Z") - TimeDelta::microseconds(1))
    );
    assert_eq!(book.last_instant_of_run(&user("A"), at("2026-01-04T00:00Z")), None);
    assert_eq!(book.last_instant_of_run(&user("A"), at("2025-12-31T00:00Z")), None);
}

#[test]
fn an_open_end_lasts_for_ever_and_swallows_what_comes_later() {
    let book = AbsenceBook::new([
        away("2026-01-02T00:00Z", ""),
        away("2026-01-03T00:00Z", "2026-01-04T00:00Z"),
    ]);
    let far = window("2126-01-01T00:00Z", "2126-01-02T00:00Z");

    assert_eq!(book.missed(&user("A"), &[far]), TimeDelta::days(1));
    assert_eq!(book.last_instant_of_run(&user("A"), at("2026-01-03T12:00Z")), None);
}

#[test]
fn only_the_windows_count_and_the_last_absence_that_touches_them_is_told() {
    let book = AbsenceBook::new([
        away("2026-01-05T08:00Z", "2026-01-05T10:00Z"),
        away("2026-01-06T16:00Z", "2026-01-08T00:00Z"),
        away("2026-01-09T00:00Z", "2026-01-10T00:00Z"),
    ]);
    let hours = [
        window("2026-01-05T09:00Z", "2026-01-05T17:00Z"),
        window("2026-01-06T09:00Z", "2026-01-06T17:00Z"),
    ];

    assert_eq!(book.missed(&user("A"), &hours), TimeDelta::hours(2));
    assert_eq!(
        book.last_instant_in(&user("A"), &hours),
        Some(at("2026-01-08T00:00Z") - TimeDelta::microseconds(1))
    );
}

#[test]
fn an_absence_that_ends_before_it_begins_is_none() {
    let book = AbsenceBook::new([away("2026-01-02T00:00Z", "2026-01-01T00:00Z")]);

    assert_eq!(book, AbsenceBook::default());
}

proptest! {
    #[test]
    fn united_absences_count_every_hour_once(
        hours in prop::collection::vec((0..60_i64, 1..20_i64), 0..12),
        window in (0..40_i64, 1..40_i64),
    ) {
        let start = at("2026-01-01T00:00Z");
        let hour = |number: i64| start + TimeDelta::hours(number);
        let book = AbsenceBook::new(hours.iter().map(|(from, length)| Absence {
            user: user("A"),
            start: hour(*from),
            end: Some(hour(from + length)),
        }));
        let shift = Interval::new(hour(window.0), hour(window.0 + window.1)).unwrap();

        let missed = book.missed(&user("A"), &[shift]).num_hours();

        let is_away = |number: &i64| hours.iter().any(|(from, length)| (*from..from + length).contains(number));
        let counted = (window.0..window.0 + window.1).filter(is_away).count();
        prop_assert_eq!(missed, i64::try_from(counted).unwrap());
    }
}
