//! Active time: the time in which somebody is to be on duty, day by day.

use crate::local_time::{day_of, instant_on, zone_of};
use crate::model::{Cadence, DutyHours, Instant};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, civil::Time};

/// A stretch of time, its end not in it.
pub(crate) type Stretch = (Instant, Instant);

/// The cadence and zone that hold from an instant on.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) since: Instant,
    pub(crate) zone: &'static str,
    pub(crate) cadence: Cadence,
}

/// Returns the active stretches of `[start, end)`; `rules` are those of all times, the oldest first.
pub(crate) fn list_active(
    rules: &[Rules],
    duty: &[DutyHours],
    (start, end): Stretch,
) -> Vec<Stretch> {
    let mut active = Vec::new();
    for (index, now) in rules.iter().enumerate() {
        let from = if index == 0 { start } else { start.max(now.since) };
        let until = rules.get(index + 1).map_or(end, |next| end.min(next.since));
        if from < until {
            active.extend(list_active_by(now, duty, (from, until)));
        }
    }
    united(active)
}

/// Returns how much of the stretches lies in others, in seconds: cut at every boundary there is, and added up.
pub(crate) fn overlap(of: &[Stretch], with: &[Stretch]) -> i64 {
    let cuts = of.iter().chain(with).flat_map(|(start, end)| [*start, *end]);
    let mut cuts: Vec<Instant> = cuts.collect();
    cuts.sort_unstable();
    let has = |list: &[Stretch], at: Instant| {
        list.iter().any(|(start, end)| (*start..*end).contains(&at))
    };
    let slices = cuts.windows(2).filter(|cut| has(of, cut[0]) && has(with, cut[0]));
    slices.map(|cut| cut[1] - cut[0]).sum()
}

fn list_active_by(rules: &Rules, duty: &[DutyHours], (start, end): Stretch) -> Vec<Stretch> {
    let zone = zone_of(rules.zone);
    let days = (day_of(&zone, start) - 3.days(), day_of(&zone, end) + 3.days());
    let mut active = vec![(start, end)];
    if let Some(weekdays) = &rules.cadence.weekdays {
        let time = rules.cadence.anchor.time();
        active = shared(&active, &windows(&zone, days, weekdays, time, time));
    }
    if !duty.is_empty() {
        let hours =
            duty.iter().flat_map(|hours| windows(&zone, days, &hours.days, hours.from, hours.to));
        active = shared(&active, &united(hours.collect()));
    }
    active
}

/// Returns a window of each of the days that is one of the weekdays.
fn windows(
    zone: &TimeZone,
    (first, last): (Date, Date),
    weekdays: &[Weekday],
    from: Time,
    to: Time,
) -> Vec<Stretch> {
    let mut windows = Vec::new();
    let mut day = first;
    while day <= last {
        if weekdays.contains(&day.weekday()) {
            let last_day = if to <= from { day + 1.day() } else { day };
            let window = (instant_on(zone, day, from), instant_on(zone, last_day, to));
            windows.extend(Some(window).filter(|(start, end)| start < end));
        }
        day += 1.day();
    }
    united(windows)
}

fn united(mut list: Vec<Stretch>) -> Vec<Stretch> {
    list.sort_unstable();
    let mut united: Vec<Stretch> = Vec::new();
    for (start, end) in list {
        match united.last_mut() {
            Some(before) if start <= before.1 => before.1 = before.1.max(end),
            _ => united.push((start, end)),
        }
    }
    united
}

fn shared(ones: &[Stretch], others: &[Stretch]) -> Vec<Stretch> {
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    let shared = pairs.map(|(one, other)| (one.0.max(other.0), one.1.min(other.1)));
    united(shared.filter(|(start, end)| start < end).collect())
}
