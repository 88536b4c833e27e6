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
/// come. Where the grid has ended there is nothing either.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absence::AbsenceBook;
    use crate::fixtures::{at, roster, rules, user};
    use crate::grid::Grid;

    /// Returns the holders of the missed turns, the one of the current turn and when it ends.
    fn caught_up_at(now: &str) -> Option<(String, String, String)> {
        let rules = rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#);
        let (grid, roster, absences) =
            (Grid::new(&rules), roster("A B C D"), AbsenceBook::default());
        let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &absences };
        let order = Order::after(Some(user("A")));
        let found = catch_up(&inputs, &order, 1, at(now))?;
        let name = |turn: &Turn| turn.holder().unwrap().to_string();
        let missed: Vec<String> = found.missed.iter().map(name).collect();
        Some((
            missed.join(" "),
            name(&found.current),
            crate::fixtures::shown(found.next_handoff_at?),
        ))
    }

    #[track_caller]
    fn check(now: &str, expected: Option<(&str, &str, &str)>) {
        let expected = expected.map(|(a, b, c)| (a.into(), b.into(), c.into()));

        assert_eq!(caught_up_at(now), expected);
    }

    #[test]
    fn down_from_before_handoff_2_to_after_handoff_4_misses_b_and_c() {
        check("2026-01-26T10:00Z", Some(("B C", "D", "2026-02-02T09:00Z")));
    }

    #[test]
    fn a_handoff_still_to_come_is_nothing_to_catch_up_with() {
        check("2026-01-12T08:59Z", None);
    }

    #[test]
    fn a_handoff_that_is_only_late_is_not_missed() {
        check("2026-01-12T09:00Z", Some(("", "B", "2026-01-19T09:00Z")));
        check("2026-01-19T08:59Z", Some(("", "B", "2026-01-19T09:00Z")));
    }

    #[test]
    fn exactly_at_a_handoff_the_turn_before_it_has_passed() {
        check("2026-01-19T09:00Z", Some(("B", "C", "2026-01-26T09:00Z")));
    }
}
