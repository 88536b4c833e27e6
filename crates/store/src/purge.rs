//! A workspace is deleted for good, or a person in it.

use crate::erased::Answered;
use crate::error::StoreError;
use crate::records::Outcome;
use crate::store::Store;
use crate::tx::run;
use chrono::{DateTime, Utc};
use crypto::{KeyRing, OpenFault, Signature};
use domain::ids::{UserId, WorkspaceId};
use std::collections::BTreeSet;

/// What a name in the ledger of erasures is signed for.
const ERASED: &str = "erased";

/// What the name is signed for that stands in the place of whoever was erased: not the same as in the ledger.
const PSEUDONYM: &str = "pseudonym";

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

    /// Puts a pseudonym in the place of a person in what requests came to, and returns in how many.
    ///
    /// # Errors
    ///
    /// What the database says; called again, it goes on.
    pub async fn erase_from_answered(
        &self,
        workspace: WorkspaceId,
        user: &UserId,
    ) -> Result<u64, StoreError> {
        let pseudonym = pseudonym_of(&self.keys, workspace, user);
        let (answered, count): (Vec<Answered>, u64) = {
            let mut tx = self.read(workspace).await?;
            run!(&mut tx, erasure::list_outcomes_naming(workspace, user, &pseudonym))?
        };
        if count == 0 {
            return Ok(0);
        }
        // They are made and deleted, and never changed: by two logins, so in two transactions. A request that comes again
        // in between is carried out again.
        let made: BTreeSet<DateTime<Utc>> = answered.iter().map(|(_, _, at)| *at).collect();
        let mut tx = self.write_unscoped().await?;
        for at in made {
            run!(&mut tx, erasure::delete_outcomes_made_at(workspace, at))?;
        }
        tx.commit().await?;
        let mut tx = self.write(workspace).await?;
        for (key, facts, at) in answered {
            match tx.record_outcome(&key, &Outcome { facts }, at).await {
                Ok(()) | Err(StoreError::Conflict { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        tx.commit().await?;
        Ok(count)
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
    /// goes on. What the database keeps beside its rows is another matter: [`Store::leave_no_copies`].
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
        let mut tx = self.read(workspace).await?;
        run!(&mut tx, retention::count_left(workspace))
    }
}

/// Returns the name that stands in the place of a person who is erased.
pub(crate) fn pseudonym_of(keys: &KeyRing, workspace: WorkspaceId, user: &UserId) -> UserId {
    // Whoever was erased has that name already.
    if user.is_erased() {
        return user.clone();
    }
    UserId::pseudonym(&keys.sign(PSEUDONYM, &erased(workspace, Some(user))).code)
}

/// A workspace's id has a length of its own, so no two names have one message.
fn erased(workspace: WorkspaceId, user: Option<&UserId>) -> Vec<u8> {
    let mut message = workspace.as_uuid().as_bytes().to_vec();
    message.extend_from_slice(user.map_or("", UserId::as_str).as_bytes());
    message
}
