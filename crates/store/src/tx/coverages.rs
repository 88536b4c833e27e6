//! Coverage of turns.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::CoverageRecord;
use chrono::{DateTime, Utc};
use domain::ids::{CoverRequestId, CoverageId, RotationId, UserId};
use domain::interval::Interval;

impl Tx {
    /// Stores that somebody else serves a window of a turn, which need not have begun; `undone` of it is not stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `coverages_window` where cover of the same person that starts at the same instant
    /// stands already; otherwise what the database says, also where there is no such rotation.
    pub async fn insert_coverage(&mut self, coverage: &CoverageRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.coverages = None);
        run_touching!(self, coverages::insert_coverage(workspace, coverage))
    }

    /// Returns a coverage, also one that was undone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_coverage(
        &mut self,
        coverage: CoverageId,
    ) -> Result<Option<CoverageRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, coverages::find_coverage(workspace, coverage))
    }

    /// Ends a coverage earlier or later than it was to end; returns `false` where it does not begin before that, or was
    /// undone.
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
        self.forget(|it| it.coverages = None);
        run_touching!(self, coverages::record_coverage_end(workspace, coverage, ends_at))
    }

    /// Undoes a coverage as if it had never been; returns `false` where it was undone before, or is not there.
    ///
    /// Whether it may be undone still is not asked here: one that has begun is ended with [`Tx::record_coverage_end`].
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn undo_coverage(
        &mut self,
        coverage: CoverageId,
        by: &UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.coverages = None);
        run_touching!(self, coverages::undo_coverage(workspace, coverage, by, now))
    }

    /// Returns the coverage that stands, has time and touches a window, the first made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_coverages(
        &mut self,
        rotation: RotationId,
        window: Interval,
    ) -> Result<Vec<CoverageRecord>, StoreError> {
        let known = self.known(rotation, window.start());
        if let Some(covers) = known.and_then(|it| it.coverages_in(rotation, window)) {
            return Ok(covers);
        }
        let workspace = self.workspace;
        run!(self, coverages::list_coverages(workspace, rotation, window))
    }

    /// Returns the coverage of all rotations of the workspace that stands, has time and ends after an instant, the first
    /// made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_coverages_since(
        &mut self,
        since: DateTime<Utc>,
    ) -> Result<Vec<CoverageRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, coverages::list_coverages_since(workspace, since))
    }

    /// Returns the coverage that answers a request, stands and has time, the first made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_coverages_for(
        &mut self,
        request: CoverRequestId,
    ) -> Result<Vec<CoverageRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, coverages::list_coverages_for(workspace, request))
    }
}
