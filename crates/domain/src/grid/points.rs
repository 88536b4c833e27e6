//! The points of a cadence: the wall-clock times that it gives, before the zone has its say.

use crate::cadence::{Cadence, NthWeekday, Unit, Weekdays};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// The strictly increasing wall-clock times of a cadence, from its anchor on, each found by arithmetic alone.
#[derive(Clone, Debug)]
pub(super) enum Points {
    /// None, because the cadence is not valid.
    None,
    /// One every so many hours, days or weeks.
    Steps { first: NaiveDateTime, step: TimeDelta },
    /// One every so many active days.
    ActiveDays {
        /// The Monday of the week of the first point.
        monday: NaiveDate,
        /// The active weekdays, as days after Monday; only the first `count` places are used.
        days: [u8; 7],
        count: u8,
        /// The place of the first point's weekday in `days`.
        place: u64,
        every: u64,
        time: NaiveTime,
    },
    /// The first active day at or after the anchor, then the first active weekday of every so many weeks.
    Weeks { first: NaiveDateTime, handoff_in_its_week: NaiveDateTime, every: u64 },
    /// One every so many months on the anchor's day, or the month's last day where there is no such day.
    Months { anchor: NaiveDateTime, every: u64 },
    /// One every so many months on the n-th weekday.
    NthWeekdays {
        anchor: NaiveDateTime,
        nth_weekday: NthWeekday,
        every: u64,
        /// 1 where the day of the anchor's own month has passed, else 0.
        passed: u64,
    },
}

impl Points {
    /// Returns the points of a cadence.
    pub(super) fn new(cadence: &Cadence) -> Self {
        let anchor = cadence.anchor;
        let every = u64::from(cadence.every);
        if every == 0 {
            return Self::None;
        }
        match (cadence.unit, cadence.weekdays, cadence.nth_weekday) {
            (Unit::Hour, _, _) => {
                Self::Steps { first: anchor, step: TimeDelta::hours(cadence.every.into()) }
            }
            (Unit::Day, None, _) => {
                Self::Steps { first: anchor, step: TimeDelta::days(cadence.every.into()) }
            }
            (Unit::Week, None, _) => {
                Self::Steps { first: anchor, step: TimeDelta::weeks(cadence.every.into()) }
            }
            (Unit::Day, Some(weekdays), _) => {
                Self::active_days(anchor, weekdays, every).unwrap_or(Self::None)
            }
            (Unit::Week, Some(weekdays), _) => {
                Self::weeks(anchor, weekdays, every).unwrap_or(Self::None)
            }
            (Unit::Month, _, None) => Self::Months { anchor, every },
            (Unit::Month, _, Some(nth_weekday)) => {
                Self::nth_weekdays(anchor, nth_weekday, every).unwrap_or(Self::None)
            }
        }
    }

    /// Returns point `i`, or `None` past the end of the calendar.
    pub(super) fn at(&self, i: u64) -> Option<NaiveDateTime> {
        match self {
            Self::None => None,
            Self::Steps { first, step } => {
                let seconds = step.num_seconds().checked_mul(i64::try_from(i).ok()?)?;
                first.checked_add_signed(TimeDelta::try_seconds(seconds)?)
            }
            Self::ActiveDays { monday, days, count, place, every, time } => {
                let count = u64::from(*count);
                let active_days = i.checked_mul(*every)?.checked_add(*place)?;
                let (weeks, place) = (active_days / count, active_days % count);
                let in_week = days[usize::try_from(place).ok()?];
                let day = weeks.checked_mul(7)?.checked_add(in_week.into())?;
                Some(add_days(*monday, day)?.and_time(*time))
            }
            Self::Weeks { first, .. } if i == 0 => Some(*first),
            Self::Weeks { handoff_in_its_week: handoff, every, .. } => {
                let date = add_days(handoff.date(), i.checked_mul(*every)?.checked_mul(7)?)?;
                Some(date.and_time(handoff.time()))
            }
            Self::Months { anchor, every } => add_months(*anchor, i.checked_mul(*every)?),
            Self::NthWeekdays { anchor, nth_weekday, every, passed } => {
                let months = i.checked_add(*passed)?.checked_mul(*every)?;
                let month = add_months(anchor.with_day(1)?, months)?;
                Some(nth_weekday.in_month_of(month.date())?.and_time(anchor.time()))
            }
        }
    }

    /// Returns the time between any two points next to each other, where it is always the same.
    pub(super) fn step(&self) -> Option<TimeDelta> {
        match self {
            Self::Steps { step, .. } => Some(*step),
            _ => None,
        }
    }

    /// Returns how many points lie before a wall-clock time.
    pub(super) fn count_before(&self, local: NaiveDateTime) -> u64 {
        match self {
            Self::Steps { first, step } if *first < local => {
                let (passed, step) = (local - *first, step.num_seconds());
                let whole = passed.num_seconds() / step;
                let is_on_a_point = passed == TimeDelta::seconds(whole * step);
                u64::try_from(whole + i64::from(!is_on_a_point)).unwrap_or(0)
            }
            Self::Steps { .. } => 0,
            _ => count_while(0, u64::MAX, |i| self.at(i).is_some_and(|point| point < local)),
        }
    }

    /// Returns a time that is no longer than the one between any two points.
    pub(super) fn closest(&self) -> TimeDelta {
        match self {
            Self::None => TimeDelta::MAX,
            Self::Steps { step, .. } => *step,
            Self::ActiveDays { .. } | Self::Weeks { .. } => TimeDelta::days(1),
            Self::Months { .. } | Self::NthWeekdays { .. } => TimeDelta::weeks(4),
        }
    }

    /// Returns a time after which every two points lie at least a week apart, if there is one.
    pub(super) fn sparse_after(&self) -> Option<NaiveDateTime> {
        match self {
            // Only turn 0 can be short.
            Self::Weeks { .. } => self.at(1),
            _ => None,
        }
    }

    fn active_days(anchor: NaiveDateTime, weekdays: Weekdays, every: u64) -> Option<Self> {
        let first = first_active_day(anchor.date(), weekdays)?;
        let in_week = u64::from(first.weekday().num_days_from_monday());
        let (mut days, mut count) = ([0_u8; 7], 0_u8);
        for day in weekdays.iter() {
            days[usize::from(count)] = u8::try_from(day.num_days_from_monday()).ok()?;
            count += 1;
        }
        let place = days.iter().position(|day| u64::from(*day) == in_week)?;
        Some(Self::ActiveDays {
            monday: monday_of(first)?,
            place: u64::try_from(place).ok()?,
            days,
            count,
            every,
            time: anchor.time(),
        })
    }

    fn weeks(anchor: NaiveDateTime, weekdays: Weekdays, every: u64) -> Option<Self> {
        let first = first_active_day(anchor.date(), weekdays)?;
        let in_week = weekdays.iter().next()?.num_days_from_monday();
        let handoff = add_days(monday_of(first)?, in_week.into())?;
        Some(Self::Weeks {
            first: first.and_time(anchor.time()),
            handoff_in_its_week: handoff.and_time(anchor.time()),
            every,
        })
    }

    fn nth_weekdays(anchor: NaiveDateTime, nth_weekday: NthWeekday, every: u64) -> Option<Self> {
        let in_first_month = nth_weekday.in_month_of(anchor.date())?;
        let passed = u64::from(in_first_month < anchor.date());
        Some(Self::NthWeekdays { anchor, nth_weekday, every, passed })
    }
}

/// Returns the first number, from `low` to `limit`, for which a claim fails that holds up to some number and not after it.
///
/// It is `limit` where the claim holds for all of them.
pub(super) fn count_while(low: u64, limit: u64, claim: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut stride) = (low, 1_u64);
    let mut high = loop {
        let probe = low.saturating_add(stride - 1);
        if probe >= limit {
            break limit;
        }
        if !claim(probe) {
            break probe;
        }
        low = probe + 1;
        stride = stride.saturating_mul(2);
    };
    while low < high {
        let middle = low + (high - low) / 2;
        if claim(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Returns the first active day at or after a date.
fn first_active_day(date: NaiveDate, weekdays: Weekdays) -> Option<NaiveDate> {
    date.iter_days().take(7).find(|day| weekdays.contains(day.weekday()))
}

fn monday_of(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))
}

/// Adds days, where chrono's own addition would not refuse every number that is too large.
fn add_days(date: NaiveDate, days: u64) -> Option<NaiveDate> {
    date.checked_add_signed(TimeDelta::try_days(i64::try_from(days).ok()?)?)
}

fn add_months(local: NaiveDateTime, months: u64) -> Option<NaiveDateTime> {
    local.checked_add_months(Months::new(u32::try_from(months).ok()?))
}
