//! The handoffs one after the other, without going back to the anchor for each.

use super::Grid;
use super::active::ActiveTime;
use super::points::Points;
use super::seams::Seams;
use crate::interval::Interval;
use crate::zone::LocalClock;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// The handoffs of a grid one after the other; between changes of the clocks each costs a few nanoseconds.
#[derive(Clone, Debug)]
pub struct Handoffs {
    points: Points,
    seams: Seams,
    active: ActiveTime,
    clock: LocalClock,
    /// The number of the next handoff; `None` past the largest number.
    next: Option<u64>,
    /// The place of the seam in which the next handoff lies, else of the first one after it.
    place: usize,
    /// How many points before the next handoff are no handoffs of their own.
    merged: u64,
    even: Even,
}

/// Handoffs that are known to come at even distances, until clocks change or a seam begins.
#[derive(Clone, Copy, Debug)]
struct Even {
    last: DateTime<Utc>,
    step: TimeDelta,
    /// How many come after the last one.
    left: u64,
}

impl Handoffs {
    /// Returns handoff `from` and those after it.
    pub(super) fn new(grid: &Grid, from: u64) -> Self {
        let known = grid.kept.get().unwrap_or(&grid.seams);
        let seams = known.reaching(&grid.points, &grid.zone, from).into_owned();
        let (place, merged) = seams.place_of(from);
        Self {
            points: grid.points.clone(),
            seams,
            active: grid.active.clone(),
            clock: LocalClock::new(&grid.zone),
            next: Some(from),
            place,
            merged,
            even: Even { last: DateTime::<Utc>::MIN_UTC, step: TimeDelta::zero(), left: 0 },
        }
    }

    /// Returns the active time in a window as [`Grid::active`]; it is fastest near the last handoff.
    pub(crate) fn active_in(&mut self, window: Interval) -> Vec<Interval> {
        self.active.within(window, &mut self.clock)
    }

    /// Returns handoff `k` by its own point or seam.
    fn find(&mut self, k: u64) -> Option<DateTime<Utc>> {
        loop {
            if let Some(handoff) = self.in_seam(k) {
                return Some(handoff);
            }
            let point = self.points.at(k.checked_add(self.merged)?)?;
            if self.seams.reach(point) {
                let handoff = self.clock.instant_of(point);
                self.look_ahead(k, point, handoff);
                return Some(handoff);
            }
            self.seams = self.seams.following(&self.points, self.clock.zone());
            self.place = 0;
        }
    }

    /// Returns handoff `k` where it lies in a seam, and goes past the seam where it does not any more.
    fn in_seam(&mut self, k: u64) -> Option<DateTime<Utc>> {
        while let Some(seam) = self.seams.get(self.place) {
            let within = usize::try_from(k.checked_sub(seam.first_handoff)?).ok()?;
            if let Some(handoff) = seam.handoffs.get(within) {
                return Some(*handoff);
            }
            self.merged = seam.merged;
            self.place += 1;
        }
        None
    }

    /// Notes how many handoffs after `k` come at even distances.
    fn look_ahead(&mut self, k: u64, point: NaiveDateTime, last: DateTime<Utc>) {
        let Some(step) = self.points.step().filter(|_| self.clock.is_plain(point)) else { return };
        let until = self.clock.plain_until().min(self.seams.horizon());
        let in_seconds = (until - point).num_seconds().saturating_sub(1) / step.num_seconds();
        let before_seam =
            self.seams.get(self.place).map_or(u64::MAX, |seam| seam.first_handoff - k - 1);
        let left = u64::try_from(in_seconds).unwrap_or(0).min(before_seam);
        self.even = Even { last, step, left };
    }
}

impl Iterator for Handoffs {
    type Item = DateTime<Utc>;

    fn next(&mut self) -> Option<DateTime<Utc>> {
        let k = self.next?;
        self.next = k.checked_add(1);
        if self.even.left > 0 {
            self.even.left -= 1;
            self.even.last += self.even.step;
            return Some(self.even.last);
        }
        let found = self.find(k);
        if found.is_none() {
            self.next = None;
        }
        found
    }
}
