//! The worked sequences, and who is passed over when.

use super::{Inputs, Order, Skip, SkipReason, plan_turn, plan_turns};
use crate::absence::{Absence, AbsenceBook, whole_days};
use crate::fixtures::{absence, at, roster, rules, user};
use crate::grid::Grid;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use crate::skip::SkipRule;
use chrono::{NaiveDate, TimeDelta};

const WEEKLY: &str = r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#;

fn weekly() -> Rules {
    rules("Europe/Berlin", WEEKLY)
}

/// Returns who serves the first turns, `-` for nobody.
fn sequence(rules: &Rules, roster: &Roster, absences: &AbsenceBook, turns: usize) -> String {
    let grid = Grid::new(rules);
    let inputs = Inputs { rules, grid: &grid, roster, absences };
    let holders: Vec<String> = plan_turns(&inputs, Order::default(), 0)
        .take(turns)
        .map(|(turn, _)| turn.holder().map_or_else(|| "-".into(), ToString::to_string))
        .collect();
    holders.join(" ")
}

/// Returns an absence over whole turns, the first week being 1.
fn away(name: &str, from_week: u64, to_week: u64) -> Absence {
    let grid = Grid::new(&weekly());
    let first = grid.turn(from_week - 1).unwrap();
    let last = grid.turn(to_week - 1).unwrap();
    absence(name, Interval::new(first.start(), last.end()).unwrap())
}

fn hours(start: &str, hours: i64) -> Interval {
    Interval::new(at(start), at(start) + TimeDelta::hours(hours)).unwrap()
}

#[track_caller]
fn check_sequence(absences: Vec<Absence>, expected: &str) {
    let turns = expected.split(' ').count();

    let found = sequence(&weekly(), &roster("A B C D"), &AbsenceBook::new(absences), turns);

    assert_eq!(found, expected);
}

/// Checks who serves the first turn when A is away like that.
#[track_caller]
fn check_first(rules: &Rules, window: Interval, expected: &str) {
    let book = AbsenceBook::new([absence("A", window)]);

    let found = sequence(rules, &roster("A B"), &book, 1);

    assert_eq!(found, expected);
}

#[test]
fn the_worked_sequences_come_out() {
    check_sequence(vec![], "A B C D A B");
    check_sequence(vec![away("B", 2, 2)], "A C D A B C");
    check_sequence(vec![away("B", 2, 4)], "A C D A B C");
    check_sequence(vec![away("B", 2, 2), away("C", 2, 2)], "A D A B C D");
    let everybody = ["A", "B", "C", "D"].map(|name| away(name, 2, 2));
    check_sequence(everybody.into(), "A - B C D A");
}

#[test]
fn someone_passed_over_is_named_with_share_and_last_day() {
    let rules = weekly();
    let grid = Grid::new(&rules);
    let date = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    let window = whole_days(&rules.zone, date(12), date(18));
    let book = AbsenceBook::new([absence("B", window)]);
    let roster = roster("A B C D");
    let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &book };

    let (turn, order) = plan_turn(&inputs, &Order::after(Some(user("A"))), 1).unwrap();

    assert_eq!(
        turn.window,
        Interval::new(at("2026-01-12T08:00Z"), at("2026-01-19T08:00Z")).unwrap()
    );
    assert_eq!(turn.holder().cloned(), Some(user("C")));
    assert_eq!(order.last_turn, Some(user("C")));
    let [Skip { member, reason: SkipReason::Away { share, until: Some(until) } }] = &*turn.skipped
    else {
        panic!("{:?}", turn.skipped)
    };
    assert_eq!(*member, user("B"));
    assert_eq!(format!("{share:.4}"), "0.9464");
    assert_eq!(rules.zone.date_of(*until), date(18));
}

#[test]
fn an_open_end_has_no_last_day() {
    let rules = weekly();
    let grid = Grid::new(&rules);
    let open = Absence { user: user("A"), start: at("2026-01-01T00:00Z"), end: None };
    let book = AbsenceBook::new([open]);
    let roster = roster("A B");
    let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &book };

    let (turn, _) = plan_turn(&inputs, &Order::default(), 50).unwrap();

    let expected = SkipReason::Away { share: 1.0, until: None };
    assert_eq!(turn.skipped, [Skip { member: user("A"), reason: expected }]);
}

#[test]
fn when_nobody_can_serve_the_order_stays_and_everybody_is_named() {
    let rules = weekly();
    let grid = Grid::new(&rules);
    let book = AbsenceBook::new([away("B", 1, 1)]);
    let gone = Member { user: user("A"), is_present: false };
    let roster = Roster::new(vec![gone, Member::present(user("B"))]).unwrap();
    let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &book };
    let order = Order::after(Some(user("B")));

    let (turn, after) = plan_turn(&inputs, &order, 0).unwrap();

    assert_eq!(turn.holder().cloned(), None);
    assert_eq!(after, order);
    let named: Vec<&str> = turn.skipped.iter().map(|skip| skip.member.as_str()).collect();
    assert_eq!(named, ["A", "B"]);
    assert_eq!(turn.skipped[0].reason, SkipReason::Deactivated);
}

#[test]
fn the_only_one_who_is_free_stays_on() {
    let book = AbsenceBook::new([away("B", 1, 3)]);

    let found = sequence(&weekly(), &roster("A B"), &book, 5);

    assert_eq!(found, "A A A B A");
}

#[test]
fn a_last_turn_who_is_no_member_lets_the_first_begin() {
    let rules = weekly();
    let grid = Grid::new(&rules);
    let (roster, book) = (roster("A B"), AbsenceBook::default());
    let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &book };

    let (turn, _) = plan_turn(&inputs, &Order::after(Some(user("Z"))), 0).unwrap();

    assert_eq!(turn.holder().cloned(), Some(user("A")));
}

#[test]
fn one_day_of_five_is_kept_and_two_are_not() {
    let working_week = rules(
        "UTC",
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#,
    );

    check_first(&working_week, hours("2026-01-06T00:00Z", 24), "A");
    check_first(&working_week, hours("2026-01-06T00:00Z", 48), "B");
    // Saturday from 09:00 and Sunday are no active time at all.
    check_first(&working_week, hours("2026-01-10T09:00Z", 48), "A");
}

#[test]
fn half_a_day_of_a_daily_shift_is_too_much_and_a_quarter_is_not() {
    let daily = rules("UTC", r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#);

    check_first(&daily, hours("2026-01-05T09:00Z", 12), "B");
    check_first(&daily, hours("2026-01-05T09:00Z", 6), "A");
}

#[test]
fn each_skip_rule_draws_its_own_line() {
    let daily = |skip| Rules {
        skip,
        ..rules("UTC", r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#)
    };

    check_first(&daily(SkipRule::Any), hours("2026-01-06T08:00Z", 1), "B");
    check_first(&daily(SkipRule::Any), hours("2026-01-06T09:00Z", 1), "A");
    check_first(&daily(SkipRule::AtLeastHours(8.0)), hours("2026-01-06T01:00Z", 24), "B");
    check_first(&daily(SkipRule::AtLeastHours(8.0)), hours("2026-01-06T02:00Z", 24), "A");
    check_first(&daily(SkipRule::Never), hours("2026-01-01T00:00Z", 1000), "A");
    check_first(&daily(SkipRule::OverShare(0.0)), hours("2026-01-05T09:00Z", 1), "B");
}

#[test]
fn nobody_is_away_for_a_turn_without_active_time() {
    let days = r#"{"every": 1, "unit": "day", "anchor": "2011-12-30T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#;
    let rules = Rules { skip: SkipRule::Any, ..rules("Pacific/Apia", days) };

    check_first(&rules, hours("2011-12-01T00:00Z", 2000), "A");
}

#[test]
fn an_absence_that_many_entries_make_up_is_measured_once() {
    let day = |from: &str| absence("A", hours(from, 24));
    let twice = AbsenceBook::new([day("2026-01-06T00:00Z"), day("2026-01-06T00:00Z")]);

    let found = sequence(&weekly(), &roster("A B"), &twice, 1);

    assert_eq!(found, "A");
}
