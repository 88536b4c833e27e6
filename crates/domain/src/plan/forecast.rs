//! The forecast: a rotation's timeline from its anchor on, laid over with coverage, as many shifts as are to be shown.

use super::findings::{Findings, skipped_windows};
use super::window::{MAX_COUNT, Reach, Window};
use super::{Plan, PlanRequest};
use crate::absence::AbsenceBook;
use crate::engine::{Order, Stretch};
use crate::fault::Fault;
use crate::shift::{Shift, ShiftState};
use crate::timeline::{Standing, Timeline};
use crate::view::{FinalView, Openings, Swaps};
use chrono::{DateTime, Datelike, Utc};
use std::ops::ControlFlow;

/// The most turns that are planned from the anchor on, so that a slip in a year costs no minutes.
const MAX_TURNS: u64 = 200_000;

/// The most people and windows of duty that are looked at on the way, for the same reason.
const MAX_ASKED: usize = 2_000_000;

/// The last year that a calendar file and a timestamp can write (RFC 5545, 3.3.4; RFC 3339).
const MAX_YEAR: i32 = 9999;

/// How many stretches after those shown are looked at, to see whether cover that begins in them has an effect later.
const MAX_BEYOND: usize = 1000;

/// Returns the plan of a rotation, made from its anchor and cut to the window.
///
/// # Errors
///
/// One fault where the window lies more than 200,000 turns after the anchor, holds more than [`MAX_COUNT`] shifts, or
/// where more people and duty windows have to be looked at on the way than a moment allows.
pub fn make_plan(request: &PlanRequest, window: &Window) -> Result<Plan, Vec<Fault>> {
    let absences = AbsenceBook::new(request.absences.iter().cloned());
    let seats = request.rules.seats;
    let mut view = FinalView::new(&request.coverage, swaps(request, &absences), seats);
    let mut timeline = timeline(request, &absences);
    let mut findings = Findings::new(seats);
    let mut listing = Listing::new(window);
    let mut walk = Walk::default();
    while let Some(stretch) = timeline.next() {
        let is_shown = walk.shown_last.is_none();
        if is_shown && walk.is_too_dear(&stretch) {
            return Err(vec![too_dear(window)]);
        }
        if is_shown && (stretch.turn >= MAX_TURNS || listing.shown.len() > MAX_COUNT) {
            return Err(vec![too_far(window)]);
        }
        if walk.ends_before(&stretch, || last_end(request, &listing.shown)) {
            break;
        }
        walk.end = stretch.window.end();
        findings.note(&stretch);
        for shift in view.shifts_of(&stretch, timeline.presence()) {
            findings.note_shift(&shift);
            if walk.shown_last.is_none() && listing.add(shift).is_break() {
                walk.shown_last = Some(stretch.turn);
            }
        }
    }
    let shifts = listing.finish();
    let Some((first, last)) = shifts.first().zip(shifts.last()) else {
        return Ok(Plan { request: request.clone(), shifts, findings: Vec::new() });
    };
    let shown = first.window.up_to(last.window.end());
    let mut findings = findings.finish(&shifts, timeline.crew_sizes(), &absences);
    findings.extend(view.findings(walk.end));
    findings.extend(skipped_windows(&shifts, timeline.skipped_windows(shown)));
    findings.retain(|finding| finding.window.intersection(shown).is_some());
    findings.sort_by_key(|finding| (finding.kind.rank(), finding.window.start(), finding.kind));
    Ok(Plan { request: request.clone(), shifts, findings })
}

/// How far the walk has come, and what it has cost.
#[derive(Default)]
struct Walk {
    end: DateTime<Utc>,
    /// The turn of the first shift that is not shown any more.
    shown_last: Option<u64>,
    /// How many stretches were looked at after that.
    beyond: usize,
    /// How many people were asked and how many windows of duty were looked at.
    asked: usize,
}

impl Walk {
    fn is_too_dear(&mut self, stretch: &Stretch) -> bool {
        self.asked += stretch.skipped.len() + stretch.active.len();
        self.asked > MAX_ASKED
    }

    /// Returns whether nothing of a stretch, nor what comes after it, matters for what is shown.
    ///
    /// The turn of the last shift is walked to its end, and so is the time of coverage that begins before it.
    fn ends_before(&mut self, stretch: &Stretch, last_end: impl Fn() -> DateTime<Utc>) -> bool {
        if stretch.window.end().year() > MAX_YEAR {
            return true;
        }
        let Some(turn) = self.shown_last else { return false };
        self.beyond += 1;
        stretch.turn > turn && (self.beyond > MAX_BEYOND || stretch.window.start() >= last_end())
    }
}

fn timeline<'a>(request: &PlanRequest, absences: &'a AbsenceBook) -> Timeline<'a> {
    let order = Order::after(request.last_turn.clone());
    let start = Standing::new(request.rules.clone(), request.roster.clone(), order);
    Timeline::resume(start, absences, &request.changes, &request.pauses)
}

/// Returns the swaps, each with the two people whose turns they exchange.
fn swaps(request: &PlanRequest, absences: &AbsenceBook) -> Swaps {
    let mut openings = Openings::wanted_by(&request.swaps);
    if let Some(last) = openings.last_turn() {
        let mut walk = Walk::default();
        for stretch in timeline(request, absences) {
            if stretch.turn > last || walk.is_too_dear(&stretch) {
                break;
            }
            openings.note(&stretch);
        }
    }
    Swaps::new(&request.swaps, &openings)
}

/// Returns until when the plan must be made, so that what has no effect on the shifts shown is known.
fn last_end(request: &PlanRequest, shown: &[Shift]) -> DateTime<Utc> {
    let end = shown.last().map_or(DateTime::<Utc>::MIN_UTC, |shift| shift.window.end());
    let touching = request.coverage.iter().filter(|cover| cover.window.start() < end);
    touching.map(|cover| cover.window.end()).fold(end, DateTime::max)
}

/// The shifts to be shown, as they come.
struct Listing<'a> {
    window: &'a Window,
    shown: Vec<Shift>,
    /// The latest shift; off-hours can still grow into the next turn.
    pending: Option<Shift>,
}

impl<'a> Listing<'a> {
    fn new(window: &'a Window) -> Self {
        Self { window, shown: Vec::new(), pending: None }
    }

    fn add(&mut self, shift: Shift) -> ControlFlow<()> {
        if let Some(pending) = &mut self.pending
            && pending.state == ShiftState::OffHours
            && shift.state == ShiftState::OffHours
        {
            pending.window = pending.window.up_to(shift.window.end());
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

fn too_far(window: &Window) -> Fault {
    let text = format!(
        "is too far from the anchor: more than {MAX_TURNS} turns or {MAX_COUNT} shifts lie between"
    );
    Fault::new(option(window), text)
}

fn too_dear(window: &Window) -> Fault {
    let text = "takes too long to plan: too many people are away, or too many duty windows lie, \
                between the anchor and there";
    Fault::new(option(window), text)
}

/// Returns the option that reaches so far.
fn option(window: &Window) -> &'static str {
    match (window.reach, window.from) {
        (Reach::Until(_), _) => "--until",
        (Reach::Count(_), Some(_)) => "--from",
        (Reach::Count(_), None) => "--count",
    }
}
