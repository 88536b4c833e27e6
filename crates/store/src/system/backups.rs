//! Backups: whose turn it is to make one, and when one was last restored.

use super::System;
use crate::error::StoreError;
use crate::generation::Setback;
use crate::records::{BackupKind, RestoredBackup};
use crate::tx::run;
use chrono::{DateTime, Utc};
use uuid::Uuid;

impl System {
    /// Leases the making of a backup until `lease_until`, and returns whether it is to be made: not where one that was made
    /// was restored on trial after `since`, nor while another process makes one.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_backup(
        &self,
        id: Uuid,
        (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
        since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let is_claimed = run!(&mut tx, backups::claim(id, (now, lease_until), since))?;
        tx.commit().await?;
        Ok(is_claimed)
    }

    /// Gives back a lease under which no backup was made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_backup(&self, id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, backups::release(id))?;
        tx.commit().await
    }

    /// Records that a backup was restored on trial and was what it should be; twice is as good as once.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_backup(&self, backup: &RestoredBackup) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, backups::record(backup))?;
        tx.commit().await
    }

    /// Returns when a backup was last restored on trial, of each kind that ever was.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_last_restores(&self) -> Result<Vec<(BackupKind, DateTime<Utc>)>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, backups::list_last_restores())
    }

    /// Records that the database is one from before, so that whoever serves from it next sees to what follows from that.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_open_setback(&self, setback: &Setback) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, setbacks::insert_setback(setback))?;
        run!(&mut tx, setbacks::open_setback(setback.noticed_at))?;
        tx.commit().await
    }

    /// Returns the earliest setback that was recorded and that nobody has seen to.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_open_setback(&self) -> Result<Option<Setback>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, setbacks::find_open_setback())
    }

    /// Records that what follows from a setback, and from all before it, was seen to.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn close_setbacks(&self, noticed_until: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, setbacks::close_setbacks(noticed_until))?;
        tx.commit().await
    }
}
