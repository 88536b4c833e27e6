//! Skips on their way to the shift that shows them.

use crate::engine::{SeatedBy, Skip, SkipReason, Stretch, in_short};
use crate::finding::{Finding, FindingKind};
use crate::interval::Interval;
use crate::shift::{Right, Shift, ShiftState};

/// The skips of turns that no shift has shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Skips {
    /// Those of the turn that runs.
    pending: Option<Unshown>,
    /// Those of turns that are over.
    left_over: Vec<Unshown>,
}

#[derive(Clone, Debug)]
struct Unshown {
    turn: u64,
    /// The part of the turn that was looked at.
    window: Interval,
    skipped: Vec<Skip>,
}

impl Skips {
    /// Takes up the skips of a stretch.
    pub(super) fn enter(&mut self, stretch: &Stretch) {
        if let Some(pending) = &mut self.pending {
            if pending.turn == stretch.turn {
                pending.window = pending.window.up_to(stretch.window.end());
                return;
            }
            self.left_over.extend(self.pending.take());
        }
        if !stretch.skipped.is_empty() {
            let (turn, window, skipped) = (stretch.turn, stretch.window, stretch.skipped.clone());
            self.pending = Some(Unshown { turn, window, skipped });
        }
    }

    /// Puts the skips on the first of a stretch's shifts that shows them.
    pub(super) fn show_on(&mut self, shifts: &mut [Shift]) {
        if self.pending.is_some()
            && let Some(shift) = shifts.iter_mut().find(|shift| shows_skips(shift))
            && let Some(pending) = self.pending.take()
        {
            shift.skipped = pending.skipped;
        }
    }

    /// Returns a finding for each turn with skips that no shift shows.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        self.left_over.iter().chain(&self.pending).filter_map(Unshown::finding)
    }
}

impl Unshown {
    /// Returns the finding, unless Slack has deactivated all of them: that is known from elsewhere.
    fn finding(&self) -> Option<Finding> {
        let skipped = self.skipped.iter().filter(|skip| skip.reason != SkipReason::Deactivated);
        let skipped: Vec<&Skip> = skipped.collect();
        (!skipped.is_empty()).then(|| Finding {
            kind: FindingKind::Skipped,
            turn: self.turn,
            window: self.window,
            text: format!("Passed over for this turn: {}.", in_short(skipped)),
        })
    }
}

/// Returns whether a shift tells of its turn's skips: one that the handoff decided.
fn shows_skips(shift: &Shift) -> bool {
    let of_handoff = Right::is_of_handoff;
    shift.state == ShiftState::Unassigned || shift.seats.iter().any(|seat| of_handoff(&seat.right))
}

impl Right {
    fn is_of_handoff(&self) -> bool {
        matches!(self, Self::Own(SeatedBy::Order | SeatedBy::MakeUp))
    }
}
