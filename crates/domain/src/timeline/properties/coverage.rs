//! Coverage is laid over the order and never moves it (specification, Coverage 1 and 5).

use super::{Story, any_story, member, portion};
use crate::absence::Absence;
use crate::coverage::{Coverage, Swap};
use crate::engine::properties::TURNS;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::plan::{PlanRequest, Reach, Window, make_plan};
use crate::shift::{Right, Shift};
use chrono::TimeDelta;
use proptest::prelude::*;

/// A cover: by whom, of whom, and from where to where of the time looked at.
type ShareCovered = (usize, Option<usize>, f64, f64);

fn any_covers() -> impl Strategy<Value = Vec<ShareCovered>> {
    let of = prop::option::weighted(0.8, 0..8_usize);
    prop::collection::vec((0..8_usize, of, 0.0..1.0_f64, 0.0..0.3_f64), 1..8)
}

/// Returns the shifts with this laid over the story.
fn shifts_with(
    story: &Story,
    absences: &[Absence],
    coverage: Vec<Coverage>,
    swaps: Vec<Swap>,
) -> Vec<Shift> {
    let Story { standing, changes, pauses, .. } = story;
    let request = PlanRequest {
        name: "any".into(),
        rules: standing.rules.clone(),
        roster: standing.roster.clone(),
        last_turn: standing.order.last_turn.clone(),
        absences: absences.to_vec(),
        coverage,
        swaps,
        changes: changes.clone(),
        pauses: pauses.clone(),
    };
    let window = Window { from: None, reach: Reach::Until(story.end()) };
    make_plan(&request, &window).expect("it is near the anchor").shifts
}

/// Returns those who hold the seats of a shift by order, whoever serves.
fn holders(shift: &Shift) -> Vec<&UserId> {
    let own = shift.seats.iter().filter(|seat| seat.right != Right::Taken);
    own.map(|seat| seat.covered_for().unwrap_or(&seat.user)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn neither_cover_nor_swap_moves_the_order(
        story in any_story(),
        away in prop::collection::vec((0..8_usize, 0.0..1.0_f64, 0.0..0.3_f64), 0..8),
        covers in any_covers(),
        swaps in prop::collection::vec((0..TURNS, 1..6_u64), 0..2),
    ) {
        let covers = covers.into_iter().map(|(by, of, from, length)| {
            let start = story.instant(from);
            let end = start + portion(story.span.1, length) + TimeDelta::seconds(1);
            let window = Interval::new(start, end).unwrap();
            Coverage { by: member(by), of: of.map(member), window }
        });
        let swaps = swaps.into_iter().map(|(turn, after)| Swap { turn, with: turn + after });

        let absences: Vec<Absence> = away.into_iter().map(|(who, from, length)| {
            let start = story.instant(from);
            Absence { user: member(who), start, end: Some(start + portion(story.span.1, length)) }
        }).collect();

        let bare = shifts_with(&story, &absences, Vec::new(), Vec::new());
        let covered = shifts_with(&story, &absences, covers.collect(), swaps.collect());

        for shift in &covered {
            let at = shift.window.start();
            let same = bare.iter().find(|bare| bare.window.contains(at)).unwrap();
            prop_assert_eq!(shift.turn, same.turn);
            prop_assert_eq!(holders(shift), holders(same), "from {}", at);
        }
    }
}
