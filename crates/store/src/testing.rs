//! Databases for tests, on both engines, each empty, migrated and its own.
//!
//! PostgreSQL is found through `ASYNCBOT_TEST_POSTGRES_URL`, a superuser's URL that serves for setting up alone: what is
//! tested connects as the run-time logins, because a superuser would hide every fault of isolation.

mod behind;
mod dump;
mod ledger;
mod operator;
mod outbox;
mod postgres;

pub use ledger::{AbsenceRow, InboxRow, Ledger, OutboxRow, RotationRow, TurnRow};
pub use operator::Operator;

use crate::store::{Store, StoreSettings};
use crypto::KeyRing;
use postgres::PostgresDatabase;
use secrecy::SecretString;
use std::sync::Arc;
use tempfile::TempDir;

/// A database of its own for one test; it is removed when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    settings: StoreSettings,
    place: Place,
}

/// What has to be removed.
#[derive(Debug)]
enum Place {
    Folder(#[expect(dead_code, reason = "it removes its folder when it is dropped")] TempDir),
    Server(PostgresDatabase),
}

impl TestDatabase {
    /// Returns a SQLite database in a temporary folder; it is migrated when it is opened.
    ///
    /// # Panics
    ///
    /// Where no temporary folder can be made.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder is needed for the test");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let settings =
            StoreSettings { url: SecretString::from(url), system_url: None, owner_url: None };
        Self { settings, place: Place::Folder(folder) }
    }

    /// Returns a migrated PostgreSQL database, cloned from a template that is made once for each schema.
    ///
    /// # Panics
    ///
    /// Where `ASYNCBOT_TEST_POSTGRES_URL` is not set or its server does not do as it is told. A test without its engine
    /// has failed.
    pub async fn postgres() -> Self {
        let database = PostgresDatabase::create().await;
        Self { settings: database.settings(), place: Place::Server(database) }
    }

    /// Returns a database as [`TestDatabase::postgres`], on a server of one's own.
    ///
    /// # Panics
    ///
    /// Where the URL is none, or the server does not do as it is told.
    pub async fn postgres_on(superuser_url: &str) -> Self {
        let server = superuser_url.parse().expect("the server's URL");
        let database = PostgresDatabase::create_on(server).await;
        Self { settings: database.settings(), place: Place::Server(database) }
    }

    /// Returns the URLs of the database.
    #[must_use]
    pub const fn settings(&self) -> &StoreSettings {
        &self.settings
    }

    /// Returns the superuser's URL of this database for looking behind the scenes; `None` on SQLite.
    #[must_use]
    pub fn superuser_url(&self) -> Option<String> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Server(database) => Some(database.superuser_url()),
        }
    }

    /// Returns the URL of the login that makes backups; `None` on SQLite.
    #[must_use]
    pub fn backup_url(&self) -> Option<String> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Server(database) => Some(database.backup_url()),
        }
    }

    /// Reads what is compared in tests, past all doors.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub async fn ledger(&self) -> Ledger {
        match &self.place {
            Place::Folder(_) => Ledger::of_file(&self.settings).await,
            Place::Server(database) => {
                Ledger::of_server(&database.superuser_url()).await.expect("the server answers")
            }
        }
    }

    /// Opens the database with the keys of [`keys`].
    ///
    /// # Panics
    ///
    /// Where it cannot be opened.
    pub async fn open(&self) -> Store {
        Store::open(&self.settings, keys()).await.expect("the test's database opens")
    }
}

/// Returns a key ring for tests, the same every time.
///
/// # Panics
///
/// Never: the ring is a valid one.
#[must_use]
pub fn keys() -> Arc<KeyRing> {
    let text = "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=";
    Arc::new(KeyRing::parse(&SecretString::from(text)).expect("the tests' key ring is valid"))
}
