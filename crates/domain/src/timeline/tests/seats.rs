//! Several seats, and the order that changes leave behind (specification, Who is next 8-9).

use super::{handoff, middle, remove, weekly};
use crate::change::Leave;
use crate::fixtures::user;

#[test]
fn a_replacement_stands_last_and_the_order_goes_on_after_it() {
    weekly("A B C D E")
        .with(|rules| rules.seats = 2)
        .when(middle(1), remove("A", Leave::Now))
        .check("A+B>B+C D+E B+C");
}

#[test]
fn an_empty_seat_is_filled_by_nobody_on_duty_and_the_fallback_is_not_needed() {
    weekly("A B")
        .with(|rules| {
            rules.seats = 2;
            rules.fallback = Some(user("F"));
        })
        .when(middle(1), remove("A", Leave::Now))
        .check("A+B>B B");
}

#[test]
fn the_fallback_takes_one_seat() {
    weekly("A B")
        .with(|rules| {
            rules.seats = 2;
            rules.fallback = Some(user("F"));
        })
        .away("A", handoff(1), handoff(2))
        .away("B", handoff(1), handoff(2))
        .check("F A+B A+B");
}

#[test]
fn both_holders_removed_are_replaced_one_after_the_other() {
    weekly("A B C D E")
        .with(|rules| rules.seats = 2)
        .when(middle(1), remove("A", Leave::Now))
        .when(middle(1), remove("B", Leave::Now))
        .check("A+B>C+D E+C D+E");
}

#[test]
fn a_seat_that_was_empty_stays_empty_when_a_holder_is_replaced() {
    weekly("A B C")
        .with(|rules| rules.seats = 3)
        .away("C", handoff(1), middle(1))
        .when(middle(1), remove("A", Leave::Now))
        .check("A+B>B+C B+C");
}

#[test]
fn a_paused_turn_counts_towards_the_age_of_what_is_owed() {
    let owed = |weeks: i64| {
        weekly("A B C").with(|rules| rules.make_up = true).away("B", handoff(2), handoff(3)).paused(
            handoff(3),
            Some(handoff(3 + weeks)),
            false,
        )
    };

    // Skipped at turn 1: it can be taken at turns 2 to 4.
    owed(1).check("A C p B A");
    owed(2).check("A C p p B A");
    owed(3).check("A C p p p A B");
}

#[test]
fn a_fallback_whom_slack_has_deactivated_does_not_stand_in() {
    let left_alone = |leave| {
        weekly("A B")
            .with(|rules| rules.fallback = Some(user("A")))
            .away("B", handoff(1), handoff(3))
            .when(middle(1), remove("A", leave))
    };

    left_alone(Leave::Deactivated).check("A>- - B");
    // Who only left the rotation is still the one named to stand in.
    left_alone(Leave::Now).check("A>A A B");
}

#[test]
fn a_replacement_to_whom_a_turn_is_owed_keeps_what_is_owed() {
    // B is owed a turn since week 2, replaces C in it, and goes ahead of the order in week 3 all the same.
    weekly("A B C D")
        .with(|rules| rules.make_up = true)
        .away("B", handoff(2), middle(2))
        .away("D", middle(2), handoff(4))
        .away("A", middle(2), handoff(3))
        .when(middle(2), remove("C", Leave::Now))
        .check("A C>B B D A");
}
