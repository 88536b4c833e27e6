//! The store: opening, migrating and beginning transactions.

use crate::error::StoreError;
use crate::system::System;
use crate::tx::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use crypto::KeyRing;
use domain::ids::WorkspaceId;
use secrecy::SecretString;
use std::sync::Arc;

/// Where the database is.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// `sqlite://path` or `postgres://...`, the run-time login.
    pub url: SecretString,
    /// PostgreSQL only: the login for work over many workspaces.
    pub system_url: Option<SecretString>,
    /// PostgreSQL only: the login that owns the tables; used by [`Store::migrate`] alone.
    pub owner_url: Option<SecretString>,
}

/// The database, on either engine. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    keys: Arc<KeyRing>,
}

impl Store {
    /// Opens the database; SQLite is created and migrated where that is needed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] for a URL of no known engine, a lacking system URL, a login that may do too much or too
    /// little, and keys that do not open what is stored. [`StoreError::Migration`] where PostgreSQL has migrations pending.
    /// [`StoreError::Unavailable`] where the database cannot be reached.
    pub async fn open(settings: &StoreSettings, keys: Arc<KeyRing>) -> Result<Self, StoreError> {
        let _ = settings;
        Ok(Self { keys })
    }

    /// Applies the pending migrations and returns their names, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] without an owner URL on PostgreSQL; [`StoreError::Migration`] where one fails or an
    /// applied one was changed.
    pub async fn migrate(settings: &StoreSettings) -> Result<Vec<String>, StoreError> {
        todo!("{settings:?}")
    }

    /// Begins a transaction that only reads and sees one state of the workspace.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where no connection is to be had.
    pub async fn read(&self, workspace: WorkspaceId) -> Result<Tx, StoreError> {
        todo!("{workspace} {:?}", self.keys)
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where no connection is to be had.
    ///
    /// # Panics
    ///
    /// In debug builds where the task holds a writing transaction already: on SQLite the second would wait for the first
    /// for ever.
    pub async fn write(&self, workspace: WorkspaceId) -> Result<Tx, StoreError> {
        todo!("{workspace}")
    }

    /// Returns the door to work over many workspaces.
    #[must_use]
    pub fn system(&self) -> System {
        System { store: self.clone() }
    }

    pub(crate) async fn read_unscoped(&self) -> Result<Tx, StoreError> {
        todo!()
    }

    pub(crate) async fn write_unscoped(&self) -> Result<Tx, StoreError> {
        todo!()
    }

    /// Returns whether the database answers, by asking it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Returns how far the database server's clock is ahead of `now`; zero on SQLite, which has no clock of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where the server does not answer.
    pub async fn clock_offset(&self, now: DateTime<Utc>) -> Result<TimeDelta, StoreError> {
        todo!("{now}")
    }

    /// Closes all connections once the running transactions have ended; afterwards nothing can be begun.
    pub async fn close(&self) {}
}
