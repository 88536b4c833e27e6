//! The engine: whose turn it is. The preview, the handoff and the catch-up all ask here.

use crate::absence::AbsenceBook;
use crate::grid::Grid;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use chrono::{DateTime, TimeDelta, Utc};

/// What moves from turn to turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The last one who held a turn by order, if anybody has.
    pub last_turn: Option<UserId>,
}

/// One step of the order: who holds the duty between two handoffs.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The number of the turn, 0 at the anchor.
    pub index: u64,
    /// From its handoff to the next one.
    pub window: Interval,
    /// The part of the window in which somebody is on duty.
    pub active: Vec<Interval>,
    /// Who holds it; `None` when nobody can, and then everybody is in `skipped`.
    pub holder: Option<UserId>,
    /// Who was passed over, in the order in which they were asked.
    pub skipped: Vec<Skip>,
}

/// A member passed over at a handoff.
#[derive(Clone, Debug, PartialEq)]
pub struct Skip {
    /// Who.
    pub member: UserId,
    /// Why.
    pub reason: SkipReason,
}

/// Why a member was passed over.
#[derive(Clone, Debug, PartialEq)]
pub enum SkipReason {
    /// The member is away for too much of the turn.
    Away {
        /// How much of the turn's active time, 0 to 1.
        share: f64,
        /// The last instant, to the microsecond, of the absence (of several the last that touches the turn); `None`
        /// while its end is open.
        until: Option<DateTime<Utc>>,
    },
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

/// Returns turn `index` and the order after it, or `None` where the grid has no such turn.
///
/// The roster is walked from the member after `last_turn`; the first who is in Slack and not away for the turn holds it
/// and becomes `last_turn`. When there is nobody the turn has no holder and the order stays (specification, Who is
/// next).
#[must_use]
pub fn plan_turn(inputs: &Inputs, order: &Order, index: u64) -> Option<(Turn, Order)> {
    let window = inputs.grid.turn(index)?;
    let active = inputs.grid.active_in(window);
    let mut skipped = Vec::new();
    let holder = inputs.roster.after(order.last_turn.as_ref()).find_map(|member| {
        match reason_to_skip(inputs, &active, member) {
            None => Some(member.user.clone()),
            Some(reason) => {
                skipped.push(Skip { member: member.user.clone(), reason });
                None
            }
        }
    });
    let after = Order { last_turn: holder.clone().or_else(|| order.last_turn.clone()) };
    Some((Turn { index, window, active, holder, skipped }, after))
}

/// Returns turn `from_index` and those after it, each with the order after it; it ends with the grid.
pub fn plan_turns<'a>(
    inputs: &Inputs<'a>,
    order: Order,
    from_index: u64,
) -> impl Iterator<Item = (Turn, Order)> + use<'a> {
    let inputs = *inputs;
    let mut next = Some((order, from_index));
    std::iter::from_fn(move || {
        let (order, index) = next.take()?;
        let (turn, after) = plan_turn(&inputs, &order, index)?;
        next = index.checked_add(1).map(|index| (after.clone(), index));
        Some((turn, after))
    })
}

fn reason_to_skip(inputs: &Inputs, active: &[Interval], member: &Member) -> Option<SkipReason> {
    if !member.is_present {
        return Some(SkipReason::Deactivated);
    }
    let missed = inputs.absences.missed(&member.user, active);
    let time: TimeDelta = active.iter().map(|window| window.length()).sum();
    inputs.rules.skip.is_away(missed, time).then(|| SkipReason::Away {
        share: inputs.absences.share(&member.user, active),
        until: inputs.absences.last_instant_in(&member.user, active),
    })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
