//! Swaps of two turns.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::SwapRecord;
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, SwapId};

impl Tx {
    /// Stores a swap.
    ///
    /// # Errors
    ///
    /// What the database says, also where there is no such rotation.
    pub async fn insert_swap(&mut self, swap: &SwapRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.swaps = None);
        run_touching!(self, swaps::insert_swap(workspace, swap))
    }

    /// Records who agreed, the state and the end of a swap; returns `false` where it is not there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn update_swap(&mut self, swap: &SwapRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.swaps = None);
        run_touching!(self, swaps::update_swap(workspace, swap))
    }

    /// Returns a swap, in whatever state.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_swap(&mut self, swap: SwapId) -> Result<Option<SwapRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, swaps::find_swap(workspace, swap))
    }

    /// Returns the swaps that are asked for or agreed and have a turn planned in `[from, until)`, the first made first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_swaps(
        &mut self,
        rotation: RotationId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<SwapRecord>, StoreError> {
        let known = self.known(rotation, from);
        if let Some(swaps) = known.and_then(|it| it.swaps_in(rotation, (from, until))) {
            return Ok(swaps);
        }
        let workspace = self.workspace;
        run!(self, swaps::list_swaps(workspace, rotation, from, until))
    }

    /// Returns the swaps of all rotations of the workspace that are asked for or agreed and have a turn planned at or
    /// after an instant, the first made first. A turn that runs was planned before now.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_swaps_since(
        &mut self,
        since: DateTime<Utc>,
    ) -> Result<Vec<SwapRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, swaps::list_swaps_since(workspace, since))
    }
}
