//! A rotation that is to stop rests from its next handoff on, whatever moves that.

use super::{Story, handoff, middle, people, weekly};
use crate::absence::AbsenceBook;
use crate::change::Pause;
use crate::engine::{Order, Stretch};
use crate::timeline::{Mode, Standing, Timeline};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

/// Returns where a rotation stands at an instant, and is to stop from then on.
fn stopping(story: &Story, book: &AbsenceBook, at: DateTime<Utc>) -> Standing {
    let roster = crate::fixtures::roster(story.roster);
    let standing =
        Standing::new(story.rules.clone(), roster, Order::after(story.last_turn.clone()));
    let mut timeline = Timeline::resume(standing, book, &[], &[]);
    timeline.advance_to(at);
    Standing { is_stopping: true, ..timeline.standing() }
}

/// Returns who serves in the turns that come, of a rotation that is to stop from an instant on.
fn served(story: &Story, from: DateTime<Utc>, turns: usize) -> Vec<String> {
    let book = AbsenceBook::new(story.absences.iter().cloned());
    let standing = stopping(story, &book, from);
    let timeline = Timeline::resume(standing, &book, &story.changes, &story.pauses);
    timeline.take(turns).map(|stretch: Stretch| people(&stretch)).collect()
}

#[test]
fn the_turn_that_runs_is_served_and_no_other_begins() {
    assert_eq!(served(&weekly("A B C"), middle(2), 4), ["B", "p", "p", "p"]);
}

#[test]
fn one_that_has_not_begun_never_does() {
    assert_eq!(served(&weekly("A B C"), handoff(0), 2), ["p", "p"]);
}

#[test]
fn an_edit_of_the_cadence_moves_the_stop() {
    let sooner = weekly("A B C").recast(
        middle(2) + TimeDelta::hours(1),
        r#"{"every": 1, "unit": "week", "anchor": "2026-01-09T12:00"}"#,
        None,
    );
    let book = AbsenceBook::default();
    let standing = stopping(&sooner, &book, middle(2));
    let mut timeline = Timeline::resume(standing, &book, &sooner.changes, &[]);

    timeline.advance_to(handoff(2) + TimeDelta::days(4) + TimeDelta::hours(2));
    let before = timeline.mode();
    timeline.advance_to(handoff(2) + TimeDelta::days(4) + TimeDelta::hours(4));

    assert_eq!((before, timeline.mode()), (Mode::Running, Mode::Paused), "Friday at 12:00");
}

#[test]
fn whoever_resumes_it_takes_the_stop_back() {
    let resumed =
        |at, start_now| served(&weekly("A B C").paused(at, Some(at), start_now), middle(2), 5);

    assert_eq!(resumed(middle(3), true), ["B", "p", "C", "A", "B"]);
    assert_eq!(resumed(handoff(3), true), ["B", "C", "A", "B", "C"], "at the very handoff");
    assert_eq!(resumed(handoff(3), false), ["B", "C", "A", "B", "C"]);
}

proptest! {
    #[test]
    fn stopping_is_a_pause_from_the_next_handoff_on(
        hours in 0_i64..24 * 40,
        walks in prop::collection::vec(0_i64..24 * 60, 0..4),
    ) {
        let story = weekly("A B C D");
        let book = AbsenceBook::default();
        let standing = stopping(&story, &book, handoff(1) + TimeDelta::hours(hours));
        let next = standing.next.unwrap().at;
        let going = Standing { is_stopping: false, ..standing.clone() };
        let pause = [Pause { start: next, end: None, start_now: false }];
        let mut expected = Timeline::resume(going, &book, &[], &pause);
        let mut walks = walks;
        walks.sort_unstable();

        // Walked in steps, each from what was stored, with what is kept elsewhere.
        let mut standing = standing;
        for after in walks {
            let to = next - TimeDelta::days(7) + TimeDelta::hours(after);
            let is_stopping = standing.mode != Mode::Paused;
            let from = Standing { is_stopping, ..standing };
            let mut timeline = Timeline::resume(from, &book, &[], &[]);
            prop_assert_eq!(timeline.advance_to(to), expected.advance_to(to));
            standing = timeline.standing();
            prop_assert_eq!(standing.mode == Mode::Paused, next <= to);
        }
    }
}
