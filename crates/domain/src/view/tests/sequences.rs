//! Sequences of the specification, from the engine's own stretches.

use super::{Story, tell};
use crate::absence::AbsenceBook;
use crate::coverage::Coverage;
use crate::engine::{Order, Stretch};
use crate::fixtures::{absence, at, roster, rules, shown_window, user};
use crate::interval::Interval;
use crate::presence::Presence;
use crate::shift::Shift;
use crate::timeline::{Standing, Timeline};

fn weekly(absences: &AbsenceBook) -> Vec<Stretch> {
    let rules =
        rules("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#);
    let start = Standing::new(rules, roster("A B C D"), Order::default());
    Timeline::resume(start, absences, &[], &[]).take(6).collect()
}

fn story(absences: &AbsenceBook, cover: Coverage) -> Story {
    let (stretches, presence) = (weekly(absences), Presence::default());
    Story { stretches, covers: vec![cover], swaps: Vec::new(), presence, seats: 1 }
}

fn window(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).expect("the window has a length")
}

/// Returns who serves in a shift, and who was passed over.
fn who(shift: &Shift) -> String {
    tell(shift).splitn(3, ' ').last().unwrap_or_default().into()
}

#[test]
fn c_covers_b_in_week_2_and_the_order_goes_on() {
    let window = window("2026-01-12T08:00Z", "2026-01-19T08:00Z");
    let cover = Coverage { by: user("C"), of: Some(user("B")), window };

    let story = story(&AbsenceBook::default(), cover);
    let (shifts, _) = story.view();

    let who: Vec<String> = shifts.iter().map(who).collect();
    assert_eq!(who, ["A", "C for B", "C", "D", "A", "B"]);
}

#[test]
fn the_example_of_the_plan_file() {
    let away = absence("B", window("2026-01-11T23:00Z", "2026-01-18T23:00Z"));
    let cover = Coverage {
        by: user("A"),
        of: Some(user("C")),
        window: window("2026-01-13T08:00Z", "2026-01-14T08:00Z"),
    };
    let story = story(&AbsenceBook::new([away]), cover);
    let (shifts, view) = story.view();

    let row = |shift: &Shift| format!("{} {}", shown_window(shift.window), who(shift));
    let rows: Vec<String> = shifts[..4].iter().map(row).collect();
    assert_eq!(
        rows,
        [
            "2026-01-05T08:00Z/2026-01-12T08:00Z A",
            "2026-01-12T08:00Z/2026-01-13T08:00Z C skips B",
            "2026-01-13T08:00Z/2026-01-14T08:00Z A for C",
            "2026-01-14T08:00Z/2026-01-19T08:00Z C",
        ]
    );
    assert_eq!(view.findings(shifts[3].window.end()), []);
}
