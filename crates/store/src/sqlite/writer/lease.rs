//! A transaction's hold on the writing connection.

use crate::error::StoreError;
use crate::version::Version;
use domain::ids::WorkspaceId;
use sqlx::SqliteConnection;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, oneshot};

/// The connection and whose turn it is.
pub(super) struct Slot {
    pub(super) connection: SqliteConnection,
    /// The number of the lease that may use the connection now.
    pub(super) turn: u64,
}

/// The wish to commit.
pub(super) struct Commit {
    /// Where the outcome is told.
    pub(super) told: oneshot::Sender<Saved>,
    /// The workspace of which something was written that its version counts.
    pub(super) touched: Option<WorkspaceId>,
}

/// What became of a commit: the version that it made of the workspace, where it touched that.
pub(crate) type Saved = Result<Option<Version>, StoreError>;

/// The right to use the writing connection until it is committed, dropped or taken away.
pub(crate) struct Lease {
    slot: Arc<Mutex<Slot>>,
    turn: u64,
    /// Dropped unsent, it tells the keeper to roll back.
    verdict: oneshot::Sender<Commit>,
}

/// The connection, for one call.
pub(crate) struct Turn<'a>(MutexGuard<'a, Slot>);

impl Lease {
    pub(super) fn new(slot: Arc<Mutex<Slot>>, turn: u64, verdict: oneshot::Sender<Commit>) -> Self {
        Self { slot, turn, verdict }
    }

    /// Returns the connection, or [`StoreError::TookTooLong`] where it was taken away.
    pub(crate) async fn connection(&mut self) -> Result<Turn<'_>, StoreError> {
        let slot = self.slot.lock().await;
        if slot.turn == self.turn { Ok(Turn(slot)) } else { Err(StoreError::TookTooLong) }
    }

    /// Asks for the commit and returns when it is on disk.
    ///
    /// Where the version of a workspace counts what was written, it is counted by then; it is so even where nobody waits
    /// for the outcome any more.
    pub(crate) async fn commit(self, touched: Option<WorkspaceId>) -> Saved {
        let (told, receiver) = oneshot::channel();
        if self.verdict.send(Commit { told, touched }).is_err() {
            return Err(StoreError::TookTooLong);
        }
        drop(self.slot);
        receiver.await.unwrap_or_else(|_| Err(super::closed()))
    }
}

impl Turn<'_> {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0.connection
    }
}
