//! Coverers who are away.

use super::{Story, span, window};
use crate::absence::AbsenceBook;
use crate::fixtures::absence;
use crate::view::find_away_coverers;

#[track_caller]
fn check(story: &Story, absences: &[(&str, &str)], expected: &[&str]) {
    let book = absences.iter().map(|(name, when)| absence(name, window(when)));
    let (shifts, _) = story.view();

    let findings: Vec<String> = find_away_coverers(&shifts, &AbsenceBook::new(book))
        .iter()
        .map(|found| format!("{}: {} {}", found.turn, span(found.window), found.text))
        .collect();

    assert_eq!(findings, expected);
}

#[test]
fn any_overlap_of_cover_with_an_absence_is_found_once() {
    let story = Story::of(&["0: 5-12 A on 5-6,7-8,9-10,11-12", "1: 12-19 B"]);
    let story = story.covers(&["C of A 5-10.5", "C of B 12-13"]);

    check(&story, &[("C", "6-7"), ("C", "10-12"), ("A", "1-30")], &[]);
    check(
        &story,
        &[("C", "7.5-9.25"), ("C", "12.5-20")],
        &[
            "0: 7.5-9.25 C serves for somebody else then, and is away.",
            "1: 12.5-13 C serves for somebody else then, and is away.",
        ],
    );
}

#[test]
fn cover_that_was_interrupted_is_another_run() {
    let story = Story::of(&["0: 5-12 A"]).covers(&["C of A 5-7", "C of A 8-10"]);

    check(
        &story,
        &[("C", "4-11")],
        &[
            "0: 5-7 C serves for somebody else then, and is away.",
            "0: 8-10 C serves for somebody else then, and is away.",
        ],
    );
}

#[test]
fn who_took_a_free_seat_or_swapped_in_covers_as_well() {
    let story = Story::of(&["0: 5-12 A", "1: 12-19 B"]).seats(2);
    let story = story.swaps(&[(0, 1)]).covers(&["C of - 6-8"]);

    check(
        &story,
        &[("C", "7-9"), ("B", "5-6")],
        &[
            "0: 5-6 B serves for somebody else then, and is away.",
            "0: 7-8 C serves for somebody else then, and is away.",
        ],
    );
}
