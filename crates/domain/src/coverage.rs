//! Coverage: someone else serves a window of a turn (specification, Coverage).

pub mod claim;
pub mod offer;
pub mod reminders;
pub mod requests;

use crate::ids::UserId;
use crate::interval::Interval;

/// Somebody serves for somebody else; of several for one seat the first made wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Who serves.
    pub by: UserId,
    /// Whose time it is; `None` takes a seat that nobody has.
    pub of: Option<UserId>,
    /// When.
    pub window: Interval,
}

/// Two members exchange the first seats of two whole turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The number of the one turn.
    pub turn: u64,
    /// The number of the other.
    pub with: u64,
}
