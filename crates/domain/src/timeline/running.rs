//! The turn that runs, and the stretch of it that is open.

use crate::engine::{Seat, Seating, Skip, Stretch};
use crate::grid::Grid;
use crate::interval::Interval;
use chrono::{DateTime, Utc};

/// The turn that runs.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) turn: u64,
    /// From its handoff to the next one, as planned now.
    pub(super) window: Interval,
    /// The active time of the window.
    pub(super) active: Vec<Interval>,
    pub(super) seating: Seating,
    pub(super) skipped: Vec<Skip>,
    /// Where the open stretch begins.
    pub(super) open_from: DateTime<Utc>,
}

impl Running {
    /// Returns a turn at its beginning, with nobody seated.
    pub(super) fn new(turn: u64, window: Interval, active: Vec<Interval>) -> Self {
        Self {
            turn,
            window,
            active,
            seating: Seating::Paused,
            skipped: Vec::new(),
            open_from: window.start(),
        }
    }

    pub(super) fn start(&self) -> DateTime<Utc> {
        self.window.start()
    }

    pub(super) fn seats(&self) -> &[Seat] {
        match &self.seating {
            Seating::Paused => &[],
            Seating::On(seats) => seats,
        }
    }

    /// Returns the active time that is left from an instant on.
    pub(super) fn active_from(&self, at: DateTime<Utc>) -> Vec<Interval> {
        Interval::new(at, self.window.end())
            .map(|left| clipped(&self.active, left))
            .unwrap_or_default()
    }

    /// Ends the turn at another instant than planned; from `at` on the active time is that of another grid.
    pub(super) fn change_end(&mut self, at: DateTime<Utc>, end: DateTime<Utc>, grid: &Grid) {
        let (start, old) = (self.window.start(), std::mem::take(&mut self.active));
        let Some(window) = Interval::new(start, end) else { return };
        let before = Interval::new(start, at).map(|before| clipped(&old, before));
        let after = Interval::new(at.max(start), end).map(|after| grid.active_in(after));
        self.window = window;
        for part in before.into_iter().chain(after).flatten() {
            match self.active.last_mut().filter(|last| part.start() <= last.end()) {
                Some(last) => *last = Interval::new(last.start(), part.end()).unwrap_or(*last),
                None => self.active.push(part),
            }
        }
    }

    /// Ends the open stretch and opens the next one; `None` where it has no length.
    pub(super) fn close_at(&mut self, at: DateTime<Utc>) -> Option<Stretch> {
        let window = Interval::new(self.open_from, at)?;
        let is_first = self.open_from == self.window.start();
        let is_whole = window == self.window;
        self.open_from = at;
        Some(Stretch {
            turn: self.turn,
            window,
            // Nearly every turn is one stretch, and its active time is not needed again.
            active: if is_whole {
                std::mem::take(&mut self.active)
            } else {
                clipped(&self.active, window)
            },
            seating: self.seating.clone(),
            skipped: std::mem::take(&mut self.skipped),
            is_first,
        })
    }
}

fn clipped(windows: &[Interval], to: Interval) -> Vec<Interval> {
    windows.iter().filter_map(|window| window.intersection(to)).collect()
}
