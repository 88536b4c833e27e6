//! Changes of a rotation: to its people, its cadence and whether it runs.

use crate::cadence::Cadence;
use crate::ids::UserId;
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, Utc};

/// Something that happens at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed<T> {
    /// When; nobody knew of it before.
    pub at: DateTime<Utc>,
    /// What.
    pub what: T,
}

/// A change of a rotation.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Of its people.
    Roster(RosterChange),
    /// Of its handoffs (specification, The handoff grid 8).
    Cadence {
        /// The cadence from now on.
        cadence: Cadence,
        /// The zone from now on; `None` keeps it.
        zone: Option<Zone>,
    },
    /// Of its rules: another cadence or zone as above, other duty hours from now on, the rest from the next handoff on.
    Rules(Box<Rules>),
}

/// A change of the roster (specification, Roster and life cycle).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterChange {
    /// Somebody joins.
    Add {
        /// Who.
        user: UserId,
        /// The member directly before whom they are placed; `None` lets them serve last.
        before: Option<UserId>,
    },
    /// Somebody leaves.
    Remove {
        /// Who.
        user: UserId,
        /// How.
        leave: Leave,
    },
    /// The members get another order; it names everybody once.
    Order(Vec<UserId>),
}

/// How a member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// At once; somebody on duty is replaced.
    Now,
    /// Right before the next handoff.
    NextHandoff,
    /// At once, because Slack has deactivated them.
    Deactivated,
}

/// A stretch in which the rotation rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Its first instant: a handoff then does not happen.
    pub start: DateTime<Utc>,
    /// The first instant after it: a handoff then happens; `None` while nobody knows.
    pub end: Option<DateTime<Utc>>,
    /// Whether the next person begins at its end, and not at the first handoff from then on.
    pub start_now: bool,
}
