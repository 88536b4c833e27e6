//! Changes on the way: who serves, and when.

mod cadence;
mod catch_up;
mod pauses;
mod roster;
mod rules;
mod seats;
mod stopping;

use super::{Standing, Timeline};
use crate::absence::{Absence, AbsenceBook};
use crate::change::{Change, Leave, Pause, RosterChange, Timed};
use crate::engine::{Order, Seating, Stretch};
use crate::fixtures::{absence, at, rules, shown, user};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::rules::Rules;
use chrono::{DateTime, TimeDelta, Utc};

/// A rotation and what happens to it. Weekly on Monday at 09:00 in UTC, weeks are counted from 1.
struct Story {
    rules: Rules,
    roster: &'static str,
    last_turn: Option<UserId>,
    absences: Vec<Absence>,
    changes: Vec<Timed<Change>>,
    pauses: Vec<Pause>,
}

fn weekly(roster: &'static str) -> Story {
    Story {
        rules: rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"}"#),
        roster,
        last_turn: None,
        absences: Vec::new(),
        changes: Vec::new(),
        pauses: Vec::new(),
    }
}

/// Returns the handoff of a week.
fn handoff(week: i64) -> DateTime<Utc> {
    at("2026-01-05T09:00Z") + TimeDelta::weeks(week - 1)
}

/// Returns the middle of a week: Thursday at 21:00.
fn middle(week: i64) -> DateTime<Utc> {
    handoff(week) + TimeDelta::hours(84)
}

fn add(name: &str) -> RosterChange {
    RosterChange::Add { user: user(name), before: None }
}

fn add_before(name: &str, neighbour: &str) -> RosterChange {
    RosterChange::Add { user: user(name), before: Some(user(neighbour)) }
}

fn remove(name: &str, leave: Leave) -> RosterChange {
    RosterChange::Remove { user: user(name), leave }
}

impl Story {
    fn when(mut self, at: DateTime<Utc>, what: RosterChange) -> Self {
        self.changes.push(Timed { at, what: Change::Roster(what) });
        self
    }

    fn recast(mut self, at: DateTime<Utc>, json: &str, zone: Option<&str>) -> Self {
        let cadence = crate::fixtures::cadence(json);
        let what = Change::Cadence { cadence, zone: zone.map(crate::fixtures::zone) };
        self.changes.push(Timed { at, what });
        self
    }

    fn away(mut self, name: &str, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        self.absences.push(absence(name, Interval::new(start, end).unwrap()));
        self
    }

    fn paused(mut self, start: DateTime<Utc>, end: Option<DateTime<Utc>>, start_now: bool) -> Self {
        self.pauses.push(Pause { start, end, start_now });
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self
    }

    fn stretches(&self, turns: usize) -> Vec<Stretch> {
        let book = AbsenceBook::new(self.absences.iter().cloned());
        let standing = Standing::new(
            self.rules.clone(),
            crate::fixtures::roster(self.roster),
            Order::after(self.last_turn.clone()),
        );
        let timeline = Timeline::resume(standing, &book, &self.changes, &self.pauses);
        timeline.take_while(|stretch| stretch.turn < turns as u64).collect()
    }

    /// Checks who serves the first turns: `B>C` where C takes over from B in the turn, `A+B` where both serve, `-`
    /// where nobody does and `p` where the rotation rests.
    #[track_caller]
    fn check(self, expected: &str) {
        let turns = expected.split(' ').count();
        let mut found: Vec<String> = vec![String::new(); turns];
        for stretch in self.stretches(turns) {
            let place = &mut found[usize::try_from(stretch.turn).unwrap()];
            let between = if place.is_empty() { "" } else { ">" };
            *place = format!("{place}{between}{}", people(&stretch));
        }

        assert_eq!(found.join(" "), expected);
    }

    /// Checks the stretches of the first turns, each as its turn, its beginning and its people.
    #[track_caller]
    fn check_stretches(self, expected: &[&str]) {
        let turns = expected.last().unwrap().split(' ').next().unwrap();
        let stretches = self.stretches(turns.parse::<usize>().unwrap() + 1);

        let line = |stretch: &Stretch| {
            format!("{} {} {}", stretch.turn, shown(stretch.window.start()), people(stretch))
        };
        let found: Vec<String> = stretches.iter().map(line).collect();

        assert_eq!(found, expected);
    }
}

fn people(stretch: &Stretch) -> String {
    match &stretch.seating {
        Seating::Paused => "p".into(),
        Seating::On(seats) if seats.is_empty() => "-".into(),
        Seating::On(seats) => {
            let names: Vec<&str> = seats.iter().map(|seat| seat.user.as_str()).collect();
            names.join("+")
        }
    }
}
