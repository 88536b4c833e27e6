//! Every statement is one that its engine understands.

use crate::testing::TestDatabase;
use crate::{postgres, sqlite};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};

#[tokio::test]
async fn sqlite_prepares_every_statement() {
    let database = TestDatabase::sqlite();
    database.open().await;
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();

    for (name, statement) in sqlite::sql::statements() {
        let prepared = (&mut connection).prepare(statement.into_sql_str()).await;

        assert!(prepared.is_ok(), "{name}: {:?}\n{statement}", prepared.err());
    }
}

#[tokio::test]
async fn postgres_prepares_every_statement() {
    let database = TestDatabase::postgres().await;
    let url = database.superuser_url().unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();

    for (name, statement) in postgres::sql::statements() {
        let prepared = (&mut connection).prepare(statement.into_sql_str()).await;

        assert!(prepared.is_ok(), "{name}: {:?}\n{statement}", prepared.err());
    }
}

#[test]
fn no_statement_is_written_outside_the_lists() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();

        for call in ["query(\"", "query_scalar(\"", "query_as(\"", "raw_sql(", "format!("] {
            assert!(!source.contains(call), "{} calls {call}", path.display());
        }
    }
}

#[test]
fn the_engines_differ_in_few_statements() {
    let differing = sqlite::sql::statements()
        .iter()
        .zip(postgres::sql::statements())
        .filter(|((_, here), (_, there))| here != there)
        .count();

    assert!(differing <= 23, "{differing} statements differ");
}

#[test]
fn no_statement_asks_the_database_for_the_time_or_for_every_column() {
    for (name, statement) in postgres::sql::statements() {
        for word in ["now()", "current_timestamp", "select *", "interval "] {
            assert!(!statement.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn every_statement_on_a_tenants_table_names_the_workspace() {
    // Work over many workspaces, and tables that belong to none.
    let unscoped = [
        "META",
        "PING",
        "BACKUP",
        "OAUTH",
        "CLAIM",
        "CRASHES",
        "EARLIEST",
        "DUE_WORKSPACES",
        "SETBACK",
        "LAST_WORK",
        "NEXT_CHANGE",
        "LIST_DUE",
        "LIST_WORKSPACES",
        "ERASURE",
        "LIST_UNCHAINED_WORKSPACES",
        "DELETE_REQUEST_KEYS",
        "DELETE_INBOX",
        "DELETE_DELIVERIES",
        "COUNT_OUTBOX",
        "COUNT_OVERDUE",
        "WATCH_",
        "COUNT_INBOX",
        "FIND_LONE_INBOX",
        "GLANCE_AT_INBOX",
        "TRY_TO_LOCK",
        "GO_THROUGH_INBOX",
        "HAS_INBOX_DUE_SINCE",
        "HAS_LONE_INBOX",
        "NEXT_INBOX_CHANGE",
        "RELEASE_SYNCS",
        "RELEASE_SUBSCRIPTIONS",
        "WORKSPACES_OF_CUSTOMER",
        "LIST_UNSUBSCRIBED",
        "LIST_ON_PLAN",
    ];
    for (name, statement) in postgres::sql::statements() {
        if unscoped.iter().any(|part| name.contains(part)) {
            continue;
        }

        let is_scoped = statement.contains("workspace_id = $1")
            || statement.contains("rotations.workspace_id = v.workspace_id")
            || statement.contains("insert into") && statement.contains("workspace_id,");
        assert!(is_scoped, "{name}: {statement}");
    }
}
