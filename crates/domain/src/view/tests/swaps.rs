//! Swaps: two members serve each other's turns.

use super::Story;

fn three_weeks() -> Story {
    Story::of(&["0: 5-12 A", "1: 12-19 B", "2: 19-26 C"])
}

#[test]
fn a_swap_exchanges_two_whole_turns() {
    let story = three_weeks().swaps(&[(2, 0)]);

    story.check(&["0: 5-12 C for A", "1: 12-19 B", "2: 19-26 A for C"]);
    story.check_findings(&[]);
}

#[test]
fn days_that_somebody_else_covers_keep_their_coverer() {
    let story = three_weeks().swaps(&[(0, 2)]).covers(&["B of A 6-7", "B of C 8-9"]);

    story.check(&[
        "0: 5-6 C for A",
        "0: 6-7 B for A",
        "0: 7-8 C for A",
        "0: 8-9 B for A",
        "0: 9-12 C for A",
        "1: 12-19 B",
        "2: 19-26 A for C",
    ]);
    story.check_findings(&[]);
}

#[test]
fn a_holder_who_takes_a_day_back_serves_in_their_own_seat() {
    let story = three_weeks().swaps(&[(0, 2)]).covers(&["A of C 6-7"]);

    story.check(&[
        "0: 5-6 C for A",
        "0: 6-7 A",
        "0: 7-12 C for A",
        "1: 12-19 B",
        "2: 19-26 A for C",
    ]);
}

#[test]
fn only_the_first_seats_are_exchanged() {
    let story = Story::of(&["0: 5-12 A+B", "1: 12-19 C+D"]).seats(2).swaps(&[(0, 1)]);

    story.check(&["0: 5-12 C for A + B", "1: 12-19 A for C + D"]);
}

#[test]
fn who_is_swapped_in_is_on_duty_and_who_is_swapped_out_is_not() {
    let story = Story::of(&["0: 5-12 A+B", "1: 12-19 C+D"]).seats(2).swaps(&[(0, 1)]);
    let story = story.covers(&["C of B 6-7", "A of B 8-9"]);

    story.check(&[
        "0: 5-8 C for A + B",
        "0: 8-9 C for A + A for B",
        "0: 9-12 C for A + B",
        "1: 12-19 A for C + D",
    ]);
    story.check_findings(&["0: 6-7 Cover of B by C has no effect: C is on duty then."]);
}

#[test]
fn a_swap_ends_in_both_turns_where_the_holder_is_removed() {
    let story = Story::of(&["0: 5-8 A", "0: 8-12 ~B", "1: 12-19 C"]);
    let story = story.swaps(&[(0, 1)]).leaves("A", 8.0).returns("A", 9.0);

    story.check(&["0: 5-8 C for A", "0: 8-12 B", "1: 12-19 C"]);
    story.check_findings(&[]);
}

#[test]
fn a_swap_ends_where_the_one_who_is_swapped_in_leaves() {
    let story = three_weeks().swaps(&[(0, 2)]).leaves("A", 20.0);
    story.check(&["0: 5-12 C for A", "1: 12-19 B", "2: 19-20 A for C", "2: 20-26 C"]);

    let story = three_weeks().swaps(&[(0, 2)]).leaves("A", 14.0);
    story.check(&["0: 5-12 C for A", "1: 12-19 B", "2: 19-26 C"]);
}

#[test]
fn somebody_who_is_gone_when_the_first_turn_begins_makes_the_swap_void() {
    let story = three_weeks().swaps(&[(0, 2)]).leaves("C", 4.0).returns("C", 13.0);

    story.check(&["0: 5-12 A", "1: 12-19 B", "2: 19-26 C"]);
    story.check_findings(&["0: 5-12 The swap of turns 0 and 2 has no effect: C has left by then."]);
}

#[test]
fn a_swap_of_which_one_turn_has_no_member_has_no_effect() {
    #[track_caller]
    fn check(second: &str, expected: &str) {
        let story = Story::of(&["0: 5-8 A", "0: 8-12 A", second]).swaps(&[(0, 1)]);
        let (shifts, _) = story.view();
        assert!(
            shifts.iter().flat_map(|shift| &shift.seats).all(|seat| seat.covered_for().is_none())
        );
        let expected = format!("0: 5-12 The swap of turns 0 and 1 has no effect: {expected}.");
        story.check_findings(&[&expected]);
    }
    check("1: 12-19 -", "turn 1 has no member whose turn it is");
    check("1: 12-19 !F", "turn 1 has no member whose turn it is");
    check("1: 12-19 paused", "turn 1 has no member whose turn it is");
    check("2: 12-19 B", "there is no turn 1");
    check("1: 12-19 A", "both are turns of A");
    check("1: 12-19 ^B+A", "A has another seat in turn 1");
}

#[test]
fn of_two_swaps_of_one_turn_the_first_made_counts() {
    let story = three_weeks().swaps(&[(0, 1), (1, 2)]);

    story.check(&["0: 5-12 B for A", "1: 12-19 A for B", "2: 19-26 C"]);
    story.check_findings(&[
        "1: 12-19 The swap of turns 1 and 2 has no effect: turn 1 is swapped already.",
    ]);
}

#[test]
fn a_make_up_turn_can_be_swapped() {
    let story = Story::of(&["0: 5-12 ^A", "1: 12-19 B"]).swaps(&[(0, 1)]);

    story.check(&["0: 5-12 B for A", "1: 12-19 A for B"]);
}

#[test]
fn a_swap_rests_while_the_other_has_a_seat_of_their_own() {
    let story =
        Story::of(&["0: 5-8 A+D", "0: 8-12 A+~C", "1: 12-19 C+B"]).seats(2).swaps(&[(0, 1)]);

    story.check(&["0: 5-8 C for A + D", "0: 8-12 A + C", "1: 12-19 A for C + B"]);
}

#[test]
fn a_pause_ends_the_swap_of_its_turn() {
    let story = Story::of(&["0: 5-7 A", "0: 7-9 paused", "0: 9-12 ~A", "1: 12-19 B"]);
    let story = story.swaps(&[(0, 1)]);

    story.check(&["0: 5-7 B for A", "0: 7-9 paused", "0: 9-12 A", "1: 12-19 A for B"]);
}
