//! Active days: the part of a turn in which somebody is on duty, where only some weekdays are active.

use crate::cadence::{Cadence, Unit, Weekdays};
use crate::interval::Interval;
use crate::zone::Zone;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

/// How many days around a window its calendar days can stray: more than any jump of any zone.
const STRAY: TimeDelta = TimeDelta::days(3);

/// The active weekdays of a cadence; each runs from the handoff time to the same time of the next day.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActiveDays {
    weekdays: Weekdays,
    time: NaiveTime,
}

impl ActiveDays {
    /// Returns the active days, or `None` where every day is active.
    pub(super) fn of(cadence: &Cadence) -> Option<Self> {
        let weekdays = cadence.weekdays.filter(|days| days.len() < 7)?;
        matches!(cadence.unit, Unit::Day | Unit::Week)
            .then_some(Self { weekdays, time: cadence.anchor.time() })
    }

    /// Returns the active time inside a window, days in a row as one.
    pub(super) fn within(self, window: Interval, zone: &Zone) -> Vec<Interval> {
        let first = zone.date_of(window.start()).checked_sub_signed(STRAY);
        let last = zone.date_of(window.end()).checked_add_signed(STRAY);
        let (Some(first), Some(last)) = (first, last) else { return vec![window] };
        let windows = self.runs(first, last).filter_map(|(from, to)| {
            let instant = |date: NaiveDate| zone.instant_of(date.and_time(self.time));
            Interval::new(instant(from), instant(to))?.intersection(window)
        });
        windows.fold(Vec::new(), joined)
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

/// Adds a window, joined with the one before where they touch: the inactive day between them was one that the zone
/// skipped.
fn joined(mut windows: Vec<Interval>, next: Interval) -> Vec<Interval> {
    if let Some(before) = windows.last_mut()
        && next.start() <= before.end()
        && let Some(both) = Interval::new(before.start(), next.end().max(before.end()))
    {
        *before = both;
    } else {
        windows.push(next);
    }
    windows
}
