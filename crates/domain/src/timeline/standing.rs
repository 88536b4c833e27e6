//! Where a rotation stands: what is stored of it, and all that its future depends on besides absences.

use super::events::in_turn;
use super::{Running, Timeline};
use crate::absence::AbsenceBook;
use crate::change::{Change, Pause, Timed};
use crate::engine::{Order, Seat, Seating, Skip, Stretch};
use crate::grid::Grid;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::presence::Presence;
use crate::roster::Roster;
use crate::rules::Rules;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A rotation at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its rules.
    pub rules: Rules,
    /// Its people, with the mark of somebody who left after the last turn.
    pub roster: Roster,
    /// Whose turn it is next.
    pub order: Order,
    /// Whether it runs.
    pub mode: Mode,
    /// Whether the next handoff does not happen and it rests from then on; it is kept elsewhere, as the reason for it is.
    pub is_stopping: bool,
    /// Those who leave right before the next handoff.
    pub leaving: Vec<UserId>,
    /// Those who left because Slack has deactivated them: they stand in for nobody.
    pub deactivated: Vec<UserId>,
    /// The turn that runs; `None` before the first one.
    pub running: Option<RunningTurn>,
    /// The handoff that comes next; `None` at the end of the calendar.
    pub next: Option<NextHandoff>,
    /// Who has left and come back: cover by somebody who left does not revive.
    pub presence: Presence,
}

/// Whether a rotation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It does.
    Running,
    /// It rests.
    Paused,
    /// Its rest is over, and the next handoff ends it.
    Resuming,
}

/// The turn that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningTurn {
    /// The number of the turn.
    pub turn: u64,
    /// From its handoff to the next one.
    pub window: Interval,
    /// The part of the window that is duty time; before an edit of the cadence by the rules that held then.
    pub active: Vec<Interval>,
    /// Who holds the duty now.
    pub seating: Seating,
    /// Since when they do.
    pub since: DateTime<Utc>,
    /// Who was passed over at its handoff, as long as its first stretch is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skip>,
}

/// A handoff that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextHandoff {
    /// The number of the turn that it begins.
    pub turn: u64,
    /// Its number on the grid; another one than that of the turn once the cadence was edited.
    pub point: u64,
    /// When.
    pub at: DateTime<Utc>,
}

impl RunningTurn {
    /// Returns the stretch of it that is open, up to the handoff that ends it.
    #[must_use]
    pub fn open_stretch(&self) -> Option<Stretch> {
        let window = Interval::new(self.since, self.window.end())?;
        Some(Stretch {
            turn: self.turn,
            window,
            active: self.active.iter().filter_map(|part| part.intersection(window)).collect(),
            seating: self.seating.clone(),
            skipped: self.skipped.clone(),
            is_first: self.since == self.window.start(),
        })
    }

    /// Returns who holds it before coverage, in the order of seating; nobody in a rest.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        match &self.seating {
            Seating::Paused => &[],
            Seating::On(seats) => seats,
        }
    }
}

impl Standing {
    /// Returns where a rotation stands that has not begun: its first turn is turn 0 at its first handoff.
    #[must_use]
    pub fn new(rules: Rules, roster: Roster, order: Order) -> Self {
        let next = Grid::new(&rules).handoffs(0).next();
        Self {
            rules,
            roster,
            order,
            mode: Mode::Running,
            is_stopping: false,
            leaving: Vec::new(),
            deactivated: Vec::new(),
            running: None,
            next: next.map(|at| NextHandoff { turn: 0, point: 0, at }),
            presence: Presence::default(),
        }
    }
}

impl<'a> Timeline<'a> {
    /// Returns the timeline of a rotation from where it stands; changes and pauses are those that are still to come.
    ///
    /// The next handoff is asked of the grid again, since the clocks of a country change by decree.
    #[must_use]
    pub fn resume(
        standing: Standing,
        absences: &'a AbsenceBook,
        changes: &[Timed<Change>],
        pauses: &[Pause],
    ) -> Self {
        let Standing {
            rules,
            roster,
            order,
            mode,
            is_stopping,
            leaving,
            deactivated,
            running,
            next,
            presence,
        } = standing;
        let grid = Grid::new(&rules);
        let grids = vec![(DateTime::<Utc>::MIN_UTC, grid.clone())];
        let mut handoffs = grid.handoffs(next.map_or(u64::MAX, |next| next.point));
        let next = next.and_then(|next| Some(NextHandoff { at: handoffs.next()?, ..next }));
        let running = running.map(|running| {
            let RunningTurn { turn, window, active, seating, since, skipped } = running;
            Running { seating, open_from: since, skipped, ..Running::new(turn, window, active) }
        });
        Self {
            absences,
            rules,
            crew_sizes: vec![(DateTime::<Utc>::MIN_UTC, roster.members().len())],
            grid,
            handoffs,
            roster,
            order,
            presence,
            events: in_turn(changes, pauses),
            mode,
            is_stopping,
            leaving,
            deactivated,
            grids,
            running,
            next,
            made: VecDeque::new(),
        }
    }

    /// Walks up to an instant, which is not before the one walked to last, and returns the stretches that ended.
    ///
    /// A handoff or change at that very instant has happened then. Walking there in one go or in many is the same
    /// (specification, Catch-up 5).
    pub fn advance_to(&mut self, now: DateTime<Utc>) -> Vec<Stretch> {
        while self.next_step_at().is_some_and(|at| at <= now) && self.step().is_some() {}
        self.made.drain(..).collect()
    }

    /// Returns what is left of the running turn as it is planned now: the open stretch up to the next handoff.
    #[must_use]
    pub fn open_stretch(&self) -> Option<Stretch> {
        let end = self.running.as_ref()?.window.end();
        self.running.clone()?.close_at(end)
    }

    /// Returns where the rotation stands now.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            rules: self.rules.clone(),
            roster: self.roster.clone(),
            order: self.order.clone(),
            mode: self.mode,
            is_stopping: self.is_stopping,
            leaving: self.leaving.clone(),
            deactivated: self.deactivated.clone(),
            running: self.running.as_ref().map(|running| RunningTurn {
                turn: running.turn,
                window: running.window,
                active: running.active.clone(),
                seating: running.seating.clone(),
                since: running.open_from,
                skipped: running.skipped.clone(),
            }),
            next: self.next,
            presence: self.presence.clone(),
        }
    }

    fn next_step_at(&self) -> Option<DateTime<Utc>> {
        let handoff = self.next?.at;
        Some(self.events.front().map_or(handoff, |event| handoff.min(event.at)))
    }
}
