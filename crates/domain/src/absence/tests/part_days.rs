//! Leave with an amount and without clock times.

use super::super::{Absence, AbsenceBook, Amount, Availability, Known, PartDay};
use super::{away, window};
use crate::cadence::Weekdays;
use crate::duty_hours::{DutyHours, DutyWindow};
use crate::fixtures::{at, user, zone};
use crate::interval::Interval;
use crate::skip::SkipRule;
use chrono::{NaiveTime, TimeDelta, Weekday};
use proptest::prelude::*;

/// A Tuesday in UTC.
const TUESDAY: &str = "2026-01-06";

fn part_day(date: &str, minutes: u32) -> PartDay {
    let date = date.parse().unwrap();
    PartDay { user: user("A"), date, window: None, amount: Amount::Minutes(minutes) }
}

fn known(part_days: Vec<PartDay>) -> Known {
    Known { part_days, ..Known::default() }
}

fn tuesday() -> Interval {
    window("2026-01-06T00:00Z", "2026-01-07T00:00Z")
}

fn duty(days: &[Weekday], from: u32, to: u32) -> DutyWindow {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let days: Weekdays = days.iter().copied().collect();
    DutyWindow { days, from: hour(from), to: hour(to) }
}

/// Checks how many hours of the windows are missed with these amounts in UTC.
#[track_caller]
fn check_missed(known: Known, duty: Option<&DutyHours>, windows: &[Interval], hours: f64) {
    let book = AbsenceBook::of(known, &zone("UTC"), duty);

    let missed = book.missed(&user("A"), windows).as_seconds_f64() / 3600.0;

    assert!((missed - hours).abs() < 1e-9, "{missed} and not {hours}");
}

#[test]
fn an_amount_counts_as_its_share_of_eight_hours() {
    check_missed(known(vec![part_day(TUESDAY, 180)]), None, &[tuesday()], 9.0);
    check_missed(known(vec![part_day(TUESDAY, 10)]), None, &[tuesday()], 0.5);
    let afternoon = window("2026-01-06T12:00Z", "2026-01-08T00:00Z");
    check_missed(known(vec![part_day(TUESDAY, 180)]), None, &[afternoon], 4.5);
    let wednesday = window("2026-01-07T00:00Z", "2026-01-08T00:00Z");
    check_missed(known(vec![part_day(TUESDAY, 180)]), None, &[wednesday], 0.0);
}

#[test]
fn an_amount_is_never_more_than_the_day() {
    check_missed(known(vec![part_day(TUESDAY, 480)]), None, &[tuesday()], 24.0);
    check_missed(known(vec![part_day(TUESDAY, 6000)]), None, &[tuesday()], 24.0);
    let endless = PartDay { amount: Amount::Minutes(u32::MAX), ..part_day(TUESDAY, 0) };
    check_missed(known(vec![endless.clone(), endless]), None, &[tuesday()], 24.0);
    check_missed(known(vec![part_day(TUESDAY, 0)]), None, &[tuesday()], 0.0);
}

#[test]
fn a_share_of_a_day_is_one_of_its_duty_hours() {
    let half = |date: &str| PartDay { amount: Amount::Thousandths(500), ..part_day(date, 0) };
    check_missed(known(vec![half(TUESDAY)]), None, &[tuesday()], 12.0);
    let long = DutyHours::new(vec![duty(&[Weekday::Tue], 8, 20)]);
    let active = window("2026-01-06T08:00Z", "2026-01-06T20:00Z");
    check_missed(known(vec![half(TUESDAY)]), Some(&long), &[active], 6.0);
    let both = vec![half(TUESDAY), half(TUESDAY), half(TUESDAY)];
    check_missed(known(both), Some(&long), &[active], 12.0);
}

#[test]
fn amounts_of_one_day_add_up_and_days_stay_apart() {
    let both = vec![part_day(TUESDAY, 60), part_day(TUESDAY, 60)];
    check_missed(known(both), None, &[tuesday()], 6.0);
    let two_days = vec![part_day("2026-01-07", 240), part_day(TUESDAY, 120)];
    check_missed(known(two_days), None, &[window("2026-01-05T00:00Z", "2026-01-12T00:00Z")], 18.0);
}

#[test]
fn an_amount_is_measured_against_the_duty_hours_of_its_weekday() {
    let hours = DutyHours::new(vec![duty(&[Weekday::Tue], 9, 15), duty(&[Weekday::Wed], 9, 21)]);
    let of_tuesday = window("2026-01-06T09:00Z", "2026-01-06T15:00Z");
    let of_wednesday = window("2026-01-07T09:00Z", "2026-01-07T21:00Z");
    let both_days = || known(vec![part_day(TUESDAY, 180), part_day("2026-01-07", 180)]);

    check_missed(both_days(), Some(&hours), &[of_tuesday], 3.0);
    check_missed(both_days(), Some(&hours), &[of_tuesday, of_wednesday], 6.0);
}

#[test]
fn duty_hours_over_midnight_belong_to_both_days_and_overlaps_count_once() {
    let nights = DutyHours::new(vec![
        duty(&[Weekday::Mon, Weekday::Tue], 22, 6),
        duty(&[Weekday::Tue], 23, 2),
        duty(&[Weekday::Tue], 5, 7),
    ]);
    let of_tuesday = [
        window("2026-01-06T00:00Z", "2026-01-06T07:00Z"),
        window("2026-01-06T22:00Z", "2026-01-07T00:00Z"),
    ];

    // Seven hours in the morning and two in the evening: three of nine.
    let amount = known(vec![part_day(TUESDAY, 180)]);
    check_missed(amount.clone(), Some(&nights), &of_tuesday, 3.0);
    check_missed(amount, Some(&nights), &of_tuesday[1..], 2.0 / 3.0);
}

#[test]
fn the_larger_of_the_amount_and_the_intervals_of_the_day_counts() {
    let with = |to: &str| Known {
        manual: vec![away("2026-01-05T00:00Z", to)],
        ..known(vec![part_day(TUESDAY, 120)])
    };
    let both_days = window("2026-01-05T00:00Z", "2026-01-07T00:00Z");

    check_missed(with("2026-01-06T02:00Z"), None, &[both_days], 30.0);
    check_missed(with("2026-01-06T20:00Z"), None, &[both_days], 44.0);
}

#[test]
fn days_are_those_of_the_zone_with_the_hours_that_they_have() {
    let book =
        AbsenceBook::of(known(vec![part_day("2026-03-29", 240)]), &zone("Europe/Berlin"), None);
    let days = window("2026-03-28T00:00Z", "2026-03-31T00:00Z");

    assert_eq!(book.missed(&user("A"), &[days]), TimeDelta::minutes(23 * 30));
}

#[test]
fn the_amount_of_a_day_that_the_zone_skips_is_added_to_that_of_the_day_after() {
    let days = vec![part_day("2011-12-30", 60), part_day("2011-12-31", 60)];
    let book = AbsenceBook::of(known(days), &zone("Pacific/Apia"), None);
    let year = window("2011-01-01T00:00Z", "2012-06-01T00:00Z");

    assert_eq!(book.missed(&user("A"), &[year]), TimeDelta::hours(6));
}

#[test]
fn hours_are_not_stretched_over_the_day() {
    let book = AbsenceBook::of(
        Known {
            synced: vec![away("2026-01-05T22:00Z", "2026-01-06T01:00Z")],
            ..known(vec![part_day(TUESDAY, 180)])
        },
        &zone("UTC"),
        None,
    );
    let both_days = [window("2026-01-05T00:00Z", "2026-01-07T00:00Z")];
    let is_away = |windows: &[Interval], hours: f64| {
        let time = windows.iter().map(|window| window.length()).sum();
        book.is_away(&user("A"), windows, time, SkipRule::AtLeastHours(hours))
    };

    // Two hours on Monday, and three on Tuesday, of which one is known.
    assert!(is_away(&both_days, 5.0));
    assert!(!is_away(&both_days, 5.01));
    assert!(is_away(&[window("2026-01-06T10:00Z", "2026-01-06T12:00Z")], 2.0));
    assert!(!is_away(&[window("2026-01-06T10:00Z", "2026-01-06T12:00Z")], 2.01));
}

#[test]
fn a_part_of_a_day_is_away_until_the_day_ends() {
    let book = |synced| {
        let known = Known { synced, ..known(vec![part_day(TUESDAY, 60)]) };
        AbsenceBook::of(known, &zone("UTC"), None)
    };
    let week = [window("2026-01-05T00:00Z", "2026-01-12T00:00Z")];
    let microsecond = TimeDelta::microseconds(1);
    let until = |synced| book(synced).last_instant_in(&user("A"), &week);

    assert_eq!(until(vec![]), Some(at("2026-01-07T00:00Z") - microsecond));
    let short = away("2026-01-05T00:00Z", "2026-01-06T09:00Z");
    assert_eq!(until(vec![short]), Some(at("2026-01-07T00:00Z") - microsecond));
    let long = away("2026-01-05T00:00Z", "2026-01-14T00:00Z");
    assert_eq!(until(vec![long]), Some(at("2026-01-14T00:00Z") - microsecond));
    assert_eq!(until(vec![away("2026-01-05T00:00Z", "")]), None);
}

#[test]
fn who_says_to_be_available_misses_no_more_of_the_day_than_the_rest() {
    let with = |from: &str, to: &str| Known {
        available: vec![Availability { user: user("A"), window: window(from, to) }],
        ..known(vec![part_day(TUESDAY, 180)])
    };

    check_missed(with("2026-01-06T00:00Z", "2026-01-06T12:00Z"), None, &[tuesday()], 9.0);
    check_missed(with("2026-01-06T00:00Z", "2026-01-06T20:00Z"), None, &[tuesday()], 4.0);
    check_missed(with("2026-01-01T00:00Z", "2026-02-01T00:00Z"), None, &[tuesday()], 0.0);
}

proptest! {
    #[test]
    fn amounts_only_add_and_never_more_than_the_active_time(
        amounts in prop::collection::vec((0..6_u32, 0..700_u32), 0..6),
        intervals in prop::collection::vec((0..140_i64, 1..40_i64), 0..4),
        windows in prop::collection::vec((1..30_i64, 0..20_i64), 1..5),
        is_hours in any::<bool>(),
        hours in 1..60_u32,
    ) {
        let start = at("2026-01-05T00:00Z");
        let synced = intervals.iter().map(|(from, length)| Absence {
            user: user("A"),
            start: start + TimeDelta::hours(*from),
            end: Some(start + TimeDelta::hours(from + length)),
        });
        let intervals = Known { synced: synced.collect(), ..Known::default() };
        let part_days = amounts.iter().map(|(day, minutes)| {
            part_day(&format!("2026-01-{:02}", 5 + day), *minutes)
        });
        let all = Known { part_days: part_days.collect(), ..intervals.clone() };
        let mut from = start;
        let windows: Vec<Interval> = windows.iter().map(|(length, gap)| {
            let window = Interval::new(from, from + TimeDelta::hours(*length)).unwrap();
            from = window.end() + TimeDelta::hours(*gap);
            window
        }).collect();
        let time: TimeDelta = windows.iter().map(|window| window.length()).sum();
        let (with, without) =
            (AbsenceBook::of(all, &zone("UTC"), None), AbsenceBook::of(intervals, &zone("UTC"), None));
        let rule = if is_hours {
            SkipRule::AtLeastHours(hours.into())
        } else {
            SkipRule::OverShare(f64::from(hours) / 61.0)
        };

        let missed = with.missed(&user("A"), &windows);

        prop_assert!(without.missed(&user("A"), &windows) <= missed && missed <= time);
        let is_away = |book: &AbsenceBook| book.is_away(&user("A"), &windows, time, rule);
        prop_assert!(is_away(&with) || !is_away(&without));
    }
}
