//! The handoff grid: the instants at which the duty passes, and the turns between them.
//!
//! The cadence gives wall-clock times (`points`) that the zone turns into instants. Nearly everywhere the n-th point is
//! the n-th handoff. Where clocks jump forward, points may fall together or change places; these places are the
//! `seams`, and only there the two counts drift apart.

mod active;
mod duty;
mod handoffs;
mod points;
mod seams;

pub use duty::SkippedWindow;
pub use handoffs::Handoffs;

use crate::cadence::Cadence;
use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::{LocalClock, Zone};
use active::ActiveDays;
use chrono::{DateTime, Utc};
use duty::DutyWindows;
use points::Points;
use seams::Seams;

/// The grid of one rotation: the sorted, distinct instants of its cadence, numbered from 0 at the anchor.
///
/// Turn `k` is the window from handoff `k` to handoff `k + 1`. There is no turn before turn 0 and none past the end of
/// the calendar that [`DateTime`] can hold. Every question is answered by arithmetic, never by stepping from the anchor.
///
/// # Examples
///
/// ```
/// # use domain::{cadence::Cadence, grid::Grid, zone::Zone};
/// let cadence: Cadence =
///     serde_json::from_str(r#"{"every": 1, "unit": "week", "anchor": "2026-03-23T09:00"}"#).unwrap();
/// let grid = Grid::of(&cadence, &Zone::parse("Europe/Berlin").unwrap());
///
/// // The clocks go forward on 29 March: this week is an hour shorter, and the handoff stays at 09:00.
/// let week = grid.turn(0).unwrap();
/// assert_eq!(week.start().to_string(), "2026-03-23 08:00:00 UTC");
/// assert_eq!(week.end().to_string(), "2026-03-30 07:00:00 UTC");
/// assert_eq!(grid.turn_at(week.end()), Some(1));
/// ```
#[derive(Clone, Debug)]
pub struct Grid {
    zone: Zone,
    points: Points,
    seams: Seams,
    active_days: Option<ActiveDays>,
    duty_windows: Option<DutyWindows>,
}

impl Grid {
    /// Returns the grid of these rules; it is empty where the cadence is not valid.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self {
            duty_windows: rules.duty_hours.as_ref().map(DutyWindows::of),
            ..Self::of(&rules.cadence, &rules.zone)
        }
    }

    /// Returns the grid of a cadence in a zone, without duty hours.
    #[must_use]
    pub fn of(cadence: &Cadence, zone: &Zone) -> Self {
        let points = Points::new(cadence);
        Self {
            seams: Seams::new(&points, zone),
            points,
            zone: zone.clone(),
            active_days: ActiveDays::of(cadence),
            duty_windows: None,
        }
    }

    /// Returns the window of turn `k`.
    #[must_use]
    pub fn turn(&self, k: u64) -> Option<Interval> {
        Interval::new(self.handoff(k)?, self.handoff(k.checked_add(1)?)?)
    }

    /// Returns handoff `from` and those after it, each later than the one before; it ends with the calendar.
    #[must_use]
    pub fn handoffs(&self, from: u64) -> Handoffs {
        Handoffs::new(&self.points, &self.seams, &self.zone, from)
    }

    /// Returns the first handoff at or after an instant, with its number.
    #[must_use]
    pub fn first_at_or_after(&self, t: DateTime<Utc>) -> Option<(u64, DateTime<Utc>)> {
        let k = self.count_until(t, |handoff| handoff < t);
        self.handoff(k).map(|handoff| (k, handoff))
    }

    /// Returns the number of the turn in which an instant lies; a handoff belongs to the turn that it begins.
    #[must_use]
    pub fn turn_at(&self, t: DateTime<Utc>) -> Option<u64> {
        let k = self.count_until(t, |handoff| handoff <= t).checked_sub(1)?;
        self.turn(k).map(|_| k)
    }

    /// Returns the active time of turn `k`: the part of its window that lies on active days and in duty hours.
    ///
    /// The parts are in order and neither overlap nor touch. There can be none, where no duty hours lie in the turn or
    /// the zone skipped its one active day.
    #[must_use]
    pub fn active(&self, k: u64) -> Vec<Interval> {
        self.turn(k).map(|window| self.active_in(window)).unwrap_or_default()
    }

    /// Returns the part of a window that lies on active days and in duty hours, as [`Grid::active`].
    pub(crate) fn active_in(&self, window: Interval) -> Vec<Interval> {
        match (&self.active_days, &self.duty_windows) {
            (None, None) => vec![window],
            (Some(days), None) => days.within(window, &mut LocalClock::new(&self.zone)),
            (None, Some(duty)) => duty.within(window, &mut LocalClock::new(&self.zone)),
            (Some(days), Some(duty)) => {
                let mut clock = LocalClock::new(&self.zone);
                let active = days.within(window, &mut clock);
                active::shared(&active, &duty.within(window, &mut clock))
            }
        }
    }

    /// Returns the duty windows of active days that do not happen, because the clocks jump over them inside this window.
    #[must_use]
    pub fn skipped_windows(&self, window: Interval) -> Vec<SkippedWindow> {
        let Some(duty) = &self.duty_windows else { return Vec::new() };
        let mut skipped = duty.skipped(window, &mut LocalClock::new(&self.zone));
        skipped.retain(|skipped| self.active_days.is_none_or(|days| days.begin_around(skipped)));
        skipped
    }

    fn handoff(&self, k: u64) -> Option<DateTime<Utc>> {
        self.seams.handoff(&self.points, &self.zone, k)
    }

    fn count_until(&self, t: DateTime<Utc>, claim: impl Fn(DateTime<Utc>) -> bool) -> u64 {
        self.seams.count_while(&self.points, &self.zone, self.zone.local_of(t), claim)
    }
}

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
