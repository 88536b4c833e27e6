//! Pause, resume and "start now" (specification, Roster and life cycle 4).

use super::{handoff, middle, weekly};
use crate::fixtures::user;
use chrono::TimeDelta;

#[test]
fn a_pause_freezes_the_order_and_uses_up_nobody() {
    weekly("A B C D").paused(handoff(3), Some(handoff(5)), false).check("A B p p C D");
}

#[test]
fn a_pause_ends_the_running_turn_and_resumes_at_a_handoff() {
    weekly("A B C D").paused(middle(2), Some(middle(3)), false).check("A B>p p C D");
    weekly("A B C D").paused(middle(2), Some(handoff(3)), false).check("A B>p C D");
}

#[test]
fn a_pause_inside_a_turn_does_not_let_anybody_go_on_in_it() {
    let later = middle(2) + TimeDelta::hours(3);

    weekly("A B C D").paused(middle(2), Some(later), false).check("A B>p C D");
}

#[test]
fn start_now_lets_the_order_choose_for_the_rest_of_the_turn() {
    weekly("A B C D").paused(middle(2), Some(middle(3)), true).check("A B>p p>C D");
    weekly("A B C D")
        .away("C", middle(3), handoff(4))
        .paused(middle(2), Some(middle(3)), true)
        .check("A B>p p>D A");
    let later = middle(2) + TimeDelta::hours(3);
    weekly("A B C D").paused(middle(2), Some(later), true).check("A B>p>C D A");
}

#[test]
fn start_now_at_a_handoff_is_that_handoff() {
    weekly("A B C D").paused(middle(2), Some(handoff(3)), true).check("A B>p C D");
}

#[test]
fn start_now_without_anybody_tries_the_fallback() {
    weekly("A")
        .with(|rules| rules.fallback = Some(user("F")))
        .away("A", middle(2), handoff(3))
        .paused(middle(1), Some(middle(2)), true)
        .check("A>p p>F A");
}

#[test]
fn a_handoff_at_the_beginning_of_a_pause_does_not_happen_and_one_at_its_end_does() {
    weekly("A B C").paused(handoff(2), Some(handoff(3)), false).check("A p B C");
}

#[test]
fn pauses_that_touch_are_one() {
    weekly("A B C")
        .paused(handoff(3), Some(handoff(4)), false)
        .paused(handoff(2), Some(handoff(3)), true)
        .check("A p p B C");
    weekly("A B C")
        .paused(middle(2), Some(handoff(4)), false)
        .paused(middle(1), Some(middle(2)), true)
        .check("A>p p p B C");
}

#[test]
fn a_pause_inside_another_changes_nothing() {
    weekly("A B C")
        .paused(handoff(2), Some(handoff(4)), false)
        .paused(middle(2), Some(middle(3)), true)
        .check("A p p B C");
}

#[test]
fn a_pause_without_an_end_goes_on() {
    weekly("A B C").paused(middle(1), None, false).check("A>p p p p");
}

#[test]
fn a_pause_before_the_first_turn_lets_the_order_begin_later() {
    weekly("A B C").paused(handoff(0), Some(handoff(3)), false).check("p p A B");
    weekly("A B C").paused(handoff(-1), Some(handoff(0)), true).check("A B C");
}

#[test]
fn of_two_pauses_that_end_together_one_is_enough_to_start_now() {
    for (first, second) in [(true, false), (false, true)] {
        weekly("A B C D")
            .paused(middle(2), Some(middle(3)), first)
            .paused(handoff(3), Some(middle(3)), second)
            .check("A B>p p>C D");
    }
}
