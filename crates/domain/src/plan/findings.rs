//! What is worth knowing about the shifts of a plan, besides coverage.

use super::skips_in_words;
use crate::absence::AbsenceBook;
use crate::engine::{Seating, Stretch};
use crate::finding::{Finding, FindingKind};
use crate::interval::Interval;
use crate::shift::{Shift, ShiftState};
use chrono::{DateTime, Utc};

/// With fewer members one absence makes somebody serve twice in a row, or nobody.
const ENOUGH_MEMBERS: usize = 3;

/// How many of those who were passed over a finding names.
const NAMED: usize = 10;

/// The findings, as the timeline goes by.
pub(super) struct Findings {
    seats: usize,
    found: Vec<Finding>,
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
        Self { seats: seats.into(), found: Vec::new(), turn: None }
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

    /// Returns the findings of the shifts shown.
    pub(super) fn finish(
        mut self,
        shifts: &[Shift],
        sizes: &[(DateTime<Utc>, usize)],
        absences: &AbsenceBook,
    ) -> Vec<Finding> {
        self.end_turn();
        self.found.extend(thin_roster(shifts, sizes));
        self.found.extend(by_turn(shifts, FindingKind::Unassigned, |shift| {
            (shift.state == ShiftState::Unassigned).then(|| nobody(shift))
        }));
        let seats = self.seats;
        self.found.extend(by_turn(shifts, FindingKind::PartlyFilled, |shift| {
            let is_short = shift.state == ShiftState::Planned && shift.seats.len() < seats;
            is_short.then(|| format!("{} of {seats} seats are filled.", shift.seats.len()))
        }));
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

const REST: &str = "Paused: nobody is on duty then.";

/// Returns one finding for all the shifts, where there were too few members at any time of theirs.
fn thin_roster(shifts: &[Shift], sizes: &[(DateTime<Utc>, usize)]) -> Option<Finding> {
    let (first, last) = shifts.first().zip(shifts.last())?;
    let window = first.window.up_to(last.window.end());
    let begun = sizes.partition_point(|(at, _)| *at <= window.start());
    let ended = sizes.partition_point(|(at, _)| *at < window.end());
    let fewest = sizes[begun.saturating_sub(1)..ended].iter().map(|(_, size)| *size).min()?;
    let who = match fewest {
        0 => "Nobody is left to take turns",
        1 => "Only one person takes turns",
        _ => "Only two people take turns",
    };
    let text =
        format!("{who}; from three on, somebody can be away and nobody serves twice in a row.");
    (fewest < ENOUGH_MEMBERS).then_some(Finding {
        kind: FindingKind::ThinRoster,
        turn: first.turn,
        window,
        text,
    })
}

/// Returns a finding for each turn with a shift of which something is to be said, from the first such to the last.
fn by_turn(
    shifts: &[Shift],
    kind: FindingKind,
    say: impl Fn(&Shift) -> Option<String>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (shift, text) in shifts.iter().filter_map(|shift| Some((shift, say(shift)?))) {
        match findings.last_mut().filter(|finding| finding.turn == shift.turn) {
            Some(finding) => finding.window = finding.window.up_to(shift.window.end()),
            None => {
                findings.push(Finding { kind, turn: shift.turn, window: shift.window, text });
            }
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
