//! `asyncbot plan`: a file with a rotation is read, planned from its anchor, and written as a table, JSON or a calendar.
//!
//! The plan asks the same engine that hands over in earnest.

mod absences;
mod file;
mod forecast;
mod ics;
mod instants;
mod json;
mod reader;
mod rotation;
mod strict_json;
mod table;
mod window;

pub use file::read_plan;
pub use forecast::make_plan;
pub use window::{DEFAULT_COUNT, MAX_COUNT, Reach, Window};

use crate::absence::Absence;
use crate::engine::{Skip, SkipReason};
use crate::ids::UserId;
use crate::roster::Roster;
use crate::rules::Rules;
use chrono::{DateTime, Utc};

/// A rotation to be planned, with all that a plan depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanRequest {
    /// The rotation's name.
    pub name: String,
    /// Its rules.
    pub rules: Rules,
    /// Its people.
    pub roster: Roster,
    /// Who served before the anchor.
    pub last_turn: Option<UserId>,
    /// When people are away.
    pub absences: Vec<Absence>,
}

/// What a rotation comes to: its shifts, and what a reader should know about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    request: PlanRequest,
    /// The shifts, the earliest first.
    pub shifts: Vec<Shift>,
    /// What is worth knowing about these shifts.
    pub findings: Vec<Finding>,
}

/// A stretch of time in which the same people serve, or nobody does.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// When it begins.
    pub start: DateTime<Utc>,
    /// The first instant after it.
    pub end: DateTime<Utc>,
    /// The number of its turn, 0 at the anchor; off-hours have that of the turn in which they begin.
    pub turn: u64,
    /// Who serves; empty but in a planned shift.
    pub members: Vec<UserId>,
    /// Whether somebody serves, else why nobody does.
    pub state: ShiftState,
    /// Who was passed over, on the first shift of the turn that is not off-hours.
    pub skipped: Vec<Skip>,
}

/// Whether somebody serves in a shift, else why nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftState {
    /// Somebody does.
    Planned,
    /// Everybody is away.
    Unassigned,
    /// The time is no duty time.
    OffHours,
}

/// Something worth knowing about the shifts shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The first turn that it is about.
    pub turn: u64,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// The first instant after it.
    pub end: DateTime<Utc>,
    /// What it means, in plain words.
    pub text: String,
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A turn that nobody can serve.
    Unassigned,
    /// The rotation has fewer than three members.
    ThinRoster,
}

impl Plan {
    /// Returns the plan as JSON, one shift a line, with a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::to_json(self)
    }

    /// Returns the plan as columns of text in the rotation's zone, with a line end.
    #[must_use]
    pub fn to_table(&self) -> String {
        table::to_table(self)
    }

    /// Returns the plan as a calendar (RFC 5545) made at `now`; off-hours are not in it.
    ///
    /// The same shift of the same rotation has the same UID in every calendar, whoever serves it.
    #[must_use]
    pub fn to_ics(&self, now: DateTime<Utc>) -> String {
        ics::to_ics(self, now)
    }
}

impl ShiftState {
    /// Returns the word by which it is written down.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Unassigned => "unassigned",
            Self::OffHours => "off_hours",
        }
    }
}

impl FindingKind {
    /// Returns the word by which it is written down.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::ThinRoster => "thin_roster",
        }
    }
}

/// Returns who was passed over and why: "B (away 94.6 %), E (deactivated)".
fn skips_in_words(skipped: &[Skip]) -> String {
    let words: Vec<String> = skipped
        .iter()
        .map(|skip| match skip.reason {
            SkipReason::Away { share, .. } => {
                format!("{} (away {:.1} %)", skip.member, share * 100.0)
            }
            SkipReason::Deactivated => format!("{} (deactivated)", skip.member),
        })
        .collect();
    words.join(", ")
}
