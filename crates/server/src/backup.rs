//! Backups: made, restored on trial before they are encrypted, stored, and restored when it counts.
//!
//! A backup is the engine's own dump (`pg_dump`'s custom format, or a copy of SQLite's file), compressed with zstd and encrypted
//! with age for a key whose secret half is not on this machine.

mod archive;
mod create;
mod daily;
mod keys;
mod restore;
mod shelf;
mod tools;
mod trial;

pub(crate) use create::{Made, create};
pub(crate) use daily::due_since;
pub(crate) use keys::{Identities, Recipients};
pub(crate) use restore::{fetch, restore, verify};
pub(crate) use shelf::{Name, Place, Shelf, Stored};
pub(crate) use tools::{Tools, missing as missing_tools};
pub(crate) use trial::Ground;

use crate::ledger::Ledger;
use chrono::{DateTime, Utc};
use crypto::KeyRing;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{StoreError, StoreSettings};

/// How backups are made.
#[derive(Clone, Debug)]
pub(crate) struct BackupConfig {
    /// The database.
    pub(crate) store: StoreSettings,
    /// PostgreSQL only: the login that reads everything and makes a database for a trial.
    pub(crate) login: Option<SecretString>,
    /// Where they are stored.
    pub(crate) place: Place,
    /// For whom they are encrypted.
    pub(crate) recipients: Recipients,
    /// The folder of PostgreSQL's programs, where the shell does not find them.
    pub(crate) tools: Option<PathBuf>,
    /// Where a dump lies until it is encrypted.
    pub(crate) work: PathBuf,
}

/// What opens and judges a database that was restored.
#[derive(Clone)]
pub(crate) struct Judge {
    /// The keys that seal and sign.
    pub(crate) keys: Arc<KeyRing>,
    /// The ledger of erasures.
    pub(crate) ledger: Ledger,
    /// The time.
    pub(crate) now: DateTime<Utc>,
}

/// Why there is no backup, or why one does not restore.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupFault {
    /// The database, the one that was restored on trial as well.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The place where backups are stored.
    #[error("where backups are stored is not well: {0}")]
    Shelf(String),
    /// PostgreSQL's programs.
    #[error("{0}")]
    Tool(String),
    /// A setting; the text says which and what to do.
    #[error("{0}")]
    Settings(String),
    /// What the operator is to do first.
    #[error("{0}")]
    Refused(String),
    /// The backup is not what it should be; the text says in what.
    #[error("{0}")]
    NotWell(String),
}

/// Returns how long a file is, and its SHA-256.
fn measure(file: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut from = std::fs::File::open(file)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hash.finalize().into()));
        }
        bytes += read as u64;
        hash.update(&buffer[..read]);
    }
}

/// Does what waits for files and programs, and not for the network, beside everything else.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupFault> + Send + 'static,
) -> Result<T, BackupFault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| BackupFault::NotWell(String::from("the work on a backup broke off")))?
}
