//! A workspace is deleted for good.

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::run;
use domain::ids::WorkspaceId;

impl Store {
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
