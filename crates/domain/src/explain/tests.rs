//! What a person reads who asks why.

use super::{DebtFate, Explanation, Verdict, explain};
use crate::absence::{Absence, AbsenceBook, whole_days};
use crate::engine::{Inputs, Order, Owed, SeatedBy, SkipReason};
use crate::fixtures::{absence, roster, rules, user, zone};
use crate::grid::Grid;
use crate::roster::{Member, Roster};
use crate::rules::Rules;

fn weekly() -> Rules {
    rules("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#)
}

/// Returns an absence over days of January 2026.
fn away(name: &str, from: u32, to: u32) -> Absence {
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    absence(name, whole_days(&zone("Europe/Berlin"), day(from), day(to)))
}

/// Explains the week that begins on 12 January.
fn explained(rules: &Rules, roster: &Roster, absences: Vec<Absence>, order: &Order) -> Explanation {
    let (grid, absences) = (Grid::new(rules), AbsenceBook::new(absences));
    explain(&Inputs { rules, grid: &grid, roster, absences: &absences }, order, 1).unwrap()
}

#[track_caller]
fn check_words(explanation: &Explanation, expected: &[&str]) {
    let words = explanation.in_words(&zone("Europe/Berlin"));

    assert_eq!(words[2..], *expected, "{words:#?}");
}

#[test]
fn the_ring_is_told_from_the_one_after_the_last_turn() {
    let absences = vec![away("B", 12, 18), away("C", 12, 12)];

    let found = explained(&weekly(), &roster("A B C D"), absences, &Order::after(Some(user("A"))));

    let words = found.in_words(&zone("Europe/Berlin"));
    assert_eq!(
        words,
        [
            "Turn 1, 2026-01-12 09:00 to 2026-01-19 09:00: the last turn by order was A's.",
            "Whoever is away for more than 25 % of it is passed over.",
            "B was passed over: away for 94.6 % (159 h), until 2026-01-18.",
            "C serves, next in order, though away for 8.9 %.",
            "D was not asked: somebody else had the seat.",
            "A was not asked: somebody else had the seat.",
        ]
    );
    assert!((found.of(&user("C")).unwrap().measured.share - 15.0 / 168.0).abs() < 1e-9);
    assert_eq!(found.of(&user("Z")), None);
}

#[test]
fn a_made_up_turn_and_the_debts_around_it_are_told() {
    let rules = Rules { make_up: true, seats: 2, ..weekly() };
    let owed = |name: &str, since| Owed { member: user(name), since };
    let order = Order { last_turn: Some(user("B")), owed: vec![owed("B", 0), owed("D", 0)] };

    let found =
        explained(&rules, &roster("A B C D"), vec![away("C", 12, 18), away("D", 12, 18)], &order);

    check_words(
        &found,
        &[
            "C was passed over: away for 94.6 % (159 h), until 2026-01-18.",
            "D was passed over: away for 94.6 % (159 h), until 2026-01-18.",
            "A serves, next in order.",
            "B serves to make up for a turn.",
            "Turn 0 of B is made up for.",
            "Turn 0 of D is still owed.",
            "Turn 1 of C is owed from now on.",
        ],
    );
    assert_eq!(found.of(&user("B")).unwrap().verdict, Verdict::Serves(SeatedBy::MakeUp));
}

#[test]
fn a_debt_that_is_too_old_is_told_to_lapse() {
    let rules = Rules { make_up: true, ..weekly() };
    let (grid, absences) = (Grid::new(&rules), AbsenceBook::default());
    let roster = roster("A B");
    let inputs = Inputs { rules: &rules, grid: &grid, roster: &roster, absences: &absences };
    let owed = Owed { member: user("B"), since: 0 };
    let order = Order { last_turn: None, owed: vec![owed] };

    assert_eq!(explain(&inputs, &order, 2).unwrap().debts[0].fate, DebtFate::Paid);
    assert_eq!(explain(&inputs, &order, 3).unwrap().debts[0].fate, DebtFate::Lapsed);
}

#[test]
fn the_fallback_is_told_needed_or_not_or_away_too() {
    let rules = Rules { fallback: Some(user("F")), ..weekly() };
    let check = |absences: Vec<Absence>, expected: &str| {
        let found = explained(&rules, &roster("A"), absences, &Order::default());
        assert_eq!(found.in_words(&zone("Europe/Berlin")).last().unwrap(), expected);
    };

    check(vec![], "F need not stand in.");
    check(vec![away("F", 12, 18)], "F need not stand in.");
    check(vec![away("A", 12, 18)], "F stands in, since nobody else can.");
    check(
        vec![away("A", 12, 18), away("F", 12, 18)],
        "F cannot stand in: away for 94.6 % (159 h), until 2026-01-18.",
    );
}

#[test]
fn who_is_not_in_slack_and_who_has_no_end_are_told_apart() {
    let gone = Member { user: user("A"), is_present: false };
    let members = Roster::new(vec![gone, Member::present(user("B"))]).unwrap();
    let open = Absence { end: None, ..away("B", 1, 2) };

    let found = explained(&weekly(), &members, vec![open], &Order::default());

    check_words(
        &found,
        &[
            "A was passed over: is not in the workspace any more.",
            "B was passed over: away for 100 % (168 h), nobody knows until when.",
        ],
    );
    let verdict = &found.of(&user("A")).unwrap().verdict;
    assert_eq!(*verdict, Verdict::PassedOver(SkipReason::Deactivated));
}
