//! Backups that were restored.

use super::stored_words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

stored_words! {
    /// How a backup came to be restored on trial.
    BackupKind {
        /// When it was made, before it was encrypted.
        Created = "created",
        /// From the stored file.
        Verified = "verified",
    }
}

/// A backup that was restored on trial, and was what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredBackup {
    /// The trial.
    pub id: Uuid,
    /// How it came to it.
    pub kind: BackupKind,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When the restored database was found to be well.
    pub restored_at: DateTime<Utc>,
    /// The bytes of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub checksum: Vec<u8>,
}
