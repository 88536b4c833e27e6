//! The cadence of a plan's file, read.

use super::instants::parse_local_time;
use super::reader::{Faults, Place};
use crate::cadence::{self, Cadence, MAX_EVERY, NthWeekday, Unit, Weekdays};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// How many days a week has, and a list of weekdays at most.
const WEEK: usize = 7;

/// A day for the stand-in.
const MONDAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 5).expect("January has a fifth day");

/// Stands for a cadence that could not be read, so that the rest of the file is still looked at.
pub(super) const STAND_IN: Cadence = Cadence {
    every: 1,
    unit: Unit::Week,
    anchor: NaiveDateTime::new(MONDAY, NaiveTime::MIN),
    weekdays: None,
    nth_weekday: None,
};

/// Reads a cadence; what [`Cadence::validate`] would find is left to it.
pub(super) fn read_cadence(place: &Place, faults: &mut Faults) -> Option<Cadence> {
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
    Some(Cadence {
        every: every.unwrap_or(STAND_IN.every),
        // A unit that goes with what else is there, so that one slip is one fault.
        unit: unit.unwrap_or(if nth_weekday.is_some() { Unit::Month } else { Unit::Week }),
        anchor: anchor.unwrap_or(STAND_IN.anchor),
        weekdays: weekdays.filter(|_| unit.is_some() || nth_weekday.is_none()),
        nth_weekday,
    })
}

fn read_every(place: &Place, faults: &mut Faults) -> Option<u32> {
    let every = place.integer(faults)?;
    let every = u32::try_from(every).ok().filter(|every| (1..=MAX_EVERY).contains(every));
    if every.is_none() {
        faults.note(&place.path, format!("must be from 1 to {MAX_EVERY}"));
    }
    every
}

/// Reads a list of weekdays; `None` where none of those in it could be read.
pub(super) fn read_weekdays(place: &Place, faults: &mut Faults) -> Option<Weekdays> {
    let places = place.list(WEEK, faults)?;
    let days: Vec<Option<Weekday>> = places.iter().map(|day| read_weekday(day, faults)).collect();
    for (at, day) in days.iter().enumerate() {
        if day.is_some() && days[..at].contains(day) {
            faults.note(&places[at].path, "is in the list twice");
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
