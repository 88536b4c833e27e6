//! Absences.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::{AbsenceRecord, AbsenceSource};
use chrono::{DateTime, Utc};
use domain::ids::{AbsenceId, UserId};

impl Tx {
    /// Stores an absence.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_absence(&mut self, absence: &AbsenceRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.absences = None);
        run_touching!(self, absences::insert_absence(workspace, absence))
    }

    /// Returns the absences of these people that touch `[from, until)`, without an end where `until` is `None`; the
    /// first to begin first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_absences(
        &mut self,
        users: &[UserId],
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<AbsenceRecord>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.absences_of(users, from, until)) {
            return Ok(known);
        }
        let workspace = self.workspace;
        run!(self, absences::list_absences(workspace, users, from, until))
    }

    /// Returns what a source said of absences that are not over at `from`, the first to begin first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_absences_of_source(
        &mut self,
        source: &AbsenceSource,
        from: DateTime<Utc>,
    ) -> Result<Vec<AbsenceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, absences::list_absences_of_source(workspace, source, from))
    }

    /// Returns an absence.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_absence(
        &mut self,
        id: AbsenceId,
    ) -> Result<Option<AbsenceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, absences::find_absence(workspace, id))
    }

    /// Deletes an absence; returns whether it was there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_absence(&mut self, id: AbsenceId) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.absences = None);
        run_touching!(self, absences::delete_absence(workspace, id))
    }

    /// Deletes all that a source said of absences, those that are over as well; returns how many there were.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_absences_of_source(
        &mut self,
        source: &AbsenceSource,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.absences = None);
        run_touching!(self, absences::delete_absences_of_source(workspace, source))
    }
}
