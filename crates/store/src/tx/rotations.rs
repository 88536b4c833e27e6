//! Rotations.

use super::{Tx, run};
use crate::error::StoreError;
use crate::records::{Advance, RotationRecord};
use domain::ids::RotationId;

impl Tx {
    /// Stores a new rotation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `rotations_name` where the workspace has one of that name, whatever the case of
    /// its letters; otherwise what the database says.
    pub async fn insert_rotation(&mut self, rotation: &RotationRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::insert_rotation(workspace, rotation))
    }

    /// Returns all rotations, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_rotations(&mut self) -> Result<Vec<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::list_rotations(workspace))
    }

    /// Returns a rotation.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::find_rotation(workspace, id))
    }

    /// Returns a rotation that nobody else can change until this transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::lock_rotation(workspace, id))
    }

    /// Records how far the order of a rotation has come; returns whether there is such a rotation.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_advance(
        &mut self,
        id: RotationId,
        advance: &Advance,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::record_advance(workspace, id, advance))
    }
}
