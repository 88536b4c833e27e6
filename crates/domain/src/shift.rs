//! Shifts: stretches of time with the people who really serve, after coverage.

use crate::engine::{SeatedBy, Skip};
use crate::ids::UserId;
use crate::interval::Interval;

/// A stretch of time in which the same people serve, or nobody does.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// From its first instant to the first one after it.
    pub window: Interval,
    /// The number of its turn, 0 at the anchor; off-hours have that of the turn in which they begin.
    pub turn: u64,
    /// Who serves, in the order of seating; empty but in a planned shift.
    pub seats: Vec<Served>,
    /// Whether somebody serves, else why nobody does.
    pub state: ShiftState,
    /// Who was passed over; on one shift of a turn at most.
    pub skipped: Vec<Skip>,
}

/// A seat in a shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Who serves.
    pub user: UserId,
    /// By which right.
    pub right: Right,
}

/// Why somebody serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// The seat is their own.
    Own(SeatedBy),
    /// They serve for the one whose seat it is by order, by cover or swap.
    CoverOf(UserId),
    /// They took a seat that nobody had.
    Taken,
}

/// Whether somebody serves in a shift, else why nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftState {
    /// Somebody does.
    Planned,
    /// Nobody can.
    Unassigned,
    /// The rotation rests.
    Paused,
    /// The time is no duty time.
    OffHours,
}

impl Shift {
    /// Returns who serves, in the order of seating.
    #[must_use]
    pub fn members(&self) -> impl ExactSizeIterator<Item = &UserId> {
        self.seats.iter().map(|seat| &seat.user)
    }
}

impl Served {
    /// Returns the one whose time somebody else serves here.
    #[must_use]
    pub fn covered_for(&self) -> Option<&UserId> {
        match &self.right {
            Right::CoverOf(holder) => Some(holder),
            Right::Own(_) | Right::Taken => None,
        }
    }
}

impl ShiftState {
    /// Returns the word by which it is written down.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Unassigned => "unassigned",
            Self::Paused => "paused",
            Self::OffHours => "off_hours",
        }
    }
}
