//! A person is erased from a workspace.

use super::{Tx, run, run_touching};
use crate::erased::gather;
use crate::error::StoreError;
use crate::purge::pseudonym_of;
use domain::ids::UserId;
use std::collections::BTreeSet;

impl Tx {
    /// Returns the name that stands in the place of a person who is erased: the same in every table, and whoever has not
    /// the keys cannot tell whose it is.
    #[must_use]
    pub fn pseudonym_of(&self, user: &UserId) -> UserId {
        pseudonym_of(&self.keys, self.workspace, user)
    }

    /// Deletes what is stored of a person alone: who they are, what they chose, their absences, their requests that wait,
    /// their notes that nobody was told yet, and all that was or is to be said to them. Elsewhere their pseudonym stands in
    /// their place from now on. Returns how many rows that concerned: nought when nothing names them any more.
    ///
    /// What is chained ([`Store::erase_from_audit`](crate::Store::erase_from_audit)) and what requests came to
    /// ([`Store::erase_from_answered`](crate::Store::erase_from_answered)) are erased apart. Whoever calls this holds the
    /// rotations, and has taken the person out of whatever is still to come.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn erase_person(&mut self, user: &UserId) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        let pseudonym = self.pseudonym_of(user);
        let count = run_touching!(self, erasure::erase(workspace, user, &pseudonym))?;
        // What was read ahead names them.
        self.foresight = None;
        Ok(count)
    }

    /// Returns every text and word of what is stored of the workspace that may be the id of a person.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_mentioned(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let workspace = self.workspace;
        let mut found: BTreeSet<String> = run!(self, erasure::gather_names(workspace))?;
        for rows in self.export().await?.values() {
            gather(rows, &mut found);
        }
        Ok(found)
    }
}
