//! The memo: the facts of the workspaces that were asked about last, each with the version for which it is good.
//!
//! An answer from it is an answer from the database: the version is asked of the database for every request, and facts
//! of another version are read again.

use crate::AppError;
use crate::facts::Facts;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{AbsenceRecord, Store, Version};

/// How many workspaces are kept.
const MOST: usize = 1000;

/// The facts of the workspaces that were asked about last; the one not asked about for longest leaves.
pub struct Memo {
    store: Store,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    facts: HashMap<WorkspaceId, Entry>,
    /// Counts the questions.
    asked: u64,
}

struct Entry {
    facts: Arc<Facts>,
    asked: u64,
}

impl Memo {
    /// Returns an empty memo of what is in the store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self::of_at_most(store, MOST)
    }

    fn of_at_most(store: Store, most: usize) -> Self {
        Self { store, most, kept: Mutex::default() }
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the facts of a workspace as they are in the database now.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn facts(
        &self,
        workspace: WorkspaceId,
        now: DateTime<Utc>,
    ) -> Result<Arc<Facts>, AppError> {
        let version = self.store.version(workspace).await?.unwrap_or_default();
        if let Some(facts) = self.find(workspace, version) {
            return Ok(facts);
        }
        let facts = Arc::new(Facts::load(&self.store, workspace, now).await?);
        self.keep(workspace, Arc::clone(&facts));
        Ok(facts)
    }

    /// Takes over an absence that was entered with the facts `before`, which made them `after`.
    ///
    /// Where something else was written meanwhile, the facts are read again by the next who asks.
    pub(crate) fn enter(
        &self,
        workspace: WorkspaceId,
        version: Option<Version>,
        absence: &Arc<AbsenceRecord>,
        (before, after): (&Facts, Facts),
    ) {
        let Some(version) = version else { return };
        if version.is_next_of(before.version()) {
            return self.keep(workspace, Arc::new(after.at(version)));
        }
        let last = self.kept().facts.get(&workspace).map(|entry| Arc::clone(&entry.facts));
        if let Some(last) = last.filter(|last| version.is_next_of(last.version())) {
            self.keep(workspace, Arc::new(last.with_absence(absence).at(version)));
        }
    }

    fn find(&self, workspace: WorkspaceId, version: Version) -> Option<Arc<Facts>> {
        let mut kept = self.kept();
        kept.asked += 1;
        let asked = kept.asked;
        let entry = kept.facts.get_mut(&workspace)?;
        entry.asked = asked;
        (entry.facts.version() == version).then(|| Arc::clone(&entry.facts))
    }

    fn keep(&self, workspace: WorkspaceId, facts: Arc<Facts>) {
        let mut kept = self.kept();
        let asked = kept.asked;
        kept.facts.insert(workspace, Entry { facts, asked });
        if kept.facts.len() > self.most {
            let oldest = kept.facts.iter().min_by_key(|(_, entry)| entry.asked);
            if let Some(oldest) = oldest.map(|(workspace, _)| *workspace) {
                kept.facts.remove(&oldest);
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
