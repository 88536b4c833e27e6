//! What holds for every final view.

use super::tests::{Story, day};
use crate::absence::AbsenceBook;
use crate::change::{Change, Leave, Pause, RosterChange, Timed};
use crate::coverage::{Coverage, Swap};
use crate::duty_hours::DutyHours;
use crate::engine::{Order, Seating, Stretch};
use crate::finding::FindingKind;
use crate::fixtures::{rules, user};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::shift::{Right, Shift, ShiftState};
use crate::timeline::{Standing, Timeline};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::HashSet;

/// How many days a case looks at.
const DAYS: u16 = 40;

/// Somebody: members come first, and the last two are never in the roster.
fn anyone() -> impl Strategy<Value = UserId> {
    (0..7_usize).prop_map(|place| user(["A", "B", "C", "D", "E", "X", "Y"][place]))
}

/// An instant on a raster of hours, so that edges meet often.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..DAYS * 4).prop_map(|quarter| day(f64::from(quarter) / 4.0))
}

fn any_window() -> impl Strategy<Value = Interval> {
    (any_instant(), 1..40_i64).prop_map(|(start, quarters)| {
        let end = start + TimeDelta::hours(quarters * 6);
        Interval::new(start, end).expect("it has a length")
    })
}

fn any_covers() -> impl Strategy<Value = Vec<Coverage>> {
    let of = prop::option::weighted(0.8, anyone());
    let cover = (anyone(), of, any_window());
    prop::collection::vec(cover.prop_map(|(by, of, window)| Coverage { by, of, window }), 0..12)
}

fn any_changes() -> impl Strategy<Value = Vec<Timed<Change>>> {
    let change = (anyone(), 0..4_u8).prop_map(|(user, kind)| match kind {
        0 => RosterChange::Add { user, before: None },
        1 => RosterChange::Remove { user, leave: Leave::NextHandoff },
        2 => RosterChange::Remove { user, leave: Leave::Deactivated },
        _ => RosterChange::Remove { user, leave: Leave::Now },
    });
    let change =
        (any_instant(), change).prop_map(|(at, change)| Timed { at, what: Change::Roster(change) });
    prop::collection::vec(change, 0..5)
}

fn any_pauses() -> impl Strategy<Value = Vec<Pause>> {
    let pause = (any_window(), any::<bool>()).prop_map(|(window, start_now)| Pause {
        start: window.start(),
        end: Some(window.end()),
        start_now,
    });
    prop::collection::vec(pause, 0..2)
}

/// Any rotation of a few weeks with everything that can be laid over it.
fn any_story() -> impl Strategy<Value = Story> {
    let layers = (any_covers(), prop::collection::vec((0..20_u64, 0..20_u64), 0..4));
    let people = (1..6_usize, 1..4_u16, any_changes(), any_pauses());
    (layers, people, 1..4_u32, any::<bool>()).prop_map(
        |((covers, swaps), (members, seats, changes, pauses), every, is_office)| {
            let cadence =
                format!(r#"{{"every": {every}, "unit": "day", "anchor": "2026-01-05T09:00"}}"#);
            let mut rules = rules("UTC", &cadence);
            rules.seats = seats;
            rules.duty_hours = is_office.then(office);
            let members = ["A", "B", "C", "D", "E"][..members].iter();
            let members = members.map(|name| Member::present(user(name))).collect();
            let roster = Roster::new(members).expect("there are members");
            let start = Standing::new(rules, roster, Order::default());
            let absences = AbsenceBook::default();
            let mut timeline = Timeline::resume(start, &absences, &changes, &pauses);
            let end = day(f64::from(DAYS));
            let mut stretches: Vec<Stretch> = Vec::new();
            while stretches.last().is_none_or(|last| last.window.start() < end) {
                stretches.extend(timeline.next());
            }
            let swaps = swaps.into_iter().filter(|(turn, with)| turn != with);
            let swaps = swaps.map(|(turn, with)| Swap { turn, with }).collect();
            Story { stretches, covers, swaps, presence: timeline.presence().clone(), seats }
        },
    )
}

fn office() -> DutyHours {
    serde_json::from_str(
        r#"[{"days": ["mon", "tue", "thu", "fri"], "from": "08:00", "to": "20:00"},
            {"days": ["sat"], "from": "22:00", "to": "06:00"}]"#,
    )
    .expect("these are duty hours")
}

/// Returns who serves at an instant, read off the rules for that instant alone.
fn expected_at(
    story: &Story,
    stretch: &Stretch,
    at: DateTime<Utc>,
) -> Vec<(UserId, Option<UserId>)> {
    let mut seats: Vec<(UserId, Option<UserId>, bool)> = stretch
        .seats()
        .iter()
        .map(|seat| (seat.user.clone(), Some(seat.user.clone()), false))
        .collect();
    for Coverage { by, of, window } in story.covers.iter().filter(|cover| cover.window.contains(at))
    {
        let stays = story.presence.stay_within(by, *window).is_some_and(|stay| stay.contains(at));
        let is_on_duty = seats.iter().any(|(user, ..)| user == by);
        if !stays || is_on_duty {
            continue;
        }
        match of {
            Some(of) => {
                let seat = seats.iter_mut().find(|seat| seat.1.as_ref() == Some(of) && !seat.2);
                if let Some(seat) = seat {
                    (seat.0, seat.2) = (by.clone(), true);
                }
            }
            None if stretch.seating != Seating::Paused
                && seats.len() < usize::from(story.seats) =>
            {
                seats.push((by.clone(), None, true));
            }
            None => {}
        }
    }
    seats.into_iter().map(|(user, holder, _)| (user, holder)).collect()
}

fn told(shift: &Shift) -> Vec<(UserId, Option<UserId>)> {
    let told = shift.seats.iter().map(|seat| {
        let holder = match &seat.right {
            Right::Own(_) => Some(seat.user.clone()),
            Right::CoverOf(holder) => Some(holder.clone()),
            Right::Taken => None,
        };
        (seat.user.clone(), holder)
    });
    told.collect()
}

fn instants(shift: &Shift) -> [DateTime<Utc>; 3] {
    let Shift { window, .. } = shift;
    let last = window.end() - TimeDelta::microseconds(1);
    [window.start(), window.start() + window.length() / 2, last]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn shifts_tile_the_time_of_their_stretches(story in any_story()) {
        let (shifts, _) = story.view();

        let mut rest = shifts.iter();
        for stretch in &story.stretches {
            let mut at = stretch.window.start();
            while at < stretch.window.end() {
                let shift = rest.next().unwrap();
                prop_assert_eq!(shift.window.start(), at);
                prop_assert_eq!(shift.turn, stretch.turn);
                let is_active = stretch.active.iter().any(|active| active.contains(at));
                prop_assert_eq!(shift.state == ShiftState::OffHours, !is_active);
                at = shift.window.end();
            }
            prop_assert_eq!(at, stretch.window.end());
        }
        prop_assert!(rest.next().is_none());
    }

    #[test]
    fn nobody_serves_twice_and_nobody_in_too_many_seats(story in any_story()) {
        for shift in story.view().0 {
            let people: HashSet<_> = shift.members().collect();
            prop_assert_eq!(people.len(), shift.seats.len());
            prop_assert!(people.len() <= usize::from(story.seats));
            prop_assert_eq!(shift.state == ShiftState::Planned, !people.is_empty());
        }
    }

    #[test]
    fn asking_for_one_instant_is_the_same(story in any_story()) {
        for shift in story.view().0 {
            for at in instants(&shift) {
                story.check_instant(&shift, at);
            }
        }
    }

    #[test]
    fn covers_are_what_the_rules_say_of_each_instant(mut story in any_story()) {
        story.swaps.clear();
        // Nobody covers themselves, which the plain reading below does not know.
        story.covers.retain(|cover| cover.of.as_ref() != Some(&cover.by));

        for shift in story.view().0.iter().filter(|shift| shift.state != ShiftState::OffHours) {
            for at in instants(shift) {
                let stretch = story.stretches.iter().find(|stretch| stretch.window.contains(at)).unwrap();
                prop_assert_eq!(told(shift), expected_at(&story, stretch, at));
            }
        }
    }

    #[test]
    fn layers_never_change_who_holds_the_turns(story in any_story()) {
        for shift in story.view().0.iter().filter(|shift| shift.state != ShiftState::OffHours) {
            let at = shift.window.start();
            let stretch = story.stretches.iter().find(|stretch| stretch.window.contains(at)).unwrap();
            let holders = stretch.seats().iter().map(|seat| seat.user.clone());
            let told = told(shift).into_iter().map(|(_, holder)| holder);
            prop_assert_eq!(told.flatten().collect::<Vec<_>>(), holders.collect::<Vec<_>>());
        }
    }

    #[test]
    fn without_layers_the_shifts_are_the_duty_time(mut story in any_story()) {
        story.covers.clear();
        story.swaps.clear();
        let (shifts, view) = story.view();

        let on = shifts.iter().filter(|shift| shift.state != ShiftState::OffHours);
        let on: Vec<(u64, Interval)> = on.map(|shift| (shift.turn, shift.window)).collect();
        let active = story.stretches.iter().flat_map(|stretch| {
            stretch.active.iter().map(|active| (stretch.turn, *active))
        });
        prop_assert_eq!(on, active.collect::<Vec<_>>());
        prop_assert!(shifts.iter().flat_map(|shift| &shift.seats).all(|seat| matches!(seat.right, Right::Own(_))));
        prop_assert_eq!(view.findings(day(f64::from(DAYS))), []);
    }

    #[test]
    fn neighbours_of_one_stretch_differ(story in any_story()) {
        let starts: HashSet<_> = story.stretches.iter().map(|stretch| stretch.window.start()).collect();
        for pair in story.view().0.windows(2) {
            let is_new = starts.contains(&pair[1].window.start());
            prop_assert!(is_new || pair[0].seats != pair[1].seats || pair[0].state != pair[1].state);
        }
    }

    #[test]
    fn cover_without_effect_can_be_left_out_and_the_rest_cannot(story in any_story()) {
        let (shifts, view) = story.view();
        let findings = view.findings(day(f64::from(2 * DAYS)));
        let name = |cover: &Coverage| match &cover.of {
            Some(of) => format!("Cover of {of} by {} ", cover.by),
            None => format!("Cover of a free seat by {} ", cover.by),
        };
        let is_found = |cover: &Coverage| findings.iter().any(|finding| {
            finding.kind == FindingKind::CoverageWithoutEffect
                && finding.window == cover.window
                && finding.text.starts_with(&name(cover))
        });
        // A finding does not say which of several like it is meant.
        let is_alone = |cover: &Coverage| {
            let like_it = |other: &&Coverage| other.by == cover.by && other.of == cover.of;
            story.covers.iter().filter(like_it).count() == 1
        };

        for (place, cover) in story.covers.iter().enumerate().filter(|(_, cover)| is_alone(cover)) {
            let mut without = story.clone();
            without.covers.remove(place);
            let serves = |shifts: &[Shift]| -> Vec<Interval> {
                let served = shifts.iter().filter(|shift| {
                    shift.members().any(|member| *member == cover.by)
                        && shift.window.intersection(cover.window).is_some()
                });
                served.map(|shift| shift.window).collect()
            };
            let (after, _) = without.view();
            if is_found(cover) {
                prop_assert_eq!(&shifts, &after);
            } else {
                prop_assert!(!serves(&shifts).is_empty(), "{:?}", cover);
            }
        }
    }
}
