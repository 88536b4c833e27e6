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
use crate::duty_hours::DutyHours;
use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::{LocalClock, Zone};
use active::ActiveTime;
use chrono::{DateTime, TimeDelta, Utc};
use points::Points;
use seams::Seams;
use std::sync::{Arc, OnceLock};

/// How far after the first point the seams are found once and kept; later ones are found when they are asked for.
const KEPT: TimeDelta = TimeDelta::days(26 * 366);

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
    /// The seams before any was looked for.
    seams: Seams,
    /// The seams of the first years, from the first question on that does not go from handoff to handoff.
    kept: Arc<OnceLock<Seams>>,
    active: ActiveTime,
}

impl Grid {
    /// Returns the grid of these rules; it is empty where the cadence is not valid.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self::with(&rules.cadence, &rules.zone, rules.duty_hours.as_ref())
    }

    /// Returns the grid of a cadence in a zone, without duty hours.
    #[must_use]
    pub fn of(cadence: &Cadence, zone: &Zone) -> Self {
        Self::with(cadence, zone, None)
    }

    /// Returns the window of turn `k`.
    #[must_use]
    pub fn turn(&self, k: u64) -> Option<Interval> {
        Interval::new(self.handoff(k)?, self.handoff(k.checked_add(1)?)?)
    }

    /// Returns handoff `from` and those after it, each later than the one before; it ends with the calendar.
    #[must_use]
    pub fn handoffs(&self, from: u64) -> Handoffs {
        Handoffs::new(self, from)
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
        self.active.within(window, &mut LocalClock::new(&self.zone))
    }

    /// Returns the duty windows of active days that do not happen, because the clocks jump over them inside this window.
    #[must_use]
    pub fn skipped_windows(&self, window: Interval) -> Vec<SkippedWindow> {
        self.active.skipped(window, &mut LocalClock::new(&self.zone))
    }

    fn with(cadence: &Cadence, zone: &Zone, duty_hours: Option<&DutyHours>) -> Self {
        let points = Points::new(cadence);
        Self {
            seams: Seams::of(&points),
            kept: Arc::default(),
            points,
            zone: zone.clone(),
            active: ActiveTime::of(cadence, duty_hours),
        }
    }

    fn handoff(&self, k: u64) -> Option<DateTime<Utc>> {
        self.kept_seams().handoff(&self.points, &self.zone, k)
    }

    fn count_until(&self, t: DateTime<Utc>, claim: impl Fn(DateTime<Utc>) -> bool) -> u64 {
        self.kept_seams().count_while(&self.points, &self.zone, self.zone.local_of(t), claim)
    }

    fn kept_seams(&self) -> &Seams {
        self.kept.get_or_init(|| self.seams.reaching_for(&self.points, &self.zone, KEPT))
    }
}

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
