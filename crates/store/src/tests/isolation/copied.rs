//! The copy from one engine to the other: every table, row for row, and nothing at all where it cannot be whole.

use super::filled::{Rows, Tenant, fill, stored};
use super::guards::findings;
use super::{app, at, code_of, count, enter, owner, run, superuser};
use crate::copy::sealed::SEALED;
use crate::testing::{TestDatabase, keys};
use crate::{Copied, CopyStep, FileClaim, Setback, Store, StoreError, copy, new_id};
use crypto::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::sync::Arc;

/// The login that a copy works with.
fn url(database: &TestDatabase) -> &SecretString {
    let settings = database.settings();
    settings.owner_url.as_ref().unwrap_or(&settings.url)
}

async fn copies(from: &TestDatabase, to: &TestDatabase) -> Result<Copied, StoreError> {
    copy(url(from), url(to), &keys(), &mut |_| {}).await
}

async fn refusal(from: &TestDatabase, to: &TestDatabase) -> String {
    match copies(from, to).await.unwrap_err() {
        StoreError::Copy(text) | StoreError::Settings(text) => text,
        other => panic!("{other}"),
    }
}

/// Fills every table there is, with rows of two workspaces.
async fn fill_all(database: &TestDatabase) -> [Tenant; 2] {
    let store = database.open().await;
    let tenants = [Tenant::new("TA", "apple", "a"), Tenant::new("TB", "birch", "b")];
    for tenant in &tenants {
        fill(&store, tenant).await;
    }
    let system = store.system();
    system.insert_oauth_state(&[1; 32], &[2; 32], at(600)).await.unwrap();
    let setback = Setback {
        noticed_at: at(9),
        lost_from: at(1),
        lost_until: at(8),
        goes_further_back: false,
    };
    system.insert_setback(&setback).await.unwrap();
    system.insert_erasure(new_id(at(0)), at(3)).await.unwrap();
    assert!(system.claim_backup(new_id(at(0)), (at(0), at(60)), at(-60)).await.unwrap());
    store.close().await;
    tenants
}

async fn all_of(database: &TestDatabase, tenants: &[Tenant]) -> Vec<Rows> {
    let mut all = Vec::new();
    for tenant in tenants {
        all.push(stored(database, tenant.id).await);
    }
    all
}

/// Returns the rows with JSON as what it means: PostgreSQL puts members into an order of its own.
fn meaning(all: &[Rows]) -> Vec<(String, Vec<Vec<Value>>)> {
    let value = |text: &Option<String>| {
        let Some(text) = text else { return Value::Null };
        let json = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        let json = json.unwrap_or(text).replace("''", "'");
        serde_json::from_str(&json).unwrap_or_else(|_| Value::from(text.clone()))
    };
    let mut tables = Vec::new();
    for (name, (_, rows)) in all.iter().flat_map(|rows| &rows.tables) {
        let rows = rows.iter().map(|row| row.iter().map(value).collect()).collect();
        tables.push((name.clone(), rows));
    }
    tables
}

async fn is_empty(database: &TestDatabase) -> bool {
    let mut connection = superuser(database).await;
    let mut rows = count(&mut connection, "select count(*) from meta").await;
    for table in super::tables(&mut connection).await {
        rows += count(&mut connection, &format!("select count(*) from {table}")).await;
    }
    rows == 0
}

async fn in_file(database: &TestDatabase, statement: &str) {
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn from_a_file_to_a_server_and_back_every_row_is_the_same() {
    let (here, there, back) =
        (TestDatabase::sqlite(), TestDatabase::postgres().await, TestDatabase::sqlite());
    let tenants = fill_all(&here).await;
    let before = all_of(&here, &tenants).await;
    let mut steps: Vec<CopyStep> = Vec::new();

    let copied =
        copy(url(&here), url(&there), &keys(), &mut |step| steps.push(step)).await.unwrap();
    let again = copies(&there, &back).await.unwrap();

    for (table, rows) in &copied.tables {
        assert!(*rows > 0, "{table} has no rows, so nothing is known of it: fill it");
    }
    let rows: u64 = copied.tables.iter().map(|(_, rows)| rows).sum();
    assert_eq!(steps.last(), Some(&CopyStep { done: 2 * rows, total: 2 * rows }));
    assert!(steps.is_sorted_by_key(|step| step.done));
    assert_eq!((copied.opened, copied.closed.len(), copied.whole), (16, 0, 2), "{copied:?}");
    assert!(copied.broken.is_empty(), "{copied:?}");
    assert_eq!(again, copied);
    let after = all_of(&back, &tenants).await;
    assert_eq!(meaning(&before), meaning(&after));
    assert_eq!(before, all_of(&here, &tenants).await, "the source stays as it was");
}

#[tokio::test]
async fn from_a_server_to_a_file_and_back_every_row_is_the_same() {
    let (here, there, back) =
        (TestDatabase::postgres().await, TestDatabase::sqlite(), TestDatabase::postgres().await);
    let tenants = fill_all(&here).await;
    let before = all_of(&here, &tenants).await;

    copies(&here, &there).await.unwrap();
    copies(&there, &back).await.unwrap();

    assert_eq!(before, all_of(&back, &tenants).await);
    assert_eq!(before, all_of(&here, &tenants).await, "the source stays as it was");
}

#[tokio::test]
async fn what_is_sealed_opens_in_the_copy_and_the_policies_bind_everybody_again() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    let tenants = fill_all(&here).await;

    copies(&here, &there).await.unwrap();

    let store = there.open().await;
    let mut tx = store.read(tenants[0].id).await.unwrap();
    assert!(tx.find_bot_token().await.unwrap().is_some());
    drop(tx);
    store.close().await;
    assert_eq!(findings(&mut superuser(&there).await).await, Vec::<String>::new());
    let seen = "select count(*) from notes";
    assert_eq!(code_of(&mut owner(&there).await, "select 1 / count(*) from notes").await, "22012");
    let mut connection = app(&there).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, tenants[0].id).await;
    assert_eq!(count(&mut transaction, seen).await, 2, "its own, and no other's");
}

#[tokio::test]
async fn a_source_on_a_server_is_bound_by_its_policies_afterwards_too() {
    let (here, there) = (TestDatabase::postgres().await, TestDatabase::sqlite());
    fill_all(&here).await;

    copies(&here, &there).await.unwrap();

    assert_eq!(findings(&mut superuser(&here).await).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_first_start_leaves_in_the_target_is_no_hindrance() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    let other = SecretString::from("2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=");
    let other = Arc::new(KeyRing::parse(&other).unwrap());
    Store::open(there.settings(), other).await.unwrap().close().await;

    copies(&here, &there).await.unwrap();

    there.open().await.close().await;
}

#[tokio::test]
async fn a_target_in_which_something_is_stays_as_it_is() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    let tenants = fill_all(&there).await;
    let before = all_of(&there, &tenants).await;

    let text = refusal(&here, &there).await;

    assert!(text.contains("the target is not empty") && text.contains("rows are in"), "{text}");
    assert_eq!(before, all_of(&there, &tenants).await);
    let text = refusal(&there, &here).await;
    assert!(text.contains("the target is not empty"), "{text}");
}

#[tokio::test]
async fn two_urls_between_which_nothing_is_copied_are_refused() {
    let (file, other) = (TestDatabase::sqlite(), TestDatabase::sqlite());
    let (server, second) = (TestDatabase::postgres().await, TestDatabase::postgres().await);
    fill_all(&file).await;

    for (from, to, words) in [
        (&file, &file, "the same database"),
        (&server, &server, "the same database"),
        (&file, &other, "both databases are SQLite files"),
        (&server, &second, "pg_dump"),
    ] {
        let text = refusal(from, to).await;
        assert!(text.contains(words), "{text}");
    }
    let odd = SecretString::from("mysql://u:secret@h/d");
    let fault = copy(&odd, url(&server), &keys(), &mut |_| {}).await.unwrap_err().to_string();
    assert!(fault.contains("sqlite://") && !fault.contains("secret"), "{fault}");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_refused_and_not_made() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    let file = url(&here).expose_secret().trim_start_matches("sqlite://").to_owned();

    let text = refusal(&here, &there).await;

    assert!(text.contains("the file is not there"), "{text}");
    assert!(!std::path::Path::new(&file).exists());
}

#[tokio::test]
async fn keys_that_are_not_the_sources_are_refused() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    let other = SecretString::from("1:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=");
    let other = Arc::new(KeyRing::parse(&other).unwrap());

    let fault = copy(url(&here), url(&there), &other, &mut |_| {}).await.unwrap_err();

    assert!(fault.to_string().contains("does not open this database"), "{fault}");
    assert!(is_empty(&there).await);
}

#[tokio::test]
async fn a_value_that_does_not_open_is_copied_as_it_is_and_named() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    in_file(
        &here,
        "update notes set sealed = zeroblob(40) where author = (select min(author) from notes)",
    )
    .await;

    let copied = copies(&here, &there).await.unwrap();

    assert!(!copied.closed.is_empty(), "{copied:?}");
    assert!(copied.closed.iter().all(|value| value.starts_with("notes ")), "{copied:?}");
}

#[tokio::test]
async fn an_audit_log_that_was_changed_is_copied_as_it_is_and_named() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    let tenants = fill_all(&here).await;
    in_file(&here, "update audit_events set payload = '{}' where sequence = 1 and workspace_id = (select min(workspace_id) from workspaces)").await;

    let copied = copies(&here, &there).await.unwrap();

    assert_eq!((copied.whole, copied.broken.len()), (1, 1), "{copied:?}");
    let (workspace, fault) = &copied.broken[0];
    assert_eq!((*workspace, fault.sequence), (tenants.iter().map(|one| one.id).min().unwrap(), 1));
}

#[tokio::test]
async fn an_older_and_a_newer_schema_are_refused_on_either_side() {
    for change in [
        (
            "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
            "older version",
        ),
        ("update _sqlx_migrations set version = 8000 where version = 1", "migration 8000"),
    ] {
        let (statement, words) = change;
        let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
        fill_all(&here).await;
        in_file(&here, statement).await;
        let text = refusal(&here, &there).await;
        assert!(text.starts_with("the source") && text.contains(words), "{text}");

        let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
        fill_all(&here).await;
        run(&mut owner(&there).await, statement).await;
        let text = refusal(&here, &there).await;
        assert!(text.starts_with("the target") && text.contains(words), "{text}");
        assert!(is_empty(&there).await);
    }
}

#[tokio::test]
async fn a_copy_that_breaks_midway_leaves_nothing_and_can_be_made_again() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    let tenants = fill_all(&here).await;
    let mut operator = superuser(&there).await;
    run(&mut operator, "create function stop() returns trigger language plpgsql as 'begin raise exception ''full''; end'").await;
    run(
        &mut operator,
        "create trigger stops before insert on turns for each row execute function stop()",
    )
    .await;

    let broken = copies(&here, &there).await;

    assert!(matches!(broken, Err(StoreError::Refused { .. })), "{broken:?}");
    run(&mut operator, "drop trigger stops on turns").await;
    assert!(is_empty(&there).await);
    assert!(findings(&mut operator).await.iter().all(|found| !found.contains("owner")));
    copies(&here, &there).await.unwrap();

    let back = TestDatabase::sqlite();
    back.open().await.close().await;
    in_file(
        &back,
        "create trigger stops before insert on turns begin select raise(abort, 'full'); end",
    )
    .await;
    assert!(copies(&there, &back).await.is_err());
    in_file(&back, "drop trigger stops").await;
    assert!(
        all_of(&back, &tenants)
            .await
            .iter()
            .all(|rows| rows.tables.values().all(|(_, rows)| rows.is_empty()))
    );
    copies(&there, &back).await.unwrap();
}

#[tokio::test]
async fn a_row_that_is_not_written_as_it_was_read_is_noticed_and_nothing_kept() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    let mut operator = superuser(&there).await;
    run(&mut operator, "create function shift() returns trigger language plpgsql as 'begin new.created_at = new.created_at + interval ''1 microsecond''; return new; end'").await;
    run(
        &mut operator,
        "create trigger shifts before insert on rotations for each row execute function shift()",
    )
    .await;

    let text = refusal(&here, &there).await;

    assert!(text.contains("what was written into rotations is not what was read"), "{text}");
    assert!(is_empty(&there).await);
}

#[tokio::test]
async fn a_database_that_is_served_from_is_refused() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;

    let serving = there.open().await;
    let text = refusal(&here, &there).await;
    assert!(
        text.contains("the target is in use") && text.contains("stop every Asyncbot"),
        "{text}"
    );
    serving.close().await;

    let mut other = owner(&there).await;
    let mut holds = other.begin().await.unwrap();
    run(&mut holds, "lock table turns in access share mode").await;
    let text = refusal(&here, &there).await;
    assert!(text.contains("somebody else holds its tables"), "{text}");
    holds.rollback().await.unwrap();

    let claim = FileClaim::take(here.settings()).unwrap();
    let text = refusal(&here, &there).await;
    assert!(text.contains("stop it first"), "{text}");
    drop(claim);
    copies(&here, &there).await.unwrap();
}

#[tokio::test]
async fn a_login_that_is_not_the_owner_is_refused() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;

    let fault = copy(url(&here), &there.settings().url, &keys(), &mut |_| {}).await.unwrap_err();

    assert!(fault.to_string().contains("does not own the table"), "{fault}");
    assert!(fault.to_string().contains("DATABASE_OWNER_URL"), "{fault}");
}

#[tokio::test]
async fn an_instant_finer_than_the_other_engine_is_refused_by_name() {
    let (here, there) = (TestDatabase::sqlite(), TestDatabase::postgres().await);
    fill_all(&here).await;
    in_file(&here, "update people set refreshed_at = '2026-06-01T07:00:00.123456789+00:00'").await;

    let text = refusal(&here, &there).await;

    assert!(text.contains("people.refreshed_at is finer than a microsecond"), "{text}");
    assert!(is_empty(&there).await);
}

/// Bytes are a hash, a signature or what belongs to one, or they are sealed and tried.
#[tokio::test]
async fn every_sealed_column_is_tried() {
    let database = TestDatabase::postgres().await;
    let found: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'public' and data_type = 'bytea' and table_name !~ '^_' order by 1, 2",
    )
    .fetch_all(&mut superuser(&database).await)
    .await
    .unwrap();

    let sealed: Vec<(&str, &str)> = found
        .iter()
        .map(|(table, column)| (&**table, &**column))
        .filter(|(_, column)| !column.ends_with("hash"))
        .filter(|(table, column)| {
            // What the store knows of itself has its own keys; the one that is sealed is tried before anything.
            *table != "meta"
                && !["salt", "commitment", "signature", "erasure", "checksum", "published"]
                    .contains(column)
        })
        .collect();

    assert_eq!(sealed, SEALED.map(|(table, column, _)| (table, column)));
}

#[tokio::test]
async fn no_table_counts_by_itself_so_nothing_is_to_be_set_on() {
    let database = TestDatabase::postgres().await;

    let counters = "select count(*) from pg_class where relkind = 'S'
                       and relnamespace = 'public'::regnamespace";

    assert_eq!(count(&mut superuser(&database).await, counters).await, 0);
}
