//! SQLite: one file, one writer connection whose commits many transactions share, several readers.

/// What differs from PostgreSQL. There is one writer, so nothing needs a lock of its own.
macro_rules! fragment {
    ($text:literal) => {
        $text
    };
    (for_update) => {
        ""
    };
    (for_update_skip_locked) => {
        ""
    };
    (sent_rows) => {
        "(select unhex(value ->> 'id') as delivery_id, value ->> 'fence' as fence,
                 value ->> 'channel' as channel_id, value ->> 'ts' as ts
            from json_each($2))"
    };
    (try_to_lock) => {
        "select $1 is not null"
    };
    (list_begins) => {
        "(select value from json_each("
    };
    (list_ends) => {
        "))"
    };
    (ids_begin) => {
        "(select unhex(value) from json_each("
    };
    (ids_end) => {
        "))"
    };
    (as_id) => {
        ""
    };
    (as_json) => {
        ""
    };
    (as_text) => {
        ""
    };
    (as_count) => {
        ""
    };
    (as_instant) => {
        ""
    };
}

mod claim;
mod connect;
pub(crate) mod copying;
#[path = "sql/mod.rs"]
pub(crate) mod sql;
mod together;
pub(crate) mod writer;

use crate::error::StoreError;
use crate::migrations;
use crate::records::{Entry, Heard};
use crate::version::{Version, Versions};
use chrono::{DateTime, Utc};
pub use claim::FileClaim;
use connect::{is_url, make_file, options};
use domain::ids::WorkspaceId;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::sync::Arc;
use std::time::Duration;
use writer::{LIMITS, Lease, Writer};

pub(crate) type Db = Sqlite;
pub(crate) type Conn = SqliteConnection;
pub(crate) type Row = sqlx::sqlite::SqliteRow;

/// Whether a statement of many rows numbers its parameters. SQLite takes a number for a name, and looks through all names
/// for each.
pub(crate) const NUMBERED: bool = false;

const READERS: u32 = 4;
const READER_WAIT: Duration = Duration::from_secs(5);

/// SQLite's code where somebody else holds the file: `SQLITE_BUSY`.
const IN_USE: &str = "5";

/// An opened SQLite database.
#[derive(Clone)]
pub(crate) struct Engine {
    readers: SqlitePool,
    writer: Writer,
    versions: Arc<Versions>,
    options: Arc<SqliteConnectOptions>,
}

/// Returns whether the URL names this engine.
pub(crate) fn is_mine(url: &str) -> bool {
    is_url(url)
}

/// Applies the pending migrations and returns their names.
pub(crate) async fn migrate(url: &str) -> Result<Vec<String>, StoreError> {
    let options = options(url)?;
    make_file(&options)?;
    let mut connection = Conn::connect_with(&options).await?;
    let applied = migrations::apply(&migrations::SQLITE, &mut connection).await?;
    connection.close().await?;
    Ok(applied)
}

impl Engine {
    /// Opens the file, which has to be migrated.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?;
        let versions = Versions::of_file(options.get_filename());
        let writer = Writer::start(options.clone(), LIMITS, Arc::clone(&versions)).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .acquire_timeout(READER_WAIT)
            .connect_lazy_with(options.clone().pragma("query_only", "on"));
        Ok(Self { readers, writer, versions, options: Arc::new(options) })
    }

    pub(crate) async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    pub(crate) async fn write(&self) -> Result<Lease, StoreError> {
        self.writer.lease().await
    }

    pub(crate) async fn write_at_length(&self) -> Result<Lease, StoreError> {
        self.writer.long_lease().await
    }

    /// Enters an absence and what belongs to it, and returns when it is on disk.
    pub(crate) async fn enter(
        &self,
        workspace: WorkspaceId,
        entry: &Entry,
    ) -> Result<Option<Version>, StoreError> {
        self.writer.save(workspace, sql::entries::steps(workspace, entry)?).await
    }

    /// Records that a message was seen in Slack, and returns when that is on disk.
    pub(crate) async fn record_heard(
        &self,
        workspace: WorkspaceId,
        heard: &Heard<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let told = heard.told.iter();
        let told = told.map(|(note, user)| sql::notes::telling(workspace, *note, user, now));
        let seen =
            sql::deliveries::hearing(workspace, heard.delivery, heard.channel, heard.ts, now);
        self.writer.save_uncounted(told.chain(std::iter::once(seen)).collect()).await
    }

    /// Returns how often each workspace was written.
    pub(crate) fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Writes the file anew, since pages that were split keep copies of rows where nothing is stored, and empties the
    /// write-ahead log into it, in which what was deleted still stands; returns `false` where somebody reads of that for so
    /// long, or writes, that it cannot be done.
    pub(crate) async fn leave_no_copies(&self) -> Result<bool, StoreError> {
        let mut connection = Conn::connect_with(&self.options).await?;
        let is_written = match sqlx::query("vacuum").execute(&mut connection).await {
            Ok(_) => true,
            Err(sqlx::Error::Database(fault)) if fault.code().as_deref() == Some(IN_USE) => false,
            Err(fault) => return Err(fault.into()),
        };
        let row = sqlx::query("pragma wal_checkpoint(truncate)").fetch_one(&mut connection).await?;
        let is_busy: i64 = row.try_get(0)?;
        connection.close().await?;
        Ok(is_written && is_busy == 0)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
