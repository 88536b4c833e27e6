//! Putting back what was not delivered or not worked off.

use super::{Tx, run};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use uuid::Uuid;

impl Tx {
    /// Puts a delivery back that was not delivered, due now and worth sending until `expires_at` at least; returns `false`
    /// where it is not one of those.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn replay_delivery(
        &mut self,
        id: Uuid,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        run!(self, replay::replay_delivery(workspace, id, (now, expires_at)))
    }

    /// Puts a row of the inbox back that is in quarantine; returns `false` where it is not.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn replay_inbox(&mut self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        run!(self, replay::replay_inbox(workspace, id, now))
    }

    /// Returns the kind of a row of the inbox, wherever it stands.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_inbox_kind(&mut self, id: Uuid) -> Result<Option<String>, StoreError> {
        let workspace = self.workspace;
        run!(self, replay::find_inbox_kind(workspace, id))
    }

    /// Returns how many messages since then may or may not have arrived, and how many are in quarantine.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_unknown(&mut self, since: DateTime<Utc>) -> Result<(u64, u64), StoreError> {
        let workspace = self.workspace;
        run!(self, replay::count_unknown(workspace, since))
    }
}
