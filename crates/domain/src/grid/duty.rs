//! Duty windows: the part of a turn that lies in the duty hours.

use super::active::{Near, united};
use crate::duty_hours::{DutyHours, DutyWindow};
use crate::interval::Interval;
use crate::zone::LocalClock;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use std::sync::Arc;

/// The duty hours as the grid uses them.
#[derive(Clone, Debug)]
pub(super) struct DutyWindows(Arc<[DutyWindow]>);

/// A duty window that does not happen on one day, because the clocks jump over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedWindow {
    /// The instant to which the clocks jump over it.
    pub at: DateTime<Utc>,
    /// The local day on which it would begin.
    pub date: NaiveDate,
    /// When it would begin.
    pub from: NaiveTime,
    /// When it would end.
    pub to: NaiveTime,
}

impl DutyWindows {
    pub(super) fn of(hours: &DutyHours) -> Self {
        Self(hours.windows().into())
    }

    /// Returns the duty time inside a window.
    pub(super) fn within(&self, window: Interval, clock: &mut LocalClock) -> Vec<Interval> {
        let Some(near) = Near::of(window, clock) else { return vec![window] };
        let windows = self.on_days(near).filter_map(|(date, duty)| {
            let (from, to) = duty.on(date).filter(|(from, to)| near.can_hold(*from, *to))?;
            Interval::new(clock.instant_of(from), clock.instant_of(to))?.intersection(window)
        });
        united(windows.collect())
    }

    /// Returns the windows that the clocks jump over, as they come.
    pub(super) fn skipped(&self, window: Interval, clock: &mut LocalClock) -> Vec<SkippedWindow> {
        let Some(near) = Near::of(window, clock) else { return Vec::new() };
        let skipped = self.on_days(near).filter_map(|(date, duty)| {
            let (from, to) = duty.on(date)?;
            let (start, end) = (clock.instant_of(from), clock.instant_of(to));
            (end <= start && window.contains(start)).then_some(SkippedWindow {
                at: start,
                date,
                from: duty.from,
                to: duty.to,
            })
        });
        skipped.collect()
    }

    /// Returns the windows that begin on days near a window, day by day.
    fn on_days(&self, near: Near) -> impl Iterator<Item = (NaiveDate, &DutyWindow)> {
        // A window over midnight begins a day before it ends.
        let first = near.first.checked_sub_signed(TimeDelta::days(1)).unwrap_or(near.first);
        first.iter_days().take_while(move |date| *date <= near.last).flat_map(|date| {
            let is_on = move |window: &&DutyWindow| window.days.contains(date.weekday());
            self.0.iter().filter(is_on).map(move |window| (date, window))
        })
    }
}
