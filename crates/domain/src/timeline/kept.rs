//! A standing as it is stored: what every list of rotations needs stands apart, the rest is kept in one piece.

use super::{Mode, NextHandoff, RunningTurn, Standing};
use crate::engine::{Order, Owed};
use crate::ids::UserId;
use crate::presence::Presence;
use crate::roster::{Mark, Member, Roster};
use crate::rules::Rules;
use serde::{Deserialize, Serialize};

/// What a rotation's standing holds besides its rules, members, last turn and next handoff.
///
/// It is stored as JSON; a field is never renamed, and one that comes later has a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<Mark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owed: Vec<Owed>,
    mode: Mode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leaving: Vec<UserId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deactivated: Vec<UserId>,
    running: Option<RunningTurn>,
    /// The number of the next handoff on the grid.
    point: u64,
    #[serde(default, skip_serializing_if = "Presence::is_empty")]
    presence: Presence,
}

impl Kept {
    /// Returns what is kept of a rotation that has not begun, or of which nothing was kept but the turn that runs.
    #[must_use]
    pub fn beginning(point: u64, running: Option<RunningTurn>) -> Self {
        Self {
            mark: None,
            owed: Vec::new(),
            mode: Mode::Running,
            leaving: Vec::new(),
            deactivated: Vec::new(),
            running,
            point,
            presence: Presence::default(),
        }
    }

    /// Returns whether the rotation runs.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the turn that ran when the standing was stored.
    #[must_use]
    pub const fn running(&self) -> Option<&RunningTurn> {
        self.running.as_ref()
    }

    /// Returns who has left and come back.
    #[must_use]
    pub const fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Returns those whom Slack has deactivated while they were members.
    #[must_use]
    pub fn deactivated(&self) -> &[UserId] {
        &self.deactivated
    }

    /// Returns those who leave right before the next handoff.
    #[must_use]
    pub fn leaving(&self) -> &[UserId] {
        &self.leaving
    }
}

impl Standing {
    /// Returns what is kept of it in one piece.
    #[must_use]
    pub fn kept(&self) -> Kept {
        Kept {
            mark: self.roster.mark().cloned(),
            owed: self.order.owed.clone(),
            mode: self.mode,
            leaving: self.leaving.clone(),
            deactivated: self.deactivated.clone(),
            running: self.running.clone(),
            point: self.next.map_or(0, |next| next.point),
            presence: self.presence.clone(),
        }
    }

    /// Returns the standing that was stored; `next` is the number of the next turn and its instant, where there is one.
    ///
    /// A roster from which everybody has gone is empty. Nothing here says that it is to stop.
    #[must_use]
    pub fn of_kept(
        rules: Rules,
        members: Vec<Member>,
        last_turn: Option<UserId>,
        next: Option<(u64, chrono::DateTime<chrono::Utc>)>,
        kept: Kept,
    ) -> Self {
        let Kept { mark, owed, mode, leaving, deactivated, running, point, presence } = kept;
        Self {
            rules,
            roster: Roster::marked(members, mark),
            order: Order { last_turn, owed },
            mode,
            is_stopping: false,
            leaving,
            deactivated,
            running,
            next: next.map(|(turn, at)| NextHandoff { turn, point, at }),
            presence,
        }
    }
}
