//! Turns that have begun, and coverage of them.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::engine::Seat;
use domain::ids::{CoverRequestId, CoverageId, RotationId, UserId};
use serde::{Deserialize, Serialize};

stored_words! {
    /// What became of a turn.
    TurnState {
        /// It was handed over while it ran.
        Served = "served",
        /// It passed while the service was down.
        Missed = "missed",
        /// It began while the rotation rested, and nobody has held it since.
        Paused = "paused",
    }
}

stored_words! {
    /// How somebody came to serve a turn that is not theirs by order.
    CoverageKind {
        /// They took it.
        Take = "take",
        /// They were assigned.
        Assign = "assign",
        /// The one on duty handed over before the end.
        HandOver = "hand_over",
        /// They answered a request for cover.
        Claim = "claim",
        /// The one on duty asked to be passed over while they served.
        Skip = "skip",
    }
}

/// A turn that has begun: a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnRecord {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of its handoff.
    pub planned_at: DateTime<Utc>,
    /// When it ends by plan.
    pub ends_at: DateTime<Utc>,
    /// Its number in the grid, 0 at the anchor.
    pub number: u64,
    /// Who holds it before coverage, in the order of seating; nobody when everybody was away, and in a rest.
    pub seats: Vec<Seat>,
    /// What became of it.
    pub state: TurnState,
    /// Who was passed over, in order.
    pub skips: Vec<SkipRecord>,
    /// When somebody on duty said that they have seen it.
    pub seen_at: Option<DateTime<Utc>>,
}

/// Somebody who was passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkipRecord {
    /// Who.
    pub user: UserId,
    /// Why; a turn of long ago does not say it any more.
    #[serde(default)]
    pub reason: SkipCode,
    /// The share of the turn's active time that the absence covers, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The last instant of the run of absences, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Why somebody was passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCode {
    /// Absent.
    #[default]
    Away,
    /// No longer in the Slack workspace.
    Deactivated,
}

/// A window of a turn that somebody else serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRecord {
    /// The coverage.
    pub id: CoverageId,
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn's handoff.
    pub planned_at: DateTime<Utc>,
    /// Whose seat they serve; `None` for one that nobody has.
    pub of: Option<UserId>,
    /// Who serves.
    pub user: UserId,
    /// How it came about.
    pub kind: CoverageKind,
    /// The request that it answers, if it does.
    pub request: Option<CoverRequestId>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Who arranged it.
    pub by: UserId,
    /// When it was arranged.
    pub created_at: DateTime<Utc>,
    /// Who undid it and when; `None` while it stands.
    pub undone: Option<(UserId, DateTime<Utc>)>,
}

impl TurnRecord {
    /// Returns the one seated first.
    #[must_use]
    pub fn holder(&self) -> Option<&UserId> {
        self.seats.first().map(|seat| &seat.user)
    }
}
