//! Group commit: many transactions, one flush.
//!
//! A flush costs milliseconds and SQLite has one writer. So each transaction works in a savepoint on the one writing
//! connection and hands it to the next that waits. When nobody waits, the batch is full or a few milliseconds old, one
//! real commit serves all of them, and only then is each told that it is saved.
//!
//! One task owns the batch ([`Keeper`]). A transaction holds a [`Lease`] and reaches the connection through it; dropping
//! the lease, taking too long or a failed statement rolls its savepoint back before anybody else gets the connection.

mod batch;
mod keeper;
mod lease;
#[cfg(test)]
mod tests;

use crate::error::StoreError;
use crate::step::Step;
use crate::version::Versions;
use domain::ids::WorkspaceId;
use keeper::Keeper;
pub(crate) use lease::Lease;
use lease::{Commit, Saved};
use sqlx::sqlite::SqliteConnectOptions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long a transaction waits for its turn before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// When the connection changes hands and when it commits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long a transaction may hold the connection while others wait.
    pub(crate) hold: Duration,
    /// How long one may that cannot be done in less.
    pub(crate) long_hold: Duration,
    /// How old a batch may grow while others still wait to join it.
    pub(crate) old: Duration,
    /// How many transactions share a commit at most.
    pub(crate) full: usize,
}

/// A debug build is many times slower than what it stands for, so it may hold the connection longer.
pub(crate) const LIMITS: Limits = Limits {
    hold: if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(100) },
    long_hold: if cfg!(debug_assertions) { Duration::from_secs(4) } else { Duration::from_secs(2) },
    old: Duration::from_millis(5),
    full: 128,
};

/// The way to the one writing connection. Clones share it; when the last one is gone, it is closed.
#[derive(Clone)]
pub(crate) struct Writer {
    requests: mpsc::UnboundedSender<Request>,
}

/// Steps that are one transaction, of those who wait for nothing but the commit.
struct Steps {
    steps: Vec<Step>,
    commit: Commit,
}

/// Where somebody waits for the connection.
type Waiting = oneshot::Sender<Result<Lease, StoreError>>;

/// What is asked of the keeper.
enum Request {
    /// The connection, when it is free.
    Lease(Waiting),
    /// The same, for what takes long.
    LongLease(Waiting),
    /// To carry out steps that need no answer in between, all or none.
    Save(Steps),
    /// To commit what is open, close the connection and say so.
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Opens the writing connection, which changes hands within the limits.
    #[expect(
        clippy::disallowed_methods,
        reason = "the keeper ends with its last writer, and a panic in it is told to all who wait"
    )]
    pub(crate) async fn start(
        options: SqliteConnectOptions,
        limits: Limits,
        versions: Arc<Versions>,
    ) -> Result<Self, StoreError> {
        let (sender, requests) = mpsc::unbounded_channel();
        let keeper = Keeper::open(options, requests, limits, versions).await?;
        tokio::spawn(keeper.run());
        Ok(Self { requests: sender })
    }

    /// Waits for the connection.
    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        self.ask_for_lease(Request::Lease).await
    }

    /// Waits for the connection, which may be held for long.
    pub(crate) async fn long_lease(&self) -> Result<Lease, StoreError> {
        self.ask_for_lease(Request::LongLease).await
    }

    async fn ask_for_lease(&self, request: fn(Waiting) -> Request) -> Result<Lease, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.requests.send(request(sender)).map_err(|_| closed())?;
        match tokio::time::timeout(PATIENCE, receiver).await {
            Ok(answer) => answer.map_err(|_| closed())?,
            Err(_) => Err(StoreError::Unavailable {
                reason: String::from("the writer was busy for too long"),
            }),
        }
    }

    /// Carries out steps that need no answer in between, and returns when they are on disk.
    ///
    /// They are saved even where nobody waits for the outcome any more. The version counts them.
    pub(crate) async fn save(&self, workspace: WorkspaceId, steps: Vec<Step>) -> Saved {
        self.ask_to_save(steps, Some(workspace)).await
    }

    /// As [`Writer::save`], for what the version does not count.
    pub(crate) async fn save_uncounted(&self, steps: Vec<Step>) -> Result<(), StoreError> {
        self.ask_to_save(steps, None).await.map(drop)
    }

    async fn ask_to_save(&self, steps: Vec<Step>, touched: Option<WorkspaceId>) -> Saved {
        let (told, receiver) = oneshot::channel();
        let commit = Commit { told, touched };
        self.requests.send(Request::Save(Steps { steps, commit })).map_err(|_| closed())?;
        receiver.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Closes the connection after what is open was committed.
    pub(crate) async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.requests.send(Request::Close(sender)).is_ok() {
            let _ = receiver.await;
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable { reason: String::from("the database is closed") }
}
