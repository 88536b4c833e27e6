//! The JSON form of a cadence, its faults and its words.

use super::{Cadence, Unit, Weekdays};
use crate::fixtures::{cadence, local, zone};
use chrono::Weekday;

#[track_caller]
fn check_words(json: &str, expected: &str) {
    assert_eq!(cadence(json).in_words(), expected);
}

#[track_caller]
fn check_faults(json: &str, expected: &[&str]) {
    let faults = cadence(json).validate(&zone("Europe/Berlin")).unwrap_err();

    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown, expected);
}

#[test]
fn the_json_form_is_read_and_written() {
    let json = r#"{"every":1,"unit":"week","anchor":"2026-01-05T09:00","weekdays":["mon","fri"],"nth_weekday":null}"#;

    let read = cadence(json);

    assert_eq!(read.every, 1);
    assert_eq!(read.unit, Unit::Week);
    assert_eq!(read.anchor, local("2026-01-05T09:00"));
    assert_eq!(read.weekdays, Some([Weekday::Mon, Weekday::Fri].into_iter().collect()));
    assert_eq!(read.nth_weekday, None);
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn an_nth_weekday_is_read_and_written() {
    let json = r#"{"every":1,"unit":"month","anchor":"2026-01-05T09:00","weekdays":null,"nth_weekday":{"nth":-1,"day":"fri"}}"#;

    assert_eq!(serde_json::to_string(&cadence(json)).unwrap(), json);
}

#[test]
fn what_cannot_be_read_is_refused_in_plain_words() {
    let check = |json: &str, expected: &str| {
        let fault = serde_json::from_str::<Cadence>(json).unwrap_err().to_string();
        assert!(fault.starts_with(expected), "{fault}");
    };

    check(
        r#"{"every": 1, "unit": "week", "anchor": "5 January"}"#,
        "“5 January” is not a local time; write it as 2026-01-05T09:00, without a zone",
    );
    check(
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00Z"}"#,
        "“2026-01-05T09:00Z” is not a local time",
    );
    check(
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["monday"]}"#,
        "“monday” is not a weekday; use mon, tue, wed, thu, fri, sat or sun",
    );
}

#[test]
fn every_setting_out_of_bounds_is_a_fault_of_its_own() {
    check_faults(
        r#"{"every": 0, "unit": "day", "anchor": "2026-01-05T09:00:30", "weekdays": []}"#,
        &[
            "every: 0 is not between 1 and 9000",
            "anchor: handoffs are to the minute; leave the seconds out, as in 09:00",
            "weekdays: name at least one weekday, or leave them out for every day",
        ],
    );
    check_faults(
        r#"{"every": 9001, "unit": "hour", "anchor": "+262000-01-01T09:00", "weekdays": ["mon"], "nth_weekday": {"nth": 1, "day": "mon"}}"#,
        &[
            "every: 9001 is not between 1 and 9000",
            "anchor: the year is not between 1 and 9999",
            "weekdays: weekdays go with the units day and week only",
            "nth_weekday: an n-th weekday goes with the unit month only",
        ],
    );
    check_faults(
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-05T09:00", "nth_weekday": {"nth": 5, "day": "mon"}}"#,
        &["nth_weekday.nth: use 1, 2, 3 or 4, or -1 for the last one of the month"],
    );
}

#[test]
fn the_longest_cadence_from_the_last_anchor_is_valid() {
    let json = r#"{"every": 9000, "unit": "month", "anchor": "9999-12-31T23:59"}"#;

    assert_eq!(cadence(json).validate(&zone("Pacific/Apia")), Ok(()));
}

#[test]
fn a_cadence_reads_as_people_say_it() {
    check_words(
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#,
        "every week on Monday at 09:00",
    );
    check_words(
        r#"{"every": 2, "unit": "week", "anchor": "2026-01-05T09:00"}"#,
        "every 2 weeks on Monday at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#,
        "every day at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}"#,
        "every day at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#,
        "Monday to Friday at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "wed", "fri"]}"#,
        "Monday, Wednesday and Friday at 09:00",
    );
    check_words(
        r#"{"every": 2, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["sat", "sun"]}"#,
        "every 2 active days (Saturday and Sunday) at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-07T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#,
        "every week on Monday at 09:00 (Monday to Friday)",
    );
    check_words(
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-31T09:00"}"#,
        "every month on the 31st (or the month's last day) at 09:00",
    );
    check_words(
        r#"{"every": 3, "unit": "month", "anchor": "2026-01-22T09:00"}"#,
        "every 3 months on the 22nd at 09:00",
    );
    check_words(
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-01T09:00", "nth_weekday": {"nth": -1, "day": "fri"}}"#,
        "every month on the last Friday at 09:00",
    );
    check_words(
        r#"{"every": 8, "unit": "hour", "anchor": "2026-01-05T02:00"}"#,
        "every 8 hours, counted from 02:00",
    );
}

#[test]
fn a_set_of_weekdays_counts_from_monday_and_knows_no_doubles() {
    let days: Weekdays = [Weekday::Sun, Weekday::Mon, Weekday::Sun].into_iter().collect();

    assert_eq!(days.len(), 2);
    assert_eq!(days.iter().collect::<Vec<_>>(), [Weekday::Mon, Weekday::Sun]);
    assert_eq!(Weekdays::monday_to_friday().len(), 5);
}
