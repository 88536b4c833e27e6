//! When the duty passes: turns, handoffs and wall-clock times, asked of the grid.

use crate::case::ask;
use crate::dates::{Calendar, Instants, local, parse_local, utc};
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use domain::grid::Grid;
use domain::interval::Interval;
use domain::zone::Zone;
use serde::Deserialize;

#[derive(Deserialize)]
struct AtInstant {
    #[serde(flatten)]
    calendar: Calendar,
    at: DateTime<Utc>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TurnThen {
    turn: Option<u64>,
    start: Option<DateTime<Utc>>,
    next: Option<DateTime<Utc>>,
    next_local: Option<String>,
}

#[test]
fn the_turn_at_an_instant_begins_and_ends_where_the_peer_says() {
    ask("shift_at", turn_then);
}

#[test]
fn the_next_handoff_is_the_peers() {
    ask("next_handoff", turn_then);
}

fn turn_then(given: &AtInstant, asked: &TurnThen) -> TurnThen {
    let grid = given.calendar.grid();
    let Some((index, turn)) = turn_at(&grid, given.at) else {
        return TurnThen::default();
    };
    given.calendar.check_that_nothing_precedes_the_first_anchor(given.at);
    TurnThen {
        turn: asked.turn.map(|_| index),
        start: asked.start.map(|_| turn.start()),
        next: asked.next.map(|_| turn.end()),
        next_local: asked.next_local.as_ref().map(|_| local(&given.calendar.zone(), turn.end())),
    }
}

#[derive(Deserialize)]
struct Between {
    #[serde(flatten)]
    calendar: Calendar,
    window: Instants,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sequence {
    /// All the starts and ends of turns that touch the window.
    handoffs: Option<Vec<DateTime<Utc>>>,
    /// The turns that begin in the window.
    starts: Option<Vec<DateTime<Utc>>>,
    /// The hour on the wall of each of these.
    local_hour: Option<u32>,
}

#[test]
fn the_handoffs_of_a_window_are_the_peers() {
    ask("handoff_sequence", |given: &Between, asked: &Sequence| {
        let turns = turns_that_touch(&given.calendar.grid(), given.window);
        let starts: Vec<_> = starts_in(&turns, given.window);
        let mut handoffs: Vec<_> = turns.iter().map(|turn| turn.start()).collect();
        handoffs.extend(turns.last().map(|turn| turn.end()));
        let hour = |start: &DateTime<Utc>| given.calendar.zone().local_of(*start).hour();
        Sequence {
            handoffs: asked.handoffs.as_ref().map(|_| handoffs),
            local_hour: asked.local_hour.and_then(|_| the_one(starts.iter().map(hour))),
            starts: asked.starts.as_ref().map(|_| starts),
        }
    });
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct EveryHandoff {
    day_of_month: Option<u32>,
}

#[test]
fn every_handoff_has_the_property_that_the_peer_asks_for() {
    ask("handoff_property", |given: &Between, _: &EveryHandoff| {
        let turns = turns_that_touch(&given.calendar.grid(), given.window);
        let days = starts_in(&turns, given.window)
            .into_iter()
            .map(|start| given.calendar.zone().date_of(start).day());
        EveryHandoff { day_of_month: the_one(days) }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnTheWall {
    zone: String,
    local: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Instant {
    at: DateTime<Utc>,
}

#[test]
fn a_wall_clock_time_is_the_instant_that_the_peer_says() {
    ask("wall_clock_resolution", |given: &OnTheWall, _: &Instant| {
        let zone = Zone::parse(&given.zone).unwrap();
        let local: NaiveDateTime = parse_local(&given.local);
        Instant { at: zone.instant_of(local) }
    });
}

fn turn_at(grid: &Grid, at: DateTime<Utc>) -> Option<(u64, Interval)> {
    let index = grid.turn_at(at)?;
    Some((index, grid.turn(index)?))
}

/// Returns the turns from the one at the window's first instant to the one at its last, which counts.
///
/// Each begins where the one before it ends.
fn turns_that_touch(grid: &Grid, window: Instants) -> Vec<Interval> {
    let first = grid.turn_at(window.from).unwrap_or_default();
    let turns: Vec<Interval> = (first..)
        .map_while(|index| grid.turn(index))
        .take_while(|turn| turn.start() <= window.until)
        .collect();
    for pair in turns.windows(2) {
        assert_eq!(pair[0].end(), pair[1].start(), "no gap and no overlap");
    }
    turns
}

fn starts_in(turns: &[Interval], window: Instants) -> Vec<DateTime<Utc>> {
    let starts = turns.iter().map(|turn| turn.start());
    starts.filter(|start| (window.from..window.until).contains(start)).collect()
}

/// Returns what all the values are, where they are all the same.
fn the_one<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[test]
fn an_instant_is_read_with_its_nanoseconds() {
    assert_eq!(utc("2018-12-09T23:59:59.999999999Z").nanosecond(), 999_999_999);
}
