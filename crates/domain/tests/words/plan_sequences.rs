//! The worked sequences of the specification, from the file to the shifts.

use domain::plan::{Reach, Window, make_plan, read_plan};

#[test]
fn b_away_in_week_2() {
    check(&[("B", 2, 2)], "A C D A B C");
}

#[test]
fn b_away_in_weeks_2_to_4() {
    check(&[("B", 2, 4)], "A C D A B C");
}

#[test]
fn b_and_c_away_in_week_2() {
    check(&[("B", 2, 2), ("C", 2, 2)], "A D A B C D");
}

#[test]
fn all_away_in_week_2() {
    check(&[("A", 2, 2), ("B", 2, 2), ("C", 2, 2), ("D", 2, 2)], "A - B C D A");
}

#[test]
fn nobody_away() {
    check(&[], "A B C D A B");
}

/// Checks who serves in weeks 1 to 6, with people away from one week to another, both inclusive.
#[track_caller]
fn check(absences: &[(&str, u64, u64)], expected: &str) {
    let monday = |week: u64| {
        let first: chrono::NaiveDate = "2026-01-05".parse().unwrap();
        first + chrono::Days::new(7 * (week - 1))
    };
    let absences: Vec<String> = absences
        .iter()
        .map(|(who, first, last)| {
            let (from, to) = (monday(*first), monday(last + 1).pred_opt().unwrap());
            format!(r#"{{"member": "{who}", "from": "{from}", "to": "{to}"}}"#)
        })
        .collect();
    let file = format!(
        r#"{{"rotation": {{"name": "support", "zone": "Europe/Berlin", "members": ["A", "B", "C", "D"],
            "cadence": {{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}}}},
            "absences": [{}]}}"#,
        absences.join(", ")
    );

    let request = read_plan(file, false).unwrap();
    let plan = make_plan(&request, &Window { from: None, reach: Reach::Count(6) }).unwrap();

    let served: Vec<&str> = plan
        .shifts
        .iter()
        .map(|shift| shift.members().next().map_or("-", |member| member.as_str()))
        .collect();
    assert_eq!(served.join(" "), expected);
}
