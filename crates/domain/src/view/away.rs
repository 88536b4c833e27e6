//! Coverers who are away themselves in the time that they serve for somebody else.

use crate::absence::AbsenceBook;
use crate::finding::{Finding, FindingKind};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::shift::{Right, Shift, ShiftState};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A run of shifts of one turn, off-hours aside, in which somebody serves in a seat that is not their own.
struct Run {
    turn: u64,
    /// From the first to the last instant in which they are away, so far.
    away: Option<Interval>,
    /// The end of the run, so far.
    end: DateTime<Utc>,
}

/// Returns a finding for each run of cover by somebody who is away for any of it, over the time from their first
/// absence in it to their last; swaps count as cover.
#[must_use]
pub fn find_away_coverers(shifts: &[Shift], absences: &AbsenceBook) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut runs: HashMap<&UserId, Run> = HashMap::new();
    let mut idle_since = None;
    for shift in shifts {
        let Shift { window, turn, state, .. } = shift;
        if *state == ShiftState::OffHours {
            idle_since = idle_since.or(Some(window.start()));
            continue;
        }
        let goes_on_from = idle_since.take().unwrap_or(window.start());
        for user in coverers(shift) {
            let away = absences.away_in(user, std::slice::from_ref(window)).reduce(hull);
            let run = Run { turn: *turn, away, end: window.end() };
            let going = runs.get_mut(user);
            if let Some(going) = going.filter(|run| run.turn == *turn && run.end == goes_on_from) {
                going.extend(&run);
            } else {
                let before = runs.insert(user, run);
                findings.extend(before.and_then(|before| finding(user, &before)));
            }
        }
    }
    findings.extend(runs.iter().filter_map(|(user, run)| finding(user, run)));
    findings.sort_by(|a, b| (a.window, &a.text).cmp(&(b.window, &b.text)));
    findings
}

impl Run {
    fn extend(&mut self, next: &Self) {
        self.end = next.end;
        self.away = self.away.into_iter().chain(next.away).reduce(hull);
    }
}

fn coverers(shift: &Shift) -> impl Iterator<Item = &UserId> {
    let covered = shift.seats.iter().filter(|seat| !matches!(seat.right, Right::Own(_)));
    covered.map(|seat| &seat.user)
}

fn hull(first: Interval, second: Interval) -> Interval {
    Interval::new(first.start().min(second.start()), first.end().max(second.end())).unwrap_or(first)
}

fn finding(user: &UserId, run: &Run) -> Option<Finding> {
    Some(Finding {
        kind: FindingKind::CovererAway,
        turn: run.turn,
        window: run.away?,
        text: format!("{user} serves for somebody else then, and is away."),
    })
}
