//! The handoff grid: the instants at which the duty passes, and the turns between them.
//!
//! The cadence gives wall-clock times ([`points`]) that the zone turns into instants. Nearly everywhere the n-th point is
//! the n-th handoff. Where clocks jump forward, points may fall together or change places; these places are the
//! [`seams`], and only there the two counts drift apart.

mod active;
mod points;
mod seams;

use crate::cadence::Cadence;
use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::Zone;
use active::ActiveDays;
use chrono::{DateTime, TimeDelta, Utc};
use points::Points;
use seams::{Seam, seams};

/// How far around an instant its wall-clock time can stray: more than any jump of any zone.
const STRAY: TimeDelta = TimeDelta::days(3);

/// The grid of one rotation: the sorted, distinct instants of its cadence, numbered from 0 at the anchor.
///
/// Turn `k` is the window from handoff `k` to handoff `k + 1`. There is no turn before turn 0 and none past the end of
/// the calendar that [`DateTime`] can hold.
#[derive(Clone, Debug)]
pub struct Grid {
    zone: Zone,
    points: Points,
    active_days: Option<ActiveDays>,
}

impl Grid {
    /// Returns the grid of these rules; it is empty where the cadence is not valid.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self::of(&rules.cadence, &rules.zone)
    }

    /// Returns the grid of a cadence in a zone.
    #[must_use]
    pub fn of(cadence: &Cadence, zone: &Zone) -> Self {
        Self {
            zone: zone.clone(),
            points: Points::new(cadence),
            active_days: ActiveDays::of(cadence),
        }
    }

    /// Returns the window of turn `k`.
    #[must_use]
    pub fn turn(&self, k: u64) -> Option<Interval> {
        let next = k.checked_add(1)?;
        let seams = self.seams_up_to(next)?;
        Interval::new(self.handoff(k, &seams)?, self.handoff(next, &seams)?)
    }

    /// Returns the first handoff at or after an instant, with its number.
    #[must_use]
    pub fn first_at_or_after(&self, t: DateTime<Utc>) -> Option<(u64, DateTime<Utc>)> {
        let seams = self.seams_around(t);
        let k = self.count(&seams, |handoff| handoff < t);
        self.handoff(k, &seams).map(|handoff| (k, handoff))
    }

    /// Returns the number of the turn in which an instant lies; a handoff belongs to the turn that it begins.
    #[must_use]
    pub fn turn_at(&self, t: DateTime<Utc>) -> Option<u64> {
        let begun = self.count(&self.seams_around(t), |handoff| handoff <= t);
        let k = begun.checked_sub(1)?;
        self.turn(k).map(|_| k)
    }

    /// Returns the active time of turn `k`: its window without inactive days, in order and without overlaps.
    ///
    /// It can be empty, where the zone skipped the one active day of the turn.
    #[must_use]
    pub fn active(&self, k: u64) -> Vec<Interval> {
        let Some(window) = self.turn(k) else { return Vec::new() };
        match &self.active_days {
            Some(days) => days.within(window, &self.zone),
            None => vec![window],
        }
    }

    /// Returns the instant of handoff `k`, given at least the seams that lie before it.
    fn handoff(&self, k: u64, seams: &[Seam]) -> Option<DateTime<Utc>> {
        let mut merged = 0;
        for seam in seams {
            let first = seam.first_handoff(merged);
            if k < first {
                break;
            }
            let within = usize::try_from(k - first).ok();
            if let Some(handoff) = within.and_then(|within| seam.handoffs.get(within)) {
                return Some(*handoff);
            }
            merged += seam.merged();
        }
        self.points.at(k.checked_add(merged)?).map(|point| self.zone.instant_of(point))
    }

    /// Returns how many handoffs, from the first on, fulfil a claim that holds up to some instant and not after it.
    fn count(&self, seams: &[Seam], claim: impl Fn(DateTime<Utc>) -> bool) -> u64 {
        let holds = |k: u64| self.handoff(k, seams).is_some_and(&claim);
        points::count_while(holds)
    }

    /// Returns the seams that matter for handoff `k`, or `None` where there is no such handoff.
    fn seams_up_to(&self, k: u64) -> Option<Vec<Seam>> {
        self.points.at(k)?;
        let mut merged = 0;
        let mut found = Vec::new();
        for seam in seams(&self.points, &self.zone) {
            if k < seam.first_handoff(merged) {
                break;
            }
            merged += seam.merged();
            found.push(seam);
        }
        Some(found)
    }

    /// Returns the seams that matter for handoffs up to an instant and for the one after it.
    fn seams_around(&self, t: DateTime<Utc>) -> Vec<Seam> {
        let local = self.zone.local_of(t);
        let until = local.checked_add_signed(STRAY).unwrap_or(local);
        seams(&self.points, &self.zone).take_while(|seam| seam.start < until).collect()
    }
}
