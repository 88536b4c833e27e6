//! A plan as columns of text, in the rotation's zone.

use super::{Plan, served_in_words, skips_in_words};
use crate::finding::Finding;
use crate::shift::{Shift, ShiftState};
use crate::zone::Zone;
use chrono::{DateTime, Utc};

const HEADINGS: [&str; 5] = ["TURN", "FROM", "UNTIL", "ON DUTY", "NOTE"];

/// Returns the whole plan.
pub(super) fn to_table(plan: &Plan) -> String {
    let rules = &plan.request.rules;
    let heading = format!(
        "{}: {}, times in {}",
        plan.request.name,
        rules.cadence.in_words(),
        rules.zone.name()
    );
    let rows = plan.shifts.iter().map(|shift| row(shift, &rules.zone));
    let rows: Vec<[String; 5]> = std::iter::once(HEADINGS.map(String::from)).chain(rows).collect();
    let table = if rows.len() > 1 { aligned(&rows) } else { String::from("No shifts.\n") };
    format!("{heading}\n\n{table}{}", findings(&plan.findings, &rules.zone))
}

fn row(shift: &Shift, zone: &Zone) -> [String; 5] {
    let note = match shift.skipped.as_slice() {
        [] => String::new(),
        skipped => format!("skipped: {}", skips_in_words(skipped)),
    };
    [
        shift.turn.to_string(),
        local(shift.window.start(), zone),
        local(shift.window.end(), zone),
        on_duty(shift),
        note,
    ]
}

fn on_duty(shift: &Shift) -> String {
    match shift.state {
        ShiftState::Planned => served_in_words(&shift.seats),
        ShiftState::Unassigned => "(nobody)".into(),
        ShiftState::Paused => "(paused)".into(),
        ShiftState::OffHours => "(off-hours)".into(),
    }
}

fn findings(findings: &[Finding], zone: &Zone) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 3]> = findings
        .iter()
        .map(|finding| {
            [finding.turn.to_string(), local(finding.window.start(), zone), finding.text.clone()]
        })
        .collect();
    let headings = [["TURN", "FROM", "FINDING"].map(String::from)];
    format!("\n{}", aligned(&headings.into_iter().chain(rows).collect::<Vec<_>>()))
}

/// Returns the rows with columns as wide as their widest cell, counted in characters.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

fn local(at: DateTime<Utc>, zone: &Zone) -> String {
    zone.local_of(at).format("%a %Y-%m-%d %H:%M").to_string()
}
