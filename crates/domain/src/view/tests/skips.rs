//! Skips: on which shift they are shown, and where a finding tells of them.

use super::{Story, day};

#[test]
fn skips_are_shown_on_the_first_shift_that_the_holder_serves() {
    let story = Story::of(&["0: 5-12 A on 6-8,9-11 skips B C", "1: 12-19 B"]);

    story.check(&[
        "0: 5-6 off",
        "0: 6-8 A skips B C",
        "0: 8-9 off",
        "0: 9-11 A",
        "0: 11-12 off",
        "1: 12-19 B",
    ]);
    story.covers(&["D of A 5-9.5"]).check(&[
        "0: 5-6 off",
        "0: 6-8 D for A",
        "0: 8-9 off",
        "0: 9-9.5 D for A",
        "0: 9.5-11 A skips B C",
        "0: 11-12 off",
        "1: 12-19 B",
    ]);
}

#[test]
fn one_seat_that_its_holder_serves_shows_them() {
    let story = Story::of(&["0: 5-12 A+C skips B"]).seats(2).covers(&["D of A 5-7"]);

    story.check(&["0: 5-7 D for A + C skips B", "0: 7-12 A + C"]);
}

#[test]
fn an_unassigned_shift_shows_them() {
    let story = Story::of(&["0: 5-12 - skips A B"]).covers(&["A of - 5-6"]);

    story.check(&["0: 5-6 A taken", "0: 6-12 - skips A B"]);
    story.check_findings(&[]);
}

#[test]
fn without_a_shift_that_shows_them_they_are_a_finding() {
    #[track_caller]
    fn check(stretches: &[&str], covers: &[&str]) {
        let story = Story::of(stretches).covers(covers);
        story.check_findings(&["0: 5-12 Passed over for this turn: B (away 50.0 %)."]);
    }
    check(&["0: 5-12 A skips B", "1: 12-19 A"], &["C of A 5-12"]);
    check(&["0: 5-12 - skips B"], &["C of - 5-12"]);
    check(&["0: 5-12 !F skips B", "1: 12-19 A"], &[]);
    check(&["0: 5-12 A on never skips B"], &[]);
    check(&["0: 5-7 A skips B", "0: 7-10 ~C", "0: 10-12 paused", "1: 12-19 D"], &["C of A 5-7"]);
}

#[test]
fn a_later_stretch_of_the_turn_can_show_them() {
    let story = Story::of(&["0: 5-8 A+C skips B", "0: 8-12 C+~D"]).seats(2);
    let story = story.covers(&["X of A 5-8", "Y of C 5-8"]);

    story.check(&["0: 5-8 X for A + Y for C", "0: 8-12 C + D skips B"]);
    story.check_findings(&[]);
}

#[test]
fn those_whom_slack_has_deactivated_are_no_finding() {
    Story::of(&["0: 5-12 !F skips xB"]).check_findings(&[]);
    Story::of(&["0: 5-12 !F skips xB C"])
        .check_findings(&["0: 5-12 Passed over for this turn: C (away 50.0 %)."]);
}

#[test]
fn a_finding_names_ten_at_most() {
    let many = "0: 5-12 !F skips A B C D E G H I J K L M";
    let story = Story::of(&[many]);
    let (_, view) = story.view();

    let text = &view.findings(day(12.0))[0].text;

    assert!(text.contains("K (away 50.0 %) and 2 more."), "{text}");
}
