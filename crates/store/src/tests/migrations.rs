//! Migrations.

use crate::testing::{TestDatabase, keys};
use crate::{Store, StoreError, migrations};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

fn names(engine: &str) -> Vec<String> {
    let folder = format!("{}/../../migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".sql").unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn migrations_come_in_pairs_and_all_are_compiled_in() {
    assert_eq!(names("sqlite"), names("postgres"));
    for migrator in [&migrations::SQLITE, &migrations::POSTGRES] {
        let known: Vec<String> =
            migrator.iter().map(|migration| migration.description.to_string()).collect();
        assert_eq!(known, names("sqlite"));
    }
}

#[test]
fn a_migration_is_numbered_by_its_name() {
    for migration in migrations::SQLITE.iter() {
        assert!(migration.description.starts_with(&format!("{:04}_", migration.version)));
    }
}

#[tokio::test]
async fn migrating_sqlite_names_what_was_applied_and_a_second_time_nothing() {
    let database = TestDatabase::sqlite();

    assert_eq!(Store::migrate(database.settings()).await.unwrap(), names("sqlite"));
    assert!(Store::migrate(database.settings()).await.unwrap().is_empty());
}

#[tokio::test]
async fn migrating_a_migrated_postgres_applies_nothing() {
    let database = TestDatabase::postgres().await;

    assert!(Store::migrate(database.settings()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_postgres_with_migrations_pending_is_refused() {
    let database = TestDatabase::postgres().await;
    let mut owner = PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap();
    owner.execute("delete from _sqlx_migrations where version = 4").await.unwrap();

    let error = Store::open(database.settings(), keys()).await.err().unwrap();

    let StoreError::Migration(text) = error else { panic!("{error}") };
    assert!(text.contains("0004_audit") && text.contains("asyncbot migrate"), "{text}");
}

#[tokio::test]
async fn a_postgres_that_was_never_migrated_is_refused() {
    let database = TestDatabase::postgres().await;
    let mut owner = PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap();
    owner.execute("drop table _sqlx_migrations").await.unwrap();

    let error = Store::open(database.settings(), keys()).await.err().unwrap();

    assert!(matches!(error, StoreError::Migration(_)), "{error}");
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let database = TestDatabase::sqlite();
    Store::migrate(database.settings()).await.unwrap();
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    connection
        .execute("update _sqlx_migrations set checksum = x'00' where version = 2")
        .await
        .unwrap();

    let error = Store::open(database.settings(), keys()).await.err().unwrap();

    let StoreError::Migration(text) = error else { panic!("{error}") };
    assert!(text.contains("migration 2 was changed"), "{text}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let database = TestDatabase::sqlite();
    Store::migrate(database.settings()).await.unwrap();
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    connection.execute("update _sqlx_migrations set version = 99 where version = 4").await.unwrap();

    let error = Store::open(database.settings(), keys()).await.err().unwrap();

    assert!(matches!(error, StoreError::Migration(_)), "{error}");
}
