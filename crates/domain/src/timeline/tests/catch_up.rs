//! What a walk after down time finds: the turns that were missed, who is on now, and what comes next.

use super::*;

/// Returns the holders of the turns missed since the middle of week 1, the one of the turn that runs now and when it
/// ends; nothing where the turn of week 1 still runs.
fn caught_up_at(now: &str) -> Option<(String, String, String)> {
    let story = weekly("A B C D");
    let book = AbsenceBook::default();
    let order = Order::after(story.last_turn.clone());
    let standing = Standing::new(story.rules, crate::fixtures::roster(story.roster), order);
    let mut timeline = Timeline::resume(standing, &book, &[], &[]);
    timeline.advance_to(middle(1));

    let passed = timeline.advance_to(at(now));

    let standing = timeline.standing();
    let running = standing.running.filter(|running| running.turn > 0)?;
    let missed = passed.iter().filter(|stretch| stretch.turn > 0).map(people);
    let holder = running.open_stretch().map(|stretch| people(&stretch))?;
    Some((missed.collect::<Vec<_>>().join(" "), holder, shown(standing.next?.at)))
}

#[track_caller]
fn check(now: &str, expected: Option<(&str, &str, &str)>) {
    let expected = expected.map(|(missed, on, next)| (missed.into(), on.into(), next.into()));

    assert_eq!(caught_up_at(now), expected);
}

#[test]
fn down_from_before_handoff_2_to_after_handoff_4_misses_b_and_c() {
    check("2026-01-26T10:00Z", Some(("B C", "D", "2026-02-02T09:00Z")));
}

#[test]
fn a_handoff_still_to_come_is_nothing_to_catch_up_with() {
    check("2026-01-12T08:59Z", None);
}

#[test]
fn a_handoff_that_is_only_late_is_not_missed() {
    check("2026-01-12T09:00Z", Some(("", "B", "2026-01-19T09:00Z")));
    check("2026-01-19T08:59Z", Some(("", "B", "2026-01-19T09:00Z")));
}

#[test]
fn exactly_at_a_handoff_the_turn_before_it_has_passed() {
    check("2026-01-19T09:00Z", Some(("B", "C", "2026-01-26T09:00Z")));
}
