//! A transaction in one workspace, on either engine.

mod absence_sources;
mod absences;
mod calendar_links;
mod cover_requests;
mod coverages;
mod deliveries;
mod erasure;
mod export_links;
mod foresight;
mod inbox;
mod notes;
mod notices;
mod replay;
mod requests;
mod retention;
mod rotations;
mod subscriptions;
mod swaps;
mod turns;
mod workspaces;

use crate::error::StoreError;
use crate::one_write::OneWrite;
use crate::records::WorkspaceRecord;
use crate::version::Version;
use crypto::KeyRing;
use domain::ids::WorkspaceId;
use foresight::Foresight;
use std::sync::Arc;

/// A transaction in one workspace. Dropped without [`Tx::commit`], it is rolled back.
///
/// After any error but [`StoreError::leaves_transaction_standing`], and after a call that was cancelled, it answers
/// [`StoreError::Aborted`] and cannot be committed.
pub struct Tx {
    pub(crate) workspace: WorkspaceId,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) engine: EngineTx,
    pub(crate) is_broken: bool,
    /// Whether it filled a queue.
    pub(crate) gives_work: bool,
    /// Whether it wrote what the version of its workspace counts.
    pub(crate) is_touching: bool,
    /// What it is about to commit, for the tests that end the process there.
    pub(crate) commit: faults::Commit,
    /// What was counted of the workspace before it began, where that is counted in memory.
    pub(crate) began_at: Version,
    /// What was read ahead, and what waits to be written.
    pub(crate) foresight: Option<Box<Foresight>>,
    /// Held for as long as a writing transaction lives.
    #[expect(dead_code, reason = "it is held, not read")]
    pub(crate) one_write: Option<OneWrite>,
}

/// The transaction of one of the two engines.
pub(crate) enum EngineTx {
    SqliteWrite(crate::sqlite::writer::Lease),
    SqliteRead(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Tx {
    /// Returns the workspace whose rows it sees.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Returns whether it put something into the inbox or the outbox, which wait for the workers.
    #[must_use]
    pub const fn gives_work(&self) -> bool {
        self.gives_work
    }

    /// Saves everything that was done, durably, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Aborted`] after a call that failed or was cancelled; otherwise what the database says. Nothing was
    /// saved then, except that [`StoreError::Unavailable`] from PostgreSQL leaves open whether the commit arrived.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.commit_versioned().await.map(|_| ())
    }

    /// Saves everything as [`Tx::commit`] does, and returns the version that this made of the workspace.
    ///
    /// `None` where nothing was written that the version counts.
    ///
    /// # Errors
    ///
    /// As [`Tx::commit`].
    pub async fn commit_versioned(mut self) -> Result<Option<Version>, StoreError> {
        if self.is_broken {
            return Err(StoreError::Aborted);
        }
        self.catch_up().await?;
        // Last of all: whoever waits for the row of the workspace waits for this flush and for nothing else.
        let version = if self.is_touching && matches!(self.engine, EngineTx::Postgres(_)) {
            let workspace = self.workspace;
            run!(&mut self, workspaces::record_version(workspace))?
        } else {
            None
        };
        let (workspace, is_touching) = (self.workspace, self.is_touching);
        self.commit.before();
        let version = match self.engine {
            EngineTx::SqliteWrite(lease) => lease.commit(is_touching.then_some(workspace)).await?,
            EngineTx::SqliteRead(transaction) => {
                transaction.commit().await?;
                None
            }
            EngineTx::Postgres(transaction) => {
                transaction.commit().await?;
                version
            }
        };
        self.commit.after();
        Ok(version)
    }

    /// Returns the workspace, if it was ever installed, and the version of everything that this reading transaction sees.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_versioned(
        &mut self,
    ) -> Result<(Version, Option<WorkspaceRecord>), StoreError> {
        let workspace = self.workspace;
        let found: Result<Option<(Version, WorkspaceRecord)>, StoreError> =
            run!(self, workspaces::find_versioned(workspace));
        let (stored, record) = found?.unzip();
        let is_counted_here = !matches!(self.engine, EngineTx::Postgres(_));
        let version = if is_counted_here { self.began_at } else { stored.unwrap_or_default() };
        Ok((version, record))
    }
}

/// Runs a function of the shared SQL source on the engine of a transaction.
///
/// The transaction counts as broken while the call runs, so one that is cancelled halfway cannot be committed.
macro_rules! run {
    ($tx:expr, $($call:tt)+) => {{
        let asking: &mut $crate::tx::Tx = $tx;
        if asking.lags() {
            asking.catch_up().await?;
        }
        $crate::tx::run_now!(asking, $($call)+)
    }};
}
pub(crate) use run;

/// Runs a function as `run!` does, before what waits to be written.
macro_rules! run_now {
    ($tx:expr, $module:ident :: $function:ident ( $($argument:expr),* $(,)? )) => {{
        let tx: &mut $crate::tx::Tx = $tx;
        if tx.is_broken {
            return Err($crate::error::StoreError::Aborted);
        }
        tx.is_broken = true;
        tx.commit.calls(concat!(stringify!($module), "::", stringify!($function)));
        let outcome = match &mut tx.engine {
            $crate::tx::EngineTx::SqliteWrite(lease) => {
                let mut turn = lease.connection().await?;
                $crate::sqlite::sql::$module::$function(turn.connection(), $($argument),*).await
            }
            $crate::tx::EngineTx::SqliteRead(transaction) => {
                $crate::sqlite::sql::$module::$function(&mut *transaction, $($argument),*).await
            }
            $crate::tx::EngineTx::Postgres(transaction) => {
                $crate::postgres::sql::$module::$function(&mut *transaction, $($argument),*).await
            }
        };
        tx.is_broken = matches!(&outcome, Err(error) if !error.leaves_transaction_standing());
        outcome
    }};
}
pub(crate) use run_now;

/// Runs a function as `run!` does that writes what the version of the workspace counts.
macro_rules! run_touching {
    ($tx:expr, $($call:tt)+) => {{
        let touching: &mut $crate::tx::Tx = $tx;
        touching.is_touching = true;
        $crate::tx::run!(touching, $($call)+)
    }};
}
pub(crate) use run_touching;

/// Puts off what a function of the shared SQL source returns, a step, where things were read ahead; returns whether it did.
macro_rules! put_off {
    ($tx:expr, $list:ident, $module:ident :: $function:ident ( $($argument:expr),* $(,)? )) => {{
        let tx: &mut $crate::tx::Tx = $tx;
        if tx.is_broken {
            return Err($crate::error::StoreError::Aborted);
        }
        match &mut tx.foresight {
            None => false,
            Some(foresight) => {
                let step = if matches!(tx.engine, $crate::tx::EngineTx::Postgres(_)) {
                    $crate::postgres::sql::$module::$function($($argument),*)
                } else {
                    $crate::sqlite::sql::$module::$function($($argument),*)
                };
                foresight.unwritten.$list.push(step?);
                true
            }
        }
    }};
}
pub(crate) use put_off;
