//! The engine: whose turn it is. The preview, the handoff and the catch-up all ask here.

mod seating;
mod stretch;

pub(crate) use seating::{Crew, Filled, replace, seat};
pub use stretch::{Seating, Stretch};

use crate::absence::AbsenceBook;
use crate::grid::Grid;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::Roster;
use crate::rules::Rules;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many of those who were passed over are named where there is little room.
const NAMED: usize = 10;

/// What moves from turn to turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The last one who held a turn by order, if anybody has.
    pub last_turn: Option<UserId>,
    /// The turns that are owed, the oldest first; at most one to a member, and none where nothing is made up.
    pub owed: Vec<Owed>,
}

/// A turn that is owed to somebody who was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// To whom.
    pub member: UserId,
    /// The number of the turn for which they were passed over.
    pub since: u64,
}

/// One step of the order: who holds the duty between two handoffs, as planned when it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The number of the turn, 0 at the anchor.
    pub index: u64,
    /// From its handoff to the next one.
    pub window: Interval,
    /// The part of the window in which somebody is on duty.
    pub active: Vec<Interval>,
    /// Who holds it, in the order of seating; nobody where nobody can, and then everybody is in `skipped`.
    pub seats: Vec<Seat>,
    /// Who was passed over, in the order in which they were asked.
    pub skipped: Vec<Skip>,
}

/// A place on duty in a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Who has it.
    pub user: UserId,
    /// How they came to it.
    pub by: SeatedBy,
}

/// How somebody came to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatedBy {
    /// The order came to them.
    Order,
    /// A turn was owed to them.
    MakeUp,
    /// Nobody else could, and they stand in.
    Fallback,
    /// The order came to them in the middle of a turn, for somebody who left or after a pause.
    Replacement,
}

/// A member passed over at a handoff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skip {
    /// Who.
    pub member: UserId,
    /// Why.
    pub reason: SkipReason,
}

/// Why a member was passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The member is away for too much of the turn.
    Away {
        /// How much of the turn's active time, 0 to 1.
        share: f64,
        /// The last instant, to the microsecond, of the absence (of several the last that touches the turn); `None`
        /// while its end is open.
        until: Option<DateTime<Utc>>,
    },
    /// The member has a seat in this turn already, because one was owed.
    AlreadySeated,
    /// Slack has deactivated the member.
    Deactivated,
}

/// All that a plan depends on, besides the [`Order`].
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The rotation's rules.
    pub rules: &'a Rules,
    /// The grid of these rules.
    pub grid: &'a Grid,
    /// The rotation's people.
    pub roster: &'a Roster,
    /// Their absences, at least all those that touch the turns that are planned.
    pub absences: &'a AbsenceBook,
}

impl Order {
    /// Returns the order after the turn of somebody, where nothing is owed; after `None` it begins with the first.
    #[must_use]
    pub fn after(last_turn: Option<UserId>) -> Self {
        Self { last_turn, owed: Vec::new() }
    }

    /// Forgets what is owed to somebody who leaves.
    pub(crate) fn forget(&mut self, user: &UserId) {
        self.owed.retain(|owed| owed.member != *user);
    }
}

impl Turn {
    /// Returns the one seated first.
    #[must_use]
    pub fn holder(&self) -> Option<&UserId> {
        self.seats.first().map(|seat| &seat.user)
    }
}

impl fmt::Display for Skip {
    /// Writes who and why: "B (away 94.6 %)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = &self.member;
        match self.reason {
            SkipReason::Away { share, .. } => write!(f, "{member} (away {:.1} %)", share * 100.0),
            SkipReason::AlreadySeated => write!(f, "{member} (has a seat already)"),
            SkipReason::Deactivated => write!(f, "{member} (deactivated)"),
        }
    }
}

/// Returns the skips in words, the first ten by name: "B (away 94.6 %), E (deactivated) and 3 more".
pub(crate) fn in_short<'a>(skipped: impl IntoIterator<Item = &'a Skip>) -> String {
    let words: Vec<String> = skipped.into_iter().map(ToString::to_string).collect();
    let named = &words[..words.len().min(NAMED)];
    let more = match words.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}

impl<'a> Inputs<'a> {
    pub(crate) fn crew(self) -> Crew<'a> {
        let Self { rules, roster, absences, .. } = self;
        Crew { rules, roster, absences, deactivated: &[] }
    }
}

/// Returns turn `index` and the order after it, or `None` where the grid has no such turn.
///
/// The roster is walked from the member after `last_turn`; the first ones who are in Slack and not away for the turn
/// hold it, and the last of them becomes `last_turn`. When there is nobody the turn has no holder and the order stays
/// (specification, Who is next).
#[must_use]
pub fn plan_turn(inputs: &Inputs, order: &Order, index: u64) -> Option<(Turn, Order)> {
    plan_turns(inputs, order.clone(), index).next()
}

/// Returns turn `from_index` and those after it, each with the order after it; it ends with the grid.
pub fn plan_turns<'a>(
    inputs: &Inputs<'a>,
    mut order: Order,
    from_index: u64,
) -> impl Iterator<Item = (Turn, Order)> + use<'a> {
    let inputs = *inputs;
    let mut handoffs = inputs.grid.handoffs(from_index);
    let mut start = handoffs.next();
    (from_index..=u64::MAX).map_while(move |index| {
        let end = handoffs.next()?;
        let window = Interval::new(start.replace(end)?, end)?;
        let active = handoffs.active_in(window);
        let Filled { seats, skipped } = seat(inputs.crew(), &mut order, index, &active);
        Some((Turn { index, window, active, seats, skipped }, order.clone()))
    })
}

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
