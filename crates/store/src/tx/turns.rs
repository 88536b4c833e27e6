//! Turns and coverage.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::{CoverageRecord, StretchRecord, TurnRecord};
use chrono::{DateTime, Utc};
use domain::ids::{CoverageId, RotationId};
use domain::interval::Interval;

impl Tx {
    /// Stores a turn that has begun; returns `false` where it was stored before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_turn(&mut self, turn: &TurnRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::insert_turn(workspace, turn))
    }

    /// Returns the turn that was planned for exactly this instant.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_turn(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
    ) -> Result<Option<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::find_turn(workspace, rotation, planned_at))
    }

    /// Returns the latest turn that was planned at or before an instant; it may have ended by then.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_turn_at(
        &mut self,
        rotation: RotationId,
        at: DateTime<Utc>,
    ) -> Result<Option<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::find_turn_at(workspace, rotation, at))
    }

    /// Returns the turns planned in `[from, until)`, the earliest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_turns(
        &mut self,
        rotation: RotationId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_turns(workspace, rotation, from, until))
    }

    /// Returns the last turns that were planned before an instant, the newest first; at most `most`.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_turns_before(
        &mut self,
        rotation: RotationId,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_turns_before(workspace, rotation, before, most))
    }

    /// Stores that somebody else serves a window of a turn.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `coverages_window` where a window of that turn with the same start is taken
    /// already; otherwise what the database says, also where there is no such turn.
    pub async fn insert_coverage(&mut self, coverage: &CoverageRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::insert_coverage(workspace, coverage))
    }

    /// Ends a coverage earlier or later than it was to end; returns `false` where it does not begin before that.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_coverage_end(
        &mut self,
        coverage: CoverageId,
        ends_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::record_coverage_end(workspace, coverage, ends_at))
    }

    /// Returns the coverage that touches a window, the first made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_coverages(
        &mut self,
        rotation: RotationId,
        window: Interval,
    ) -> Result<Vec<CoverageRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_coverages(workspace, rotation, window))
    }

    /// Returns the coverage of all rotations of the workspace that ends after an instant, the first made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_coverages_since(
        &mut self,
        since: DateTime<Utc>,
    ) -> Result<Vec<CoverageRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_coverages_since(workspace, since))
    }

    /// Records the end, the seats and the state of a turn that is there; returns `false` where it is not.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn update_turn(&mut self, turn: &TurnRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::update_turn(workspace, turn))
    }

    /// Records that somebody on duty has seen it; returns `false` where somebody had before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_seen(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::record_seen(workspace, rotation, planned_at, now))
    }

    /// Stores a stretch that has ended; returns `false` where it is there already.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_stretch(&mut self, stretch: &StretchRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, turns::insert_stretch(workspace, stretch))
    }

    /// Returns the stretches that have ended and touch a window, in order.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_stretches(
        &mut self,
        rotation: RotationId,
        window: Interval,
    ) -> Result<Vec<StretchRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_stretches(workspace, rotation, window))
    }
}
