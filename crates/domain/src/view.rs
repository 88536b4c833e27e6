//! The final view: the turns with everything that is laid over them, as shifts (specification, Coverage 7).
//!
//! Whatever says who serves, says it from here. At any instant the seats of a turn come first, then a swap, then covers,
//! the first made first; a cover sees the swap and the covers made before it, and has no effect while the one who
//! would serve is on duty already.

mod away;
mod cover;
mod on_duty;
mod seats;
mod skips;
mod swap;

pub use away::find_away_coverers;
pub use on_duty::{Layers, OnDuty, on_duty_at};
pub use swap::{Openings, SwapPart, Swaps};

use crate::coverage::Coverage;
use crate::engine::{Seat, Seating, Stretch};
use crate::finding::Finding;
use crate::interval::Interval;
use crate::presence::Presence;
use crate::shift::{Right, Served, Shift, ShiftState};
use chrono::{DateTime, Utc};
use cover::Covers;
use seats::{Seats, SwappedSeat};
use skips::Skips;

/// The final view of a rotation, made stretch by stretch.
#[derive(Clone, Debug)]
pub struct FinalView<'a> {
    /// How many serve at once.
    seats: usize,
    covers: Covers<'a>,
    swaps: Swaps,
    skips: Skips,
}

/// A stretch with what is known of it before its time is looked at.
#[derive(Clone, Copy, Debug)]
struct Scene<'x> {
    stretch: &'x Stretch,
    presence: &'x Presence,
    swapped: Option<SwappedSeat<'x>>,
}

impl<'a> FinalView<'a> {
    /// Returns the view with these layers, the first made first; `seats` is how many serve at once.
    #[must_use]
    pub fn new(coverage: &'a [Coverage], swaps: Swaps, seats: u16) -> Self {
        let (covers, seats) = (Covers::new(coverage), usize::from(seats));
        Self { seats, covers, swaps, skips: Skips::default() }
    }

    /// Returns the shifts of a stretch; they tile its window.
    ///
    /// The stretches come in order, none left out. `presence` knows everything up to the end of the stretch at least.
    /// Off-hours are cut at the ends of the stretch, though they go on over a handoff.
    pub fn shifts_of(&mut self, stretch: &Stretch, presence: &Presence) -> Vec<Shift> {
        let mut shifts = Vec::with_capacity(2 * stretch.active.len() + 1);
        self.push_shifts(stretch, presence, &mut shifts);
        shifts
    }

    /// Appends the shifts of a stretch, as [`FinalView::shifts_of`].
    pub fn push_shifts(&mut self, stretch: &Stretch, presence: &Presence, shifts: &mut Vec<Shift>) {
        let first = shifts.len();
        self.skips.enter(stretch);
        let swapped = self.swaps.seat_in(stretch, presence);
        let scene = Scene { stretch, presence, swapped };
        let is_plain = swapped.is_none() && !self.covers.may_touch(stretch.window);
        let mut at = stretch.window.start();
        for duty in &stretch.active {
            shifts.extend(off_hours(stretch.turn, at, duty.start()));
            if is_plain {
                shifts.push(shift(stretch, *duty, own_seats(stretch)));
            } else {
                serve(&mut self.covers, self.seats, scene, *duty, first, shifts);
            }
            at = duty.end();
        }
        shifts.extend(off_hours(stretch.turn, at, stretch.window.end()));
        self.covers.pass(stretch);
        self.skips.show_on(&mut shifts[first..]);
    }

    /// Returns what had no effect and who was passed over without a shift that says so, by start and kind.
    ///
    /// The stretches of whole turns were looked at, and all of those that begin before `until`. A cover whose window
    /// reaches beyond that can still come to have an effect, so it is told of only where its coverer is on duty.
    #[must_use]
    pub fn findings(&self, until: DateTime<Utc>) -> Vec<Finding> {
        let mut findings = self.covers.findings(until);
        findings.extend(self.swaps.findings());
        findings.extend(self.skips.findings());
        findings.sort_by_key(|finding| (finding.window.start(), finding.kind));
        findings
    }
}

/// Appends the shifts of one window of duty, cut where the people change.
fn serve(
    covers: &mut Covers<'_>,
    wanted: usize,
    scene: Scene<'_>,
    duty: Interval,
    first: usize,
    shifts: &mut Vec<Shift>,
) {
    let stretch = scene.stretch;
    let mut at = duty.start();
    while let Some(rest) = Interval::new(at, duty.end()) {
        let swapped = scene.swapped.filter(|swapped| at < swapped.until);
        let mut seats = Seats::new(stretch, wanted, swapped);
        let end = swapped.map_or(rest.end(), |swapped| rest.end().min(swapped.until));
        let Some(rest) = Interval::new(at, end) else { return };
        let until = covers.take_seats(&mut seats, rest, stretch.turn, scene.presence);
        let Some(window) = Interval::new(at, until) else { return };
        at = until;
        let served = seats.into_served();
        match shifts[first..].last_mut().filter(|last| goes_on(last, &served, window)) {
            Some(last) => last.window = last.window.up_to(until),
            None => shifts.push(shift(stretch, window, served)),
        }
    }
}

/// Returns whether the same people serve on, by the same rights.
fn goes_on(last: &Shift, served: &[Served], window: Interval) -> bool {
    last.state != ShiftState::OffHours
        && last.window.end() == window.start()
        && last.seats == served
}

fn shift(stretch: &Stretch, window: Interval, seats: Vec<Served>) -> Shift {
    let state = state_of(&stretch.seating, &seats);
    Shift { window, turn: stretch.turn, seats, state, skipped: Vec::new() }
}

fn state_of(seating: &Seating, seats: &[Served]) -> ShiftState {
    match seating {
        Seating::Paused => ShiftState::Paused,
        Seating::On(_) if seats.is_empty() => ShiftState::Unassigned,
        Seating::On(_) => ShiftState::Planned,
    }
}

fn own_seats(stretch: &Stretch) -> Vec<Served> {
    let own = |seat: &Seat| Served { user: seat.user.clone(), right: Right::Own(seat.by) };
    stretch.seats().iter().map(own).collect()
}

fn off_hours(turn: u64, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Shift> {
    let state = ShiftState::OffHours;
    let window = Interval::new(start, end)?;
    Some(Shift { window, turn, seats: Vec::new(), state, skipped: Vec::new() })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
