//! The handoff grid: every wall-clock point one by one, then sorted, each instant once.

use crate::local_time::{instant_of, zone_of};
use crate::model::{Cadence, Instant, Unit};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

/// Returns the first `count` handoffs of a grid.
pub(crate) fn list_handoffs(cadence: &Cadence, zone: &str, count: usize) -> Vec<Instant> {
    let zone = zone_of(zone);
    let begin = instant_of(&zone, cadence.anchor);
    // A zone that skips a day folds two days of points into one and puts some behind later ones.
    let spare = if cadence.unit == Unit::Hour { 60 } else { 6 };
    let mut instants: Vec<Instant> = list_local_times(cadence, count + spare)
        .into_iter()
        .map(|local| instant_of(&zone, local))
        .collect();
    instants.retain(|at| *at >= begin);
    instants.sort_unstable();
    instants.dedup();
    assert!(instants.len() >= count, "the points that were dropped are few");
    instants.truncate(count);
    instants
}

/// Returns how long a step of a cadence is taken to be when it is edited, in seconds.
pub(crate) fn nominal_length(cadence: &Cadence) -> i64 {
    let hours = match cadence.unit {
        Unit::Hour => 1,
        Unit::Day => 24,
        Unit::Week => 7 * 24,
        Unit::Month => 30 * 24,
    };
    cadence.every * hours * 3600
}

fn list_local_times(cadence: &Cadence, count: usize) -> Vec<DateTime> {
    let steps = (0..).take(count).map(|step: i64| step * cadence.every);
    let at = |day: Date| day.to_datetime(cadence.anchor.time());
    let anchor = cadence.anchor.date();
    match (cadence.unit, &cadence.weekdays, cadence.nth_weekday) {
        (Unit::Hour, ..) => steps.map(|step| cadence.anchor + step.hours()).collect(),
        (Unit::Day, None, _) => steps.map(|step| at(anchor + step.days())).collect(),
        (Unit::Day, Some(active), _) => {
            let every = usize::try_from(cadence.every).expect("is positive");
            days_from(anchor)
                .filter(|day| active.contains(&day.weekday()))
                .step_by(every)
                .take(count)
                .map(at)
                .collect()
        }
        (Unit::Week, None, _) => steps.map(|step| at(anchor + (7 * step).days())).collect(),
        (Unit::Week, Some(active), _) => {
            list_of_weeks(cadence, active, count).into_iter().map(at).collect()
        }
        (Unit::Month, _, None) => steps.map(|step| at(anchor + step.months())).collect(),
        (Unit::Month, _, Some((nth, day))) => {
            let nth_of = |step: i64| {
                (anchor.first_of_month() + step.months()).nth_weekday_of_month(nth, day)
            };
            // The anchor's month counts also where its own day is over before the anchor.
            let days = steps.map(|step| nth_of(step).expect("every month has four of each"));
            days.map(at).filter(|local| *local >= cadence.anchor).collect()
        }
    }
}

/// Returns the first active day from the anchor on, with which turn 0 begins, and the first active days of every
/// `every`-th week, counted from that day's.
fn list_of_weeks(cadence: &Cadence, active: &[Weekday], count: usize) -> Vec<Date> {
    let anchor = cadence.anchor.date();
    let is_active = |day: &Date| active.contains(&day.weekday());
    let first = days_from(anchor).find(is_active).expect("some day is active");
    let monday = first - i64::from(first.weekday().to_monday_zero_offset()).days();
    let mut days: Vec<Date> = vec![first];
    for step in (0..).take(count) {
        let week = monday + (7 * cadence.every * step).days();
        days.extend(days_from(week).find(is_active).filter(|day| *day > first));
    }
    days
}

fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
}
