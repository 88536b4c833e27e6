//! The task that owns the writing connection and decides who has it and when it commits.

use super::batch::{Batch, Fell};
use super::lease::{Commit, Lease, Slot};
use super::{Limits, Request, Steps, Waiting};
use crate::error::StoreError;
use crate::version::Versions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot};

/// How often is looked for somebody who waits before a batch is committed.
const LOOKS: usize = 2;

/// Where somebody waits for the end, if anybody does.
type Ended = Option<oneshot::Sender<()>>;

/// The owner of the writing connection.
pub(super) struct Keeper {
    options: SqliteConnectOptions,
    requests: mpsc::UnboundedReceiver<Request>,
    limits: Limits,
    slot: Arc<Mutex<Slot>>,
    fell: Fell,
    versions: Arc<Versions>,
    is_broken: bool,
}

/// What there is to do.
enum Next {
    Serve(Waiting, Duration),
    Save(Steps),
    Stop(Ended),
}

impl Next {
    fn of(request: Request, limits: &Limits) -> Self {
        match request {
            Request::Lease(waiting) => Self::Serve(waiting, limits.hold),
            Request::LongLease(waiting) => Self::Serve(waiting, limits.long_hold),
            Request::Save(steps) => Self::Save(steps),
            Request::Close(ended) => Self::Stop(Some(ended)),
        }
    }

    /// Tells whoever waits that nothing could begin.
    fn fail(self, error: StoreError) {
        match self {
            Self::Serve(waiting, _) => drop(waiting.send(Err(error))),
            Self::Save(steps) => drop(steps.commit.told.send(Err(error))),
            Self::Stop(_) => {}
        }
    }
}

impl Keeper {
    pub(super) async fn open(
        options: SqliteConnectOptions,
        requests: mpsc::UnboundedReceiver<Request>,
        limits: Limits,
        versions: Arc<Versions>,
    ) -> Result<Self, StoreError> {
        let fell = Fell::new(AtomicBool::new(false));
        let connection = connect(&options, &fell).await?;
        let slot = Arc::new(Mutex::new(Slot { connection, turn: 0 }));
        Ok(Self { options, requests, limits, slot, fell, versions, is_broken: false })
    }

    /// Serves until the last writer is gone or one asks to close.
    pub(super) async fn run(mut self) {
        loop {
            let stop = match self.next().await {
                Next::Stop(ended) => Some(ended),
                first => self.run_batch(first).await,
            };
            if let Some(ended) = stop {
                return self.stop(ended).await;
            }
        }
    }

    async fn next(&mut self) -> Next {
        match self.requests.recv().await {
            Some(request) => Next::of(request, &self.limits),
            None => Next::Stop(None),
        }
    }

    /// Runs one batch from its first member to the commit; returns the wish to stop, if one came meanwhile.
    async fn run_batch(&mut self, first: Next) -> Option<Ended> {
        let mut batch = match self.begin().await {
            Ok(batch) => batch,
            Err(error) => {
                first.fail(error);
                return None;
            }
        };
        let mut next = Some(first);
        let mut stop = None;
        while let Some(what) = next.take() {
            let served = match what {
                Next::Serve(waiting, hold) => self.serve(&mut batch, waiting, hold).await,
                Next::Save(steps) => self.save(&mut batch, steps).await,
                Next::Stop(ended) => {
                    stop = Some(ended);
                    break;
                }
            };
            if let Err(error) = served {
                let _ = batch.fail(error);
                self.roll_back().await;
                return stop;
            }
            if !batch.is_ripe(&self.limits) {
                next = self.look().await;
            }
        }
        let mut slot = self.take_back().await;
        let outcome = batch.commit(&mut slot.connection).await;
        drop(slot);
        if outcome.is_err() {
            self.roll_back().await;
        }
        stop
    }

    /// Returns who waits now; those who run on other threads get a moment to ask.
    async fn look(&mut self) -> Option<Next> {
        for _ in 0..LOOKS {
            match self.requests.try_recv() {
                Ok(request) => return Some(Next::of(request, &self.limits)),
                Err(mpsc::error::TryRecvError::Disconnected) => return Some(Next::Stop(None)),
                Err(mpsc::error::TryRecvError::Empty) => tokio::task::yield_now().await,
            }
        }
        None
    }

    async fn begin(&mut self) -> Result<Batch, StoreError> {
        if self.is_broken {
            let connection = connect(&self.options, &self.fell).await?;
            self.take_back().await.connection = connection;
        }
        let fell = Fell::clone(&self.fell);
        let mut slot = self.take_back().await;
        let begun = Batch::begin(&mut slot.connection, fell, Arc::clone(&self.versions)).await;
        drop(slot);
        self.is_broken = begun.is_err();
        begun
    }

    /// Lets one transaction use the connection, then keeps or undoes what it did.
    ///
    /// An error means that the batch as a whole does not stand any more.
    async fn serve(
        &self,
        batch: &mut Batch,
        waiting: Waiting,
        hold: Duration,
    ) -> Result<(), StoreError> {
        if let Err(error) = batch.check() {
            let _ = waiting.send(Err(error.clone()));
            return Err(error);
        }
        let slot = self.take_back().await;
        let (verdict, ending) = oneshot::channel();
        let lease = Lease::new(Arc::clone(&self.slot), slot.turn, verdict);
        drop(slot);
        // Where nobody waits any more the lease is dropped here, which ends it like any other.
        let _ = waiting.send(Ok(lease));
        let ending = self.wait_for(ending, batch, hold).await;
        let mut slot = self.take_back().await;
        match ending {
            Some(commit) => batch.keep(&mut slot.connection, commit).await,
            None => batch.undo(&mut slot.connection).await,
        }
    }

    /// Carries out what needs nothing but the connection.
    ///
    /// An error means that the batch as a whole does not stand any more.
    async fn save(&self, batch: &mut Batch, steps: Steps) -> Result<(), StoreError> {
        if let Err(error) = batch.check() {
            let _ = steps.commit.told.send(Err(error.clone()));
            return Err(error);
        }
        let mut slot = self.take_back().await;
        batch.save(&mut slot.connection, steps).await
    }

    /// Returns how a transaction ends: its wish to commit, or `None` where it was dropped or took too long.
    ///
    /// It may go on past the limit while nobody waits, neither for the connection nor for the commit.
    async fn wait_for(
        &self,
        mut ending: oneshot::Receiver<Commit>,
        batch: &Batch,
        hold: Duration,
    ) -> Option<Commit> {
        loop {
            match tokio::time::timeout(hold, &mut ending).await {
                Ok(outcome) => return outcome.ok(),
                Err(_) if batch.is_empty() && self.requests.is_empty() => {}
                Err(_) => {
                    tracing::warn!(
                        "a transaction held the writer for too long and was rolled back"
                    );
                    ending.close();
                    // It may have ended in this very moment.
                    return ending.try_recv().ok();
                }
            }
        }
    }

    /// Takes the connection, so that no lease given before can use it any more.
    async fn take_back(&self) -> MutexGuard<'_, Slot> {
        let mut slot = self.slot.lock().await;
        slot.turn += 1;
        slot
    }

    /// Ends a transaction that failed; a connection that cannot even do that is replaced before the next one.
    async fn roll_back(&mut self) {
        let mut slot = self.take_back().await;
        let outcome = if self.fell.load(Ordering::SeqCst) {
            Ok(())
        } else {
            sqlx::query("rollback").execute(&mut slot.connection).await.map(|_| ())
        };
        drop(slot);
        self.is_broken = outcome.is_err();
    }

    async fn stop(self, ended: Ended) {
        let Self { slot, requests, .. } = self;
        drop(requests);
        if let Some(slot) = Arc::into_inner(slot) {
            // What fails here was committed before; the next start finds it in the log file.
            let _ = slot.into_inner().connection.close().await;
        }
        if let Some(ended) = ended {
            let _ = ended.send(());
        }
    }
}

/// Opens the connection and lets SQLite tell when it rolls back.
async fn connect(
    options: &SqliteConnectOptions,
    fell: &Fell,
) -> Result<SqliteConnection, StoreError> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    let fell = Fell::clone(fell);
    connection.lock_handle().await?.set_rollback_hook(move || fell.store(true, Ordering::SeqCst));
    Ok(connection)
}
