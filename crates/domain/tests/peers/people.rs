//! Who is on duty: the order of the members, and what moves it.

use crate::case::ask;
use crate::dates::{Calendar, Instants, local, parse_local, written};
use crate::duty::{File, Stretch, later, member_of, on_duty, stretches, time_of};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::shift::ShiftState;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Noon of a Monday, for the cases that leave it open when they happen.
const T0: &str = "2026-01-05T12:00";

/// What a peer has stored: who is on, and since when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    index: usize,
    at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct WhoIsOn {
    #[serde(flatten)]
    calendar: Calendar,
    members: Option<Vec<String>>,
    n_members: Option<usize>,
    stored: Option<Stored>,
    at: Option<DateTime<Utc>>,
    at_local: Option<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Holder {
    index: Option<usize>,
    member: Option<String>,
    next_local: Option<String>,
    following: Option<Vec<String>>,
    /// How many handoffs there were since what is stored.
    handoffs: Option<u64>,
}

#[test]
fn the_member_on_duty_is_the_peers() {
    ask("active_user", who_is_on);
}

#[test]
fn after_down_time_the_member_on_duty_is_the_one_whom_the_order_has_come_to() {
    ask("catch_up", who_is_on);
}

fn who_is_on(given: &WhoIsOn, asked: &Holder) -> Holder {
    let zone = given.calendar.zone();
    let numbered = || (0..given.n_members.unwrap()).map(|member| format!("M{member}")).collect();
    let members: Vec<String> = given.members.clone().unwrap_or_else(numbered);
    let at_local = || zone.instant_of(parse_local(given.at_local.as_ref().unwrap()));
    let at = given.at.unwrap_or_else(at_local);
    let file = file_with(&given.calendar, &members, given.stored.as_ref());
    let (grid, shown) = (given.calendar.grid(), asked.following.as_ref().map_or(1, Vec::len));
    let holders: Vec<String> =
        file.plan_from(at, shown).shifts.iter().filter_map(member_of).collect();
    let turn = grid.turn_at(at).unwrap();
    let since = |stored: &Stored| turn - grid.turn_at(stored.at).unwrap();
    let is_on = |member: &String| Some(member) == holders.first();
    Holder {
        index: asked.index.and_then(|_| members.iter().position(is_on)),
        member: asked.member.as_ref().and_then(|_| holders.first().cloned()),
        next_local: asked.next_local.as_ref().map(|_| local(&zone, grid.turn(turn).unwrap().end())),
        handoffs: asked.handoffs.and_then(|_| given.stored.as_ref().map(since)),
        following: asked.following.as_ref().map(|_| holders),
    }
}

/// Returns the file of a rotation in which the one who is stored holds the turn at that instant.
fn file_with(calendar: &Calendar, members: &[String], stored: Option<&Stored>) -> File {
    let file = File::of(calendar, members);
    let Some(stored) = stored else { return file };
    let turns = calendar.grid().turn_at(stored.at).unwrap();
    let back = usize::try_from(turns).unwrap() % members.len() + 1;
    let before_anchor = (stored.index + 2 * members.len() - back) % members.len();
    file.rule("last_turn", Value::from(members[before_anchor].as_str()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Relative {
    zone: String,
    unit: String,
    every: u32,
    members: Vec<String>,
    anchor_before_now_minutes: i64,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByMinute {
    at_minutes_from_now: BTreeMap<i64, Option<String>>,
}

#[test]
fn the_order_goes_round_where_the_peers_does() {
    ask("active_index_change", |given: &Relative, asked: &ByMinute| {
        let now = parse_local(T0);
        let anchor = now - TimeDelta::minutes(given.anchor_before_now_minutes);
        let calendar =
            Calendar::of(&written(anchor), given.every, &given.unit).in_zone(&given.zone);
        let file = File::of(&calendar, &given.members);
        let now = calendar.zone().instant_of(now);
        let on_duty = |minutes: &i64| file.on_duty_at(now + TimeDelta::minutes(*minutes));
        let minutes = asked.at_minutes_from_now.keys();
        ByMinute { at_minutes_from_now: minutes.map(|at| (*at, on_duty(at))).collect() }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    unit: String,
    every: u32,
    members: Vec<String>,
    holder: String,
    remove: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    holder: Option<String>,
    members: Vec<String>,
}

#[test]
fn who_is_removed_leaves_the_holder_and_the_others_as_the_peer_says() {
    ask("membership_change", |given: &Removal, _: &Left| {
        let calendar = Calendar::of(T0, given.every, &given.unit);
        let index = given.members.iter().position(|member| *member == given.holder).unwrap();
        let start = calendar.grid().turn(0).unwrap().start();
        let at = start + TimeDelta::minutes(30);
        let file = file_with(&calendar, &given.members, Some(&Stored { index, at: start }))
            .list("roster_changes", vec![json!({"at": at, "remove": given.remove, "when": "now"})]);
        assert_eq!(file.on_duty_at(start).as_ref(), Some(&given.holder), "before the removal");
        let holders: Vec<Option<String>> =
            file.plan_from(at, 2 * given.members.len()).shifts.iter().map(member_of).collect();
        let mut members: Vec<String> = holders.iter().flatten().cloned().collect();
        members.sort();
        members.dedup();
        Left { holder: holders[0].clone(), members }
    });
}

#[derive(Deserialize)]
struct ByDate {
    #[serde(flatten)]
    calendar: Calendar,
    members: Vec<String>,
    /// How long a day's duty is, from the anchor's time on.
    hours: i64,
    until: DateTime<Utc>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    /// All the days on which somebody is on duty.
    by_date: BTreeMap<NaiveDate, String>,
}

#[test]
fn the_days_of_a_rotation_with_weekdays_are_the_peers() {
    ask("rotation_by_date", |given: &ByDate, _: &Dates| {
        let (anchor, zone) = (given.calendar.anchor(), given.calendar.zone());
        let file = File::of(&given.calendar, &given.members)
            .daily(anchor.time(), later(anchor.time(), 3600 * given.hours));
        let window = Instants { from: zone.instant_of(anchor), until: given.until };
        let plan = file.plan(window);
        let instant =
            |date: NaiveDate| zone.instant_of(date.and_time(anchor.time())) + TimeDelta::minutes(5);
        let days = (0..).map(|day| anchor.date() + Days::new(day));
        let days = days.take_while(|date| instant(*date) < given.until);
        Dates {
            by_date: days.filter_map(|day| Some((day, on_duty(&plan, instant(day))?))).collect(),
        }
    });
}

#[derive(Deserialize)]
struct ByInstant {
    #[serde(flatten)]
    calendar: Calendar,
    members: Vec<String>,
    /// Whoever holds a turn before this instant is not shown.
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtInstants {
    at: BTreeMap<DateTime<Utc>, Option<String>>,
}

#[test]
fn turns_before_the_first_one_shown_are_turns_all_the_same() {
    ask("rotation_by_instant", |given: &ByInstant, asked: &AtInstants| {
        let window = Instants { from: given.from, until: given.until };
        let plan = File::of(&given.calendar, &given.members).plan(window);
        let shown = stretches(&plan, window);
        AtInstants { at: asked.at.keys().map(|at| (*at, member_at(&shown, *at))).collect() }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByOffset {
    unit: String,
    every: u32,
    weekdays: Option<Vec<String>>,
    members: Vec<String>,
    /// How long a day's duty is.
    seconds: i64,
    /// Whoever holds a turn before this offset is not shown.
    #[serde(default)]
    from_offset_seconds: i64,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtOffsets {
    at_units_plus_5min: BTreeMap<i32, Option<String>>,
}

#[test]
fn the_days_counted_from_a_monday_are_the_peers() {
    ask("rotation_by_offset", |given: &ByOffset, asked: &AtOffsets| {
        assert_eq!(given.unit, "day");
        let start = parse_local(T0);
        let calendar =
            Calendar::of(T0, given.every, &given.unit).with_weekdays(given.weekdays.clone());
        let file = File::of(&calendar, &given.members)
            .daily(start.time(), later(start.time(), given.seconds));
        let start = start.and_utc();
        let from = start + TimeDelta::seconds(given.from_offset_seconds);
        let window = Instants { from, until: start + TimeDelta::days(30) };
        let shown = stretches(&file.plan(window), window);
        let answer = |day: &i32| {
            member_at(&shown, start + TimeDelta::days((*day).into()) + TimeDelta::minutes(5))
        };
        let days = asked.at_units_plus_5min.keys();
        AtOffsets { at_units_plus_5min: days.map(|day| (*day, answer(day))).collect() }
    });
}

fn member_at(shown: &[Stretch], at: DateTime<Utc>) -> Option<String> {
    let found = shown.iter().find(|stretch| stretch.start <= at && at < stretch.end);
    found.map(|stretch| stretch.member.clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    zone: String,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    rotations: Vec<OneOfSeveral>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneOfSeveral {
    #[serde(rename = "name")]
    _name: String,
    anchor: String,
    every: u32,
    unit: String,
    members: Vec<String>,
    stored: Stored,
    daily_window: [String; 2],
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shifts {
    shifts: Vec<ShiftOfPeer>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShiftOfPeer {
    member: String,
    /// Not asked for where the shift runs already.
    start: Option<DateTime<Utc>>,
    end: DateTime<Utc>,
}

#[test]
fn two_rotations_with_hours_of_their_own_share_the_day_as_the_peers_do() {
    ask("rotation_shifts", |given: &Several, _: &Shifts| {
        let mut shifts: Vec<ShiftOfPeer> = Vec::new();
        for one in &given.rotations {
            let calendar = Calendar::of(&one.anchor, one.every, &one.unit).in_zone(&given.zone);
            let [from, to] = one.daily_window.each_ref().map(|time| time_of(time));
            let file = file_with(&calendar, &one.members, Some(&one.stored)).daily(from, to);
            let plan = file.plan(Instants { from: given.now, until: given.until });
            let planned = plan.shifts.iter().filter(|shift| shift.state == ShiftState::Planned);
            shifts.extend(planned.map(|shift| ShiftOfPeer {
                member: member_of(shift).unwrap(),
                start: Some(shift.window.start()).filter(|start| *start > given.now),
                end: shift.window.end().min(given.until),
            }));
        }
        shifts.sort_by_key(|shift| (shift.start, shift.end));
        Shifts { shifts }
    });
}
