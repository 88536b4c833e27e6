//! Turns that have begun, and coverage of them.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::ids::{CoverageId, RotationId, UserId};
use serde::{Deserialize, Serialize};

stored_words! {
    /// What became of a turn.
    TurnState {
        /// It was handed over while it ran.
        Served = "served",
        /// It passed while the service was down.
        Missed = "missed",
    }
}

stored_words! {
    /// How somebody came to serve a turn that is not theirs by order.
    CoverageKind {
        /// They took it.
        Take = "take",
        /// They were assigned.
        Assign = "assign",
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
    /// Whose turn it is by order; `None` when everybody was away.
    pub holder: Option<UserId>,
    /// What became of it.
    pub state: TurnState,
    /// Who was passed over, in order.
    pub skips: Vec<SkipRecord>,
}

/// Somebody who was passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkipRecord {
    /// Who.
    pub user: UserId,
    /// Why.
    pub reason: SkipCode,
    /// The share of the turn's active time that the absence covers, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The last instant of the run of absences, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Why somebody was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCode {
    /// Absent.
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
    /// Who serves.
    pub user: UserId,
    /// How it came about.
    pub kind: CoverageKind,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Who arranged it.
    pub by: UserId,
    /// When it was arranged.
    pub created_at: DateTime<Utc>,
}
