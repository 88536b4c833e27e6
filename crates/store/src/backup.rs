//! What a backup is taken of, what a restored one is compared with, and databases that are there for a trial alone.
//!
//! These are connections of their own, past [`Store`](crate::Store): whoever makes a backup reads everything. The programs
//! that write and read PostgreSQL's dumps are the caller's.

mod contents;
mod postgres;
mod sqlite;

pub use contents::{Contents, Flaw, Rows};
pub use postgres::{Moment, Scratch, clear, is_empty};
pub use sqlite::{copy_file, file_of, is_unused, url_of};

use crate::error::StoreError;
use crate::store::StoreSettings;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

/// The engine of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Kind {
    /// Returns the engine that an address names; one that names none counts as PostgreSQL, which then says so.
    #[must_use]
    pub fn of(settings: &StoreSettings) -> Self {
        if crate::sqlite::is_mine(settings.url.expose_secret()) {
            Self::Sqlite
        } else {
            Self::Postgres
        }
    }

    /// Returns the word by which files name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Counts what is in a database, and looks for what may not be there.
///
/// # Errors
///
/// What the database says. On PostgreSQL the login must be one that row-level security does not bind.
pub async fn examine(url: &str) -> Result<(Contents, Vec<Flaw>), StoreError> {
    if crate::sqlite::is_mine(url) {
        sqlite::examine(url).await
    } else {
        postgres::examine(url).await
    }
}
