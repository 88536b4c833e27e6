//! The inbox.

use super::{Tx, run};
use crate::error::StoreError;
use crate::id::new_id;
use crate::records::{InboxItem, InboxRecord};
use chrono::{DateTime, Utc};
use domain::ids::InboxId;

impl Tx {
    /// Stores what came in, to be worked off at once; returns `false` where `dedupe` (an event's id) came in before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_inbox(
        &mut self,
        item: &InboxItem,
        dedupe: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        let id = InboxId::new(new_id(now));
        run!(self, inbox::insert_inbox(workspace, id, item, dedupe, (now, now)))
    }

    /// Stores what is to be worked off at an instant, as [`Tx::insert_inbox`].
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_inbox_at(
        &mut self,
        item: &InboxItem,
        dedupe: &str,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        let id = InboxId::new(new_id(now));
        run!(self, inbox::insert_inbox(workspace, id, item, dedupe, (at, now)))
    }

    /// Returns a row that is not finished.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_inbox(&mut self, id: InboxId) -> Result<Option<InboxRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::find_inbox(workspace, id))
    }

    /// Records that a claimed row is done; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn finish_inbox(
        &mut self,
        id: InboxId,
        fence: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::finish_inbox(workspace, id, fence, now))
    }

    /// Puts a claimed row back until `available_at` and counts the attempt; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn retry_inbox(
        &mut self,
        id: InboxId,
        fence: i64,
        available_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::retry_inbox(workspace, id, fence, available_at))
    }
}
