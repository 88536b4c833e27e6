//! The migrations of both engines, in pairs.

use crate::error::StoreError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use std::sync::LazyLock;

/// The table in which the applied ones are listed.
const TABLE: &str = "_sqlx_migrations";

/// Whether a database may have migrations that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Newer {
    /// It is refused.
    Refused,
    /// It is served, where it is ahead of this version and lacks nothing: the next version's migrations only add.
    Served,
}

/// The number of the migration that only tests apply.
const TESTED: i64 = 9001;

/// Returns the migration that a process of the tests knows where it is told to: one that adds, as those of the next version.
fn one_more() -> Option<Migration> {
    faults::knows_one_more().then(|| {
        Migration::new(
            TESTED,
            "9001_tested".into(),
            MigrationType::Simple,
            "alter table people add column tested text".into_sql_str(),
            false,
        )
    })
}

macro_rules! migrations {
    ($engine:literal: $($version:literal $name:literal,)+) => {
        LazyLock::new(|| {
            let mut all = vec![$(Migration::new(
                $version,
                $name.into(),
                MigrationType::Simple,
                include_str!(concat!("../../../migrations/", $engine, "/", $name, ".sql"))
                    .into_sql_str(),
                false,
            ),)+];
            all.extend(one_more());
            Migrator::with_migrations(all)
        })
    };
}

macro_rules! both {
    ($($version:literal $name:literal,)+) => {
        /// The migrations of SQLite.
        pub(crate) static SQLITE: LazyLock<Migrator> = migrations!("sqlite": $($version $name,)+);
        /// The migrations of PostgreSQL.
        pub(crate) static POSTGRES: LazyLock<Migrator> =
            migrations!("postgres": $($version $name,)+);
    };
}

both! {
    1 "0001_workspaces",
    2 "0002_rotations",
    3 "0003_queues",
    4 "0004_audit",
    5 "0005_standing",
    6 "0006_people",
    7 "0007_versions",
    8 "0008_passing_on",
    9 "0009_absence_sources",
    10 "0010_reliability",
    11 "0011_outbox_by_workspace",
    12 "0012_promises",
    13 "0013_notices",
    14 "0014_export_links",
    15 "0015_calendar_links",
    16 "0016_backups",
    17 "0017_subscriptions",
}

/// Applies the pending migrations and returns their names.
pub(crate) async fn apply<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
) -> Result<Vec<String>, StoreError> {
    connection.ensure_migrations_table(TABLE).await.map_err(fault)?;
    let before = pending(migrator, connection, Newer::Refused).await?;
    migrator.run_direct(None, connection, false).await.map_err(fault)?;
    Ok(before)
}

/// Refuses a database with migrations pending, or with ones that this version does not know and that are not newer.
pub(crate) async fn check<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
) -> Result<(), StoreError> {
    let pending = match pending(migrator, connection, Newer::Served).await {
        Ok(pending) => pending,
        // The table of the applied ones is not there, or not shown to this login.
        Err(StoreError::Refused { .. }) => names(migrator),
        Err(error) => return Err(error),
    };
    if pending.is_empty() {
        return Ok(());
    }
    Err(StoreError::Migration(format!(
        "the database lacks the migrations {}; apply them with `asyncbot migrate`",
        pending.join(", ")
    )))
}

/// Refuses a database whose schema is not this version's, older or newer.
pub(crate) async fn check_same<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
    name: &str,
) -> Result<(), StoreError> {
    let pending = match pending(migrator, connection, Newer::Refused).await {
        Ok(pending) => pending,
        Err(StoreError::Migration(text)) => {
            return Err(StoreError::Copy(format!("the {name}: {text}")));
        }
        Err(error) => return Err(error),
    };
    if pending.is_empty() {
        return Ok(());
    }
    Err(StoreError::Copy(format!(
        "the {name} is of an older version and lacks the migrations {}; apply them first, with `asyncbot migrate`",
        pending.join(", ")
    )))
}

async fn pending<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
    newer: Newer,
) -> Result<Vec<String>, StoreError> {
    let newest_known = migrator.iter().map(|known| known.version).max().unwrap_or_default();
    let applied = connection.list_applied_migrations(TABLE).await.map_err(fault)?;
    for done in &applied {
        let known = migrator.iter().find(|known| known.version == done.version);
        match known {
            None if newer == Newer::Served && done.version > newest_known => {}
            None => return Err(fault(MigrateError::VersionMissing(done.version))),
            Some(known) if known.checksum != done.checksum => {
                return Err(fault(MigrateError::VersionMismatch(done.version)));
            }
            Some(_) => {}
        }
    }
    let is_applied = |version| applied.iter().any(|done| done.version == version);
    Ok(migrator
        .iter()
        .filter(|migration| !is_applied(migration.version))
        .map(|migration| migration.description.to_string())
        .collect())
}

fn names(migrator: &Migrator) -> Vec<String> {
    migrator.iter().map(|migration| migration.description.to_string()).collect()
}

fn fault(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::ExecuteMigration(error, version) => StoreError::Migration(format!(
            "migration {version} failed and was undone: {}",
            StoreError::from(error)
        )),
        MigrateError::VersionMissing(version) => StoreError::Migration(format!(
            "the database has migration {version}, which this version does not know; run the newer version"
        )),
        MigrateError::VersionMismatch(version) => StoreError::Migration(format!(
            "migration {version} was changed after it was applied; an applied migration must stay as it was"
        )),
        MigrateError::Dirty(version) => StoreError::Migration(format!(
            "migration {version} was applied halfway; restore the database from a backup"
        )),
        other => StoreError::Migration(format!("the migrations cannot be applied: {other}")),
    }
}
