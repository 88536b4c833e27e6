//! The store: opening, migrating and beginning transactions.

use crate::canary;
use crate::error::StoreError;
use crate::generation::Generation;
use crate::one_write::OneWrite;
use crate::records::{Entry, Heard};
use crate::system::System;
use crate::tx::{EngineTx, Tx, run};
use crate::version::Version;
use crate::{postgres, sqlite};
use chrono::{DateTime, Utc};
use crypto::KeyRing;
use domain::ids::WorkspaceId;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use uuid::Uuid;

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
    engine: Engine,
    pub(crate) keys: Arc<KeyRing>,
    generation: Generation,
}

/// One of the two engines.
#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// What stands for the workspace in work over many of them.
pub(crate) const NO_WORKSPACE: WorkspaceId = WorkspaceId::new(Uuid::nil());

impl Store {
    /// Opens the database; SQLite is created and migrated where that is needed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] for a URL of no known engine, a lacking system URL, a login that may do too much or too
    /// little, and keys that do not open what is stored. [`StoreError::Migration`] where PostgreSQL has migrations pending.
    /// [`StoreError::Unavailable`] where the database cannot be reached.
    pub async fn open(settings: &StoreSettings, keys: Arc<KeyRing>) -> Result<Self, StoreError> {
        let engine = Engine::open(settings).await?;
        let generation = match &engine {
            Engine::Sqlite(_) => Generation::default(),
            Engine::Postgres(engine) => engine.generation().clone(),
        };
        let store = Self { engine, keys, generation };
        canary::check(&store, &store.keys).await?;
        Ok(store)
    }

    /// Opens a database that was restored on trial: on PostgreSQL with the one login that made it, which may read all of it
    /// and serves nobody.
    ///
    /// # Errors
    ///
    /// As [`Store::open`], but for what the login may do.
    pub async fn open_on_trial(
        settings: &StoreSettings,
        keys: Arc<KeyRing>,
    ) -> Result<Self, StoreError> {
        let url = settings.url.expose_secret();
        if !postgres::is_mine(url) {
            return Self::open(settings, keys).await;
        }
        let engine = postgres::Engine::open_on_trial(url).await?;
        let generation = engine.generation().clone();
        let store = Self { engine: Engine::Postgres(engine), keys, generation };
        canary::check(&store, &store.keys).await?;
        Ok(store)
    }

    /// Opens a PostgreSQL database with so few connections that transactions follow each other on the same one.
    #[cfg(test)]
    pub(crate) async fn open_narrow(
        settings: &StoreSettings,
        keys: Arc<KeyRing>,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let system = settings.system_url.as_ref().map_or("", ExposeSecret::expose_secret);
        let url = settings.url.expose_secret();
        let engine = postgres::Engine::open_with(url, system, connections).await?;
        let generation = engine.generation().clone();
        Ok(Self { engine: Engine::Postgres(engine), keys, generation })
    }

    /// Applies the pending migrations and returns their names, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] without an owner URL on PostgreSQL; [`StoreError::Migration`] where one fails or an
    /// applied one was changed.
    pub async fn migrate(settings: &StoreSettings) -> Result<Vec<String>, StoreError> {
        let url = settings.url.expose_secret();
        if sqlite::is_mine(url) {
            return sqlite::migrate(url).await;
        }
        if !postgres::is_mine(url) {
            return Err(unknown_engine());
        }
        let owner = settings.owner_url.as_ref().ok_or_else(|| {
            StoreError::Settings(String::from(
                "migrating PostgreSQL needs DATABASE_OWNER_URL, the login that owns the tables",
            ))
        })?;
        postgres::migrate(owner.expose_secret()).await
    }

    /// Begins a transaction that only reads and sees one state of the workspace.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where no connection is to be had.
    pub async fn read(&self, workspace: WorkspaceId) -> Result<Tx, StoreError> {
        // Before the transaction sees anything: what is counted later may be in it, what was counted is.
        let began_at = self.counted(workspace);
        let engine = match &self.engine {
            Engine::Sqlite(engine) => EngineTx::SqliteRead(engine.read().await?),
            Engine::Postgres(engine) => EngineTx::Postgres(Box::pin(engine.read(workspace)).await?),
        };
        Ok(Tx { began_at, ..self.tx(workspace, engine, None) })
    }

    /// Returns the version of what is saved of a workspace; `None` where there is no such workspace.
    ///
    /// Whatever was read with this very version is what would be read now. A write that was acknowledged before this
    /// was called is counted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where the database cannot be reached; SQLite need not be asked.
    pub async fn version(&self, workspace: WorkspaceId) -> Result<Option<Version>, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => Ok(Some(engine.versions().of(workspace))),
            Engine::Postgres(engine) => engine.version(workspace).await,
        }
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
        let one_write = self.one_write();
        let engine = match &self.engine {
            Engine::Sqlite(engine) => EngineTx::SqliteWrite(engine.write().await?),
            Engine::Postgres(engine) => {
                EngineTx::Postgres(Box::pin(engine.write(workspace)).await?)
            }
        };
        Ok(self.tx(workspace, engine, one_write))
    }

    /// Begins a transaction as [`Store::write`] does, for what belongs together and takes long, such as the handoffs of
    /// weeks: on SQLite it is rolled back after two seconds for which others waited, not after a tenth of one.
    ///
    /// # Errors
    ///
    /// As [`Store::write`].
    ///
    /// # Panics
    ///
    /// As [`Store::write`].
    pub async fn write_at_length(&self, workspace: WorkspaceId) -> Result<Tx, StoreError> {
        let Engine::Sqlite(engine) = &self.engine else { return self.write(workspace).await };
        let one_write = self.one_write();
        let lease = engine.write_at_length().await?;
        Ok(self.tx(workspace, EngineTx::SqliteWrite(lease), one_write))
    }

    /// Enters an absence with everything that belongs to it, durably and as one, and returns the version that it made.
    ///
    /// It needs no transaction of one's own, so entries that come at the same time share a trip and a flush.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `request_keys` where the request was answered before. Otherwise what the database
    /// says; nothing was saved then, except that [`StoreError::Unavailable`] leaves open whether the commit arrived.
    ///
    /// # Panics
    ///
    /// As [`Store::write`].
    pub async fn enter(
        &self,
        workspace: WorkspaceId,
        entry: &Entry,
    ) -> Result<Option<Version>, StoreError> {
        let _one_write = self.one_write();
        let mut commit = faults::Commit::default();
        commit.calls("entries::steps");
        commit.before();
        let version = match &self.engine {
            Engine::Sqlite(engine) => engine.enter(workspace, entry).await?,
            Engine::Postgres(engine) => engine.enter(workspace, entry).await?,
        };
        commit.after();
        Ok(version)
    }

    /// Records, durably and as one, that a message of ours was seen in Slack, and which notes its reader was told with it.
    /// On SQLite what is heard at the same time is written together.
    ///
    /// # Errors
    ///
    /// What the database says; nothing was saved then, except that [`StoreError::Unavailable`] leaves open whether the
    /// commit arrived.
    ///
    /// # Panics
    ///
    /// As [`Store::write`].
    pub async fn record_heard(
        &self,
        workspace: WorkspaceId,
        heard: &Heard<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => {
                let _one_write = self.one_write();
                let mut commit = faults::Commit::default();
                commit.calls("deliveries::record_echo");
                commit.before();
                engine.record_heard(workspace, heard, now).await?;
                commit.after();
                Ok(())
            }
            // Together with others it would hold their rows while it waits for one, and delay whoever sends them.
            Engine::Postgres(_) => {
                let mut tx = self.write(workspace).await?;
                for (note, user) in heard.told {
                    tx.record_note_told(*note, user, now).await?;
                }
                tx.record_echo(heard.delivery, heard.channel, heard.ts, now).await?;
                tx.commit().await
            }
        }
    }

    /// Returns the door to work over many workspaces.
    #[must_use]
    pub fn system(&self) -> System {
        System { store: self.clone() }
    }

    /// Returns whether the database answers, by asking it with the run-time login.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.read(NO_WORKSPACE).await?;
        run!(&mut tx, meta::ping())
    }

    /// Returns the database server's time; `None` on SQLite, which has no clock of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where the server does not answer.
    pub async fn server_time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(engine) => engine.time().await.map(Some),
        }
    }

    /// Returns whether several processes may serve from the database at once.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Returns whether the database is still the one it was; a SQLite file always counts as that.
    #[must_use]
    pub const fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Asks how far the database is, so that it is known what it forgets; SQLite is not asked.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where it does not answer.
    pub async fn sight(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.sight().await,
        }
    }

    /// Lets go of what a database keeps beside its rows of what was deleted, as far as that is in its hands: on SQLite the
    /// copies in pages that were split, for which the file is written anew (others who write wait meanwhile, and the disk
    /// needs room for it once more), and the write-ahead log. Returns `false` where somebody reads or writes for so
    /// long that it cannot be done now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where the file cannot be opened or written.
    pub async fn leave_no_copies(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.leave_no_copies().await,
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// Closes all connections once the running transactions have ended; afterwards nothing can be begun.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }

    pub(crate) async fn read_unscoped(&self) -> Result<Tx, StoreError> {
        let engine = match &self.engine {
            Engine::Sqlite(engine) => EngineTx::SqliteRead(engine.read().await?),
            Engine::Postgres(engine) => EngineTx::Postgres(Box::pin(engine.read_unscoped()).await?),
        };
        Ok(self.tx(NO_WORKSPACE, engine, None))
    }

    pub(crate) async fn write_unscoped(&self) -> Result<Tx, StoreError> {
        let one_write = self.one_write();
        let engine = match &self.engine {
            Engine::Sqlite(engine) => EngineTx::SqliteWrite(engine.write().await?),
            Engine::Postgres(engine) => {
                EngineTx::Postgres(Box::pin(engine.write_unscoped()).await?)
            }
        };
        Ok(self.tx(NO_WORKSPACE, engine, one_write))
    }

    fn counted(&self, workspace: WorkspaceId) -> Version {
        match &self.engine {
            Engine::Sqlite(engine) => engine.versions().of(workspace),
            Engine::Postgres(_) => Version::default(),
        }
    }

    /// The key ring has one address for all clones of a store.
    fn one_write(&self) -> Option<OneWrite> {
        OneWrite::begin(Arc::as_ptr(&self.keys).addr())
    }

    fn tx(&self, workspace: WorkspaceId, engine: EngineTx, one_write: Option<OneWrite>) -> Tx {
        let keys = Arc::clone(&self.keys);
        let began_at = Version::default();
        Tx {
            workspace,
            keys,
            engine,
            is_broken: false,
            gives_work: false,
            is_touching: false,
            commit: faults::Commit::default(),
            began_at,
            foresight: None,
            one_write,
        }
    }
}

impl Engine {
    async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let url = settings.url.expose_secret();
        if sqlite::is_mine(url) {
            sqlite::migrate(url).await?;
            return Ok(Self::Sqlite(sqlite::Engine::open(url).await?));
        }
        if !postgres::is_mine(url) {
            return Err(unknown_engine());
        }
        let system = settings.system_url.as_ref().ok_or_else(|| {
            StoreError::Settings(String::from(
                "PostgreSQL needs DATABASE_SYSTEM_URL, the login for work over many workspaces, beside DATABASE_URL",
            ))
        })?;
        Ok(Self::Postgres(postgres::Engine::open(url, system.expose_secret()).await?))
    }
}

pub(crate) fn unknown_engine() -> StoreError {
    StoreError::Settings(String::from("the database URL must begin with sqlite:// or postgres://"))
}
