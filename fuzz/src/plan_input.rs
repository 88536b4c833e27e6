//! Any bytes as the file of a plan: faults with their places, or a plan that keeps its promises.

use chrono::{DateTime, Utc};
use domain::plan::{Plan, PlanRequest, Reach, Window, make_plan, read_plan};
use domain::shift::ShiftState;

/// How many shifts are looked at.
const SHIFTS: usize = 40;

/// Reads the bytes as JSON and as TOML, and plans what can be read.
///
/// # Panics
///
/// Where a promise is broken, which is what the fuzzer looks for.
pub fn run(data: &[u8]) {
    for is_toml in [false, true] {
        match read_plan(data, is_toml) {
            Ok(request) => plan(&request),
            Err(faults) => {
                assert!(!faults.is_empty(), "refused without a reason");
                for fault in faults {
                    let line = fault.to_string();
                    assert!(!line.contains(char::is_control), "not one line: {line:?}");
                }
            }
        }
    }
}

fn plan(request: &PlanRequest) {
    let Ok(plan) = make_plan(request, &Window { from: None, reach: Reach::Count(SHIFTS) }) else {
        return;
    };
    check_shifts(&plan);
    check_formats(&plan);
    check_that_a_later_preview_agrees(request, &plan);
}

fn check_shifts(plan: &Plan) {
    for pair in plan.shifts.windows(2) {
        assert_eq!(pair[0].window.end(), pair[1].window.start(), "no gap and no overlap");
        assert!(pair[0].turn <= pair[1].turn, "turns go forward");
    }
    for shift in &plan.shifts {
        let is_planned = shift.state == ShiftState::Planned;
        assert_eq!(is_planned, shift.members().len() > 0, "{shift:?}");
        let mut members: Vec<_> = shift.members().collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), shift.members().len(), "nobody twice at once: {shift:?}");
    }
}

fn check_formats(plan: &Plan) {
    let json: serde_json::Value = serde_json::from_str(&plan.to_json()).expect("JSON");
    assert_eq!(json["shifts"].as_array().map(Vec::len), Some(plan.shifts.len()));
    assert!(plan.to_table().ends_with('\n'));
    let calendar = plan.to_ics(DateTime::<Utc>::UNIX_EPOCH);
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n"));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "RFC 5545, 3.1: {calendar}");
}

/// A plan that is shown from a later instant is the same plan.
fn check_that_a_later_preview_agrees(request: &PlanRequest, plan: &Plan) {
    let Some(at) = plan.shifts.len().checked_sub(1).map(|last| last / 2) else { return };
    let rest = &plan.shifts[at..];
    let window = Window { from: Some(rest[0].window.start()), reach: Reach::Count(rest.len()) };
    let later = make_plan(request, &window).expect("it could be planned before");
    assert_eq!(later.shifts, rest);
}
