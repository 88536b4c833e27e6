//! Leave of which only an amount is known: how much of a day somebody misses, and nobody knows when.

use super::{Amount, whole_days};
use crate::duty_hours::{DutyHours, DutyWindow};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::zone::Zone;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};
use std::collections::HashMap;

/// The duty time of a day where a rotation has no duty hours.
const USUAL_DAY: TimeDelta = TimeDelta::hours(8);

/// Leave with an amount and without clock times, such as three hours on Tuesday; only synced absences are like that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartDay {
    /// Who.
    pub user: UserId,
    /// The day.
    pub date: NaiveDate,
    /// From when to when it is, by the person's own clocks; `None` for a day of the zone of the rotation.
    pub window: Option<Interval>,
    /// How much of it; several amounts of one day add up.
    pub amount: Amount,
}

/// A day of which somebody misses an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) window: Interval,
    /// The parts of the window in which the person has not said to be available.
    pub(super) open: Vec<Interval>,
    amount: TimeDelta,
    duty: TimeDelta,
}

/// In which way an amount is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// As its share of the day's duty time, taken of the active time.
    Share,
    /// As so many hours.
    Hours,
}

impl Day {
    /// Returns how much of the day's active time the amount stands for; of that, `open` is what it can lie in.
    pub(super) fn missed(&self, active: TimeDelta, open: TimeDelta, count: Count) -> TimeDelta {
        let missed = match count {
            Count::Share => part_of(active, micros(self.amount), micros(self.duty)),
            Count::Hours => self.amount,
        };
        missed.min(open)
    }
}

/// Returns the days of each person, the earliest first and without overlaps.
///
/// Two dates that are one day, since the zone skipped the first, are added up.
pub(super) fn days_by_user(
    amounts: Vec<PartDay>,
    zone: &Zone,
    duty_hours: Option<&DutyHours>,
) -> HashMap<UserId, Vec<Day>> {
    let mut days: HashMap<UserId, Vec<Day>> = HashMap::new();
    for PartDay { user, date, window, amount } in amounts {
        let duty = duty_hours.map_or(USUAL_DAY, |hours| duty_time(hours, date.weekday()));
        let amount = match amount {
            Amount::Minutes(minutes) => TimeDelta::minutes(minutes.into()),
            Amount::Thousandths(part) => part_of(duty, part.into(), 1000),
        };
        if amount > TimeDelta::zero() {
            let window = window.unwrap_or_else(|| whole_days(zone, date, date));
            let day = Day { window, open: vec![window], amount, duty };
            days.entry(user).or_default().push(day);
        }
    }
    for of_one in days.values_mut() {
        of_one.sort_by_key(|day| day.window);
        of_one.dedup_by(|later, earlier| {
            let is_same = later.window.start() < earlier.window.end();
            if is_same {
                earlier.amount =
                    earlier.amount.checked_add(&later.amount).unwrap_or(TimeDelta::MAX);
            }
            is_same
        });
    }
    days
}

/// Returns `amount / of` of a time, at most all of it.
fn part_of(time: TimeDelta, amount: i64, of: i64) -> TimeDelta {
    if amount >= of {
        return time;
    }
    let part = i128::from(micros(time)) * i128::from(amount) / i128::from(of).max(1);
    i64::try_from(part).map_or(time, TimeDelta::microseconds)
}

fn micros(delta: TimeDelta) -> i64 {
    delta.num_microseconds().unwrap_or(i64::MAX)
}

/// Returns how long the clocks show duty time on a weekday, from midnight to midnight.
///
/// A window that runs over midnight belongs to both of its days.
fn duty_time(hours: &DutyHours, day: Weekday) -> TimeDelta {
    let mut parts: Vec<(u32, u32)> =
        hours.windows().iter().flat_map(|window| parts_on(window, day)).flatten().collect();
    parts.sort_unstable();
    let mut until = 0;
    let mut total = 0;
    for (from, to) in parts {
        total += to.max(until) - from.max(until);
        until = to.max(until);
    }
    TimeDelta::seconds(total.into())
}

/// Returns the parts of a window that lie on a weekday, in seconds from midnight.
fn parts_on(window: &DutyWindow, day: Weekday) -> [Option<(u32, u32)>; 2] {
    const MIDNIGHT: u32 = 24 * 3600;
    let second = |time: NaiveTime| time.num_seconds_from_midnight();
    let (from, to) = (second(window.from), second(window.to));
    let is_over_midnight = to <= from;
    let begins = (from, if is_over_midnight { MIDNIGHT } else { to });
    [
        window.days.contains(day).then_some(begins),
        (is_over_midnight && window.days.contains(day.pred())).then_some((0, to)),
    ]
}
