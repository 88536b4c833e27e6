//! Why somebody serves a turn: what the engine decided, told person by person.

mod words;

use crate::engine::{Inputs, Order, Owed, SeatedBy, SkipReason, Turn, plan_turn};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::skip::{SkipRule, share_of};
use chrono::TimeDelta;

/// Why a turn is served as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The turn itself.
    pub turn: Turn,
    /// Who held the last turn by order before it; the walk begins after them.
    pub last_turn: Option<UserId>,
    /// By which rule people were passed over.
    pub rule: SkipRule,
    /// How many seats there are to fill.
    pub seats: u16,
    /// Every member once, in the order in which the ring is walked.
    pub asked: Vec<Asked>,
    /// What is owed to whom, what becomes of it, and what is owed anew.
    pub debts: Vec<Debt>,
    /// What the fallback has to do with it, where there is one.
    pub fallback: Option<Fallback>,
}

/// A member, and what the turn means for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Who.
    pub member: UserId,
    /// Whether they serve, else why not.
    pub verdict: Verdict,
    /// How much of the turn they are away.
    pub measured: Measured,
}

/// Whether somebody serves, else why not.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// They serve, and came to it like this.
    Serves(SeatedBy),
    /// They were passed over.
    PassedOver(SkipReason),
    /// All the seats had been taken before they were asked.
    NotAsked,
}

/// How much of a turn somebody is away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Which part of its active time, 0 to 1.
    pub share: f64,
    /// How much time the rule counts; where hours are counted, leave of which only an amount is known is that amount.
    pub missed: TimeDelta,
}

/// A turn that is owed, before or after the turn that is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// To whom and since when.
    pub owed: Owed,
    /// What becomes of it.
    pub fate: DebtFate,
}

/// What becomes of a turn that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebtFate {
    /// It was made by this turn.
    Made,
    /// This turn pays it.
    Paid,
    /// It waits for a later turn.
    Waits,
    /// It is too old.
    Lapsed,
}

/// The fallback's part in a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// Who.
    pub user: UserId,
    /// Whether they serve; not asked where somebody was seated.
    pub verdict: Verdict,
    /// How much of the turn they are away.
    pub measured: Measured,
}

/// Returns why turn `index` is served as it is, or `None` where the grid has no such turn.
///
/// It tells of the engine's own answer and decides nothing again; `order` is the one before the turn.
#[must_use]
pub fn explain(inputs: &Inputs, order: &Order, index: u64) -> Option<Explanation> {
    let (turn, after) = plan_turn(inputs, order, index)?;
    let ring = inputs.roster.after(order.last_turn.as_ref());
    let asked = ring.map(|member| Asked {
        member: member.user.clone(),
        verdict: verdict_of(&member.user, &turn),
        measured: measure(inputs, &member.user, &turn.active),
    });
    Some(Explanation {
        last_turn: order.last_turn.clone(),
        rule: inputs.rules.skip,
        seats: inputs.rules.seats,
        asked: asked.collect(),
        debts: debts_of(order, &after, &turn),
        fallback: inputs.rules.fallback.as_ref().map(|user| fallback_of(inputs, user, &turn)),
        turn,
    })
}

impl Explanation {
    /// Returns what the turn means for somebody; `None` for one who is no member.
    #[must_use]
    pub fn of(&self, user: &UserId) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.member == *user)
    }
}

fn verdict_of(user: &UserId, turn: &Turn) -> Verdict {
    if let Some(seat) = turn.seats.iter().find(|seat| seat.user == *user) {
        return Verdict::Serves(seat.by);
    }
    let skip = turn.skipped.iter().find(|skip| skip.member == *user);
    skip.map_or(Verdict::NotAsked, |skip| Verdict::PassedOver(skip.reason.clone()))
}

fn measure(inputs: &Inputs, user: &UserId, active: &[Interval]) -> Measured {
    let absences = inputs.absences;
    let time = active.iter().map(|window| window.length()).sum();
    Measured {
        share: share_of(absences.missed(user, active), time),
        missed: absences.missed_by_rule(user, active, inputs.rules.skip),
    }
}

fn fallback_of(inputs: &Inputs, user: &UserId, turn: &Turn) -> Fallback {
    let is_needed = turn.seats.iter().all(|seat| seat.by == SeatedBy::Fallback);
    let reason = inputs.crew().reason_against(user, &turn.active).filter(|_| is_needed);
    Fallback {
        user: user.clone(),
        verdict: reason.map_or_else(|| verdict_of(user, turn), Verdict::PassedOver),
        measured: measure(inputs, user, &turn.active),
    }
}

fn debts_of(before: &Order, after: &Order, turn: &Turn) -> Vec<Debt> {
    let is_seated = |owed: &Owed| turn.seats.iter().any(|seat| seat.user == owed.member);
    let fate = |owed: &Owed| match (after.owed.contains(owed), is_seated(owed)) {
        (true, _) => DebtFate::Waits,
        (false, true) => DebtFate::Paid,
        (false, false) => DebtFate::Lapsed,
    };
    let known = before.owed.iter().map(|owed| Debt { owed: owed.clone(), fate: fate(owed) });
    let made = after.owed.iter().filter(|owed| !before.owed.contains(owed));
    known.chain(made.map(|owed| Debt { owed: owed.clone(), fate: DebtFate::Made })).collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
