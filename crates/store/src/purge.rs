//! A workspace is deleted for good.

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::run;
use crypto::{OpenFault, Signature};
use domain::ids::{UserId, WorkspaceId};

/// What a name in the ledger of erasures is signed for.
const ERASED: &str = "erased";

impl Store {
    /// Returns what stands in the ledger of erasures for a workspace, or for a person in it: whoever has the keys recognises
    /// the name by it, and nobody else reads it there.
    #[must_use]
    pub fn mark_of_erased(&self, workspace: WorkspaceId, user: Option<&UserId>) -> Signature {
        self.keys.sign(ERASED, &erased(workspace, user))
    }

    /// Returns whether a mark in the ledger of erasures is that of a workspace, or of a person in it.
    ///
    /// # Errors
    ///
    /// [`OpenFault::UnknownKey`] where the ring lacks the key that made it.
    pub fn is_mark_of_erased(
        &self,
        mark: &Signature,
        workspace: WorkspaceId,
        user: Option<&UserId>,
    ) -> Result<bool, OpenFault> {
        self.keys.verifies(ERASED, &erased(workspace, user), mark)
    }

    /// Returns how many rows there are of a workspace in the tables that tell most of it, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_rows(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let mut tx = self.read(workspace).await?;
        run!(&mut tx, retention::count_rows(workspace))
    }

    /// Deletes everything that is stored of a workspace, and returns how many rows are left because somebody wrote while it
    /// was deleted: nought when it is gone.
    ///
    /// What carries its own name, the audit log, is deleted first: whoever is interrupted still finds the workspace and
    /// goes on.
    ///
    /// # Errors
    ///
    /// What the database says; called again, it goes on.
    pub async fn purge(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let mut tx = self.write_unscoped().await?;
        run!(&mut tx, chain::purge(workspace))?;
        tx.commit().await?;
        let mut tx = self.write_at_length(workspace).await?;
        // Whoever keeps a copy of what was there is told that it is no good any more.
        tx.is_touching = true;
        run!(&mut tx, retention::purge(workspace))?;
        tx.commit().await?;
        // What was written meanwhile hangs on nothing.
        let mut tx = self.write_unscoped().await?;
        run!(&mut tx, chain::purge(workspace))?;
        tx.commit().await?;
        let left: u64 = {
            let mut tx = self.read(workspace).await?;
            run!(&mut tx, retention::count_left(workspace))?
        };
        self.empty_log().await?;
        Ok(left)
    }
}

/// A workspace's id has a length of its own, so no two names have one message.
fn erased(workspace: WorkspaceId, user: Option<&UserId>) -> Vec<u8> {
    let mut message = workspace.as_uuid().as_bytes().to_vec();
    message.extend_from_slice(user.map_or("", UserId::as_str).as_bytes());
    message
}
