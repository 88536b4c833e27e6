//! How a SQLite file is opened.

use crate::error::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Only another program with the file open can make the writer wait.
const BUSY: Duration = Duration::from_secs(5);

/// How much of the file each connection may keep in memory, in KiB. Without it every look at queues reads them anew.
const CACHE_KIB: u32 = 8192;

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
        // What is deleted is overwritten, not only unlinked.
        .pragma("secure_delete", "on")
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .statement_cache_capacity(200))
}

/// Makes the file and the folder that it lies in, where they are missing, for the eyes of this user alone.
///
/// SQLite gives its side files the mode of the file itself.
pub(super) fn make_file(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let file = options.get_filename();
    try_make_file(file).map_err(|fault| {
        StoreError::Settings(format!(
            "the database file {} cannot be made or opened: {fault}; choose another place or change its owner",
            file.display()
        ))
    })
}

fn try_make_file(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut opening = OpenOptions::new();
    opening.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        opening.mode(0o600);
    }
    opening.open(file).map(drop)
}
