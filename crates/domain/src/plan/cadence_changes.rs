//! The cadence changes of a plan's file, read: each is meant in its own zone, else in the one that holds at its time.

use super::cadence::read_cadence;
use super::instants::read_instant;
use super::reader::{Faults, Fields, Place};
use super::rotation::read_zone;
use crate::cadence::Cadence;
use crate::change::{Change, Timed};
use crate::fault::Fault;
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, TimeDelta, Utc};

/// How long the running turn can go on, because the new cadence begins later, in about: a turn without an end would have
/// duty windows without an end.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(20 * 366);

/// The most cadence changes that a file may have.
const MAX_CHANGES: usize = 500;

/// A change whose cadence has still to be read, since it is meant in a zone that another change may have set.
struct Entry<'v> {
    fields: Fields<'v>,
    at: Option<DateTime<Utc>>,
    zone: Option<Zone>,
}

/// Reads the cadence changes, in the order of the file; the rules are those at the anchor.
pub(super) fn read_cadence_changes(
    place: &Place,
    rules: &Rules,
    faults: &mut Faults,
) -> Vec<Timed<Change>> {
    let places = place.list(MAX_CHANGES, faults).unwrap_or_default();
    let entries: Vec<_> = places.iter().filter_map(|place| read_entry(place, faults)).collect();
    let zones = zones_in_force(&entries, &rules.zone);
    entries
        .into_iter()
        .zip(zones)
        .filter_map(|(entry, zone)| {
            let cadence = read_its_cadence(&entry, zone, rules, faults)?;
            Some(Timed { at: entry.at?, what: Change::Cadence { cadence, zone: entry.zone } })
        })
        .collect()
}

fn read_entry<'v>(place: &Place<'v>, faults: &mut Faults) -> Option<Entry<'v>> {
    let fields = place.fields(&["at", "cadence", "zone"], faults)?;
    let at = read_instant(&fields, "at", faults);
    let zone = fields.get("zone").and_then(|zone| read_zone(&zone, faults));
    Some(Entry { fields, at, zone })
}

/// Returns the zone of each entry: its own, else that of the latest change before it, else the first one.
fn zones_in_force(entries: &[Entry], first: &Zone) -> Vec<Zone> {
    let mut in_time: Vec<usize> = (0..entries.len()).collect();
    in_time.sort_by_key(|at| entries[*at].at);
    let mut zones = vec![first.clone(); entries.len()];
    let mut current = first;
    for at in in_time {
        current = entries[at].zone.as_ref().unwrap_or(current);
        zones[at] = current.clone();
    }
    zones
}

/// Reads the cadence and checks it as the rotation's own, with the duty hours, which hold on.
fn read_its_cadence(
    entry: &Entry,
    zone: Zone,
    at_anchor: &Rules,
    faults: &mut Faults,
) -> Option<Cadence> {
    let cadence = entry.fields.require("cadence", faults)?;
    let (path, cadence) = (cadence.path.clone(), read_cadence(&cadence, faults)?);
    // What is wrong with the duty hours alone has been told of the rotation.
    let duty_hours = at_anchor.duty_hours.clone().filter(|hours| hours.validate().is_ok());
    let rules = Rules { duty_hours, ..Rules::new(zone, cadence) };
    let found = rules.validate().err().unwrap_or_default();
    faults.extend(found.into_iter().map(|fault| {
        if fault.path.starts_with("cadence") {
            fault.under(entry.fields.path())
        } else {
            // All else has its default, so what is left is how cadence and duty hours go together.
            let text =
                "has active weekdays, from its handoff time on, that never meet the duty hours";
            Fault::new(&path, text)
        }
    }));
    let wait = entry.at.map(|at| rules.cadence.anchor.and_utc() - at);
    if wait.is_some_and(|wait| wait > LONGEST_WAIT) {
        let text = "lies more than twenty years after the change; change the cadence later";
        faults.note(&format!("{path}.anchor"), text);
    }
    Some(rules.cadence)
}
