//! What holds for every rotation, whatever changes on the way.
//!
//! A timeline knows of no coverage at all: it decides the order, and the final view lays coverage over what it made.

mod coverage;

use super::{Standing, Timeline};
use crate::absence::AbsenceBook;
use crate::change::{Change, Leave, Pause, RosterChange, Timed};
use crate::engine::properties::{TURNS, any_case, looked_at, member, portion};
use crate::engine::{Seating, Stretch};
use crate::grid::properties::any_cadence;
use crate::ids::UserId;
use crate::interval::Interval;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::HashSet;

/// The most stretches that are looked at; an edit may make a cadence of years one of hours.
const STRETCHES: usize = 200;

/// A rotation with everything that happens to it.
#[derive(Debug)]
struct Story {
    standing: Standing,
    absences: AbsenceBook,
    changes: Vec<Timed<Change>>,
    pauses: Vec<Pause>,
    /// The time that is looked at.
    span: (DateTime<Utc>, TimeDelta),
}

/// When something happens, as a share of the time looked at; whole numbers are handoffs.
#[derive(Clone, Copy, Debug)]
enum When {
    Share(f64),
    Handoff(u64),
}

/// Something that happens, before it is known to whom it can.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Add { who: usize, before: Option<usize> },
    Remove { who: usize, leave: Leave },
    Shuffle { by: usize },
    Cadence { seed: usize, zone: Option<&'static str> },
}

fn any_when() -> impl Strategy<Value = When> {
    prop_oneof![(-0.1..1.0_f64).prop_map(When::Share), (0..TURNS).prop_map(When::Handoff)]
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let leave = prop::sample::select(vec![Leave::Now, Leave::NextHandoff, Leave::Deactivated]);
    let zone = prop::option::of(prop::sample::select(vec!["Europe/Berlin", "Australia/Lord_Howe"]));
    let before = prop::option::of(0..8_usize);
    prop_oneof![
        3 => (0..8_usize, before).prop_map(|(who, before)| Deed::Add { who, before }),
        4 => (0..8_usize, leave).prop_map(|(who, leave)| Deed::Remove { who, leave }),
        1 => (1..5_usize).prop_map(|by| Deed::Shuffle { by }),
        2 => (0..6_usize, zone).prop_map(|(seed, zone)| Deed::Cadence { seed, zone }),
    ]
}

fn any_story() -> impl Strategy<Value = Story> {
    let deeds = prop::collection::vec((any_when(), any_deed()), 0..8);
    let pauses =
        prop::collection::vec((any_when(), prop::option::weighted(0.9, 0.0..0.3_f64)), 0..3);
    let cadences = prop::collection::vec(any_cadence(chrono::NaiveDateTime::default()), 6);
    (any_case(), deeds, pauses, cadences, any::<bool>()).prop_map(
        |(case, deeds, pauses, cadences, start_now)| {
            let span = looked_at(&case.grid);
            let instant = |when| match when {
                When::Share(share) => span.0 + portion(span.1, share),
                When::Handoff(k) => case.grid.turn(k).unwrap().start(),
            };
            let mut deeds: Vec<(DateTime<Utc>, Deed)> =
                deeds.into_iter().map(|(when, deed)| (instant(when), deed)).collect();
            deeds.sort_by_key(|(at, _)| *at);
            let members = case.roster.members().iter().map(|member| member.user.clone()).collect();
            let mut cast = Cast { members, cadences, case_zone: case.rules.zone.clone() };
            let changes = deeds
                .into_iter()
                .filter_map(|(at, deed)| Some(Timed { at, what: cast.change(deed, at)? }))
                .collect();
            let pause = |(when, length): (When, Option<f64>)| {
                let start = instant(when);
                let end =
                    length.map(|share| start + portion(span.1, share) + TimeDelta::seconds(1));
                // Sometimes it ends at a handoff as well.
                let end = end.map(|end| match case.grid.turn_at(end) {
                    Some(k) if k % 2 == 0 => case.grid.turn(k).unwrap().end(),
                    _ => end,
                });
                Pause { start, end, start_now }
            };
            let mut story = Story {
                pauses: pauses.into_iter().map(pause).collect(),
                standing: Standing::new(case.rules, case.roster, case.order),
                absences: case.absences,
                changes,
                span,
            };
            // An edit may bring the first handoff forward, and make turns of years those of hours.
            let looked_at = || story.timeline().take(STRETCHES).map(|stretch| stretch.window);
            let first = looked_at().next().map_or(span.0, Interval::start).min(span.0);
            let last = looked_at().last().map_or(span.0, Interval::end);
            story.span = (first, last.min(span.0 + span.1) - first);
            story
        },
    )
}

/// Who is a member on the way, so that only what can happen does.
struct Cast {
    members: Vec<UserId>,
    cadences: Vec<crate::cadence::Cadence>,
    case_zone: crate::zone::Zone,
}

impl Cast {
    fn change(&mut self, deed: Deed, at: DateTime<Utc>) -> Option<Change> {
        let change = match deed {
            Deed::Add { who, before } => {
                let user = member(who);
                if self.members.contains(&user) {
                    return None;
                }
                let before = before.map(member).filter(|before| self.members.contains(before));
                self.members.push(user.clone());
                RosterChange::Add { user, before }
            }
            Deed::Remove { who, leave } => {
                let user = member(who);
                let place = self.members.iter().position(|known| *known == user)?;
                self.members.remove(place);
                RosterChange::Remove { user, leave }
            }
            Deed::Shuffle { by } => {
                self.members.sort();
                let by = by.checked_rem(self.members.len())?;
                self.members.rotate_left(by);
                RosterChange::Order(self.members.clone())
            }
            Deed::Cadence { seed, zone } => {
                let zone = zone.map(crate::fixtures::zone);
                let local = zone.as_ref().unwrap_or(&self.case_zone).local_of(at);
                let mut cadence = self.cadences[seed].clone();
                // To the minute, as cadences are.
                cadence.anchor = local.date().and_time(local.time());
                cadence.anchor -= TimeDelta::seconds(i64::from(chrono::Timelike::second(&local)));
                return Some(Change::Cadence { cadence, zone });
            }
        };
        Some(Change::Roster(change))
    }
}

impl Story {
    fn timeline(&self) -> Timeline<'_> {
        let standing = self.standing.clone();
        Timeline::resume(standing, &self.absences, &self.changes, &self.pauses)
    }

    fn end(&self) -> DateTime<Utc> {
        self.span.0 + self.span.1
    }

    fn stretches(&self) -> Vec<Stretch> {
        let end = self.end();
        self.timeline().take_while(|stretch| stretch.window.start() < end).collect()
    }

    fn instant(&self, share: f64) -> DateTime<Utc> {
        self.span.0 + portion(self.span.1, share)
    }

    /// Returns what is known of the changes at an instant, before what happens at that very instant.
    fn known_before(&self, at: DateTime<Utc>) -> Self {
        let changes = self.changes.iter().filter(|change| change.at < at);
        let pauses = self.pauses.iter().filter(|pause| pause.start < at);
        Self {
            standing: self.standing.clone(),
            absences: self.absences.clone(),
            changes: changes.cloned().collect(),
            pauses: pauses
                .map(|pause| Pause { end: pause.end.filter(|end| *end < at), ..pause.clone() })
                .collect(),
            span: self.span,
        }
    }
}

/// Returns the part of the stretches before an instant.
fn until(stretches: Vec<Stretch>, at: DateTime<Utc>) -> Vec<Stretch> {
    let cut = stretches.into_iter().map_while(|stretch| {
        let before = Interval::new(stretch.window.start(), stretch.window.end().min(at))?;
        let active = stretch.active.iter().filter_map(|part| part.intersection(before)).collect();
        Some(Stretch { window: before, active, ..stretch })
    });
    cut.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn stretches_tile_time_and_turns_follow_one_another(story in any_story()) {
        let stretches = story.stretches();

        prop_assert!(stretches.first().is_none_or(|first| first.turn == 0 && first.is_first));
        for pair in stretches.windows(2) {
            prop_assert_eq!(pair[0].window.end(), pair[1].window.start());
            prop_assert_eq!(pair[1].turn, pair[0].turn + u64::from(pair[1].is_first));
        }
        for stretch in &stretches {
            let inside = |part: &Interval| part.intersection(stretch.window) == Some(*part);
            prop_assert!(stretch.active.iter().all(inside));
            prop_assert!(stretch.active.windows(2).all(|pair| pair[0].end() < pair[1].start()));
            prop_assert!(stretch.is_first || stretch.skipped.is_empty());
            let users: HashSet<&UserId> = stretch.seats().iter().map(|seat| &seat.user).collect();
            prop_assert_eq!(users.len(), stretch.seats().len());
            prop_assert!(users.len() <= usize::from(story.standing.rules.seats));
        }
    }

    #[test]
    fn nobody_serves_in_a_pause_or_after_having_left(story in any_story()) {
        let mut timeline = story.timeline();
        let end = story.end();

        while let Some(stretch) = timeline.next().filter(|stretch| stretch.window.start() < end) {
            let rests = |pause: &&Pause| {
                pause.start <= stretch.window.start()
                    && pause.end.is_none_or(|pause_end| stretch.window.start() < pause_end)
            };
            let is_paused = stretch.seating == Seating::Paused;
            prop_assert!(story.pauses.iter().find(rests).is_none() || is_paused);
            for seat in stretch.seats() {
                let is_gone = timeline.presence().is_gone_at(&seat.user, stretch.window.start());
                prop_assert!(!is_gone || Some(&seat.user) == story.standing.rules.fallback.as_ref());
            }
        }
    }

    #[test]
    fn a_copy_made_halfway_goes_on_as_the_timeline_does(story in any_story(), number in 0..40_usize) {
        let mut timeline = story.timeline();
        let _ = timeline.by_ref().take(number).count();

        let mut copy = timeline.clone();

        let end = story.end();
        let is_looked_at = |stretch: &Stretch| stretch.window.start() < end;
        let of_copy: Vec<Stretch> = copy.by_ref().take_while(is_looked_at).collect();
        let of_both = timeline.by_ref().take_while(is_looked_at);
        prop_assert_eq!(of_copy, of_both.collect::<Vec<_>>());
        prop_assert_eq!(copy.standing(), timeline.standing());
    }

    #[test]
    fn nothing_is_known_before_its_instant(story in any_story(), when in any_when()) {
        let at = match when {
            When::Share(share) => story.instant(share),
            // Often the very instant of a change.
            When::Handoff(k) => {
                let place = usize::try_from(k).unwrap().checked_rem(story.changes.len());
                place.map_or(story.instant(0.5), |place| story.changes[place].at)
            }
        };

        let preview = until(story.known_before(at).stretches(), at);

        prop_assert_eq!(preview, until(story.stretches(), at));
    }

    #[test]
    fn any_down_time_ends_where_a_service_that_was_never_down_is(
        story in any_story(),
        mut looks in prop::collection::vec(0.0..1.0_f64, 0..6),
    ) {
        looks.sort_by(f64::total_cmp);
        let end = story.instant(0.999);
        let mut awake = story.timeline();
        let mut down = story.timeline();
        let mut stored = story.standing.clone();
        let (mut seen, mut seen_late, mut seen_stored) = (Vec::new(), Vec::new(), Vec::new());

        // Never down: it looks at every handoff and every change.
        for now in story.moments(end) {
            seen.extend(awake.advance_to(now));
        }
        let mut since = DateTime::<Utc>::MIN_UTC;
        for now in looks.iter().map(|share| story.instant(*share)).filter(|at| *at < end).chain([end]) {
            seen_late.extend(down.advance_to(now));
            // A service that starts anew has only what is stored, and what came in the meantime.
            let changes: Vec<_> =
                story.changes.iter().filter(|change| since < change.at && change.at <= now).cloned().collect();
            let pauses: Vec<_> =
                story.pauses.iter().filter(|pause| pause.end.is_none_or(|end| since < end)).cloned().collect();
            let mut anew = Timeline::resume(stored, &story.absences, &changes, &pauses);
            seen_stored.extend(anew.advance_to(now));
            stored = anew.standing();
            since = now;
        }

        prop_assert_eq!(&seen, &seen_late);
        prop_assert_eq!(awake.standing(), down.standing());
        prop_assert_eq!(awake.open_stretch(), down.open_stretch());
        prop_assert_eq!(stored, awake.standing());
        prop_assert_eq!(seen_stored, seen);
    }

    #[test]
    fn what_was_walked_has_passed_and_what_runs_has_not(story in any_story(), share in 0.0..0.999_f64) {
        let now = story.instant(share);
        let mut timeline = story.timeline();

        let passed = timeline.advance_to(now);

        prop_assert!(passed.iter().all(|stretch| stretch.window.end() <= now));
        let standing = timeline.standing();
        if let Some(running) = &standing.running {
            prop_assert!(running.window.contains(now));
        }
        prop_assert!(standing.next.is_none_or(|next| now < next.at));
        prop_assert_eq!(timeline.advance_to(now), Vec::new());
        prop_assert_eq!(timeline.standing(), standing);
    }

    #[test]
    fn removing_somebody_who_is_not_on_leaves_holder_grid_and_order_of_the_others(
        story in any_story(),
        share in 0.0..1.0_f64,
        who in 0..8_usize,
    ) {
        let at = story.instant(share);
        let mut without = story.known_before(at);
        let mut timeline = without.timeline();
        timeline.advance_to(at);
        let ring = |timeline: &Timeline| -> Vec<UserId> {
            let last = timeline.order().last_turn.clone();
            timeline.roster().after(last.as_ref()).map(|member| member.user.clone()).collect()
        };
        let (before, open) = (ring(&timeline), timeline.open_stretch());
        let on = open.iter().flat_map(Stretch::seats).map(|seat| &seat.user);
        let on: HashSet<&UserId> = on.collect();
        let off: Vec<&UserId> = before.iter().filter(|user| !on.contains(user)).collect();
        let Some(place) = who.checked_rem(off.len()) else { return Ok(()) };
        let leaver = off[place].clone();
        let handoffs = |story: &Story| -> Vec<(u64, DateTime<Utc>)> {
            let turns = story.stretches().into_iter().filter(|stretch| stretch.is_first);
            turns.map(|stretch| (stretch.turn, stretch.window.start())).take(20).collect()
        };
        let grid = handoffs(&without);

        let leave = RosterChange::Remove { user: leaver.clone(), leave: Leave::Now };
        without.changes.push(Timed { at, what: Change::Roster(leave) });
        let mut timeline = without.timeline();
        timeline.advance_to(at);

        // At a handoff's instant the turn that begins there has begun already, and without them.
        if open.as_ref().is_none_or(|open| open.window.start() < at) {
            prop_assert_eq!(timeline.open_stretch(), open);
            let left: Vec<UserId> = before.into_iter().filter(|user| *user != leaver).collect();
            prop_assert_eq!(ring(&timeline), left);
        }
        prop_assert_eq!(handoffs(&without), grid);
    }

    #[test]
    fn in_which_order_inputs_are_listed_does_not_matter(mut story in any_story()) {
        let expected = story.stretches();

        let instants: HashSet<_> = story.changes.iter().map(|change| change.at).collect();
        if instants.len() == story.changes.len() {
            story.changes.reverse();
        }
        story.pauses.reverse();

        prop_assert_eq!(story.stretches(), expected);
    }
}

impl Story {
    /// Returns every instant up to `end` at which something happens, in order.
    fn moments(&self, end: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let stretches = self.timeline().take_while(|stretch| stretch.window.start() <= end);
        let mut moments: Vec<DateTime<Utc>> = stretches
            .map(|stretch| stretch.window.start())
            .chain(self.changes.iter().map(|change| change.at))
            .chain([end])
            .filter(|at| *at <= end)
            .collect();
        moments.sort_unstable();
        moments
    }
}
