//! Stretches: parts of turns in which the same people hold the duty, before coverage.

use super::{Seat, Skip};
use crate::interval::Interval;
use serde::{Deserialize, Serialize};

/// A part of a turn in which the seats do not change; the stretches of a rotation tile its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// The number of the turn.
    pub turn: u64,
    /// When.
    pub window: Interval,
    /// The part of the window that is duty time, in order, neither overlapping nor touching.
    pub active: Vec<Interval>,
    /// Who holds the duty.
    pub seating: Seating,
    /// Who was passed over at the handoff; on the first stretch of a turn only.
    pub skipped: Vec<Skip>,
    /// Whether the turn begins with it.
    pub is_first: bool,
}

/// Who holds the duty, before coverage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seating {
    /// The rotation rests.
    Paused,
    /// These, in the order of seating; nobody where nobody can.
    On(Vec<Seat>),
}

impl Stretch {
    /// Returns the seats, in the order of seating; none in a pause.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        match &self.seating {
            Seating::Paused => &[],
            Seating::On(seats) => seats,
        }
    }
}
