//! One of the two databases of a copy, with nobody else in it.

use super::catalog::{self, Described, Table};
use super::refused;
use crate::error::StoreError;
use crate::sqlite::FileClaim;
use crate::store::{NO_WORKSPACE, StoreSettings, unknown_engine};
use crate::tx::{EngineTx, Tx};
use crate::version::Version;
use crate::{postgres, sqlite};
use crypto::KeyRing;
use sqlx::{PgPool, SqlitePool};
use std::sync::Arc;

/// A transaction in which everything is seen, and what its database says of its tables.
pub(super) struct Side {
    pub(super) tx: Tx,
    place: Place,
}

enum Place {
    Postgres {
        pool: PgPool,
        described: Described,
    },
    Sqlite {
        pool: SqlitePool,
        columns: Vec<(String, String)>,
        #[expect(dead_code, reason = "it is held, not read")]
        claim: Option<FileClaim>,
    },
}

/// Refuses two URLs between which nothing can be copied.
pub(super) fn check_engines(from: &str, to: &str) -> Result<(), StoreError> {
    let is_known = |url: &str| sqlite::is_mine(url) || postgres::is_mine(url);
    if !is_known(from) || !is_known(to) {
        return Err(unknown_engine());
    }
    let text = match (sqlite::is_mine(from), sqlite::is_mine(to)) {
        _ if from == to => "the source and the target are the same database; name another target",
        (true, true) => {
            "both databases are SQLite files, and `copy` leads from one engine to the other; to move a file, stop the service and move it"
        }
        (false, false) => {
            "both databases are on PostgreSQL, and `copy` leads from one engine to the other; PostgreSQL's own pg_dump and pg_restore move it"
        }
        _ => return Ok(()),
    };
    Err(StoreError::Settings(text.to_owned()))
}

/// Returns the tables, as both databases have them.
pub(super) fn tables(source: &Side, target: &Side) -> Result<Vec<Table>, StoreError> {
    match (&source.place, &target.place) {
        (Place::Postgres { described, .. }, Place::Sqlite { columns, .. })
        | (Place::Sqlite { columns, .. }, Place::Postgres { described, .. }) => {
            catalog::tables(described, columns)
        }
        _ => Err(refused(String::from("`copy` leads from one engine to the other"))),
    }
}

impl Side {
    /// Opens the database that is copied, which stays as it is.
    pub(super) async fn source(url: &str, keys: &Arc<KeyRing>) -> Result<Self, StoreError> {
        if postgres::is_mine(url) {
            if !postgres::copying::is_migrated(url).await? {
                return Err(refused(String::from("the source has no tables of Asyncbot's")));
            }
            return Self::postgres(url, "source", keys).await;
        }
        if !sqlite::copying::is_migrated(url).await? {
            return Err(refused(String::from(
                "the source is no database of Asyncbot's: the file is not there, or holds no tables",
            )));
        }
        Self::sqlite(url, "source", keys).await
    }

    /// Opens the database that is copied into, and migrates it where it has no tables yet.
    pub(super) async fn target(url: &str, keys: &Arc<KeyRing>) -> Result<Self, StoreError> {
        if postgres::is_mine(url) {
            if !postgres::copying::is_migrated(url).await? {
                postgres::migrate(url).await?;
            }
            return Self::postgres(url, "target", keys).await;
        }
        if !sqlite::copying::is_migrated(url).await? {
            sqlite::migrate(url).await?;
        }
        Self::sqlite(url, "target", keys).await
    }

    async fn postgres(url: &str, name: &str, keys: &Arc<KeyRing>) -> Result<Self, StoreError> {
        let (pool, described) = postgres::copying::open(url, name).await?;
        let transaction = postgres::copying::begin(&pool, &described, name).await?;
        let tx = tx(EngineTx::Postgres(transaction), keys);
        Ok(Self { tx, place: Place::Postgres { pool, described } })
    }

    async fn sqlite(url: &str, name: &str, keys: &Arc<KeyRing>) -> Result<Self, StoreError> {
        let settings = StoreSettings { url: url.into(), system_url: None, owner_url: None };
        let claim = FileClaim::take(&settings).map_err(|fault| match fault {
            StoreError::Settings(text) => {
                refused(format!("the {name} cannot be had alone: {text}"))
            }
            other => other,
        })?;
        let (pool, columns) = sqlite::copying::open(url, name).await?;
        let transaction = pool.begin_with("begin immediate").await?;
        let tx = tx(EngineTx::SqliteRead(transaction), keys);
        Ok(Self { tx, place: Place::Sqlite { pool, columns, claim } })
    }

    /// Keeps what was written, durably.
    pub(super) async fn keep(self, tables: &[Table]) -> Result<(), StoreError> {
        let Self { mut tx, place } = self;
        if let EngineTx::Postgres(transaction) = &mut tx.engine {
            postgres::copying::end(transaction, tables).await?;
        }
        tx.commit().await?;
        place.close().await;
        Ok(())
    }

    /// Leaves the database as it was.
    pub(super) async fn leave(self) {
        drop(self.tx);
        self.place.close().await;
    }
}

impl Place {
    async fn close(&self) {
        match self {
            Self::Postgres { pool, .. } => pool.close().await,
            Self::Sqlite { pool, .. } => pool.close().await,
        }
    }
}

/// Returns a transaction that belongs to no workspace and sees all of them.
fn tx(engine: EngineTx, keys: &Arc<KeyRing>) -> Tx {
    Tx {
        workspace: NO_WORKSPACE,
        keys: Arc::clone(keys),
        engine,
        is_broken: false,
        gives_work: false,
        is_touching: false,
        commit: faults::Commit::default(),
        began_at: Version::default(),
        foresight: None,
        one_write: None,
    }
}
