//! Active days: the part of a turn in which somebody is on duty, where only some weekdays are active.

use super::duty::{DutyWindows, SkippedWindow};
use crate::cadence::{Cadence, Unit, Weekdays};
use crate::duty_hours::DutyHours;
use crate::interval::Interval;
use crate::zone::LocalClock;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// How many days around a window its calendar days can stray: more than any jump of any zone.
const STRAY: TimeDelta = TimeDelta::days(3);

/// How many days they can stray where no clocks change.
const NEAR: TimeDelta = TimeDelta::days(1);

/// What makes time active: the weekdays, the duty hours or both.
#[derive(Clone, Debug)]
pub(super) struct ActiveTime {
    days: Option<ActiveDays>,
    duty: Option<DutyWindows>,
}

/// The active weekdays of a cadence; each runs from the handoff time to the same time of the next day.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActiveDays {
    weekdays: Weekdays,
    time: NaiveTime,
}

impl ActiveTime {
    pub(super) fn of(cadence: &Cadence, duty_hours: Option<&DutyHours>) -> Self {
        Self { days: ActiveDays::of(cadence), duty: duty_hours.map(DutyWindows::of) }
    }

    /// Returns the active time inside a window, in order, where nothing overlaps or touches.
    pub(super) fn within(&self, window: Interval, clock: &mut LocalClock) -> Vec<Interval> {
        match (self.days, &self.duty) {
            (None, None) => vec![window],
            (Some(days), None) => days.within(window, clock),
            (None, Some(duty)) => duty.within(window, clock),
            (Some(days), Some(duty)) => {
                shared(&days.within(window, clock), &duty.within(window, clock))
            }
        }
    }

    /// Returns the duty windows of active days that the clocks jump over inside a window.
    pub(super) fn skipped(&self, window: Interval, clock: &mut LocalClock) -> Vec<SkippedWindow> {
        let Some(duty) = &self.duty else { return Vec::new() };
        let mut skipped = duty.skipped(window, clock);
        skipped.retain(|skipped| self.days.is_none_or(|days| days.meet(skipped)));
        skipped
    }
}

impl ActiveDays {
    /// Returns the active days, or `None` where every day is active.
    fn of(cadence: &Cadence) -> Option<Self> {
        let weekdays = cadence.weekdays.filter(|days| days.len() < 7)?;
        matches!(cadence.unit, Unit::Day | Unit::Week)
            .then_some(Self { weekdays, time: cadence.anchor.time() })
    }

    /// Returns the active time inside a window, days in a row as one.
    fn within(self, window: Interval, clock: &mut LocalClock) -> Vec<Interval> {
        let Some(near) = Near::of(window, clock) else { return vec![window] };
        let windows = self.runs(near.first, near.last).filter_map(|(from, to)| {
            let mut instant = |date: NaiveDate| clock.instant_of(date.and_time(self.time));
            Interval::new(instant(from), instant(to))?.intersection(window)
        });
        united(windows.collect())
    }

    /// Returns whether a window that clocks jump over would lie on an active day, if only in part.
    fn meet(self, SkippedWindow { date, from, to, .. }: &SkippedWindow) -> bool {
        let is_active = |days_before| {
            let day = date.checked_sub_signed(TimeDelta::days(days_before));
            day.is_some_and(|day| self.weekdays.contains(day.weekday()))
        };
        // Until its handoff time a day belongs to the active day before it.
        let is_over_midnight = to <= from;
        *from < self.time && is_active(1)
            || (is_over_midnight || *to > self.time) && is_active(0)
            || is_over_midnight && *to > self.time && is_active(-1)
    }

    /// Returns the runs of active days between two dates, each with its first day and the first one after it.
    fn runs(
        self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        let is_active = move |date: &NaiveDate| self.weekdays.contains(date.weekday());
        let mut days = first.iter_days().take_while(move |date| *date <= last);
        std::iter::from_fn(move || {
            let from = days.find(is_active)?;
            let to = days.find(|date| !is_active(date)).unwrap_or(last);
            Some((from, to))
        })
    }
}

/// The calendar days of which a part can lie in a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// The window on the wall, where no clocks change nearby.
    plain: Option<(NaiveDateTime, NaiveDateTime)>,
}

impl Near {
    /// Returns the days near a window; `None` past the end of the calendar.
    pub(super) fn of(window: Interval, clock: &mut LocalClock) -> Option<Self> {
        let (start, end) = (clock.local_of(window.start()), clock.local_of(window.end()));
        let plain = (clock.is_plain(start) && clock.is_plain(end)).then_some((start, end));
        let stray = if plain.is_some() { NEAR } else { STRAY };
        Some(Self {
            first: start.date().checked_sub_signed(stray)?,
            last: end.date().checked_add_signed(stray)?,
            plain,
        })
    }

    /// Returns whether something that lasts from one wall-clock time to another can lie in the window.
    pub(super) fn can_hold(&self, from: NaiveDateTime, to: NaiveDateTime) -> bool {
        self.plain.is_none_or(|(start, end)| from < end && start < to)
    }
}

/// Returns the same time in order, where windows that overlap or touch are one.
///
/// They touch where the zone skipped the day between them, and change places where it skipped what parted them.
pub(super) fn united(mut windows: Vec<Interval>) -> Vec<Interval> {
    windows.sort_unstable_by_key(|window| window.start());
    windows.dedup_by(|later, earlier| {
        let is_joined = later.start() <= earlier.end();
        if is_joined {
            let end = later.end().max(earlier.end());
            *earlier = Interval::new(earlier.start(), end).unwrap_or(*earlier);
        }
        is_joined
    });
    windows
}

/// Returns the time that lies in both, each in order with nothing that overlaps or touches.
fn shared(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut shared = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        shared.extend(a.intersection(**b));
        if a.end() <= b.end() {
            left.next();
        } else {
            right.next();
        }
    }
    shared
}
