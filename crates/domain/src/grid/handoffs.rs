//! The handoffs one after the other, without going back to the anchor for each.

use super::points::Points;
use super::seams::Seams;
use crate::zone::{LocalClock, Zone};
use chrono::{DateTime, NaiveDateTime, Utc};

/// The handoffs of a grid one after the other; between changes of the clocks each costs a few nanoseconds.
#[derive(Clone, Debug)]
pub struct Handoffs {
    points: Points,
    seams: Seams,
    clock: LocalClock,
    /// The number of the next handoff; `None` past the largest number.
    next: Option<u64>,
    /// The place of the seam in which the next handoff lies, else of the first one after it.
    place: usize,
    /// How many points before the next handoff are no handoffs of their own.
    merged: u64,
    /// The point before the next one, unless it is not known.
    before: Option<NaiveDateTime>,
}

impl Handoffs {
    /// Returns handoff `from` and those after it.
    pub(super) fn new(points: &Points, seams: &Seams, zone: &Zone, from: u64) -> Self {
        let seams = seams.reaching(points, zone, from).into_owned();
        let (place, merged) = seams.place_of(from);
        let clock = LocalClock::new(zone);
        Self { points: points.clone(), seams, clock, next: Some(from), place, merged, before: None }
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
            self.before = None;
        }
        None
    }

    /// Returns the instant of the point of handoff `k`, which lies in no seam that is known.
    fn at_point(&mut self, k: u64) -> Option<NaiveDateTime> {
        let i = k.checked_add(self.merged)?;
        match self.before {
            Some(before) => self.points.after(before, i),
            None => self.points.at(i),
        }
    }
}

impl Iterator for Handoffs {
    type Item = DateTime<Utc>;

    fn next(&mut self) -> Option<DateTime<Utc>> {
        let k = self.next?;
        loop {
            if let Some(handoff) = self.in_seam(k) {
                self.next = k.checked_add(1);
                return Some(handoff);
            }
            let Some(point) = self.at_point(k) else {
                self.next = None;
                return None;
            };
            if self.seams.reach(point) {
                self.before = Some(point);
                self.next = k.checked_add(1);
                return Some(self.clock.instant_of(point));
            }
            self.seams = self.seams.following(&self.points, self.clock.zone());
            self.place = 0;
        }
    }
}
