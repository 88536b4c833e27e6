//! The oracle of the catch-up: after any down time the state is that of a service that was never down.

use crate::bench::{Bench, at, rules, user};
use chrono::{DateTime, TimeDelta, Utc};
use domain::grid::Grid;
use domain::ids::{RotationId, UserId};
use domain::rules::Rules;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use store::{TurnRecord, TurnState};
use uuid::Uuid;

/// A rotation, its people's absences, and when the service that is not always there looks.
#[derive(Debug)]
struct Case {
    rules: Rules,
    members: usize,
    /// When the rotation is made, in hours after the anchor; it may be in the middle of a turn.
    made: i64,
    /// Member, first hour after the anchor, length in hours.
    absences: Vec<(usize, i64, i64)>,
    /// Hours after the anchor.
    looks: Vec<i64>,
}

/// All that is stored of a rotation's past and of where it stands, except whether a turn was served or missed.
#[derive(Debug, PartialEq)]
struct Stored {
    last_turn: Option<UserId>,
    next_turn: u64,
    next_handoff_at: Option<DateTime<Utc>>,
    turns: Vec<TurnRecord>,
}

/// How long a case is looked at, in hours: around a change of the clocks.
const SPAN: i64 = 24 * 56;

fn cases() -> impl Strategy<Value = Case> {
    let zones = select(vec!["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Antarctica/Troll"]);
    let anchors = select(vec!["2026-03-02T09:00", "2026-03-23T02:30", "2026-10-01T00:00"]);
    let cadences = select(vec![
        r#""every": 1, "unit": "day""#,
        r#""every": 3, "unit": "day""#,
        r#""every": 1, "unit": "day", "weekdays": ["mon", "tue", "wed", "thu", "fri"]"#,
        r#""every": 1, "unit": "week""#,
        r#""every": 2, "unit": "week", "weekdays": ["mon", "wed"]"#,
        r#""every": 1, "unit": "month""#,
    ]);
    let absence = (0..5_usize, 0..SPAN, 1..24 * 20_i64);
    let hours: Vec<i64> = (1..SPAN).collect();
    (
        (zones, anchors, cadences),
        1..=5_usize,
        0..24 * 8_i64,
        prop::collection::vec(absence, 0..9),
        subsequence(hours, 0..6),
    )
        .prop_map(|((zone, anchor, cadence), members, made, absences, looks)| Case {
            rules: rules(zone, &format!(r#"{{{cadence}, "anchor": "{anchor}"}}"#)),
            members,
            made,
            absences,
            looks,
        })
}

/// Plays a case twice: one service looks at every handoff, the other now and then, and both at the end.
async fn check(bench: &Bench, number: usize, case: &Case) {
    let grid = Grid::new(&case.rules);
    let (_, anchor) = grid.first_at_or_after(at("2026-01-01T00:00:00Z")).expect("a first handoff");
    let hour = |hours: i64| anchor + TimeDelta::hours(hours);
    let turn = grid.turn_at(hour(case.made)).expect("the rotation is made in a turn");
    let next = (turn, grid.turn(turn).expect("that turn").start());
    let members: Vec<UserId> = (0..case.members).map(|n| user(&format!("U{number}M{n}"))).collect();
    for (member, from, length) in &case.absences {
        let of = &members[member % members.len()];
        bench.absence(of, hour(*from), hour(from + length)).await;
    }
    let steady = bench.rotation(&format!("steady {number}"), &members, &case.rules, next).await;
    let shaky = bench.rotation(&format!("shaky {number}"), &members, &case.rules, next).await;
    let end = hour(SPAN);

    let mut due = Some(hour(case.made));
    while let Some(now) = due.filter(|now| *now <= end) {
        assert!(bench.hand_over(steady, now).await, "a handoff is due at {now}: {case:?}");
        due = bench.find_rotation(steady).await.next_handoff_at;
    }
    for look in case.looks.iter().map(|hours| hour(*hours)).filter(|look| *look >= hour(case.made))
    {
        bench.hand_over_together(&[shaky], look).await;
    }
    bench.hand_over_together(&[shaky], end).await;

    assert_eq!(stored(bench, shaky).await, stored(bench, steady).await, "{case:?}");
    let (steady, shaky) = (bench.turns(steady).await, bench.turns(shaky).await);
    assert!(steady.iter().all(|turn| turn.state == TurnState::Served), "{case:?}");
    for turn in &shaky {
        let looks = case.looks.iter().map(|hours| hour(*hours)).chain([end]);
        let was_seen = looks
            .filter(|look| *look >= hour(case.made))
            .any(|look| turn.planned_at <= look && look < turn.ends_at);
        assert_eq!(turn.state == TurnState::Served, was_seen, "{turn:?} in {case:?}");
    }
}

async fn stored(bench: &Bench, rotation: RotationId) -> Stored {
    let record = bench.find_rotation(rotation).await;
    let same = RotationId::new(Uuid::nil());
    let turns = bench.turns(rotation).await.into_iter();
    Stored {
        last_turn: record.last_turn,
        next_turn: record.next_turn,
        next_handoff_at: record.next_handoff_at,
        turns: turns
            .map(|turn| TurnRecord { rotation: same, state: TurnState::Served, ..turn })
            .collect(),
    }
}

async fn check_many(bench: &Bench, count: usize) {
    let mut runner = TestRunner::deterministic();
    for number in 0..count {
        let case = cases().new_tree(&mut runner).expect("a case").current();
        check(bench, number, &case).await;
    }
}

#[tokio::test]
async fn after_any_down_time_the_state_is_that_of_a_service_that_was_never_down_on_sqlite() {
    check_many(&Bench::sqlite().await, 36).await;
}

#[tokio::test]
async fn after_any_down_time_the_state_is_that_of_a_service_that_was_never_down_on_postgres() {
    check_many(&Bench::postgres().await, 6).await;
}
