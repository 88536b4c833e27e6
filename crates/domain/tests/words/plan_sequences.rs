//! The worked sequences of the specification, from the file to the shifts.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::plan::{PlanRequest, Reach, Window, make_plan, read_plan};
use domain::shift::Shift;

const EVERYBODY: [&str; 4] = ["A", "B", "C", "D"];

#[test]
fn nobody_away() {
    check("{}", "A B C D A B");
}

#[test]
fn b_away_in_week_2() {
    check(&away(&["B"], 2, 2), "A C D A B C");
}

#[test]
fn b_away_in_week_2_with_make_up() {
    let file = format!(r#"{{"rotation": {{"make_up": true}}, {}"#, &away(&["B"], 2, 2)[1..]);

    check(&file, "A C B D A B");
}

#[test]
fn b_away_in_weeks_2_to_4() {
    check(&away(&["B"], 2, 4), "A C D A B C");
}

#[test]
fn b_and_c_away_in_week_2() {
    check(&away(&["B", "C"], 2, 2), "A D A B C D");
}

#[test]
fn all_away_in_week_2() {
    check(&away(&EVERYBODY, 2, 2), "A - B C D A");
}

#[test]
fn c_covers_b_in_week_2() {
    let (start, end) = (handoff(2), handoff(3));

    let file = format!(
        r#"{{"coverage": [{{"by": "C", "of": "B", "start": "{start:?}", "end": "{end:?}"}}]}}"#
    );

    check(&file, "A B(C) C D A B");
}

#[test]
fn e_joins_in_week_2_while_b_is_on() {
    let at = in_week(2);

    check(&format!(r#"{{"roster_changes": [{{"at": "{at:?}", "add": "E"}}]}}"#), "A B C D A E B");
}

#[test]
fn c_removed_in_week_1() {
    for when in ["now", "next_handoff"] {
        let at = in_week(1);
        let change = format!(r#"{{"at": "{at:?}", "remove": "C", "when": "{when}"}}"#);

        check(&format!(r#"{{"roster_changes": [{change}]}}"#), "A B D A B D");
    }
}

#[test]
fn b_the_holder_deactivated_in_week_2() {
    let at = in_week(2);
    let change = format!(r#"{{"at": "{at:?}", "remove": "B", "deactivated": true}}"#);

    check(&format!(r#"{{"roster_changes": [{change}]}}"#), "A B>C D A C D");
}

#[test]
fn paused_in_weeks_3_and_4() {
    let (start, end) = (handoff(3), handoff(5));

    let file = format!(r#"{{"pauses": [{{"start": "{start:?}", "end": "{end:?}"}}]}}"#);

    check(&file, "A B - - C D");
}

/// Checks who serves in the first weeks, given what a file has beside the rotation of A, B, C and D.
///
/// A week is written as "B(C)" where C serves for B, "B>C" where C takes over, and "-" where nobody serves.
#[track_caller]
fn check(file: &str, expected: &str) {
    let weeks = expected.split(' ').count();
    let window = Window { from: None, reach: Reach::Until(handoff(weeks as u64 + 1)) };

    let plan = make_plan(&request(file), &window).unwrap();

    let turns = plan.shifts.chunk_by(|before, after| before.turn == after.turn);
    let turns: Vec<String> =
        turns.map(|shifts| shifts.iter().map(shown).collect::<Vec<_>>().join(">")).collect();
    assert_eq!(turns.join(" "), expected);
}

fn shown(shift: &Shift) -> String {
    let Some(seat) = shift.seats.first() else { return "-".into() };
    match seat.covered_for() {
        Some(holder) => format!("{holder}({})", seat.user),
        None => seat.user.to_string(),
    }
}

#[track_caller]
fn request(file: &str) -> PlanRequest {
    let mut file: serde_json::Value = serde_json::from_str(file).unwrap();
    let rotation = &mut file["rotation"];
    rotation["name"] = "support".into();
    rotation["zone"] = "Europe/Berlin".into();
    rotation["members"] = EVERYBODY.into();
    rotation["cadence"] =
        serde_json::json!({"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"});
    read_plan(file.to_string(), false).unwrap()
}

/// Returns the file in which people are away from one week to another, both inclusive.
fn away(who: &[&str], first: u64, last: u64) -> String {
    let (from, to) = (monday(first), monday(last + 1).pred_opt().unwrap());
    let absences: Vec<String> = who
        .iter()
        .map(|who| format!(r#"{{"member": "{who}", "from": "{from}", "to": "{to}"}}"#))
        .collect();
    format!(r#"{{"absences": [{}]}}"#, absences.join(", "))
}

fn monday(week: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + Days::new(7 * (week - 1))
}

/// Returns the instant of a handoff, the first counted as 1; Berlin is an hour ahead in winter.
fn handoff(week: u64) -> DateTime<Utc> {
    monday(week).and_hms_opt(8, 0, 0).unwrap().and_utc()
}

/// Returns an instant in the middle of a week.
fn in_week(week: u64) -> DateTime<Utc> {
    handoff(week) + TimeDelta::hours(50)
}
