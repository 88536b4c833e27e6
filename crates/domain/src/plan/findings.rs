//! What is worth knowing about the shifts of a plan, besides coverage.

use crate::absence::AbsenceBook;
use crate::engine::{Seating, Stretch, in_short};
use crate::finding::{Finding, FindingKind};
use crate::grid::SkippedWindow;
use crate::interval::Interval;
use crate::shift::{Shift, ShiftState};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// With fewer members one absence makes somebody serve twice in a row, or nobody.
const ENOUGH_MEMBERS: usize = 3;

/// The findings, as the timeline goes by.
pub(super) struct Findings {
    seats: usize,
    found: Vec<Finding>,
    /// What is said of a turn once, however many shifts of it.
    of_turns: BTreeMap<(u64, FindingKind), Finding>,
    /// The turn that is looked at, until it is known whether it has any duty time.
    turn: Option<Duty>,
}

/// A turn and whether somebody is on duty in it at all.
struct Duty {
    turn: u64,
    window: Interval,
    has_time: bool,
}

impl Findings {
    pub(super) fn new(seats: u16) -> Self {
        Self { seats: seats.into(), found: Vec::new(), of_turns: BTreeMap::new(), turn: None }
    }

    /// Looks at the next stretch.
    pub(super) fn note(&mut self, stretch: &Stretch) {
        let has_time = !stretch.active.is_empty();
        match &mut self.turn {
            Some(duty) if duty.turn == stretch.turn => {
                duty.window = duty.window.up_to(stretch.window.end());
                duty.has_time |= has_time;
            }
            _ => {
                self.end_turn();
                let window = stretch.window;
                self.turn = Some(Duty { turn: stretch.turn, window, has_time });
            }
        }
        if stretch.seating == Seating::Paused {
            self.note_pause(stretch);
        }
    }

    /// Looks at the next shift, whether it is shown or not: what is said of a turn is said of all of it.
    pub(super) fn note_shift(&mut self, shift: &Shift) {
        let (kind, text) = match shift.state {
            ShiftState::Unassigned => (FindingKind::Unassigned, nobody(shift)),
            ShiftState::Planned if shift.seats.len() < self.seats => {
                let (filled, seats) = (shift.seats.len(), self.seats);
                (FindingKind::PartlyFilled, format!("{filled} of {seats} seats are filled."))
            }
            _ => return,
        };
        let of_turn = self.of_turns.entry((shift.turn, kind));
        let found = of_turn.or_insert_with(|| Finding {
            kind,
            turn: shift.turn,
            window: shift.window,
            text,
        });
        found.window = found.window.up_to(shift.window.end());
    }

    /// Returns the findings of the shifts shown.
    pub(super) fn finish(
        mut self,
        shifts: &[Shift],
        sizes: &[(DateTime<Utc>, usize)],
        absences: &AbsenceBook,
    ) -> Vec<Finding> {
        self.end_turn();
        self.found.extend(thin_roster(shifts, sizes));
        self.found.extend(self.of_turns.into_values());
        self.found.extend(crate::view::find_away_coverers(shifts, absences));
        self.found
    }

    fn end_turn(&mut self) {
        let Some(duty) = self.turn.take().filter(|duty| !duty.has_time) else { return };
        self.found.push(Finding {
            kind: FindingKind::GapInTime,
            turn: duty.turn,
            window: duty.window,
            text: format!("Turn {} has no duty time: nobody is on duty then.", duty.turn),
        });
    }

    /// Notes a rest; one that goes on over handoffs is one finding.
    fn note_pause(&mut self, stretch: &Stretch) {
        let is_rest = |finding: &&mut Finding| {
            finding.text == REST && finding.window.end() == stretch.window.start()
        };
        match self.found.last_mut().filter(is_rest) {
            Some(rest) => rest.window = rest.window.up_to(stretch.window.end()),
            None => self.found.push(Finding {
                kind: FindingKind::GapInTime,
                turn: stretch.turn,
                window: stretch.window,
                text: REST.into(),
            }),
        }
    }
}

/// Returns a finding for each duty window that does not happen because the clocks jump over it.
pub(super) fn skipped_windows(shifts: &[Shift], windows: Vec<SkippedWindow>) -> Vec<Finding> {
    let finding = |SkippedWindow { at, date, from, to }: SkippedWindow| {
        let shift = shifts.iter().find(|shift| shift.window.contains(at))?;
        // As long as it would have been, since a finding takes time.
        let minutes = (to - from).num_minutes().rem_euclid(24 * 60).max(1);
        Some(Finding {
            kind: FindingKind::GapInTime,
            turn: shift.turn,
            window: Interval::new(at, at.checked_add_signed(TimeDelta::minutes(minutes))?)?,
            text: format!(
                "The duty hours from {} to {} do not happen on {date}: the clocks jump over them.",
                from.format("%H:%M"),
                to.format("%H:%M"),
            ),
        })
    };
    windows.into_iter().filter_map(finding).collect()
}

const REST: &str = "Paused: nobody is on duty then.";

/// Returns one finding for all the shifts, where there were too few members at any time of theirs.
fn thin_roster(shifts: &[Shift], sizes: &[(DateTime<Utc>, usize)]) -> Option<Finding> {
    let (first, last) = shifts.first().zip(shifts.last())?;
    let window = first.window.up_to(last.window.end());
    let begun = sizes.partition_point(|(at, _)| *at <= window.start());
    let ended = sizes.partition_point(|(at, _)| *at < window.end());
    let fewest = sizes[begun.saturating_sub(1)..ended].iter().map(|(_, size)| *size).min()?;
    let text = match fewest {
        0 => "Nobody is left to take turns.",
        1 => "Only one person takes turns; when they are away, nobody can step in.",
        _ => "Only two people take turns; when one is away, the other serves every time.",
    };
    (fewest < ENOUGH_MEMBERS).then_some(Finding {
        kind: FindingKind::ThinRoster,
        turn: first.turn,
        window,
        text: text.into(),
    })
}

fn nobody(shift: &Shift) -> String {
    // Without a shift of its own for them, who was passed over is told elsewhere.
    match shift.skipped.as_slice() {
        [] => String::from("Nobody can serve: everybody is away, or nobody is left."),
        skipped => format!("Nobody can serve: {}.", in_short(skipped)),
    }
}
