//! Catch-up: walking the handoffs that passed while nobody looked.

use crate::engine::{Inputs, Order, Turn, plan_turns};
use chrono::{DateTime, Utc};

/// What happened since the last handoff that was acted upon.
#[derive(Clone, Debug, PartialEq)]
pub struct CatchUp {
    /// The turns whose whole window passed, the oldest first; each used up its holder's turn.
    pub missed: Vec<Turn>,
    /// The turn that runs now.
    pub current: Turn,
    /// The order after the current turn.
    pub order: Order,
    /// The number of the next turn.
    pub next_index: u64,
    /// The instant of the next handoff.
    pub next_handoff_at: Option<DateTime<Utc>>,
}

/// Returns the turns from `next_index` to the one that runs now, or `None` while the handoff of `next_index` is still to
/// come.
///
/// The result after any pause equals what asking at every single handoff would have given, with the same inputs
/// (specification, Catch-up).
#[must_use]
pub fn catch_up(
    inputs: &Inputs,
    order: &Order,
    next_index: u64,
    now: DateTime<Utc>,
) -> Option<CatchUp> {
    let mut missed = Vec::new();
    for (turn, order) in plan_turns(inputs, order.clone(), next_index) {
        if turn.window.end() <= now {
            missed.push(turn);
            continue;
        }
        return turn.window.contains(now).then(|| CatchUp {
            missed,
            order,
            next_index: turn.index.saturating_add(1),
            next_handoff_at: Some(turn.window.end()),
            current: turn,
        });
    }
    None
}
