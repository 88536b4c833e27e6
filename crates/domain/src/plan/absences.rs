//! The absences of a plan's file, read.

use super::instants::{parse_day, parse_instant};
use super::reader::{Faults, Fields, Place};
use super::rotation::{Rotation, no_member, read_zone};
use crate::absence::{Absence, whole_days};
use crate::ids::UserId;
use crate::zone::Zone;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// Reads the absences; members and zone are those of the rotation, as far as that could be read.
pub(super) fn read_absences(
    place: &Place,
    rotation: Option<&Rotation>,
    faults: &mut Faults,
) -> Vec<Absence> {
    let zone = rotation.map_or_else(Zone::utc, |rotation| rotation.rules.zone.clone());
    let members = rotation.and_then(|rotation| rotation.members.as_ref());
    let members: Option<HashSet<&UserId>> = members.map(|members| members.iter().collect());
    let absences = place.list(faults).unwrap_or_default();
    absences
        .iter()
        .filter_map(|absence| read_absence(absence, &zone, members.as_ref(), faults))
        .collect()
}

fn read_absence(
    place: &Place,
    zone: &Zone,
    members: Option<&HashSet<&UserId>>,
    faults: &mut Faults,
) -> Option<Absence> {
    let fields = place.fields(&["member", "from", "to", "zone", "start", "end"], faults)?;
    let user = fields.require("member", faults).and_then(|member| {
        let user = UserId::new(member.text(faults)?);
        let is_known = members.is_none_or(|members| members.contains(&user));
        if !is_known {
            faults.note(&member.path, no_member(&user));
        }
        is_known.then_some(user)
    });
    let has = |key| fields.get(key).is_some();
    let (start, end) = match (has("from") || has("to"), has("start") || has("end")) {
        (true, false) => read_days(&fields, zone, faults).map(|(start, end)| (start, Some(end)))?,
        (false, true) => read_instants(&fields, faults)?,
        (true, true) => {
            let text = "has both days and instants; use from and to, or start and end";
            faults.note(&place.path, text);
            return None;
        }
        (false, false) => {
            faults.note(&place.path, "says no time; give from and to, or start and end");
            return None;
        }
    };
    Some(Absence { user: user?, start, end })
}

fn read_days(
    fields: &Fields,
    zone: &Zone,
    faults: &mut Faults,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let wanted = "a day; write it as 2026-01-12";
    let mut day = |key| fields.require(key, faults)?.parsed(parse_day, wanted, faults);
    let (from, to) = (day("from"), day("to"));
    let own_zone = fields.get("zone").map(|zone| read_zone(&zone, faults));
    let (from, to) = (from?, to?);
    if to < from {
        faults.note(&fields.path_of("to"), format!("is before the first day, {from}"));
        return None;
    }
    let zone = own_zone.unwrap_or_else(|| Some(zone.clone()))?;
    let days = whole_days(&zone, from, to);
    Some((days.start(), days.end()))
}

fn read_instants(
    fields: &Fields,
    faults: &mut Faults,
) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let wanted = "an instant; write it as 2026-03-19T08:00:00Z";
    if let Some(zone) = fields.get("zone") {
        faults.note(&zone.path, "goes with from and to only; instants need no zone");
    }
    let start = fields.require("start", faults);
    let start = start.and_then(|start| start.parsed(parse_instant, wanted, faults));
    let end = fields.get("end").map(|end| end.parsed(parse_instant, wanted, faults));
    let (start, end) = (start?, end.map_or(Some(None), |end| end.map(Some))?);
    if end.is_some_and(|end| end <= start) {
        faults.note(&fields.path_of("end"), "must be later than the start");
        return None;
    }
    Some((start, end))
}
