//! Watching over many workspaces at once: counts and ids.

use crate::error::StoreError;
use crate::records::{Census, LostRow, Overdue};
use crate::system::System;
use crate::tx::run;
use chrono::{DateTime, Utc};
use uuid::Uuid;

impl System {
    /// Returns how much of what was due five minutes ago is neither done nor waiting for a reason: it must be nothing.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_overdue(&self, now: DateTime<Utc>) -> Result<Overdue, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, watch::count_overdue(now))
    }

    /// Returns how full the queues are.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn take_census(&self, now: DateTime<Utc>) -> Result<Census, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, watch::take_census(now))
    }

    /// Returns up to `limit` rows that are ambiguous, unconfirmed, expired, failed or in quarantine, the oldest due first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_lost(&self, limit: u32) -> Result<Vec<LostRow>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, watch::list_lost(limit))
    }

    /// Returns the rows of the queues that have an id, wherever they stand: one, as ids are made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_row(&self, id: Uuid) -> Result<Vec<LostRow>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, watch::find_row(id))
    }
}
