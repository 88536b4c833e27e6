//! Who is told that their dates moved.

use super::{Coming, Moved, coming, compare, moved};
use crate::absence::AbsenceBook;
use crate::change::{Change, Leave, RosterChange, Timed};
use crate::engine::{Order, plan_turns};
use crate::fixtures::{at, roster, rules, shown, user};
use crate::grid::Grid;
use crate::timeline::{Standing, Timeline};

const WEEKLY: &str = r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#;

/// Returns the turns from the first Monday on with these changes on the Tuesday of its week.
fn turns_with(changes: Vec<RosterChange>, count: usize) -> Vec<Coming> {
    let absences = AbsenceBook::default();
    let tuesday = at("2026-01-06T12:00Z");
    let changes: Vec<Timed<Change>> =
        changes.into_iter().map(|what| Timed { at: tuesday, what: Change::Roster(what) }).collect();
    let start = Standing::new(rules("UTC", WEEKLY), roster("A B C D"), Order::default());
    coming(Timeline::resume(start, &absences, &changes, &[]), count)
}

fn remove(name: &str, leave: Leave) -> RosterChange {
    RosterChange::Remove { user: user(name), leave }
}

/// Returns who is told: the old and the new first day of their next turn.
fn told(moved: &[Moved]) -> Vec<String> {
    let day = |window: Option<crate::interval::Interval>| {
        window.map_or_else(|| String::from("none"), |window| shown(window.start())[5..10].into())
    };
    let line = |moved: &Moved| format!("{} {} to {}", moved.user, day(moved.was), day(moved.is));
    moved.iter().map(line).collect()
}

#[track_caller]
fn check_told(changes: Vec<RosterChange>, expected: &[&str]) {
    let difference = compare(turns_with(vec![], 12), turns_with(changes, 12), 3);

    assert_eq!(told(&difference.moved), expected);
    assert_eq!((difference.before.len(), difference.after.len()), (3, 3));
}

#[test]
fn an_edit_that_changes_nothing_is_told_to_nobody() {
    check_told(vec![], &[]);
    let same = ["A", "B", "C", "D"].map(user).to_vec();
    check_told(vec![RosterChange::Order(same)], &[]);
}

#[test]
fn those_behind_a_removed_member_come_earlier_and_are_told() {
    check_told(
        vec![remove("B", Leave::Now)],
        &["C 01-19 to 01-12", "D 01-26 to 01-19", "A 02-02 to 01-26", "B 01-12 to none"],
    );
}

#[test]
fn a_joiner_has_no_turn_before_and_those_ahead_of_them_are_not_told() {
    check_told(
        vec![RosterChange::Add { user: user("E"), before: None }],
        &["E none to 02-02", "A 02-02 to 02-09"],
    );
    check_told(
        vec![RosterChange::Add { user: user("E"), before: Some(user("D")) }],
        &["E none to 01-26", "D 01-26 to 02-02", "A 02-02 to 02-09"],
    );
}

#[test]
fn a_holder_who_is_replaced_has_their_turn_cut_short() {
    let after = turns_with(vec![remove("A", Leave::Deactivated)], 12);
    let found = moved(&turns_with(vec![], 12), &after);

    let of_a = found.iter().find(|moved| moved.user == user("A")).unwrap();
    assert_eq!(of_a.is.unwrap().end(), at("2026-01-06T12:00Z"));
    assert_eq!(after[0].people.len(), 2);
    assert_eq!(after[0].window.end(), at("2026-01-12T09:00Z"));
}

#[test]
fn the_turns_of_the_engine_and_the_stretches_of_the_timeline_show_the_same() {
    let rules = rules("UTC", WEEKLY);
    let (grid, roster, absences) = (Grid::new(&rules), roster("A B C D"), AbsenceBook::default());
    let inputs =
        crate::engine::Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &absences };

    let turns = plan_turns(&inputs, Order::default(), 0).take(9);
    let of_engine: Vec<Coming> = turns.map(|(turn, _)| Coming::from(&turn)).collect();

    assert_eq!(of_engine, turns_with(vec![], 9));
    assert_eq!(moved(&of_engine, &of_engine), []);
}
