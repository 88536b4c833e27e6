//! Seats, make-up turns, the fallback and duty hours in the file of a plan.

use crate::plan_files::{faults, file, request};
use domain::ids::UserId;
use domain::plan::read_plan;

#[test]
fn seats_make_up_and_the_fallback_are_read() {
    let settings = r#""seats": 1000, "make_up": true, "fallback": "Zoe""#;

    let rules = request(&file(settings, "")).rules;

    assert_eq!((rules.seats, rules.make_up), (1000, true));
    assert_eq!(rules.fallback, Some(UserId::new("Zoe")));
}

#[test]
fn duty_hours_are_read_and_may_run_over_midnight() {
    let settings = r#""duty_hours": [
        {"days": ["mon", "tue"], "from": "09:00", "to": "17:30"},
        {"days": ["fri"], "from": "22:00", "to": "06:00"},
        {"days": ["sun"], "from": "00:00", "to": "00:00"}
    ]"#;

    let hours = request(&file(settings, "")).rules.duty_hours.unwrap();

    let json = serde_json::to_string(&hours).unwrap();
    assert_eq!(
        json,
        r#"[{"days":["mon","tue"],"from":"09:00","to":"17:30"},{"days":["fri"],"from":"22:00","to":"06:00"},{"days":["sun"],"from":"00:00","to":"00:00"}]"#
    );
}

#[test]
fn toml_says_the_same_of_the_rules() {
    let toml = r#"
        [rotation]
        name = "desk"
        zone = "Europe/Berlin"
        members = ["A", "B", "C"]
        seats = 2
        make_up = true
        fallback = "Zoe"
        cadence = { unit = "week", anchor = 2026-01-05T09:00:00 }

        [[rotation.duty_hours]]
        days = ["mon", "fri"]
        from = 09:00:00
        to = "17:00"
    "#;
    let settings = r#""seats": 2, "make_up": true, "fallback": "Zoe",
        "duty_hours": [{"days": ["mon", "fri"], "from": "09:00", "to": "17:00"}]"#;

    assert_eq!(read_plan(toml, true), Ok(request(&file(settings, ""))));
}

#[test]
fn a_setting_is_told_where_it_goes_wrong() {
    for (settings, expected) in [
        (r#""seats": 0"#, "seats: must be from 1 to 1000"),
        (r#""seats": 1001"#, "seats: must be from 1 to 1000"),
        (r#""seats": 65537"#, "seats: must be from 1 to 1000"),
        (r#""seats": -1"#, "seats: must be from 1 to 1000"),
        (r#""seats": 1.5"#, "seats: must be a whole number, not a number"),
        (r#""seat": 1"#, "seat: is not a field here; did you mean “seats”?"),
        (r#""make_up": "yes""#, "make_up: must be true or false, not text"),
        (r#""makeup": true"#, "makeup: is not a field here; did you mean “make_up”?"),
        (r#""fallback": ["A"]"#, "fallback: must be text, not a list"),
        (r#""fallback": " A""#, "fallback: must not be empty nor have space around it"),
        (r#""duty_hours": {}"#, "duty_hours: must be a list, not an object"),
        (
            r#""duty_hours": []"#,
            "duty_hours: name at least one window, or leave the duty hours out",
        ),
    ] {
        assert_eq!(faults(&file(settings, "")), format!("rotation.{expected}"), "{settings}");
    }
}

#[test]
fn a_duty_window_is_told_where_it_goes_wrong() {
    let time = "a time of day; write it as 09:00, and midnight as 00:00";
    for (window, expected) in [
        ("7", String::from(": must be an object, not a whole number")),
        (r#"{"from": "09:00", "to": "17:00"}"#, String::from(".days: is missing")),
        (
            r#"{"days": [], "from": "09:00", "to": "17:00"}"#,
            String::from(".days: name at least one weekday"),
        ),
        (
            r#"{"days": ["mo"], "from": "09:00", "to": "17:00"}"#,
            String::from(".days[0]: “mo” is not one of mon, tue, wed, thu, fri, sat and sun"),
        ),
        (
            r#"{"days": ["mon", "mon"], "from": "09:00", "to": "17:00"}"#,
            String::from(".days[1]: is in the list twice"),
        ),
        (r#"{"days": ["mon"], "to": "17:00"}"#, String::from(".from: is missing")),
        (
            r#"{"days": ["mon"], "from": "09:00", "to": "24:00"}"#,
            format!(".to: “24:00” is not {time}"),
        ),
        (
            r#"{"days": ["mon"], "from": "9:00", "to": "17:00"}"#,
            format!(".from: “9:00” is not {time}"),
        ),
        (
            r#"{"days": ["mon"], "from": "09:00:30", "to": "17:00"}"#,
            format!(".from: “09:00:30” is not {time}"),
        ),
        (
            r#"{"days": ["mon"], "from": "09:00", "until": "17:00", "to": "17:00"}"#,
            String::from(".until: is not a field here; there are days, from, to"),
        ),
    ] {
        let settings = format!(r#""duty_hours": [{window}]"#);
        let expected = format!("rotation.duty_hours[0]{expected}");
        assert_eq!(faults(&file(&settings, "")), expected, "{window}");
    }
}

#[test]
fn weekdays_and_duty_hours_that_never_meet_are_told() {
    let settings = r#""duty_hours": [{"days": ["sat"], "from": "09:30", "to": "17:00"}]"#;
    let whole = file(settings, "");
    let weekdays =
        |days: &str| whole.replace(r#""week""#, &format!(r#""week", "weekdays": {days}"#));

    let told = faults(&weekdays(r#"["thu", "fri"]"#));

    assert!(told.starts_with("rotation.duty_hours: never meet the active weekdays"), "{told}");
    assert!(read_plan(weekdays(r#"["sat"]"#), false).is_ok());
}

#[test]
fn more_windows_than_a_week_can_use_are_refused() {
    let window = r#"{"days": ["mon"], "from": "09:00", "to": "17:00"}"#;
    let settings = format!(r#""duty_hours": [{}]"#, vec![window; 337].join(","));

    let expected = "rotation.duty_hours: has 337 entries; 336 is the most";
    assert_eq!(faults(&file(&settings, "")), expected);
}
