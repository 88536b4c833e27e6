//! The rotation of a plan's file, read.

use super::file::refuse_for_now;
use super::instants::parse_local_time;
use super::reader::{Faults, Fields, Place, shown};
use crate::cadence::{self, Cadence, MAX_EVERY, NthWeekday, Unit, Weekdays};
use crate::command::MAX_NAME;
use crate::ids::UserId;
use crate::roster::MAX_MEMBERS;
use crate::rules::Rules;
use crate::skip::SkipRule;
use crate::zone::Zone;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use std::collections::HashMap;

/// What may stand in the rotation, and is not supported yet.
const LATER: [&str; 3] = ["duty_hours", "make_up", "fallback"];

/// A day for the stand-in.
const MONDAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 5).expect("January has a fifth day");

/// Stands for a cadence that could not be read, so that the rest of the file is still looked at.
const STAND_IN: Cadence = Cadence {
    every: 1,
    unit: Unit::Week,
    anchor: NaiveDateTime::new(MONDAY, NaiveTime::MIN),
    weekdays: None,
    nth_weekday: None,
};

/// The rotation as far as it could be read; what could not stands in the faults and has a stand-in here.
pub(super) struct Rotation {
    /// The name, or a word in its place.
    pub(super) name: String,
    /// The rules.
    pub(super) rules: Rules,
    /// The members without those that stand there twice; `None` where somebody could not be read.
    pub(super) members: Option<Vec<UserId>>,
    /// Who served before the anchor.
    pub(super) last_turn: Option<UserId>,
}

/// Reads the rotation.
pub(super) fn read_rotation(place: &Place, faults: &mut Faults) -> Option<Rotation> {
    let known = ["name", "zone", "cadence", "members", "seats", "skip", "last_turn"];
    let known = known.into_iter().chain(LATER).collect::<Vec<_>>();
    let fields = place.fields(&known, faults)?;
    refuse_for_now(&fields, &LATER, faults);
    read_seats(&fields, faults);
    let name = fields.get("name").and_then(|name| name.name(MAX_NAME, faults));
    let zone = fields.require("zone", faults).and_then(|zone| read_zone(&zone, faults));
    let zone = zone.unwrap_or_else(Zone::utc);
    let cadence = fields.require("cadence", faults);
    let cadence = cadence.and_then(|cadence| read_cadence(&cadence, &zone, faults));
    let members = fields.require("members", faults);
    let members = members.and_then(|members| read_members(&members, faults));
    let skip = fields.get("skip").and_then(|skip| read_skip(&skip, faults)).unwrap_or_default();
    let last_turn = fields.get("last_turn").and_then(|last| {
        let last = UserId::new(last.name(MAX_NAME, faults)?);
        let is_member = members.as_ref().is_none_or(|members| members.contains(&last));
        if !is_member {
            faults.note(&fields.path_of("last_turn"), no_member(&last));
        }
        is_member.then_some(last)
    });
    let rules = Rules { skip, ..Rules::new(zone, cadence.unwrap_or(STAND_IN)) };
    Some(Rotation { name: name.unwrap_or("rotation").into(), rules, members, last_turn })
}

fn read_seats(fields: &Fields, faults: &mut Faults) {
    let seats = fields.get("seats").and_then(|seats| seats.integer(faults));
    match seats {
        None | Some(1) => {}
        Some(2..) => {
            faults.note(&fields.path_of("seats"), "more than one seat is not supported yet; use 1");
        }
        Some(_) => faults.note(&fields.path_of("seats"), "must be at least 1"),
    }
}

/// Reads the name of a zone.
pub(super) fn read_zone(place: &Place, faults: &mut Faults) -> Option<Zone> {
    let name: String = place.text(faults)?.chars().take(MAX_NAME).collect();
    let zone = Zone::parse(&name);
    zone.map_err(|fault| faults.note(&place.path, fault.to_string().replace(char::is_control, " ")))
        .ok()
}

fn read_cadence(place: &Place, zone: &Zone, faults: &mut Faults) -> Option<Cadence> {
    let known = ["every", "unit", "anchor", "weekdays", "nth_weekday"];
    let fields = place.fields(&known, faults)?;
    let every = fields.get("every").map_or(Some(1), |every| read_every(&every, faults));
    let unit = fields.require("unit", faults);
    let unit = unit.and_then(|unit| unit.parsed(parse_unit, "hour, day, week or month", faults));
    let anchor = fields.require("anchor", faults).and_then(|anchor| {
        let wanted = "a local time; write it as 2026-01-05T09:00, without a zone";
        anchor.parsed(parse_local_time, wanted, faults)
    });
    let weekdays = fields.get("weekdays").and_then(|days| read_weekdays(&days, faults));
    let nth_weekday = fields.get("nth_weekday").and_then(|nth| read_nth_weekday(&nth, faults));
    let cadence = Cadence {
        every: every.unwrap_or(STAND_IN.every),
        // A unit that goes with what else is there, so that one slip is one fault.
        unit: unit.unwrap_or(if nth_weekday.is_some() { Unit::Month } else { Unit::Week }),
        anchor: anchor.unwrap_or(STAND_IN.anchor),
        weekdays: weekdays.filter(|_| unit.is_some() || nth_weekday.is_none()),
        nth_weekday,
    };
    let found = cadence.validate(zone).err().unwrap_or_default();
    faults.extend(found.into_iter().map(|fault| fault.under(&place.path)));
    Some(cadence)
}

fn read_every(place: &Place, faults: &mut Faults) -> Option<u32> {
    let every = place.integer(faults)?;
    let every = u32::try_from(every).ok().filter(|every| (1..=MAX_EVERY).contains(every));
    if every.is_none() {
        faults.note(&place.path, format!("must be from 1 to {MAX_EVERY}"));
    }
    every
}

fn read_weekdays(place: &Place, faults: &mut Faults) -> Option<Weekdays> {
    let places = place.list(faults)?;
    let days: Vec<Option<Weekday>> = places.iter().map(|day| read_weekday(day, faults)).collect();
    for (at, day) in days.iter().enumerate() {
        if day.is_some() && days[..at].contains(day) {
            faults.note(&places[at].path, "is in the list twice");
        }
        if at >= 7 {
            break;
        }
    }
    let is_emptied = days.iter().all(Option::is_none) && !days.is_empty();
    (!is_emptied).then(|| days.into_iter().flatten().collect())
}

fn read_weekday(place: &Place, faults: &mut Faults) -> Option<Weekday> {
    place.parsed(cadence::parse_day, "one of mon, tue, wed, thu, fri, sat and sun", faults)
}

fn read_nth_weekday(place: &Place, faults: &mut Faults) -> Option<NthWeekday> {
    let fields = place.fields(&["nth", "day"], faults)?;
    let nth = fields.require("nth", faults).and_then(|nth| nth.integer(faults));
    let day = fields.require("day", faults).and_then(|day| read_weekday(&day, faults));
    // A number that is far out becomes another that is not valid either.
    Some(NthWeekday { nth: i8::try_from(nth?).unwrap_or(i8::MAX), day: day? })
}

fn parse_unit(text: &str) -> Option<Unit> {
    [Unit::Hour, Unit::Day, Unit::Week, Unit::Month].into_iter().find(|unit| unit.name() == text)
}

fn read_members(place: &Place, faults: &mut Faults) -> Option<Vec<UserId>> {
    let places = place.list(faults)?;
    if places.is_empty() {
        faults.note(&place.path, "must name at least one member");
        return None;
    }
    if places.len() > MAX_MEMBERS {
        faults.note(&place.path, format!("has {}; {MAX_MEMBERS} is the most", places.len()));
        return None;
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut members = Vec::new();
    let mut is_whole = true;
    for (at, place) in places.iter().enumerate() {
        let Some(name) = place.name(MAX_NAME, faults) else {
            is_whole = false;
            continue;
        };
        if let Some(first) = seen.get(name) {
            let text = format!("“{name}” is a member already, see rotation.members[{first}]");
            faults.note(&place.path, text);
        } else {
            seen.insert(name, at);
            members.push(UserId::new(name));
        }
    }
    is_whole.then_some(members)
}

fn read_skip(place: &Place, faults: &mut Faults) -> Option<SkipRule> {
    let known = ["over_share", "any", "at_least_hours", "never"];
    let fields = place.fields(&known, faults)?;
    let mut rules = known.iter().filter_map(|key| Some((*key, fields.get(key)?)));
    let (Some((key, value)), None) = (rules.next(), rules.next()) else {
        let wanted = "must be one of {\"over_share\": 0.25}, {\"any\": true}, \
                      {\"at_least_hours\": 8} and {\"never\": true}";
        faults.note(&place.path, wanted);
        return None;
    };
    let rule = match key {
        "over_share" => SkipRule::OverShare(value.number(faults)?),
        "at_least_hours" => SkipRule::AtLeastHours(value.number(faults)?),
        _ if !value.boolean(faults)? => {
            faults.note(&value.path, "must be true");
            return None;
        }
        "any" => SkipRule::Any,
        _ => SkipRule::Never,
    };
    faults.extend(rule.validate().err().map(|fault| fault.under(&place.path)));
    Some(rule)
}

/// Returns what is wrong with a name that is no member's.
pub(super) fn no_member(user: &UserId) -> String {
    format!("“{}” is not a member of the rotation", shown(user))
}
