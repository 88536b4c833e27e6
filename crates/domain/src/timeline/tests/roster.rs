//! Joiners, leavers and the ring (specification, Roster and life cycle 1-2; Who is next 9).

use super::{add, add_before, handoff, middle, remove, weekly};
use crate::change::{Leave, RosterChange};
use crate::fixtures::user;
use chrono::TimeDelta;

#[test]
fn a_joiner_is_placed_before_the_holder_and_serves_last() {
    weekly("A B C D").when(middle(2), add("E")).check("A B C D A E B");
}

#[test]
fn a_joiner_at_the_instant_of_a_handoff_comes_before_it() {
    weekly("A B C D").when(handoff(2), add("E")).check("A B C D E A");
}

#[test]
fn a_joiner_is_placed_before_the_holder_seated_first() {
    weekly("A B C D")
        .with(|rules| rules.seats = 2)
        .when(middle(2), add("E"))
        .check("A+B C+D A+B E+C");
}

#[test]
fn a_joiner_is_placed_before_the_last_turn_where_nobody_is_on() {
    let everybody_away = ["A", "B", "C", "D"]
        .iter()
        .fold(weekly("A B C D"), |story, name| story.away(name, handoff(2), handoff(3)));

    everybody_away.when(middle(2), add("E")).check("A - B C D E A");
    weekly("A B C")
        .paused(middle(2), Some(middle(3)), false)
        .when(handoff(3), add("E"))
        .check("A B>p p C A E B");
}

#[test]
fn a_joiner_before_the_first_turn_serves_last() {
    weekly("A B C").when(handoff(0), add("E")).check("A B C E A");
    let mut after_b = weekly("A B C").when(handoff(0), add("E"));
    after_b.last_turn = Some(user("B"));
    after_b.check("C A E B");
}

#[test]
fn a_joiner_is_not_placed_by_the_fallback() {
    weekly("A B")
        .with(|rules| rules.fallback = Some(user("B")))
        .when(handoff(1), remove("B", Leave::Now))
        .away("A", handoff(2), handoff(3))
        .when(middle(2), add("E"))
        .check("A B E A");
}

#[test]
fn a_joiner_may_be_placed_by_hand() {
    weekly("A B C D").when(middle(2), add_before("E", "D")).check("A B C E D A B");
}

#[test]
fn a_joiner_does_not_take_an_unassigned_turn_that_runs() {
    weekly("A").away("A", handoff(1), handoff(2)).when(middle(1), add("E")).check("- A E");
}

#[test]
fn removing_somebody_who_is_not_on_leaves_the_others_in_order() {
    weekly("A B C D").when(middle(1), remove("C", Leave::Now)).check("A B D A B D");
    weekly("A B C D").when(middle(1), remove("C", Leave::NextHandoff)).check("A B D A B D");
    weekly("A B C D").when(middle(3), remove("B", Leave::Deactivated)).check("A B C D A C D");
}

#[test]
fn a_holder_removed_now_is_replaced_by_the_next_free_member() {
    weekly("A B C D").when(middle(2), remove("B", Leave::Now)).check("A B>C D A C D");
    weekly("A B C D").when(middle(2), remove("B", Leave::Deactivated)).check("A B>C D A C D");
}

#[test]
fn a_holder_removed_at_the_next_handoff_serves_until_then() {
    weekly("A B C D").when(middle(2), remove("B", Leave::NextHandoff)).check("A B C D A C D");
}

#[test]
fn removed_at_the_next_handoff_means_one_at_that_very_instant() {
    weekly("A B C D").when(handoff(2), remove("B", Leave::NextHandoff)).check("A C D A C");
}

#[test]
fn a_removal_that_is_pending_is_cancelled_by_adding_them_and_they_keep_their_place() {
    weekly("A B C D")
        .when(middle(2), remove("C", Leave::NextHandoff))
        .when(middle(2) + TimeDelta::hours(1), add("C"))
        .check("A B C D A B");
}

#[test]
fn a_replacement_is_measured_against_the_rest_of_the_turn() {
    let removed = || weekly("A B C D").when(middle(2), remove("B", Leave::Now));

    removed().away("C", handoff(2), middle(2)).check("A B>C D A");
    removed().away("C", middle(2) + TimeDelta::hours(42), handoff(3)).check("A B>D A C");
    let quarter = TimeDelta::hours(21);
    removed().away("C", middle(2), middle(2) + quarter).check("A B>C D A");
}

#[test]
fn where_nobody_is_free_the_rest_is_unassigned_and_the_mark_keeps_the_place() {
    weekly("A B C")
        .away("C", handoff(2), handoff(3))
        .away("A", handoff(2), handoff(3))
        .when(middle(2), remove("B", Leave::Now))
        .check("A B>- C A C");
}

#[test]
fn where_nobody_is_free_the_fallback_takes_the_rest() {
    let removed = |roster| {
        weekly(roster)
            .with(|rules| rules.fallback = Some(user("F")))
            .when(middle(1), remove("A", Leave::Now))
    };

    removed("A").check("A>F F");
    removed("A B").away("B", handoff(1), handoff(2)).check("A>F B B");
    removed("A").away("F", middle(1), handoff(2)).check("A>- F");
}

#[test]
fn a_last_turn_who_leaves_keeps_the_place_until_the_order_moves() {
    weekly("A B C D")
        .when(middle(2), remove("B", Leave::NextHandoff))
        .paused(middle(2), Some(handoff(4)), false)
        .when(handoff(3), remove("A", Leave::Now))
        .check("A B>p p C D C");
}

#[test]
fn a_joiner_before_the_mark_serves_last() {
    weekly("A B C D")
        .paused(middle(2), Some(handoff(4)), false)
        .when(middle(3), remove("B", Leave::Now))
        .when(middle(3) + TimeDelta::hours(1), add("E"))
        .check("A B>p p C D A E C");
}

#[test]
fn who_comes_back_before_the_order_has_moved_does_not_let_it_jump() {
    weekly("A B C")
        .paused(middle(1), Some(handoff(3)), false)
        .when(handoff(2), remove("A", Leave::Now))
        .when(middle(2), add_before("A", "C"))
        .check("A>p p B A C B");
}

#[test]
fn a_roster_may_become_empty_and_fill_again() {
    weekly("A")
        .when(middle(1), remove("A", Leave::Now))
        .when(middle(2), add("B"))
        .check("A>- - B B");
}

#[test]
fn another_order_counts_from_the_one_who_holds_the_duty() {
    let reversed = RosterChange::Order(["D", "C", "B", "A"].map(user).to_vec());

    weekly("A B C D").when(middle(2), reversed).check("A B A D C B A");
}

#[test]
fn what_is_owed_to_somebody_who_leaves_is_forgotten() {
    weekly("A B C D")
        .with(|rules| rules.make_up = true)
        .away("B", handoff(2), handoff(3))
        .when(middle(2), remove("B", Leave::Now))
        .when(middle(2) + TimeDelta::hours(1), add("B"))
        .check("A C D A B C");
}

#[test]
fn owed_turns_wait_for_the_next_handoff() {
    weekly("A B C D")
        .with(|rules| rules.make_up = true)
        .away("B", handoff(2), handoff(2) + TimeDelta::hours(50))
        .when(middle(2), remove("C", Leave::Now))
        .check("A C>D B A B D");
}

#[test]
fn a_holder_who_leaves_in_off_hours_is_replaced_by_nobody_and_nobodys_turn_is_used_up() {
    let cadence = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T09:00",
                      "weekdays": ["mon", "tue", "wed", "thu", "fri"]}"#;
    let saturday_noon = crate::fixtures::at("2026-01-10T12:00Z");

    // Friday's E is off from Saturday 09:00 on, and Monday is F's as it was.
    weekly("A B C D E F")
        .with(|rules| rules.cadence = crate::fixtures::cadence(cadence))
        .when(saturday_noon, remove("E", Leave::Deactivated))
        .check("A B C D E>- F A");
}
