//! Tables of handoffs, with the changes of the clocks that are unlike others.

use super::Grid;
use crate::fixtures::{at, grid, rules, shown, shown_window};
use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::lookups;
use chrono::TimeDelta;

/// Checks the first handoffs, and that every one of them is found from its instant.
#[track_caller]
fn check_handoffs(zone: &str, cadence: &str, expected: &[&str]) {
    let grid = grid(zone, cadence);

    let starts: Vec<String> = (0..)
        .map_while(|k| grid.turn(k))
        .take(expected.len())
        .map(|turn| shown(turn.start()))
        .collect();

    assert_eq!(starts, expected);
    for (k, start) in (0..).zip(expected) {
        let start = at(start);
        let just_before = start - TimeDelta::microseconds(1);
        assert_eq!(grid.turn_at(start), Some(k));
        assert_eq!(grid.turn_at(just_before), k.checked_sub(1));
        assert_eq!(grid.first_at_or_after(start), Some((k, start)));
        assert_eq!(grid.first_at_or_after(just_before), Some((k, start)));
    }
}

/// Checks the window and the active time of one turn.
#[track_caller]
fn check_active(zone: &str, cadence: &str, k: u64, window: &str, active: &[&str]) {
    let grid = grid(zone, cadence);

    let found: Vec<String> = grid.active(k).into_iter().map(shown_window).collect();

    assert_eq!(grid.turn(k).map(shown_window).as_deref(), Some(window));
    assert_eq!(found, active);
}

#[test]
fn a_weekly_handoff_keeps_its_wall_clock_time_when_the_clocks_change() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "week", "anchor": "2026-03-23T09:00"}"#,
        &["2026-03-23T08:00Z", "2026-03-30T07:00Z", "2026-04-06T07:00Z"],
    );
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 2, "unit": "week", "anchor": "2026-10-12T09:00"}"#,
        &["2026-10-12T07:00Z", "2026-10-26T08:00Z", "2026-11-09T08:00Z"],
    );
}

#[test]
fn a_handoff_inside_a_gap_comes_as_much_later_as_the_clocks_jump() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "day", "anchor": "2026-03-28T02:30"}"#,
        &["2026-03-28T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"],
    );
    check_handoffs(
        "Australia/Lord_Howe",
        r#"{"every": 1, "unit": "day", "anchor": "2026-10-03T02:15"}"#,
        &["2026-10-02T15:45Z", "2026-10-03T15:45Z", "2026-10-04T15:15Z"],
    );
    check_handoffs(
        "Antarctica/Troll",
        r#"{"every": 1, "unit": "day", "anchor": "2026-03-28T02:30"}"#,
        &["2026-03-28T02:30Z", "2026-03-29T02:30Z", "2026-03-30T00:30Z"],
    );
}

#[test]
fn a_handoff_inside_a_fold_comes_the_first_time() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "day", "anchor": "2026-10-24T02:30"}"#,
        &["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    );
    check_handoffs(
        "Australia/Lord_Howe",
        r#"{"every": 1, "unit": "day", "anchor": "2026-04-04T01:45"}"#,
        &["2026-04-03T14:45Z", "2026-04-04T14:45Z", "2026-04-05T15:15Z"],
    );
    check_handoffs(
        "Antarctica/Troll",
        r#"{"every": 1, "unit": "day", "anchor": "2026-10-24T02:30"}"#,
        &["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T02:30Z"],
    );
}

#[test]
fn an_anchor_inside_a_gap_is_moved_and_the_grid_begins_there() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "hour", "anchor": "2026-03-29T02:30"}"#,
        &["2026-03-29T01:30Z", "2026-03-29T02:30Z", "2026-03-29T03:30Z"],
    );
}

#[test]
fn points_that_fall_on_one_instant_are_one_handoff() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "hour", "anchor": "2026-03-29T00:00"}"#,
        &["2026-03-28T23:00Z", "2026-03-29T00:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z"],
    );
    check_handoffs(
        "Antarctica/Troll",
        r#"{"every": 2, "unit": "hour", "anchor": "2026-03-29T00:00"}"#,
        &["2026-03-29T00:00Z", "2026-03-29T02:00Z", "2026-03-29T04:00Z", "2026-03-29T06:00Z"],
    );
    check_handoffs(
        "Pacific/Apia",
        r#"{"every": 1, "unit": "day", "anchor": "2011-12-28T09:00"}"#,
        &["2011-12-28T19:00Z", "2011-12-29T19:00Z", "2011-12-30T19:00Z", "2011-12-31T19:00Z"],
    );
}

#[test]
fn points_that_change_places_in_a_gap_are_sorted() {
    // 02:00 on the skipped day is moved to the 31st, and 23:00 on the skipped day behind 06:00 on the 31st.
    check_handoffs(
        "Pacific/Apia",
        r#"{"every": 7, "unit": "hour", "anchor": "2011-12-29T19:00"}"#,
        &[
            "2011-12-30T05:00Z",
            "2011-12-30T12:00Z",
            "2011-12-30T16:00Z",
            "2011-12-30T19:00Z",
            "2011-12-30T23:00Z",
            "2011-12-31T02:00Z",
            "2011-12-31T06:00Z",
            "2011-12-31T09:00Z",
            "2011-12-31T13:00Z",
            "2011-12-31T20:00Z",
        ],
    );
}

#[test]
fn hours_are_wall_clock_hours() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 8, "unit": "hour", "anchor": "2026-10-24T18:00"}"#,
        &["2026-10-24T16:00Z", "2026-10-25T00:00Z", "2026-10-25T09:00Z", "2026-10-25T17:00Z"],
    );
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "hour", "anchor": "2026-10-25T01:00"}"#,
        &["2026-10-24T23:00Z", "2026-10-25T00:00Z", "2026-10-25T02:00Z"],
    );
}

#[test]
fn months_are_clamped_from_the_anchor_and_not_step_by_step() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-31T09:00"}"#,
        &["2026-01-31T08:00Z", "2026-02-28T08:00Z", "2026-03-31T07:00Z", "2026-04-30T07:00Z"],
    );
    check_handoffs(
        "UTC",
        r#"{"every": 12, "unit": "month", "anchor": "2024-02-29T09:00"}"#,
        &["2024-02-29T09:00Z", "2025-02-28T09:00Z", "2026-02-28T09:00Z"],
    );
}

#[test]
fn an_nth_weekday_is_counted_from_the_month_of_the_anchor() {
    check_handoffs(
        "UTC",
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-05T09:00", "nth_weekday": {"nth": 1, "day": "mon"}}"#,
        &["2026-01-05T09:00Z", "2026-02-02T09:00Z", "2026-03-02T09:00Z"],
    );
    check_handoffs(
        "UTC",
        r#"{"every": 1, "unit": "month", "anchor": "2026-01-31T09:00", "nth_weekday": {"nth": -1, "day": "fri"}}"#,
        &["2026-02-27T09:00Z", "2026-03-27T09:00Z", "2026-04-24T09:00Z"],
    );
    check_handoffs(
        "UTC",
        r#"{"every": 3, "unit": "month", "anchor": "2026-01-20T09:00", "nth_weekday": {"nth": 1, "day": "mon"}}"#,
        &["2026-04-06T09:00Z", "2026-07-06T09:00Z"],
    );
}

#[test]
fn days_with_active_weekdays_begin_at_the_first_active_day() {
    check_handoffs(
        "Europe/Berlin",
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-04T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#,
        &[
            "2026-01-05T08:00Z",
            "2026-01-06T08:00Z",
            "2026-01-07T08:00Z",
            "2026-01-08T08:00Z",
            "2026-01-09T08:00Z",
            "2026-01-12T08:00Z",
        ],
    );
    check_handoffs(
        "UTC",
        r#"{"every": 2, "unit": "day", "anchor": "2026-01-06T09:00", "weekdays": ["mon", "wed", "fri"]}"#,
        &["2026-01-07T09:00Z", "2026-01-12T09:00Z", "2026-01-16T09:00Z", "2026-01-21T09:00Z"],
    );
}

#[test]
fn an_inactive_day_is_no_part_of_the_active_time() {
    let days = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#;

    check_active(
        "UTC",
        days,
        4,
        "2026-01-09T09:00Z/2026-01-12T09:00Z",
        &["2026-01-09T09:00Z/2026-01-10T09:00Z"],
    );
    check_active(
        "UTC",
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "fri"]}"#,
        1,
        "2026-01-12T09:00Z/2026-01-19T09:00Z",
        &["2026-01-12T09:00Z/2026-01-14T09:00Z", "2026-01-16T09:00Z/2026-01-17T09:00Z"],
    );
}

#[test]
fn an_active_day_that_the_zone_skips_has_no_time() {
    check_active(
        "Pacific/Apia",
        r#"{"every": 1, "unit": "day", "anchor": "2011-12-28T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#,
        2,
        "2011-12-30T19:00Z/2012-01-01T19:00Z",
        &[],
    );
}

#[test]
fn weeks_with_weekdays_hand_over_on_the_first_active_one_and_a_late_anchor_shortens_turn_0() {
    let weekly = r#"{"every": 1, "unit": "week", "anchor": "2026-01-07T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#;
    let fortnightly =
        r#"{"every": 2, "unit": "week", "anchor": "2026-01-08T09:00", "weekdays": ["tue", "thu"]}"#;
    let from_saturday =
        r#"{"every": 2, "unit": "week", "anchor": "2026-01-10T09:00", "weekdays": ["mon", "fri"]}"#;

    check_handoffs("UTC", weekly, &["2026-01-07T09:00Z", "2026-01-12T09:00Z", "2026-01-19T09:00Z"]);
    check_active(
        "UTC",
        weekly,
        0,
        "2026-01-07T09:00Z/2026-01-12T09:00Z",
        &["2026-01-07T09:00Z/2026-01-10T09:00Z"],
    );
    check_handoffs(
        "UTC",
        fortnightly,
        &["2026-01-08T09:00Z", "2026-01-20T09:00Z", "2026-02-03T09:00Z"],
    );
    check_handoffs("UTC", from_saturday, &["2026-01-12T09:00Z", "2026-01-26T09:00Z"]);
}

#[test]
fn nothing_lies_before_the_anchor() {
    let grid =
        grid("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#);

    assert_eq!(grid.turn_at(at("2026-01-05T07:59Z")), None);
    assert_eq!(grid.first_at_or_after(at("1999-01-01T00:00Z")), Some((0, at("2026-01-05T08:00Z"))));
}

#[test]
fn a_turn_far_away_is_found_at_once() {
    let hourly =
        grid("Europe/Berlin", r#"{"every": 1, "unit": "hour", "anchor": "2026-01-05T09:00"}"#);
    let far = at("2626-07-05T12:34Z");

    let k = hourly.turn_at(far).unwrap();

    assert_eq!(
        hourly.turn(k).map(shown_window).as_deref(),
        Some("2626-07-05T12:00Z/2626-07-05T13:00Z")
    );
    // Each spring loses one point and each autumn's extra hour belongs to a turn of two hours.
    let hours = (at("2626-07-05T12:00Z") - at("2026-01-05T08:00Z")).num_hours();
    assert_eq!(i64::try_from(k).unwrap(), hours - 600);
}

#[test]
fn active_days_around_a_day_that_the_zone_skipped_are_one_stretch() {
    // Friday 30 December 2011 did not exist in Apia, so Thursday's duty runs until Saturday's begins.
    check_active(
        "Pacific/Apia",
        r#"{"every": 1, "unit": "week", "anchor": "2011-12-29T09:00", "weekdays": ["thu", "sat"]}"#,
        0,
        "2011-12-29T19:00Z/2012-01-04T19:00Z",
        &["2011-12-29T19:00Z/2011-12-31T19:00Z"],
    );
}

/// Checks the active time of the turn that begins at the anchor.
#[track_caller]
fn check_duty(zone_name: &str, cadence_json: &str, duty_hours: &str, expected: &[&str]) {
    let rules = Rules {
        duty_hours: serde_json::from_str(duty_hours).unwrap(),
        ..rules(zone_name, cadence_json)
    };

    let found: Vec<String> = Grid::new(&rules).active(0).into_iter().map(shown_window).collect();

    assert_eq!(found, expected);
}

#[test]
fn duty_windows_that_abut_or_overlap_are_one_and_those_at_handoffs_are_cut() {
    check_duty(
        "UTC",
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T10:00"}"#,
        r#"[{"days": ["mon"], "from": "09:00", "to": "12:00"},
            {"days": ["mon", "tue"], "from": "12:00", "to": "17:00"},
            {"days": ["mon"], "from": "16:00", "to": "18:00"},
            {"days": ["sat"], "from": "22:00", "to": "06:00"},
            {"days": ["wed", "thu"], "from": "08:00", "to": "08:00"}]"#,
        &[
            "2026-01-05T10:00Z/2026-01-05T18:00Z",
            "2026-01-06T12:00Z/2026-01-06T17:00Z",
            "2026-01-07T08:00Z/2026-01-09T08:00Z",
            "2026-01-10T22:00Z/2026-01-11T06:00Z",
            "2026-01-12T09:00Z/2026-01-12T10:00Z",
        ],
    );
}

#[test]
fn with_active_days_duty_is_what_lies_in_both() {
    check_duty(
        "UTC",
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "fri"]}"#,
        r#"[{"days": ["mon", "fri", "sat"], "from": "08:00", "to": "17:00"},
            {"days": ["sun"], "from": "10:00", "to": "11:00"}]"#,
        &[
            "2026-01-05T09:00Z/2026-01-05T17:00Z",
            "2026-01-09T09:00Z/2026-01-09T17:00Z",
            "2026-01-10T08:00Z/2026-01-10T09:00Z",
        ],
    );
}

#[test]
fn the_ends_of_duty_windows_are_resolved_like_handoffs() {
    let night = r#"[{"days": ["sat", "sun"], "from": "02:30", "to": "03:30"}]"#;
    // The clocks jump from 02:00 to 03:00, so 02:30 is 03:30 and the window has no length.
    check_duty(
        "Europe/Berlin",
        r#"{"every": 2, "unit": "day", "anchor": "2026-03-28T00:00"}"#,
        night,
        &["2026-03-28T01:30Z/2026-03-28T02:30Z"],
    );
    // 02:30 comes twice and begins with the first one.
    check_duty(
        "Europe/Berlin",
        r#"{"every": 2, "unit": "day", "anchor": "2026-10-24T00:00"}"#,
        night,
        &["2026-10-24T00:30Z/2026-10-24T01:30Z", "2026-10-25T00:30Z/2026-10-25T02:30Z"],
    );
}

#[test]
fn a_turn_can_have_no_duty_time_at_all() {
    check_duty(
        "UTC",
        r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#,
        r#"[{"days": ["wed"], "from": "12:00", "to": "13:00"}]"#,
        &[],
    );
}

/// Checks the local days and times of the windows that are skipped in two weeks from the anchor on.
#[track_caller]
fn check_skipped(zone_name: &str, cadence_json: &str, duty_hours: &str, expected: &[&str]) {
    let rules = Rules {
        duty_hours: serde_json::from_str(duty_hours).unwrap(),
        ..rules(zone_name, cadence_json)
    };
    let grid = Grid::new(&rules);
    let start = grid.turn(0).unwrap().start();
    let window = Interval::new(start, start + TimeDelta::weeks(2)).unwrap();

    let found: Vec<String> = grid
        .skipped_windows(window)
        .into_iter()
        .map(|it| format!("{} {}-{} {}", it.date, it.from, it.to, shown(it.at)))
        .collect();

    assert_eq!(found, expected);
}

#[test]
fn duty_windows_that_the_clocks_jump_over_are_named() {
    let night = r#"[{"days": ["sat", "sun"], "from": "02:15", "to": "03:00"}]"#;
    let daily = r#"{"every": 1, "unit": "day", "anchor": "2026-03-22T09:00"}"#;
    check_skipped(
        "Europe/Berlin",
        daily,
        night,
        &["2026-03-29 02:15:00-03:00:00 2026-03-29T01:15Z"],
    );
    check_skipped("UTC", daily, night, &[]);
    // Saturday lasts until Sunday at 09:00, and Sunday is not active.
    let days = r#"{"every": 1, "unit": "day", "anchor": "2026-03-22T09:00", "weekdays": ["sat"]}"#;
    check_skipped(
        "Europe/Berlin",
        days,
        night,
        &["2026-03-29 02:15:00-03:00:00 2026-03-29T01:15Z"],
    );
    let days = r#"{"every": 1, "unit": "day", "anchor": "2026-03-22T02:00", "weekdays": ["sat"]}"#;
    check_skipped("Europe/Berlin", days, night, &[]);
    check_skipped(
        "Pacific/Apia",
        r#"{"every": 1, "unit": "day", "anchor": "2011-12-26T09:00"}"#,
        r#"[{"days": ["fri"], "from": "09:00", "to": "09:00"}]"#,
        &["2011-12-30 09:00:00-09:00:00 2011-12-30T19:00Z"],
    );
}

/// Returns how often the zone is asked for the handoffs and the active time of so many turns.
fn lookups_for(rules: &Rules, turns: usize) -> u64 {
    lookups::during(|| {
        let mut handoffs = Grid::new(rules).handoffs(0);
        let mut start = handoffs.next().unwrap();
        for _ in 0..turns {
            let end = handoffs.next().unwrap();
            let _ = handoffs.active_in(Interval::new(start, end).unwrap());
            start = end;
        }
    })
}

#[track_caller]
fn check_cost(cadence_json: &str, duty_hours: &str, turns_a_year: usize, lookups_a_year: u64) {
    let rules = Rules {
        duty_hours: serde_json::from_str(duty_hours).unwrap(),
        ..rules("Europe/Berlin", cadence_json)
    };
    for years in [1, 10, 40] {
        let lookups = lookups_for(&rules, turns_a_year * years);
        let most = (u64::try_from(years).unwrap() + 1) * lookups_a_year;
        assert!(lookups <= most, "{years} years: {lookups}");
    }
}

#[test]
fn the_zone_is_asked_near_changes_of_the_clocks_only() {
    let hourly = r#"{"every": 1, "unit": "hour", "anchor": "2026-01-05T09:00"}"#;
    check_cost(hourly, "null", 8766, 250);
    let daily = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#;
    check_cost(daily, "null", 365, 30);
    let working_days = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#;
    let working_hours =
        r#"[{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}]"#;
    check_cost(working_days, working_hours, 261, 250);
}
