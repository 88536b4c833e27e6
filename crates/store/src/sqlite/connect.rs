//! How a SQLite file is opened.

use crate::error::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::str::FromStr;
use std::time::Duration;

/// Only another program with the file open can make the writer wait.
const BUSY: Duration = Duration::from_secs(5);

pub(super) fn is_url(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Returns the options of every connection: durable commits, checked references, readers beside the writer.
pub(super) fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    if url.contains(":memory:") {
        return Err(StoreError::Settings(String::from(
            "the database URL names an in-memory database, which would be empty for every connection; name a file",
        )));
    }
    Ok(SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(200))
}
