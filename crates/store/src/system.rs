//! The one door to many workspaces at once: ids and instants, never content.

mod backups;
mod inbox;
mod subscriptions;

use crate::error::StoreError;
use crate::generation::Setback;
use crate::records::{DeliveryState, DueHandoffs, Lost, Swept, SyncClaim, WorkspaceListing};
use crate::store::Store;
use crate::tx::run;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use uuid::Uuid;

/// How long what no workspace asks for is kept.
pub(crate) mod kept {
    use chrono::TimeDelta;

    /// How long what was worked off is known: Slack repeats an event within hours.
    pub(crate) const DONE: TimeDelta = TimeDelta::days(7);

    /// How long it is known how a request was answered.
    pub(crate) const REQUEST_KEYS: TimeDelta = TimeDelta::days(1);
}

/// Work over many workspaces. Each call is a transaction of its own.
#[derive(Clone)]
pub struct System {
    pub(crate) store: Store,
}

impl System {
    /// Returns the active workspaces in which handoffs are due, the longest due first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_due_handoffs(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueHandoffs>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::list_due_handoffs(now))
    }

    /// Returns the earliest handoff after an instant in an active workspace.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn earliest_handoff_after(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::earliest_handoff_after(now))
    }

    /// Returns the earliest handoff to come or due in an active workspace.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn earliest_handoff_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::earliest_handoff_at())
    }

    /// Returns the workspaces that have deliveries to be sent by now, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_due_workspaces(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<WorkspaceId>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, outbox_queue::due_workspaces(now))
    }

    /// Returns the next instant at which some delivery can be leased that cannot be now.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn next_delivery_change(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, outbox_queue::next_change(now))
    }

    /// Counts a crash for each delivery whose lease ran out, and returns how many did.
    ///
    /// One that was being sent becomes ambiguous, and three crashes quarantine it; from the second on only those count
    /// in which it was leased alone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_delivery_crashes(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.count_lost(Lost::InTime, now).await
    }

    /// Counts a crash, as [`System::count_delivery_crashes`], for each delivery that an earlier life of this replica left
    /// behind; on SQLite, where one process serves, for each that is leased.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn take_back_deliveries(
        &self,
        replica: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let lost = if self.store.is_shared() { Lost::Of(replica) } else { Lost::All };
        self.count_lost(lost, now).await
    }

    async fn count_lost(&self, lost: Lost<'_>, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let lost = run!(&mut tx, outbox_queue::count_crashes(lost, now))?;
        tx.commit().await?;
        Ok(lost)
    }

    /// Leases up to `limit` absence sources of active workspaces that are due to be asked, until `lease_until`, the longest
    /// due first. A lease that ran out is given to the next who asks.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_syncs(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<SyncClaim>, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let claims = run!(&mut tx, absence_sources::claim_syncs(worker, now, lease_until, limit))?;
        tx.commit().await?;
        Ok(claims)
    }

    /// Returns when an absence source can next be claimed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn earliest_sync_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, absence_sources::earliest_sync_at())
    }

    /// Records that the database went back in time.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_setback(&self, setback: &Setback) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, setbacks::insert_setback(setback))?;
        tx.commit().await
    }

    /// Returns when a message or something that came in was last seen to the end: the database forgot nothing of before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_last_work(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, setbacks::find_last_work())
    }

    /// Returns when the database went back in time since an instant, the earliest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_setbacks(&self, since: DateTime<Utc>) -> Result<Vec<Setback>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, setbacks::list_setbacks(since))
    }

    /// Stores the hash of an OAuth state, bound to the hash of the browser's secret.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_oauth_state(
        &self,
        state_hash: &[u8],
        browser_hash: &[u8],
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, system::insert_oauth_state(state_hash, browser_hash, expires_at))?;
        tx.commit().await
    }

    /// Takes an OAuth state, which nobody can take again; returns whether it belongs to that browser and is in time.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn take_oauth_state(
        &self,
        state_hash: &[u8],
        browser_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let is_good = run!(&mut tx, system::take_oauth_state(state_hash, browser_hash, now))?;
        tx.commit().await?;
        Ok(is_good)
    }

    /// Returns all workspaces, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_workspaces(&self) -> Result<Vec<WorkspaceListing>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::list_workspaces())
    }

    /// Records that an erasure that stands in the ledger was carried out in this database.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_erasure(&self, entry: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        run!(&mut tx, system::insert_erasure(entry, now))?;
        tx.commit().await
    }

    /// Returns the erasures that were carried out in this database.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_erasures(&self) -> Result<Vec<Uuid>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::list_erasures())
    }

    /// Deletes what outlived its use: request keys after a day, OAuth states when they run out, and rows of the inbox a week
    /// after they were done; what was not done, there and in the outbox, after 30 days.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_expired(&self, now: DateTime<Utc>) -> Result<Swept, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let swept = run!(&mut tx, system::delete_expired(now))?;
        tx.commit().await?;
        Ok(swept)
    }

    /// Returns how many deliveries stand in each state; states without one are left out.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_outbox_by_state(&self) -> Result<Vec<(DeliveryState, u64)>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, system::count_outbox_by_state())
    }
}
