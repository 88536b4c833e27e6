//! The file of a plan with which several tests begin.

use domain::plan::{PlanRequest, read_plan};

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
