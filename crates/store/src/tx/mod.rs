//! A transaction in one workspace, on either engine.

mod absences;
mod deliveries;
mod inbox;
mod requests;
mod rotations;
mod turns;
mod workspaces;

use crate::error::StoreError;
use crate::one_write::OneWrite;
use crypto::KeyRing;
use domain::ids::WorkspaceId;
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

    /// Saves everything that was done, durably, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Aborted`] after a call that failed or was cancelled; otherwise what the database says. Nothing was
    /// saved then, except that [`StoreError::Unavailable`] from PostgreSQL leaves open whether the commit arrived.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.is_broken {
            return Err(StoreError::Aborted);
        }
        match self.engine {
            EngineTx::SqliteWrite(lease) => lease.commit().await,
            EngineTx::SqliteRead(transaction) => Ok(transaction.commit().await?),
            EngineTx::Postgres(transaction) => Ok(transaction.commit().await?),
        }
    }
}

/// Runs a function of the shared SQL source on the engine of a transaction.
///
/// The transaction counts as broken while the call runs, so one that is cancelled halfway cannot be committed.
macro_rules! run {
    ($tx:expr, $module:ident :: $function:ident ( $($argument:expr),* $(,)? )) => {{
        let tx: &mut $crate::tx::Tx = $tx;
        if tx.is_broken {
            return Err($crate::error::StoreError::Aborted);
        }
        tx.is_broken = true;
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
pub(crate) use run;
