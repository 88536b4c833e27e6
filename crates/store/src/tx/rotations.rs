//! Rotations.

use super::{Tx, put_off, run, run_touching};
use crate::error::StoreError;
use crate::records::RotationRecord;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, RotationId};
use domain::settings::{ChannelFault, Rest, RotationSettings};
use domain::timeline::Standing;

impl Tx {
    /// Stores a new rotation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where a rotation of the workspace has the name; otherwise what the database says.
    pub async fn insert_rotation(&mut self, rotation: &RotationRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::insert_rotation(workspace, rotation))
    }

    /// Returns the rotations of the workspace that are not deleted, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_rotations(&mut self) -> Result<Vec<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::list_rotations(workspace))
    }

    /// Returns the rotations of the workspace that are deleted and can be brought back, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_deleted_rotations(&mut self) -> Result<Vec<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::list_deleted_rotations(workspace))
    }

    /// Returns a rotation that is not deleted.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        let found = self.find_any_rotation(id).await?;
        Ok(found.filter(|rotation| rotation.deleted_at.is_none()))
    }

    /// Returns a rotation, deleted or not.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_any_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.rotation(id)) {
            return Ok(Some(known.clone()));
        }
        let workspace = self.workspace;
        run!(self, rotations::find_rotation(workspace, id))
    }

    /// Returns those of these rotations that are there, deleted or not, in no order.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_rotations(
        &mut self,
        ids: &[RotationId],
    ) -> Result<Vec<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::find_rotations(workspace, ids))
    }

    /// Returns a rotation that is not deleted and holds it against other writers until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        let found = self.lock_any_rotation(id).await?;
        Ok(found.filter(|rotation| rotation.deleted_at.is_none()))
    }

    /// Returns a rotation, deleted or not, and holds it against other writers until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_any_rotation(
        &mut self,
        id: RotationId,
    ) -> Result<Option<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::lock_rotation(workspace, id))
    }

    /// Records where a rotation stands; returns `false` where it is not there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_standing(
        &mut self,
        id: RotationId,
        standing: &Standing,
        rest: Option<Rest>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        if put_off!(self, standings, rotations::recording_standing(workspace, id, standing, rest)) {
            self.is_touching = true;
            return Ok(true);
        }
        run_touching!(self, rotations::record_standing(workspace, id, standing, rest))
    }

    /// Records the channel and what people chose for a rotation; the channel counts as one that can be told.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_rotation_settings(
        &mut self,
        id: RotationId,
        channel: &ChannelId,
        settings: &RotationSettings,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_settings(workspace, id, channel, settings))
    }

    /// Gives a rotation another name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where another rotation of the workspace has the name; otherwise what the database says.
    pub async fn record_rotation_name(
        &mut self,
        id: RotationId,
        name: &str,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_name(workspace, id, name))
    }

    /// Counts a change made by people: forms opened before show what is no longer so.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_rotation_revision(&mut self, id: RotationId) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_revision(workspace, id))
    }

    /// Records why a rotation's channel cannot be told anything, or that it can again.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_channel_fault(
        &mut self,
        id: RotationId,
        fault: Option<ChannelFault>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_channel_fault(workspace, id, fault))
    }

    /// Deletes a rotation in a way that can be undone: it hands over no more, and its name is free.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_rotation_deleted(
        &mut self,
        id: RotationId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_deleted(workspace, id, at))
    }

    /// Brings a deleted rotation back under a name; where it stands is recorded apart.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where another rotation of the workspace has the name or this one is not deleted;
    /// otherwise what the database says.
    pub async fn record_rotation_restored(
        &mut self,
        id: RotationId,
        name: &str,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run_touching!(self, rotations::record_restored(workspace, id, name))
    }

    /// Erases for good what was deleted before an instant, with the absences that counted there alone, and returns how many
    /// rotations that were.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn erase_deleted_rotations(
        &mut self,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, absences::delete_absences_of_deleted(workspace, before))?;
        run_touching!(self, rotations::erase_deleted_rotations(workspace, before))
    }
}
