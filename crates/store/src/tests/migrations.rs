//! Migrations.

use crate::testing::{TestDatabase, keys};
use crate::{Store, StoreError, migrations};
use chrono::{DateTime, Utc};
use domain::absence::Span;
use secrecy::ExposeSecret;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

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

/// Two rows of coverage of one person from one instant, in two turns, as the rule before `0008_passing_on` let them be.
const TWO_COVERS: &str = "
    insert into workspaces values (x'01', 'T1', 'Harbour', 'A1', 'UBOT', '', 'UANA', null, 1, '2026', null, '{}', 0);
    insert into rotations (workspace_id, rotation_id, name, name_key, channel_id, rules, members, next_turn, created_by, created_at)
        values (x'01', x'02', 'support', 'support', 'C1', '{}', '[]', 1, 'UANA', '2026');
    insert into turns (workspace_id, rotation_id, planned_at, ends_at, number, state, skips)
        values (x'01', x'02', '2026-01', '2026-02', 0, 'served', '[]'), (x'01', x'02', '2026-02', '2026-03', 1, 'served', '[]');
    insert into coverages values
        (x'01', x'03', x'02', '2026-01', 'UBEN', 'take', '2026-02', '2026-03', 'UCHO', '2026-01', null),
        (x'01', x'04', x'02', '2026-02', 'UDAN', 'assign', '2026-02', '2026-03', 'UCHO', '2026-02', null),
        (x'01', x'05', x'02', '2026-02', 'UEVE', 'hand_over', '2026-02-05', '2026-03', 'UCHO', '2026-03', 'UANA')";

#[tokio::test]
async fn coverage_that_is_there_is_kept_and_of_two_that_cannot_be_both_the_first_stands() {
    let database = TestDatabase::sqlite();
    let url = database.settings().url.expose_secret().to_owned() + "?mode=rwc";
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let older = Migrator::with_migrations(migrations::SQLITE.iter().take(7).cloned().collect());
    migrations::apply(&older, &mut connection).await.unwrap();
    connection.execute(TWO_COVERS).await.unwrap();

    migrations::apply(&migrations::SQLITE, &mut connection).await.unwrap();

    let kept: Vec<String> = sqlx::query_scalar(
        "select user_id || ' ' || kind || ' ' || created_at || ' of ' || coalesce(of_user, '-')
                || ' undone ' || coalesce(undone_at, '-')
           from coverages
          order by coverage_id",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(
        kept,
        [
            "UBEN take 2026-01 of - undone -",
            "UDAN assign 2026-02 of - undone 2026-02",
            "UEVE hand_over 2026-03 of UANA undone -",
        ]
    );
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

/// An absence of days and a turn that was skipped, as they were stored before `0009_absence_sources`.
const TWO_ABSENCES: &str = "
    insert into absences (workspace_id, absence_id, user_id, source, first_day, last_day, zone, starts_at, ends_at, entered_by, created_at)
        values (WORKSPACE, ONE, 'UBEN', 'manual', '2026-06-08', '2026-06-12', 'Europe/Berlin', '2026-06-07T22:00:00+00:00', '2026-06-12T22:00:00+00:00', 'UANA', '2026-06-01T00:00:00+00:00'),
               (WORKSPACE, TWO, 'UCHO', 'skip', '2026-06-15', '2026-06-22', 'Europe/Berlin', '2026-06-15T07:00:00+00:00', '2026-06-22T07:00:00.5+00:00', 'UCHO', '2026-06-01T00:00:00+00:00')";

fn check_absences(kept: &[(String, String)]) {
    let spans: Vec<(&str, Span)> = kept
        .iter()
        .map(|(user, span)| (user.as_str(), serde_json::from_str(span).unwrap()))
        .collect();
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    assert_eq!(
        spans,
        [
            ("UBEN", Span::days("2026-06-08".parse().unwrap(), "2026-06-12".parse().unwrap())),
            (
                "UCHO",
                Span::Clock {
                    start: instant("2026-06-15T07:00:00Z"),
                    end: Some(instant("2026-06-22T07:00:00.5Z")),
                }
            ),
        ]
    );
}

#[tokio::test]
async fn absences_that_are_there_are_kept_as_they_were_said_on_sqlite() {
    let database = TestDatabase::sqlite();
    let url = database.settings().url.expose_secret().to_owned() + "?mode=rwc";
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let older = Migrator::with_migrations(migrations::SQLITE.iter().take(8).cloned().collect());
    migrations::apply(&older, &mut connection).await.unwrap();
    let workspace = TWO_COVERS.split(';').next().unwrap();
    connection.execute(AssertSqlSafe(workspace.to_owned())).await.unwrap();
    let rows = TWO_ABSENCES.replace("WORKSPACE", "x'01'").replace("ONE", "x'02'");
    connection.execute(AssertSqlSafe(rows.replace("TWO", "x'03'"))).await.unwrap();

    migrations::apply(&migrations::SQLITE, &mut connection).await.unwrap();

    let kept = sqlx::query_as("select user_id, span from absences order by absence_id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    check_absences(&kept);
}

#[tokio::test]
async fn absences_that_are_there_are_kept_as_they_were_said_on_postgres() {
    let database = TestDatabase::postgres().await;
    // The owner is bound by the policies, as on a real server; whoever looks past them is not.
    let owner = database.settings().owner_url.as_ref().unwrap();
    let mut owner = PgConnection::connect(owner.expose_secret()).await.unwrap();
    let mut past = PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap();
    owner.execute("create schema older; set search_path to older").await.unwrap();
    past.execute("set search_path to older").await.unwrap();
    let older = Migrator::with_migrations(migrations::POSTGRES.iter().take(8).cloned().collect());
    migrations::apply(&older, &mut owner).await.unwrap();
    let id = |digit: u8| format!("'00000000-0000-0000-0000-00000000000{digit}'");
    let workspace = format!(
        "insert into workspaces (workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, is_active, installed_at)
             values ({}, 'T1', 'Harbour', 'A1', 'UBOT', '', 'UANA', true, '2026-01-01')",
        id(1)
    );
    past.execute(AssertSqlSafe(workspace)).await.unwrap();
    let rows = TWO_ABSENCES.replace("WORKSPACE", &id(1)).replace("ONE", &id(2));
    past.execute(AssertSqlSafe(rows.replace("TWO", &id(3)))).await.unwrap();

    migrations::apply(&migrations::POSTGRES, &mut owner).await.unwrap();

    let kept = sqlx::query_as("select user_id, span::text from absences order by absence_id")
        .fetch_all(&mut past)
        .await
        .unwrap();
    check_absences(&kept);
}
