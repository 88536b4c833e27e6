//! The file of a plan, read: every fault is noted with its place.

use super::absences::read_absences;
use super::cadence_changes::read_cadence_changes;
use super::coverage::{read_coverage, read_swaps};
use super::pauses::read_pauses;
use super::people::People;
use super::reader::{Faults, Place};
use super::roster_changes::{added, read_roster_changes};
use super::rotation::{Rotation, read_rotation};
use super::{PlanRequest, strict_json, toml_values};
use crate::change::{Change, RosterChange, Timed};
use crate::fault::Fault;
use crate::roster::{Member, Roster};
use serde_json::Value;

/// The largest file that is read, in bytes: 10,000 absences and as much again.
pub const MAX_BYTES: usize = 1 << 20;

/// Reads the file of a plan, JSON or TOML.
///
/// # Errors
///
/// Every fault with its place, such as `rotation.cadence.every`: what is missing, of the wrong kind, out of its bounds,
/// not known or not possible at its time. The first hundred are listed. A file that is not UTF-8, not JSON or TOML, or
/// above [`MAX_BYTES`] has one fault.
pub fn read_plan(text: impl AsRef<[u8]>, is_toml: bool) -> Result<PlanRequest, Vec<Fault>> {
    let value = parse(text.as_ref(), is_toml).map_err(|fault| vec![fault])?;
    let mut faults = Faults::default();
    let request = read_request(&Place::of_file(&value), &mut faults);
    let faults = faults.into_list();
    match request {
        Some(request) if faults.is_empty() => Ok(request),
        _ => Err(faults),
    }
}

fn parse(bytes: &[u8], is_toml: bool) -> Result<Value, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::new(
            "file",
            format!("has more than {MAX_BYTES} bytes, the most for a plan"),
        ));
    }
    let text = str::from_utf8(bytes).map_err(|_| Fault::new("file", "is not text in UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if is_toml {
        toml_values::parse(text)
            .map_err(|fault| Fault::new("file", format!("is not TOML: {fault}")))
    } else {
        strict_json::parse(text)
            .map_err(|fault| Fault::new("file", format!("is not JSON: {}", one_line(&fault))))
    }
}

fn one_line(fault: &serde_json::Error) -> String {
    fault.to_string().replace(char::is_control, " ")
}

fn read_request(file: &Place, faults: &mut Faults) -> Option<PlanRequest> {
    let known = [
        "rotation",
        "absences",
        "coverage",
        "swaps",
        "roster_changes",
        "cadence_changes",
        "pauses",
    ];
    let file = file.fields(&known, faults)?;
    let rotation = file.require("rotation", faults);
    let rotation = rotation.and_then(|rotation| read_rotation(&rotation, faults));
    let rotation = rotation.unwrap_or_else(Rotation::stand_in);
    let (rules, members) = (&rotation.rules, rotation.members.as_deref());
    let roster_changes = file
        .get("roster_changes")
        .map_or_else(|| Some(Vec::new()), |changes| read_roster_changes(&changes, members, faults));
    let people = people(&rotation, roster_changes.as_deref());
    let list = |key| file.get(key);
    let absences = list("absences").map(|list| read_absences(&list, &rules.zone, &people, faults));
    let coverage = list("coverage").map(|list| read_coverage(&list, &people, faults));
    let swaps = list("swaps").map(|list| read_swaps(&list, faults));
    let cadence_changes = list("cadence_changes");
    let cadence_changes = cadence_changes.map(|list| read_cadence_changes(&list, rules, faults));
    let pauses = list("pauses").map(|list| read_pauses(&list, faults));
    let members = rotation.members?.into_iter().map(Member::present).collect();
    Some(PlanRequest {
        name: rotation.name,
        rules: rotation.rules,
        // What makes a roster wrong has been noted already, each with its place.
        roster: Roster::new(members).ok()?,
        last_turn: rotation.last_turn,
        absences: absences.unwrap_or_default(),
        coverage: coverage.unwrap_or_default(),
        swaps: swaps.unwrap_or_default(),
        changes: in_time(roster_changes?, cadence_changes.unwrap_or_default()),
        pauses: pauses.unwrap_or_default(),
    })
}

/// Returns everybody whom the file may name.
fn people(rotation: &Rotation, roster_changes: Option<&[Timed<RosterChange>]>) -> People {
    let known = rotation.members.as_ref().zip(roster_changes).map(|(members, changes)| {
        members.iter().chain(added(changes)).chain(&rotation.rules.fallback).cloned()
    });
    People::new(known)
}

/// Returns the changes in the order of their instants, at one instant those of the roster first.
fn in_time(
    roster_changes: Vec<Timed<RosterChange>>,
    cadence_changes: Vec<Timed<Change>>,
) -> Vec<Timed<Change>> {
    let of_roster = |Timed { at, what }| Timed { at, what: Change::Roster(what) };
    let mut changes: Vec<_> =
        roster_changes.into_iter().map(of_roster).chain(cadence_changes).collect();
    changes.sort_by_key(|change| change.at);
    changes
}
