//! Overrides, requests for cover and people who are away.

use crate::case::ask;
use crate::dates::{Calendar, Instants, parse_local, written};
use crate::duty::{File, Stretch, later, member_of, stretches, time_of};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

/// Noon of a Monday, for the cases that leave it open when they happen.
const T0: &str = "2026-01-05T12:00";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overridden {
    #[serde(rename = "zone")]
    _zone: String,
    base: Base,
    window: Instants,
    overrides: Vec<Override>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    member: String,
    daily_window: [String; 2],
}

/// Somebody more is on duty, or the one who is on duty is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Override {
    add: Option<String>,
    remove: Option<String>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shifts {
    shifts: Vec<Served>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Served {
    member: String,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl From<Stretch> for Served {
    fn from(Stretch { start, end, member }: Stretch) -> Self {
        Self { member, start, end }
    }
}

#[test]
fn an_override_adds_a_member_or_takes_the_one_off() {
    ask("override", |given: &Overridden, _: &Shifts| {
        let day = given.window.from.date_naive().and_time(NaiveTime::MIN);
        let [from, to] = given.base.daily_window.each_ref().map(|time| time_of(time));
        let added: Vec<Value> = given.overrides.iter().filter_map(Override::of_free_seat).collect();
        let removed = given.overrides.iter().filter(|one| one.remove.is_some());
        let pauses: Vec<Value> = removed
            .inspect(|one| assert_eq!(one.remove.as_ref(), Some(&given.base.member)))
            .map(|one| json!({"start": one.start, "end": one.end, "start_now": true}))
            .collect();
        let calendar = Calendar::of(&written(day), 9000, "day");
        let file = File::of(&calendar, std::slice::from_ref(&given.base.member))
            .daily(from, to)
            .rule("seats", Value::from(1 + added.len()))
            // Who covers must be known to the file: they join when all is over.
            .list("roster_changes", joiners(given))
            .list("coverage", added)
            .list("pauses", pauses);
        let plan = file.plan(given.window);
        Shifts { shifts: stretches(&plan, given.window).into_iter().map(Served::from).collect() }
    });
}

fn joiners(given: &Overridden) -> Vec<Value> {
    let mut added: Vec<&String> =
        given.overrides.iter().filter_map(|one| one.add.as_ref()).collect();
    added.sort();
    added.dedup();
    let at = given.window.until + TimeDelta::days(1);
    added.into_iter().map(|who| json!({"at": at, "add": who})).collect()
}

impl Override {
    /// Returns the cover of a free seat by the one who is added.
    fn of_free_seat(&self) -> Option<Value> {
        let by = self.add.as_ref()?;
        Some(json!({"by": by, "of": null, "start": self.start, "end": self.end}))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requested {
    unit: String,
    every: u32,
    members: Vec<String>,
    /// How long a day's duty is, from noon on.
    seconds: i64,
    request: Request,
}

/// A request for cover, counted in hours from the anchor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    of: String,
    start_hours: i64,
    end_hours: i64,
    taken_by: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    start_hours: i64,
    end_hours: i64,
    member: String,
}

#[test]
fn a_request_that_nobody_takes_leaves_the_one_on_duty_on() {
    ask("coverage_request", |given: &Requested, asked: &Events| {
        let start = parse_local(T0);
        let calendar = Calendar::of(T0, given.every, &given.unit);
        let at = |hours: i64| start.and_utc() + TimeDelta::hours(hours);
        let request = &given.request;
        let (from, until) = (at(request.start_hours), at(request.end_hours));
        let cover = request
            .taken_by
            .iter()
            .map(|by| json!({"by": by, "of": request.of, "start": from, "end": until}));
        let file = File::of(&calendar, &given.members)
            .daily(start.time(), later(start.time(), given.seconds))
            .list("coverage", cover.collect());
        let end = asked.events.iter().map(|event| event.end_hours).max().unwrap_or_default();
        let window = Instants { from: start.and_utc(), until: at(end) };
        let hours = |at: DateTime<Utc>| (at - start.and_utc()).num_hours();
        let served: Vec<Event> = stretches(&file.plan(window), window)
            .into_iter()
            .map(|Stretch { start, end, member }| Event {
                start_hours: hours(start),
                end_hours: hours(end),
                member,
            })
            .collect();
        // The peer parts a stretch where its request begins and ends.
        Events { events: parted(&served, &[request.start_hours, request.end_hours]) }
    });
}

fn parted(served: &[Event], at: &[i64]) -> Vec<Event> {
    let mut events = Vec::new();
    for event in served {
        let within = at.iter().filter(|at| (event.start_hours + 1..event.end_hours).contains(at));
        let mut start = event.start_hours;
        for end in within.chain([&event.end_hours]) {
            events.push(Event { start_hours: start, end_hours: *end, ..event.clone() });
            start = *end;
        }
    }
    events
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SomeAway {
    members: Vec<String>,
    /// Each for a part of the turn.
    away: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidates {
    /// One of these holds the turn; nobody, where there is none.
    candidates: Vec<String>,
}

#[test]
fn whoever_is_away_for_any_part_of_a_turn_is_no_candidate_where_the_rule_is_any() {
    ask("ooo_selection", |given: &SomeAway, asked: &Candidates| {
        let start = parse_local(T0).and_utc();
        let (from, until) = (start + TimeDelta::hours(50), start + TimeDelta::hours(51));
        let absent = |who| json!({"member": who, "start": from, "end": until});
        let file = File::of(&Calendar::of(T0, 1, "week"), &given.members)
            .rule("skip", json!({"any": true}))
            .list("absences", given.away.iter().map(absent).collect());
        let holder = member_of(&file.plan_from(start, 1).shifts[0]);
        let is_right = holder
            .as_ref()
            .map_or(asked.candidates.is_empty(), |holder| asked.candidates.contains(holder));
        if is_right {
            return Candidates { candidates: asked.candidates.clone() };
        }
        Candidates { candidates: holder.into_iter().collect() }
    });
}
