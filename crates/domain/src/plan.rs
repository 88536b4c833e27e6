//! `asyncbot plan`: a file with a rotation is read, planned from its anchor, and written as a table, JSON or a calendar.
//!
//! The plan asks the same engine that hands over in earnest.

mod absences;
mod cadence;
mod cadence_changes;
mod coverage;
mod duty_hours;
mod file;
mod findings;
mod forecast;
mod ics;
mod instants;
mod json;
mod pauses;
mod people;
mod reader;
mod roster_changes;
mod rotation;
mod strict_json;
mod table;
mod toml_values;
mod window;

pub use file::{MAX_BYTES, read_plan};
pub use forecast::make_plan;
pub(crate) use ics::folded;
pub use ics::shifts_to_ics;
pub use window::{DEFAULT_COUNT, MAX_COUNT, Reach, Window};

use crate::absence::Absence;
use crate::change::{Change, Pause, Timed};
use crate::coverage::{Coverage, Swap};
use crate::engine::{SeatedBy, Skip};
use crate::finding::Finding;
use crate::ids::UserId;
use crate::roster::Roster;
use crate::rules::Rules;
use crate::shift::{Right, Served, Shift};
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
    /// Who serves for whom, the first made first.
    pub coverage: Vec<Coverage>,
    /// Which turns are exchanged.
    pub swaps: Vec<Swap>,
    /// What changes on the way, in the order in which it was said.
    pub changes: Vec<Timed<Change>>,
    /// When the rotation rests.
    pub pauses: Vec<Pause>,
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

/// Returns who serves, and for whom: "A (for C), D".
fn served_in_words(seats: &[Served]) -> String {
    let words: Vec<String> = seats
        .iter()
        .map(|seat| match &seat.right {
            Right::Own(SeatedBy::Fallback) => format!("{} (fallback)", seat.user),
            Right::Own(SeatedBy::MakeUp) => format!("{} (makes up)", seat.user),
            Right::Own(SeatedBy::Order | SeatedBy::Replacement) | Right::Taken => {
                seat.user.to_string()
            }
            Right::CoverOf(holder) => format!("{} (for {holder})", seat.user),
        })
        .collect();
    words.join(", ")
}

/// Returns who was passed over and why, everybody: "B (away 94.6 %), E (deactivated)".
fn skips_in_words(skipped: &[Skip]) -> String {
    skipped.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
