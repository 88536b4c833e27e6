//! Other rules on the way.

use super::*;
use crate::grid::Grid;

impl Story {
    fn ruled(self, at: DateTime<Utc>, change: impl FnOnce(&mut Rules)) -> Self {
        let mut story = self;
        let mut rules = story.rules.clone();
        change(&mut rules);
        story.changes.push(Timed { at, what: Change::Rules(Box::new(rules)) });
        story
    }
}

#[test]
fn rules_that_are_the_same_change_nothing() {
    let plain = weekly("A B C").stretches(6);

    let changed = weekly("A B C").ruled(middle(2), |_| ()).stretches(6);

    assert_eq!(changed, plain);
}

#[test]
fn another_cadence_among_the_rules_is_a_change_of_the_cadence() {
    let daily = r#"{"every": 1, "unit": "day", "anchor": "2026-01-05T10:00"}"#;

    let ruled = weekly("A B C")
        .ruled(middle(2), |rules| rules.cadence = crate::fixtures::cadence(daily))
        .stretches(9);

    assert_eq!(ruled, weekly("A B C").recast(middle(2), daily, None).stretches(9));
}

#[test]
fn more_seats_and_make_up_hold_from_the_next_handoff() {
    weekly("A B C D").ruled(middle(2), |rules| rules.seats = 2).check("A B C+D A+B");
    weekly("A B C D")
        .away("C", handoff(3), handoff(4))
        .ruled(middle(2), |rules| rules.make_up = true)
        .check("A B D C A B");
}

#[test]
fn other_duty_hours_keep_the_handoffs_and_change_what_is_left_of_the_turn() {
    let hours =
        r#"[{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "10:00", "to": "12:00"}]"#;
    let change = |rules: &mut Rules| rules.duty_hours = Some(serde_json::from_str(hours).unwrap());
    let story = weekly("A B").ruled(middle(2), change);
    let mut rules = story.rules.clone();
    change(&mut rules);
    let grid = Grid::new(&rules);

    let stretches = story.stretches(4);

    let handoffs: Vec<_> = stretches.iter().map(|stretch| stretch.window.start()).collect();
    assert_eq!(handoffs, [handoff(1), handoff(2), handoff(3), handoff(4)]);
    let second = &stretches[1].active;
    assert_eq!(second[0], Interval::new(handoff(2), middle(2)).unwrap());
    // Friday alone is left of the working week.
    assert_eq!(second.len(), 2, "{second:?}");
    assert_eq!(stretches[2].active, grid.active(2));
}

#[test]
fn a_turn_that_runs_is_offered_to_the_next_who_is_free_and_the_order_stays() {
    let story = weekly("A B C D").away("C", handoff(2), handoff(3));
    let book = AbsenceBook::new(story.absences.iter().cloned());
    let standing = Standing::new(
        story.rules.clone(),
        crate::fixtures::roster(story.roster),
        Order::after(None),
    );
    let mut timeline = Timeline::resume(standing, &book, &[], &[]);
    assert_eq!(timeline.next_free(handoff(1), &[]), None, "before the first turn there is none");

    timeline.advance_to(middle(2));

    let before = timeline.standing();
    assert_eq!(timeline.next_free(middle(2), &[user("B")]), Some(user("D")));
    assert_eq!(timeline.next_free(middle(2), &[user("B"), user("D")]), Some(user("A")));
    assert_eq!(timeline.next_free(middle(2), &[user("A"), user("B"), user("D")]), None);
    assert_eq!(timeline.standing(), before);
}
