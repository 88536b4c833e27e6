//! The forecast: the engine's turns from the anchor on, cut into shifts, as many as are to be shown.

use super::window::{MAX_COUNT, Reach, Window};
use super::{Plan, PlanRequest, skips_in_words};
use crate::absence::AbsenceBook;
use crate::engine::{Inputs, Order, Seat, Turn, plan_turns};
use crate::fault::Fault;
use crate::finding::{Finding, FindingKind};
use crate::grid::Grid;
use crate::interval::Interval;
use crate::shift::{Right, Served, Shift, ShiftState};
use chrono::{DateTime, Utc};
use std::ops::ControlFlow;

/// The most turns that are planned from the anchor on, so that a slip in a year costs no minutes.
const MAX_TURNS: usize = 200_000;

/// With fewer members one absence makes somebody serve twice in a row, or nobody.
const ENOUGH_MEMBERS: usize = 3;

/// How many of those who were passed over a finding names.
const NAMED: usize = 10;

/// Returns the plan of a rotation, made from its anchor and cut to the window.
///
/// # Errors
///
/// One fault where the window lies more than 200,000 turns after the anchor, or holds more than [`MAX_COUNT`] shifts.
pub fn make_plan(request: &PlanRequest, window: &Window) -> Result<Plan, Vec<Fault>> {
    let grid = Grid::new(&request.rules);
    let absences = AbsenceBook::new(request.absences.iter().cloned());
    let inputs =
        Inputs { rules: &request.rules, grid: &grid, roster: &request.roster, absences: &absences };
    let mut listing = Listing { window, shown: Vec::new(), pending: None };
    let order = Order::after(request.last_turn.clone());
    for (number, (turn, _)) in plan_turns(&inputs, order, 0).enumerate() {
        if number >= MAX_TURNS || listing.shown.len() > MAX_COUNT {
            return Err(vec![too_far(window)]);
        }
        if shifts_of(turn).into_iter().try_for_each(|shift| listing.add(shift)).is_break() {
            break;
        }
    }
    let shifts = listing.finish();
    let findings = findings_of(&shifts, request.roster.members().len());
    Ok(Plan { request: request.clone(), shifts, findings })
}

/// The shifts to be shown, as they come.
struct Listing<'a> {
    window: &'a Window,
    shown: Vec<Shift>,
    /// The latest shift; off-hours can still grow into the next turn.
    pending: Option<Shift>,
}

impl Listing<'_> {
    fn add(&mut self, shift: Shift) -> ControlFlow<()> {
        if let Some(pending) = &mut self.pending
            && pending.state == ShiftState::OffHours
            && shift.state == ShiftState::OffHours
        {
            pending.window =
                Interval::new(pending.window.start(), shift.window.end()).unwrap_or(pending.window);
            return ControlFlow::Continue(());
        }
        self.show_pending();
        let is_enough = match self.window.reach {
            Reach::Count(count) => self.shown.len() >= count,
            Reach::Until(until) => shift.window.start() >= until,
        };
        if is_enough {
            return ControlFlow::Break(());
        }
        self.pending = Some(shift);
        ControlFlow::Continue(())
    }

    fn show_pending(&mut self) {
        let is_wanted =
            |shift: &Shift| self.window.from.is_none_or(|from| from < shift.window.end());
        let shift = self.pending.take().filter(is_wanted);
        self.shown.extend(shift);
    }

    fn finish(mut self) -> Vec<Shift> {
        self.show_pending();
        self.shown
    }
}

/// Returns the shifts of one turn: its duty time, and the off-hours between.
fn shifts_of(turn: Turn) -> Vec<Shift> {
    let state = if turn.holder().is_some() { ShiftState::Planned } else { ShiftState::Unassigned };
    let seat = |seat: &Seat| Served { user: seat.user.clone(), right: Right::Own(seat.by) };
    let seats: Vec<Served> = turn.seats.iter().map(seat).collect();
    let mut skipped = turn.skipped;
    let mut shifts = Vec::new();
    let mut at = turn.window.start();
    let off_hours = |start: DateTime<Utc>, end| {
        Interval::new(start, end).map(|window| Shift {
            window,
            turn: turn.index,
            seats: Vec::new(),
            state: ShiftState::OffHours,
            skipped: Vec::new(),
        })
    };
    for duty in joined(&turn.active) {
        shifts.extend(off_hours(at, duty.start()));
        shifts.push(Shift {
            window: duty,
            turn: turn.index,
            seats: seats.clone(),
            state,
            skipped: std::mem::take(&mut skipped),
        });
        at = duty.end();
    }
    shifts.extend(off_hours(at, turn.window.end()));
    shifts
}

/// Joins the windows that touch: nobody is off duty between Monday and Tuesday.
fn joined(windows: &[Interval]) -> Vec<Interval> {
    let mut joined: Vec<Interval> = Vec::new();
    for window in windows {
        let touching = joined.last().filter(|last| last.end() == window.start());
        match touching.and_then(|last| Interval::new(last.start(), window.end())) {
            Some(both) => {
                joined.pop();
                joined.push(both);
            }
            None => joined.push(*window),
        }
    }
    joined
}

fn findings_of(shifts: &[Shift], members: usize) -> Vec<Finding> {
    let thin = shifts.first().zip(shifts.last()).filter(|_| members < ENOUGH_MEMBERS);
    let thin = thin.map(|(first, last)| Finding {
        kind: FindingKind::ThinRoster,
        turn: first.turn,
        window: Interval::new(first.window.start(), last.window.end()).unwrap_or(first.window),
        text: format!(
            "{}; from three on, somebody can be away and nobody serves twice in a row.",
            if members == 1 { "Only one person takes turns" } else { "Only two people take turns" }
        ),
    });
    thin.into_iter().chain(unassigned(shifts)).collect()
}

/// Returns a finding for each turn that nobody can serve.
fn unassigned(shifts: &[Shift]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for shift in shifts.iter().filter(|shift| shift.state == ShiftState::Unassigned) {
        match findings.last_mut().filter(|finding| finding.turn == shift.turn) {
            Some(finding) => {
                let end = shift.window.end();
                finding.window =
                    Interval::new(finding.window.start(), end).unwrap_or(finding.window);
            }
            None => findings.push(Finding {
                kind: FindingKind::Unassigned,
                turn: shift.turn,
                window: shift.window,
                text: nobody(shift),
            }),
        }
    }
    findings
}

fn nobody(shift: &Shift) -> String {
    let named = &shift.skipped[..shift.skipped.len().min(NAMED)];
    let more = match shift.skipped.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let who = skips_in_words(named);
    // Without the turn's first shift in the window, who was passed over is not shown.
    let who = if who.is_empty() { String::from("everybody is away") } else { who };
    format!("Nobody can serve: {who}{more}.")
}

fn too_far(window: &Window) -> Fault {
    let text = format!(
        "is too far from the anchor: more than {MAX_TURNS} turns or {MAX_COUNT} shifts lie between"
    );
    let option = match (window.reach, window.from) {
        (Reach::Until(_), _) => "--until",
        (Reach::Count(_), Some(_)) => "--from",
        (Reach::Count(_), None) => "--count",
    };
    Fault::new(option, text)
}
