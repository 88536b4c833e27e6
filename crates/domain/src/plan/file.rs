//! The file of a plan, read: every fault is noted with its place.

use super::PlanRequest;
use super::absences::read_absences;
use super::reader::{Faults, Fields, Place, shown};
use super::rotation::{Rotation, read_rotation};
use super::strict_json;
use crate::fault::Fault;
use crate::roster::{Member, Roster};
use serde_json::{Number, Value};

/// The largest file that is read, in bytes: some 40,000 absences.
const MAX_BYTES: usize = 4 << 20;

/// What may stand beside the rotation, and is not supported yet.
const LATER: [&str; 5] = ["coverage", "swaps", "roster_changes", "cadence_changes", "pauses"];

/// Reads the file of a plan, JSON or TOML.
///
/// # Errors
///
/// Every fault with its place, such as `rotation.cadence.every`: what is missing, of the wrong kind, out of its bounds,
/// not known or not supported yet. The first hundred are listed. A file that is not UTF-8, not JSON or TOML, or above
/// 4 MiB has one fault.
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
        let text = format!("has {} bytes; {MAX_BYTES} is the most", bytes.len());
        return Err(Fault::new("file", text));
    }
    let text = str::from_utf8(bytes).map_err(|_| Fault::new("file", "is not text in UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if is_toml {
        toml::from_str(text).map(value_of_toml).map_err(|fault| {
            let before = &text.as_bytes()[..fault.span().map_or(0, |span| span.start)];
            let line = before.split(|byte| *byte == b'\n').count();
            let what = shown(fault.message());
            Fault::new("file", format!("is not TOML: {what}, in line {line}"))
        })
    } else {
        strict_json::parse(text)
            .map_err(|fault| Fault::new("file", format!("is not JSON: {}", one_line(&fault))))
    }
}

fn one_line(fault: &serde_json::Error) -> String {
    fault.to_string().replace(char::is_control, " ")
}

fn value_of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        // JSON has no word for infinity; as text it is told to be no number.
        toml::Value::Float(number) => Number::from_f64(number)
            .map_or_else(|| Value::String(number.to_string()), Value::Number),
        toml::Value::Boolean(is) => Value::Bool(is),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(values) => values.into_iter().map(value_of_toml).collect(),
        toml::Value::Table(table) => {
            table.into_iter().map(|(key, value)| (key, value_of_toml(value))).collect()
        }
    }
}

fn read_request(file: &Place, faults: &mut Faults) -> Option<PlanRequest> {
    let known: Vec<&str> = ["rotation", "absences"].into_iter().chain(LATER).collect();
    let file = file.fields(&known, faults)?;
    refuse_for_now(&file, &LATER, faults);
    let rotation = file.require("rotation", faults);
    let rotation = rotation.and_then(|rotation| read_rotation(&rotation, faults));
    let absences = file.get("absences");
    let absences = absences.map(|absences| read_absences(&absences, rotation.as_ref(), faults));
    let Rotation { name, rules, members, last_turn } = rotation?;
    let members = members?.into_iter().map(Member::present).collect();
    // What makes a roster wrong has been noted already, each with its place.
    let roster = Roster::new(members).ok()?;
    Some(PlanRequest {
        name,
        rules,
        roster,
        last_turn,
        absences: absences.unwrap_or_default(),
        coverage: Vec::new(),
        swaps: Vec::new(),
        changes: Vec::new(),
        pauses: Vec::new(),
    })
}

/// Notes each of the fields that asks for something.
pub(super) fn refuse_for_now(fields: &Fields, keys: &[&str], faults: &mut Faults) {
    for place in keys.iter().filter_map(|key| fields.get(key)) {
        if !place.is_nothing() {
            faults.note(&place.path, "is not supported yet; leave it out");
        }
    }
}
