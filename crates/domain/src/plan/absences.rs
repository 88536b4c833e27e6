//! The absences of a plan's file, read.

use super::instants::{parse_day, read_window};
use super::people::People;
use super::reader::{Faults, Fields, Place};
use super::rotation::read_zone;
use crate::absence::{Absence, whole_days};
use crate::zone::Zone;
use chrono::{DateTime, Utc};

/// The most absences that a file may have.
const MAX_ABSENCES: usize = 10_000;

/// Reads the absences; whole days are those of the zone.
pub(super) fn read_absences(
    place: &Place,
    zone: &Zone,
    people: &People,
    faults: &mut Faults,
) -> Vec<Absence> {
    let absences = place.list(MAX_ABSENCES, faults).unwrap_or_default();
    absences.iter().filter_map(|absence| read_absence(absence, zone, people, faults)).collect()
}

fn read_absence(
    place: &Place,
    zone: &Zone,
    people: &People,
    faults: &mut Faults,
) -> Option<Absence> {
    let fields = place.fields(&["member", "from", "to", "zone", "start", "end"], faults)?;
    let user = fields.require("member", faults).and_then(|member| people.read(&member, faults));
    let has = |one, other| fields.has(one) || fields.has(other);
    let (start, end) = match (has("from", "to"), has("start", "end")) {
        (true, false) => read_days(&fields, zone, faults).map(|(start, end)| (start, Some(end)))?,
        (false, true) => {
            if fields.has("zone") {
                let text = "goes with from and to only; instants need no zone";
                faults.note(&fields.path_of("zone"), text);
            }
            read_window(&fields, faults)?
        }
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
