//! Absences.

use super::stored_words;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AbsenceId, RotationId, UserId};

stored_words! {
    /// Where an absence comes from.
    AbsenceSource {
        /// A person entered it.
        Manual = "manual",
        /// A person asked to be passed over in one rotation.
        Skip = "skip",
    }
}

/// An absence: days as they were entered, and the instants that they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceRecord {
    /// The absence.
    pub id: AbsenceId,
    /// Whose.
    pub user: UserId,
    /// Where it comes from.
    pub source: AbsenceSource,
    /// The one rotation in which it counts; `None` for one that counts in all.
    pub rotation: Option<RotationId>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day, inclusive.
    pub to: NaiveDate,
    /// The IANA name of the zone in which the days were meant.
    pub zone: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends; `None` for an open end.
    pub ends_at: Option<DateTime<Utc>>,
    /// Who entered it.
    pub entered_by: UserId,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}
