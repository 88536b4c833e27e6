//! One real transaction and those who share it.

use super::super::sql::entries::fault;
use super::super::sql::steps::fill;
use super::super::together::together;
use super::lease::Commit;
use super::{Limits, Steps};
use crate::error::StoreError;
use crate::version::Versions;
use sqlx::SqliteConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Set by SQLite whenever it rolls back a whole transaction, also when an error makes it do so.
pub(super) type Fell = Arc<AtomicBool>;

/// A real transaction that is open.
pub(super) struct Batch {
    fell: Fell,
    began: Instant,
    members: Vec<Commit>,
    versions: Arc<Versions>,
}

impl Batch {
    /// Begins the real transaction with the write lock taken, so no statement in it can meet another writer, and opens the
    /// savepoint of the first member.
    ///
    /// Each call is a trip to the connection's thread and back, and all writers wait for it; so what is always done
    /// together is one call.
    pub(super) async fn begin(
        connection: &mut SqliteConnection,
        fell: Fell,
        versions: Arc<Versions>,
    ) -> Result<Self, StoreError> {
        sqlx::query("begin immediate; savepoint member").execute(connection).await?;
        fell.store(false, Ordering::SeqCst);
        Ok(Self { fell, began: Instant::now(), members: Vec::new(), versions })
    }

    /// Keeps what the member did, to be saved with the batch, and opens the savepoint of the next one.
    pub(super) async fn keep(
        &mut self,
        connection: &mut SqliteConnection,
        member: Commit,
    ) -> Result<(), StoreError> {
        // First a member, then checked: whose transaction fell under it is told so with the others.
        self.members.push(member);
        self.check()?;
        sqlx::query("release member; savepoint member").execute(connection).await?;
        Ok(())
    }

    /// Undoes what the member did and nothing else; its savepoint is then the next one's.
    pub(super) async fn undo(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        self.check()?;
        sqlx::query("rollback to member").execute(connection).await?;
        self.check()
    }

    /// Carries out the steps of a member in one trip, or none of them.
    ///
    /// An error means that the batch as a whole does not stand any more; the member is told its own.
    pub(super) async fn save(
        &mut self,
        connection: &mut SqliteConnection,
        Steps { steps, commit }: Steps,
    ) -> Result<(), StoreError> {
        let text = together(&steps, "release member; savepoint member");
        match fill(text, &steps).execute(&mut *connection).await {
            Ok(_) => {
                self.members.push(commit);
                self.check()
            }
            Err(error) => {
                let _ = commit.told.send(Err(fault(error)));
                self.undo(connection).await
            }
        }
    }

    /// Returns whether it is time to commit although others wait.
    pub(super) fn is_ripe(&self, limits: &Limits) -> bool {
        self.members.len() >= limits.full || self.began.elapsed() >= limits.old
    }

    /// Returns whether nobody waits for the commit.
    pub(super) const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Commits, which also ends the empty savepoint, and tells each member; where the commit fails, nothing was saved and
    /// each is told that.
    pub(super) async fn commit(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let outcome = self.check();
        let outcome = match outcome {
            Ok(()) => sqlx::query("commit").execute(connection).await.map(|_| ()),
            Err(error) => return self.fail(error),
        };
        match outcome {
            Ok(()) => {
                self.tell(&Ok(()));
                Ok(())
            }
            Err(error) => self.fail(error.into()),
        }
    }

    /// Tells each member that nothing was saved, and returns why.
    pub(super) fn fail(self, error: StoreError) -> Result<(), StoreError> {
        let outcome = Err(error);
        self.tell(&outcome);
        outcome
    }

    /// Counts what was written, then tells everybody: whoever is told finds it counted.
    fn tell(self, outcome: &Result<(), StoreError>) {
        let Self { members, versions, .. } = self;
        let counted = |member: Commit| {
            // Counting what was not saved does no harm, and a commit may have failed after it was written.
            let version = member.touched.map(|workspace| versions.count(workspace));
            (member.told, version)
        };
        let members: Vec<_> = members.into_iter().map(counted).collect();
        for (told, version) in members {
            // Whoever stopped listening does not mind.
            let _ = told.send(outcome.clone().map(|()| version));
        }
    }

    /// Returns an error where SQLite has rolled back the whole transaction by itself.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.fell.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable {
                reason: String::from("the database gave up the transaction"),
            });
        }
        Ok(())
    }
}
