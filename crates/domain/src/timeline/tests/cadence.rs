//! Edits of the cadence and the zone (specification, The handoff grid 8).

use super::{handoff, middle, weekly};
use crate::fixtures::{at, rules, shown_window};
use chrono::TimeDelta;

const DAILY: &str = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00"}"#;
const DAILY_AT_10: &str = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T10:00"}"#;
const WEEKLY_ON_THURSDAY: &str = r#"{"every": 1, "unit": "week", "anchor": "2026-01-08T09:00"}"#;

fn daily() -> super::Story {
    weekly("A B C").with(|all| *all = rules("UTC", DAILY))
}

#[test]
fn nine_moved_to_ten_at_half_past_nine_does_not_hand_off_again_that_day() {
    daily().recast(at("2026-01-06T09:30Z"), DAILY_AT_10, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T09:00Z B",
        "2 2026-01-07T10:00Z C",
        "3 2026-01-08T10:00Z A",
    ]);
}

#[test]
fn nine_moved_to_ten_before_nine_hands_off_at_ten() {
    daily().recast(at("2026-01-06T08:30Z"), DAILY_AT_10, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T10:00Z B",
        "2 2026-01-07T10:00Z C",
    ]);
}

#[test]
fn a_point_half_a_length_after_the_last_handoff_counts_and_an_earlier_one_does_not() {
    let at_21 = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T21:00"}"#;
    let before_21 = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T20:59"}"#;

    daily().recast(at("2026-01-06T09:30Z"), at_21, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T09:00Z B",
        "2 2026-01-06T21:00Z C",
    ]);
    daily().recast(at("2026-01-06T09:30Z"), before_21, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T09:00Z B",
        "2 2026-01-07T20:59Z C",
    ]);
}

#[test]
fn the_length_is_that_of_the_new_cadence() {
    weekly("A B C").recast(at("2026-01-12T10:00Z"), DAILY_AT_10, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-12T09:00Z B",
        "2 2026-01-13T10:00Z C",
    ]);
    // Thursday is less than half a week after Monday.
    daily().recast(at("2026-01-05T10:00Z"), WEEKLY_ON_THURSDAY, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-15T09:00Z B",
        "2 2026-01-22T09:00Z C",
    ]);
}

#[test]
fn a_month_is_thirty_days_long_for_it() {
    let monthly =
        |day: &str| format!(r#"{{"every": 1, "unit": "month", "anchor": "2026-01-{day}T09:00"}}"#);

    daily().recast(at("2026-01-05T10:00Z"), &monthly("20"), None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-20T09:00Z B",
        "2 2026-02-20T09:00Z C",
    ]);
    daily()
        .recast(at("2026-01-05T10:00Z"), &monthly("19"), None)
        .check_stretches(&["0 2026-01-05T09:00Z A", "1 2026-02-19T09:00Z B"]);
}

#[test]
fn no_handoff_lies_between_the_edit_and_a_later_anchor() {
    let from_march = r#"{"every": 1, "unit": "day", "anchor": "2026-03-01T09:00"}"#;

    daily().recast(at("2026-01-06T12:00Z"), from_march, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T09:00Z B",
        "2 2026-03-01T09:00Z C",
        "3 2026-03-02T09:00Z A",
    ]);
}

#[test]
fn an_edit_at_the_instant_of_a_handoff_sees_the_turn_already_begun() {
    daily().recast(at("2026-01-06T09:00Z"), DAILY_AT_10, None).check_stretches(&[
        "0 2026-01-05T09:00Z A",
        "1 2026-01-06T09:00Z B",
        "2 2026-01-07T10:00Z C",
    ]);
}

#[test]
fn of_several_edits_at_one_instant_the_last_wins() {
    daily()
        .recast(at("2026-01-06T09:30Z"), WEEKLY_ON_THURSDAY, None)
        .recast(at("2026-01-06T09:30Z"), DAILY_AT_10, None)
        .check_stretches(&[
            "0 2026-01-05T09:00Z A",
            "1 2026-01-06T09:00Z B",
            "2 2026-01-07T10:00Z C",
        ]);
}

#[test]
fn an_edit_before_the_first_turn_moves_the_first_handoff() {
    let later = r#"{"every": 1, "unit": "day", "anchor": "2026-01-01T10:00"}"#;

    daily()
        .recast(at("2026-01-02T10:00Z"), later, None)
        .check_stretches(&["0 2026-01-03T10:00Z A", "1 2026-01-04T10:00Z B"]);
}

#[test]
fn a_zone_edit_moves_the_wall_clock_and_a_cadence_edit_alone_keeps_the_zone() {
    daily()
        .recast(at("2026-01-05T12:00Z"), DAILY, Some("America/New_York"))
        .recast(at("2026-01-06T18:00Z"), DAILY_AT_10, None)
        .check_stretches(&[
            "0 2026-01-05T09:00Z A",
            "1 2026-01-06T14:00Z B",
            "2 2026-01-07T15:00Z C",
        ]);
}

#[test]
fn the_order_goes_on_and_who_serves_is_not_chosen_again() {
    weekly("A B C D")
        .away("B", handoff(2), handoff(3))
        .recast(middle(2), WEEKLY_ON_THURSDAY, None)
        .check_stretches(&[
            "0 2026-01-05T09:00Z A",
            "1 2026-01-12T09:00Z C",
            "2 2026-01-22T09:00Z D",
            "3 2026-01-29T09:00Z A",
        ]);
}

#[test]
fn in_a_pause_the_last_handoff_is_the_paused_one() {
    daily()
        .paused(at("2026-01-06T00:00Z"), Some(at("2026-01-06T18:00Z")), false)
        .recast(at("2026-01-06T09:30Z"), DAILY_AT_10, None)
        .check_stretches(&[
            "0 2026-01-05T09:00Z A",
            "0 2026-01-06T00:00Z p",
            "1 2026-01-06T09:00Z p",
            "2 2026-01-07T10:00Z B",
        ]);
}

#[test]
fn the_active_days_are_the_old_ones_before_the_edit_and_the_new_ones_after_it() {
    let weekend =
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["sat", "sun"]}"#;
    let story = weekly("A B").recast(handoff(1) + TimeDelta::hours(24), weekend, None);

    let active: Vec<String> =
        story.stretches(1)[0].active.iter().map(|part| shown_window(*part)).collect();

    assert_eq!(active, ["2026-01-05T09:00Z/2026-01-06T09:00Z"]);
}

#[test]
fn at_one_instant_a_pause_comes_before_the_handoff_and_an_edit_after_it() {
    weekly("A B C")
        .recast(handoff(2), DAILY, None)
        .paused(handoff(2), None, false)
        .check_stretches(&[
            "0 2026-01-05T09:00Z A",
            "1 2026-01-12T09:00Z p",
            "2 2026-01-13T09:00Z p",
        ]);
}
