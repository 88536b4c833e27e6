//! The inbox.

use super::{Tx, put_off, run};
use crate::error::StoreError;
use crate::id::new_id;
use crate::records::{InboxItem, InboxRecord};
use chrono::{DateTime, Utc};
use crypto::{Place, Sealed};
use domain::ids::InboxId;
use secrecy::SecretString;
use uuid::Uuid;

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
        self.gives_work = true;
        run!(self, inbox::insert_inbox(workspace, id, item, None, dedupe, (now, now)))
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
        self.gives_work = true;
        if put_off!(self, inbox, inbox::inserting(workspace, id, item, None, dedupe, (at, now))) {
            return Ok(true);
        }
        run!(self, inbox::insert_inbox(workspace, id, item, None, dedupe, (at, now)))
    }

    /// Stores what is to be worked off together with text that is sealed; the text goes when the row is finished.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it cannot be sealed; otherwise what the database says.
    pub async fn insert_inbox_sealed(
        &mut self,
        item: &InboxItem,
        text: &SecretString,
        dedupe: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        let id = InboxId::new(new_id(now));
        let (tenant, row) = (workspace.as_uuid(), id.as_uuid());
        let sealed = self.keys.seal_text(&place(&tenant, &row), text);
        let sealed = sealed.map_err(|fault| seal_fault(&fault))?;
        self.gives_work = true;
        run!(self, inbox::insert_inbox(workspace, id, item, Some(&sealed), dedupe, (now, now)))
    }

    /// Returns the text that was sealed with a row that is not finished, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it does not open; otherwise what the database says.
    pub async fn open_inbox_text(
        &mut self,
        id: InboxId,
    ) -> Result<Option<SecretString>, StoreError> {
        let workspace = self.workspace;
        let Some(bytes) = run!(self, inbox::find_sealed(workspace, id))? else {
            return Ok(None);
        };
        let sealed = Sealed::from_bytes(bytes).map_err(|fault| seal_fault(&fault))?;
        let (tenant, row) = (workspace.as_uuid(), id.as_uuid());
        let text = self.keys.open_text(&place(&tenant, &row), &sealed);
        text.map(Some).map_err(|fault| seal_fault(&fault))
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

    /// Records that whatever a claim under this name still holds is done, and returns how many rows that are.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn finish_inbox_of(
        &mut self,
        owner: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::finish_inbox_of(workspace, owner, now))
    }

    /// Gives back whatever a claim under this name still holds, without counting anything, and returns how many rows that
    /// are.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn give_back_inbox(&mut self, owner: &str) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::give_back_inbox(workspace, owner))
    }

    /// Extends the lease of whatever a claim under this name still holds, and returns how many rows that are.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn keep_inbox(
        &mut self,
        owner: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::keep_inbox(workspace, owner, (now, lease_until)))
    }

    /// Puts a claimed row back that was not begun; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_inbox(&mut self, id: InboxId, fence: i64) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::release_inbox(workspace, id, fence))
    }

    /// Counts a crash of a claimed row and puts it back until `available_at`; the third quarantines it. Returns `false`
    /// where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_inbox_crash(
        &mut self,
        id: InboxId,
        fence: i64,
        available_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::crash_inbox(workspace, id, fence, (available_at, now)))
    }

    /// Gives a claimed row up as failed; its sealed text goes. Returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn fail_inbox(
        &mut self,
        id: InboxId,
        fence: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, inbox::fail_inbox(workspace, id, fence, now))
    }
}

fn place<'a>(workspace: &'a Uuid, row: &'a Uuid) -> Place<'a> {
    Place { table: "inbox", column: "sealed", workspace: workspace.as_bytes(), row: row.as_bytes() }
}

fn seal_fault(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Sealed { table: "inbox", column: "sealed", reason: fault.to_string() }
}
