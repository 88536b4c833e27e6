//! The inbox over all workspaces, and what a process that starts takes back of it.

use super::System;
use crate::error::StoreError;
use crate::records::{DueInboxes, InboxClaim, InboxState, Lost};
use crate::tx::run;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;

impl System {
    /// Returns where there is something to be worked off by now.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_due_inboxes(&self, now: DateTime<Utc>) -> Result<DueInboxes, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        let workspaces = run!(&mut tx, inbox_queue::due_workspaces(now))?;
        let has_lone = run!(&mut tx, inbox_queue::has_lone(now))?;
        Ok(DueInboxes { workspaces, has_lone })
    }

    /// Leases up to `limit` rows of a workspace's inbox that are due, until `lease_until`, and returns them in the order
    /// in which they are to be worked off; none while another lease of that workspace runs.
    ///
    /// `owner` names this lease alone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_inbox(
        &self,
        workspace: WorkspaceId,
        owner: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<InboxClaim>, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let claims =
            run!(&mut tx, inbox_queue::claim(workspace, owner, (now, lease_until), limit))?;
        tx.commit().await?;
        Ok(claims)
    }

    /// Leases the longest due row over which a worker died before, alone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_lone_inbox(
        &self,
        owner: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Option<InboxClaim>, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let claim = run!(&mut tx, inbox_queue::claim_lone(owner, now, lease_until))?;
        tx.commit().await?;
        Ok(claim)
    }

    /// Counts a crash for each row whose lease ran out, and returns how many did.
    ///
    /// Three crashes quarantine a row; from the second on only those count in which it was leased alone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_inbox_crashes(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.count_lost_inbox(Lost::InTime, now).await
    }

    /// Counts a crash, as [`System::count_inbox_crashes`], for each row that an earlier life of this replica left behind;
    /// on SQLite, where one process serves, for each that is leased.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_inbox_leases(
        &self,
        replica: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let lost = if self.store.is_shared() { Lost::Of(replica) } else { Lost::All };
        self.count_lost_inbox(lost, now).await
    }

    async fn count_lost_inbox(
        &self,
        lost: Lost<'_>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let count = run!(&mut tx, inbox_queue::count_crashes(lost, now))?;
        tx.commit().await?;
        Ok(count)
    }

    /// Returns the next instant after `now` at which some row can be worked off that cannot be now; at most `now` where a
    /// lease ran out that was not counted yet.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn next_inbox_change(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, inbox_queue::next_change(now))
    }

    /// Returns whether something that could be worked off at `since` is not done yet. What failed since then waits for a later
    /// time, and what a process died over is not looked at.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn has_inbox_due_since(&self, since: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, inbox_queue::has_due_since(since))
    }

    /// Returns how many rows of the inbox stand in each state; states without one are left out.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_inbox_by_state(&self) -> Result<Vec<(InboxState, u64)>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, inbox_queue::count_by_state())
    }

    /// Gives back the absence sources that an earlier life of this replica was asking, on SQLite all of them, so that they
    /// are asked again at once; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_sync_leases(&self, replica: &str) -> Result<u64, StoreError> {
        let owner = self.store.is_shared().then_some(replica);
        let mut tx = self.store.write_unscoped().await?;
        let count = run!(&mut tx, absence_sources::release_syncs(owner))?;
        tx.commit().await?;
        Ok(count)
    }
}
