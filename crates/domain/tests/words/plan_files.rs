//! Files of plans with which several tests begin, and how they are read.

use domain::plan::{PlanRequest, read_plan};
use serde_json::{Value, json};

/// Returns a good file of A, B and C with more settings of the rotation (`"seats": 2`) and more beside it.
pub(crate) fn file(settings: &str, beside: &str) -> String {
    let comma = |more: &str| if more.is_empty() { "" } else { ", " };
    format!(
        r#"{{"rotation": {{"name": "desk", "zone": "Europe/Berlin", "members": ["A", "B", "C"],
        "cadence": {{"unit": "week", "anchor": "2026-01-05T09:00"}}{}{settings}}}{}{beside}}}"#,
        comma(settings),
        comma(beside),
    )
}

/// Returns what a file asks for, which has no fault.
#[track_caller]
pub(crate) fn request(file: &str) -> PlanRequest {
    read_plan(file, false).expect(file)
}

/// Returns the faults of a file, a line each.
#[track_caller]
pub(crate) fn faults(file: &str) -> String {
    let faults = read_plan(file, false).expect_err(file);
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{lines:?}");
    lines.join("\n")
}

/// Returns a JSON file as TOML, which has no null; empty where it is not an object.
pub(crate) fn in_toml(file: &Value) -> String {
    let fields = file.as_object().into_iter().flatten();
    let lines = fields.filter(|(_, value)| !value.is_null());
    let lines: Vec<String> =
        lines.map(|(name, value)| format!("{} = {}", json!(name), inline(value))).collect();
    lines.join("\n")
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let values: Vec<String> = list.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{} = {}", json!(name), inline(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        // Numbers, texts, true and false are written alike; null in a list is read as a name and refused.
        plain => plain.to_string(),
    }
}
