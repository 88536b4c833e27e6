//! A plan as JSON, laid out for eyes as well: one shift a line, fields in the order of the documentation.

use super::Plan;
use crate::engine::{Skip, SkipReason};
use crate::finding::Finding;
use crate::ids::UserId;
use crate::shift::{Served, Shift};
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::Display;

/// Returns the whole plan.
pub(super) fn to_json(plan: &Plan) -> String {
    let shifts = lines(plan.shifts.iter().map(shift_json));
    let findings = lines(plan.findings.iter().map(finding_json));
    format!("{{\"shifts\": {shifts}, \"findings\": {findings}}}\n")
}

fn shift_json(shift: &Shift) -> String {
    format!(
        "{{\"start\": {}, \"end\": {}, \"turn\": {}, \"members\": {}, \"covered_for\": {}, \
         \"state\": {}, \"skipped\": {}}}",
        instant(shift.window.start()),
        instant(shift.window.end()),
        shift.turn,
        list(shift.members().map(quoted)),
        covered_for(&shift.seats),
        quoted(shift.state.code()),
        list(shift.skipped.iter().map(skip_json)),
    )
}

/// Returns the one whose time somebody else serves; of several at once a list in the order of the members.
fn covered_for(seats: &[Served]) -> String {
    let name = |user: Option<&UserId>| user.map_or_else(|| String::from("null"), quoted);
    let mut covered = seats.iter().filter_map(Served::covered_for);
    match (covered.next(), covered.next()) {
        (first, None) => name(first),
        _ => list(seats.iter().map(|seat| name(seat.covered_for()))),
    }
}

fn skip_json(skip: &Skip) -> String {
    let member = quoted(&skip.member);
    match skip.reason {
        SkipReason::Away { share, .. } => {
            format!("{{\"member\": {member}, \"reason\": \"away\", \"share\": {share:.4}}}")
        }
        SkipReason::AlreadySeated => {
            format!("{{\"member\": {member}, \"reason\": \"already_seated\"}}")
        }
        SkipReason::Deactivated => {
            format!("{{\"member\": {member}, \"reason\": \"deactivated\"}}")
        }
    }
}

fn finding_json(finding: &Finding) -> String {
    format!(
        "{{\"kind\": {}, \"turn\": {}, \"start\": {}, \"end\": {}, \"text\": {}}}",
        quoted(finding.kind.code()),
        finding.turn,
        instant(finding.window.start()),
        instant(finding.window.end()),
        quoted(&finding.text),
    )
}

/// Returns a list with one item a line; an empty one in short.
fn lines(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("\n  {item}")).collect();
    if items.is_empty() { String::from("[]") } else { format!("[{}\n ]", items.join(",")) }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn instant(at: DateTime<Utc>) -> String {
    quoted(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn quoted(text: impl Display) -> String {
    serde_json::Value::String(text.to_string()).to_string()
}
