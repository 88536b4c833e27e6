//! Covers: who serves for whom, and when nobody does.

use super::{Story, day};

fn three_weeks() -> Story {
    Story::of(&["0: 5-12 A", "1: 12-19 B", "2: 19-26 C"])
}

#[test]
fn cover_of_a_part_leaves_the_rest_to_the_holder() {
    let story = three_weeks().covers(&["A of B 13-14"]);

    story.check(&["0: 5-12 A", "1: 12-13 B", "1: 13-14 A for B", "1: 14-19 B", "2: 19-26 C"]);
    story.check_findings(&[]);
}

#[test]
fn cover_works_in_each_turn_of_its_window_that_is_theirs() {
    let story = Story::of(&["0: 5-12 A", "1: 12-19 B", "2: 19-26 A"]).covers(&["C of A 6-22"]);

    story.check(&["0: 5-6 A", "0: 6-12 C for A", "1: 12-19 B", "2: 19-22 C for A", "2: 22-26 A"]);
    story.check_findings(&[]);
}

#[test]
fn of_overlapping_cover_the_first_made_wins_whatever_begins_first() {
    let story = three_weeks().covers(&["C of A 7-9", "B of A 6-10"]);

    story.check(&[
        "0: 5-6 A",
        "0: 6-7 B for A",
        "0: 7-9 C for A",
        "0: 9-10 B for A",
        "0: 10-12 A",
        "1: 12-19 B",
        "2: 19-26 C",
    ]);
    story.check_findings(&[]);
}

#[test]
fn cover_of_the_same_by_the_same_is_one_shift() {
    let story = three_weeks().covers(&["C of A 6-8", "C of A 7-9", "C of A 9-10"]);

    story.check(&["0: 5-6 A", "0: 6-10 C for A", "0: 10-12 A", "1: 12-19 B", "2: 19-26 C"]);
}

#[test]
fn cover_without_any_effect_is_found_once_over_its_window() {
    three_weeks()
        .covers(&["C of B 6-8"])
        .check_findings(&["0: 6-8 Cover of B by C has no effect: B is not on duty then."]);
    three_weeks()
        .covers(&["C of A 6-9", "B of A 7-8"])
        .check_findings(&["0: 7-8 Cover of A by B has no effect: somebody else covers A already."]);
    three_weeks()
        .covers(&["A of A 6-8"])
        .check_findings(&["0: 6-8 Cover of A by A has no effect: nobody covers themselves."]);
    three_weeks().covers(&["C of - 13-14"]).check_findings(&[
        "1: 13-14 Cover of a free seat by C has no effect: no seat is free then.",
    ]);
}

#[test]
fn cover_of_a_coverer_has_no_effect() {
    let story = three_weeks().covers(&["B of A 6-9", "C of B 7-8"]);

    story.check(&["0: 5-6 A", "0: 6-9 B for A", "0: 9-12 A", "1: 12-19 B", "2: 19-26 C"]);
    story.check_findings(&["0: 7-8 Cover of B by C has no effect: B is not on duty then."]);
}

#[test]
fn cover_has_no_effect_while_the_coverer_holds_another_seat() {
    let story = Story::of(&["0: 5-12 A+B", "1: 12-19 C+A"]).seats(2).covers(&["B of A 6-14"]);

    story.check(&["0: 5-12 A + B", "1: 12-14 C + B for A", "1: 14-19 C + A"]);
    story.check_findings(&["0: 6-12 Cover of A by B has no effect: B is on duty then."]);
}

#[test]
fn cover_has_no_effect_while_the_coverer_covers_another_seat() {
    let story = Story::of(&["0: 5-12 A+B"]).seats(2).covers(&["C of A 6-9", "C of B 7-11"]);

    story.check(&["0: 5-6 A + B", "0: 6-9 C for A + B", "0: 9-11 A + C for B", "0: 11-12 A + B"]);
    story.check_findings(&["0: 7-9 Cover of B by C has no effect: C is on duty then."]);
}

#[test]
fn a_holder_who_is_covered_can_cover_another_seat() {
    let story = Story::of(&["0: 5-12 A+B"]).seats(2).covers(&["C of A 6-9", "A of B 7-8"]);

    story.check(&[
        "0: 5-6 A + B",
        "0: 6-7 C for A + B",
        "0: 7-8 C for A + A for B",
        "0: 8-9 C for A + B",
        "0: 9-12 A + B",
    ]);
    story.check_findings(&[]);
}

#[test]
fn a_cover_sees_only_those_made_before_it() {
    let story = Story::of(&["0: 5-12 A+B"]).seats(2).covers(&["A of B 6-9", "C of A 6-9"]);

    story.check(&["0: 5-6 A + B", "0: 6-9 C for A + B", "0: 9-12 A + B"]);
    story.check_findings(&["0: 6-9 Cover of B by A has no effect: A is on duty then."]);
}

#[test]
fn time_in_which_the_coverer_is_on_duty_is_one_finding_for_each_stretch_of_duty() {
    let story = Story::of(&["0: 5-12 A+B on 6-7,8-9,9.5-10", "1: 12-19 C+A"]);
    let story = story.seats(2).covers(&["B of A 6.5-14"]);

    story.check_findings(&[
        "0: 6.5-7 Cover of A by B has no effect: B is on duty then.",
        "0: 8-9 Cover of A by B has no effect: B is on duty then.",
        "0: 9.5-10 Cover of A by B has no effect: B is on duty then.",
    ]);
}

#[test]
fn cover_by_somebody_who_leaves_ends_then_and_a_return_does_not_revive_it() {
    let story = three_weeks().covers(&["D of A 6-10", "D of A 7.5-9", "D of C 20-22"]);
    let story = story.leaves("D", 7.0).returns("D", 8.0);

    story.check(&[
        "0: 5-6 A",
        "0: 6-7 D for A",
        "0: 7-12 A",
        "1: 12-19 B",
        "2: 19-20 C",
        "2: 20-22 D for C",
        "2: 22-26 C",
    ]);
    story.check_findings(&["0: 7.5-9 Cover of A by D has no effect: D has left by then."]);
}

#[test]
fn where_a_coverer_leaves_the_next_cover_takes_over() {
    let story = three_weeks().covers(&["D of A 6-10", "C of A 5-12"]).leaves("D", 8.0);

    story.check(&[
        "0: 5-6 C for A",
        "0: 6-8 D for A",
        "0: 8-12 C for A",
        "1: 12-19 B",
        "2: 19-26 C",
    ]);
}

#[test]
fn cover_of_somebody_who_leaves_passes_to_nobody() {
    let story = Story::of(&["0: 5-8 A", "0: 8-12 ~B"]).covers(&["C of A 6-10"]).leaves("A", 8.0);

    story.check(&["0: 5-6 A", "0: 6-8 C for A", "0: 8-12 B"]);
    story.check_findings(&[]);
}

#[test]
fn a_turn_that_nobody_can_serve_can_be_taken_by_hand() {
    let story = Story::of(&["0: 5-12 -"]).covers(&["A of - 6-8", "B of - 7-9"]);

    story.check(&["0: 5-6 -", "0: 6-8 A taken", "0: 8-9 B taken", "0: 9-12 -"]);
    story.check_findings(&[]);
}

#[test]
fn free_seats_are_taken_as_long_as_there_are_any() {
    let story = Story::of(&["0: 5-12 A"]).seats(3);
    let story =
        story.covers(&["A of - 5-6", "B of - 6-10", "C of - 7-9", "D of - 8-9", "B of A 6-8"]);

    story.check(&[
        "0: 5-6 A",
        "0: 6-7 A + B taken",
        "0: 7-9 A + B taken + C taken",
        "0: 9-10 A + B taken",
        "0: 10-12 A",
    ]);
    story.check_findings(&[
        "0: 5-6 Cover of a free seat by A has no effect: A is on duty then.",
        "0: 6-8 Cover of A by B has no effect: B is on duty then.",
        "0: 8-9 Cover of a free seat by D has no effect: no seat is free then.",
    ]);
}

#[test]
fn in_a_pause_and_off_hours_nobody_takes_a_seat() {
    let story = Story::of(&["0: 5-12 A on 6-8", "0: 12-19 paused", "1: 19-26 - on 20-21"]);
    let story = story.covers(&["B of - 5-26", "B of A 5-26"]);

    story.check(&[
        "0: 5-6 off",
        "0: 6-8 B for A",
        "0: 8-12 off",
        "0: 12-19 paused",
        "1: 19-20 off",
        "1: 20-21 B taken",
        "1: 21-26 off",
    ]);
    story.check_findings(&[]);
}

#[test]
fn the_fallback_can_be_covered() {
    let story = Story::of(&["0: 5-12 !F"]).covers(&["A of F 6-8", "B of - 6-8"]);

    story.check(&["0: 5-6 F", "0: 6-8 A for F", "0: 8-12 F"]);
    story
        .check_findings(&["0: 6-8 Cover of a free seat by B has no effect: no seat is free then."]);
}

#[test]
fn duty_windows_stay_shifts_of_their_own() {
    let story = Story::of(&["0: 5-12 A on 5-6,7-8,9-10"]).covers(&["B of A 7-7.5", "C of A 9-10"]);

    story.check(&[
        "0: 5-6 A",
        "0: 6-7 off",
        "0: 7-7.5 B for A",
        "0: 7.5-8 A",
        "0: 8-9 off",
        "0: 9-10 C for A",
        "0: 10-12 off",
    ]);
}

#[test]
fn cover_that_can_still_come_to_have_an_effect_is_not_found() {
    let story = three_weeks().covers(&["A of C 12-20", "A of C 30-31"]);
    let early = Story { stretches: story.stretches[..2].to_vec(), ..story.clone() };

    early.check_findings(&[]);
    story.check_findings(&[]);
    story.check_findings_until(
        day(31.0),
        &["2: 30-31 Cover of C by A has no effect: C is not on duty then."],
    );
}

#[test]
fn cover_before_the_anchor_is_found() {
    three_weeks()
        .covers(&["A of C 1-5"])
        .check_findings(&["0: 1-5 Cover of C by A has no effect: C is not on duty then."]);
}
