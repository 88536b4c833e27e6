//! PostgreSQL: two logins, row-level security, and transactions that name their workspace.

/// What differs from SQLite.
macro_rules! fragment {
    ($text:literal) => {
        $text
    };
    (for_update) => {
        " for update"
    };
    (for_update_skip_locked) => {
        " for update of q skip locked"
    };
    (sent_rows) => {
        "(select cast(row ->> 'id' as uuid) as delivery_id, cast(row ->> 'fence' as bigint) as fence,
                 row ->> 'channel' as channel_id, row ->> 'ts' as ts
            from jsonb_array_elements(cast(cast($2 as text) as jsonb)) as rows (row))"
    };
    (try_to_lock) => {
        "select pg_try_advisory_xact_lock(hashtextextended(cast($1 as text), 7))"
    };
    (list_begins) => {
        "(select jsonb_array_elements_text(cast("
    };
    (list_ends) => {
        " as text)::jsonb))"
    };
    (ids_begin) => {
        "(select cast(jsonb_array_elements_text(cast("
    };
    (ids_end) => {
        " as text)::jsonb) as uuid))"
    };
    (as_id) => {
        "::uuid"
    };
    (as_json) => {
        "::jsonb"
    };
    (as_text) => {
        "::text"
    };
    (as_count) => {
        "::bigint"
    };
    (as_instant) => {
        "::timestamptz"
    };
}

mod again;
mod begin;
mod check;
pub(crate) mod copying;
mod counts;
mod saver;
mod sight;
#[path = "sql/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the SQL is written once and compiled for each engine")]
pub(crate) mod sql;
mod together;

use crate::error::StoreError;
use crate::generation::Generation;
use crate::migrations;
use crate::records::Entry;
use crate::version::Version;
use again::begin_again;
use begin::begin;
use chrono::{DateTime, Utc};
use counts::Counts;
use domain::ids::WorkspaceId;
use saver::{GROUPS, Saver, preparing};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection, Executor as _, PgConnection, PgPool, Postgres,
    Transaction,
};
use std::str::FromStr;
use std::time::Duration;

pub(crate) type Db = Postgres;
pub(crate) type Conn = PgConnection;
pub(crate) type Row = sqlx::postgres::PgRow;

/// Whether a statement of many rows numbers its parameters: PostgreSQL knows no others.
pub(crate) const NUMBERED: bool = true;

const APP_CONNECTIONS: u32 = 16;
const SYSTEM_CONNECTIONS: u32 = 4;
/// Less than Slack waits for an answer, so that a person is told when the database is down.
const CONNECTION_WAIT: Duration = Duration::from_secs(2);

/// A connection that was used this recently is taken to work: to ask each time would be one trip more for each request.
const FRESH: Duration = Duration::from_secs(1);

/// Begins a transaction that sees one state and cannot write.
const READ: &str = "begin isolation level repeatable read read only";

/// An opened PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Engine {
    app: PgPool,
    system: PgPool,
    counts: Counts,
    saving: PgPool,
    saver: Saver,
    generation: Generation,
}

/// Returns whether the URL names this engine.
pub(crate) fn is_mine(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

/// Applies the pending migrations as the owner and returns their names.
pub(crate) async fn migrate(owner_url: &str) -> Result<Vec<String>, StoreError> {
    let mut connection = Conn::connect_with(&PgConnectOptions::from_str(owner_url)?).await?;
    let applied = migrations::apply(&migrations::POSTGRES, &mut connection).await?;
    connection.close().await?;
    Ok(applied)
}

impl Engine {
    /// Connects both logins and refuses those that may do too much or too little, and pending migrations.
    pub(crate) async fn open(url: &str, system_url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, system_url, APP_CONNECTIONS).await
    }

    /// Opens the database as [`Engine::open`] does, with so many connections of the run-time login.
    pub(crate) async fn open_with(
        url: &str,
        system_url: &str,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let opened = Self::open_unchecked(url, system_url, connections).await?;
        let mut connection = opened.app.acquire().await?;
        check::login(&mut connection, &check::APP).await?;
        check::login(&mut *opened.system.acquire().await?, &check::SYSTEM).await?;
        drop(connection);
        Ok(opened)
    }

    /// Opens a database that was restored on trial, with the login that owns it, and refuses pending migrations alone.
    pub(crate) async fn open_on_trial(url: &str) -> Result<Self, StoreError> {
        Self::open_unchecked(url, url, SYSTEM_CONNECTIONS).await
    }

    async fn open_unchecked(
        url: &str,
        system_url: &str,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let generation = Generation::default();
        let app = connect(url, connections, &generation).await?;
        let system = connect(system_url, SYSTEM_CONNECTIONS, &generation).await?;
        migrations::check(&migrations::POSTGRES, &mut *app.acquire().await?).await?;
        let counts = Counts::start(system.clone());
        let seen = generation.clone();
        let saving = pool(GROUPS)
            .after_connect(move |connection, _| {
                let seen = seen.clone();
                Box::pin(async move {
                    sight::sight(connection, &seen).await?;
                    connection.execute(preparing()).await.map(drop)
                })
            })
            // What it sends holds values, which belong into no log.
            .connect_lazy_with(options(url)?.disable_statement_logging());
        let saver = Saver::start(&saving);
        Ok(Self { app, system, counts, saving, saver, generation })
    }

    /// Begins a transaction that sees one state of one workspace and cannot write.
    pub(crate) async fn read(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        Ok(begin_again(&self.app, || begin(&self.app, scoped(READ, workspace))).await?)
    }

    /// Begins a transaction that may write in one workspace.
    pub(crate) async fn write(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        Ok(begin_again(&self.app, || begin(&self.app, scoped("begin", workspace))).await?)
    }

    /// Enters an absence and what belongs to it, and returns when it is on disk.
    pub(crate) async fn enter(
        &self,
        workspace: WorkspaceId,
        entry: &Entry,
    ) -> Result<Option<Version>, StoreError> {
        self.saver.save(workspace, sql::entries::steps(workspace, entry)?).await
    }

    /// Writes the entry of one workspace under the name of another, as no code outside a test does.
    #[cfg(test)]
    pub(crate) async fn enter_as(
        &self,
        named: WorkspaceId,
        workspace: WorkspaceId,
        entry: &Entry,
    ) -> Result<Option<Version>, StoreError> {
        self.saver.save(named, sql::entries::steps(workspace, entry)?).await
    }

    /// Returns the version of a workspace, in one trip to the server and back that many share.
    pub(crate) async fn version(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<Version>, StoreError> {
        self.counts.of(workspace).await
    }

    pub(crate) async fn read_unscoped(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        Ok(begin_again(&self.system, || begin(&self.system, READ)).await?)
    }

    pub(crate) async fn write_unscoped(
        &self,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        Ok(begin_again(&self.system, || begin(&self.system, "begin")).await?)
    }

    /// Returns the server's time: the one place that asks it.
    pub(crate) async fn time(&self) -> Result<DateTime<Utc>, StoreError> {
        let ask = || sqlx::query_scalar("select clock_timestamp()").fetch_one(&self.app);
        Ok(begin_again(&self.app, ask).await?)
    }

    /// Returns what was seen of the server.
    pub(crate) const fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Asks how far the server is.
    pub(crate) async fn sight(&self) -> Result<(), StoreError> {
        let sight = async || {
            let mut connection = self.app.acquire().await?;
            sight::sight(&mut connection, &self.generation).await
        };
        Ok(begin_again(&self.app, sight).await?)
    }

    pub(crate) async fn close(&self) {
        self.saving.close().await;
        self.app.close().await;
        self.system.close().await;
    }
}

/// Returns what begins a transaction of one workspace, in one trip to the server and back.
///
/// The setting holds for this transaction alone: a session's would go on to the next borrower of the connection.
/// It is written into the text, since two statements in one trip take no parameters; a UUID's text is digits, letters
/// from a to f, and hyphens.
fn scoped(begin: &str, workspace: WorkspaceId) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{begin}; set local app.workspace_id = '{}'", workspace.as_uuid()))
}

async fn connect(
    url: &str,
    connections: u32,
    generation: &Generation,
) -> Result<PgPool, StoreError> {
    let seen = generation.clone();
    let pool = pool(connections).after_connect(move |connection, _| {
        let seen = seen.clone();
        Box::pin(async move {
            // Before anything is asked of a server that may have forgotten what it knew.
            sight::sight(connection, &seen).await
        })
    });
    Ok(pool.connect_with(options(url)?).await?)
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    Ok(PgConnectOptions::from_str(url)?.application_name("asyncbot").options([
        ("statement_timeout", "10s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ]))
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECTION_WAIT)
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(async move {
                if known.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}
