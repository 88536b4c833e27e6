//! On PostgreSQL no role reaches what is not its own, whatever a statement forgets.

use super::Bench;
use super::bench::{at, rotation};
use crate::testing::TestDatabase;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

async fn app(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(database.settings().url.expose_secret()).await.unwrap()
}

async fn system(database: &TestDatabase) -> PgConnection {
    let url = database.settings().system_url.as_ref().unwrap();
    PgConnection::connect(url.expose_secret()).await.unwrap()
}

async fn superuser(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap()
}

/// Returns the SQLSTATE with which a statement fails.
async fn code_of(connection: &mut PgConnection, statement: &str) -> String {
    let error = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .expect_err(&format!("{statement} was not refused"));
    let fault = error.as_database_error().unwrap();
    fault.code().unwrap().into_owned()
}

async fn enter(connection: &mut PgConnection, workspace: impl ToString) {
    sqlx::query("select set_config('app.workspace_id', $1, true)")
        .bind(workspace.to_string())
        .execute(connection)
        .await
        .unwrap();
}

async fn tables(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select relname::text from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and relname not in ('_sqlx_migrations', 'meta')",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// Fills two workspaces and returns the bench of the first and the id of the second.
async fn two_tenants() -> (Bench, domain::ids::WorkspaceId) {
    let bench = Bench::postgres().await;
    let other = bench.install("T2").await;
    for workspace in [bench.workspace, other] {
        let mut tx = bench.store.write(workspace).await.unwrap();
        tx.insert_rotation(&rotation("support")).await.unwrap();
        tx.commit().await.unwrap();
        bench.say_in(workspace, "C1", at(0)).await;
    }
    (bench, other)
}

#[tokio::test]
async fn a_select_without_a_tenant_clause_sees_no_other_tenants_row() {
    let (bench, other) = two_tenants().await;
    let mut connection = app(&bench.database).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;

    for table in ["workspaces", "rotations", "outbox"] {
        let statement = format!("select workspace_id::text as ws from {table}");
        let rows = transaction.fetch_all(AssertSqlSafe(statement)).await.unwrap();

        assert_eq!(rows.len(), 1, "{table}");
        assert_ne!(rows[0].get::<String, _>("ws"), other.to_string(), "{table}");
    }
}

#[tokio::test]
async fn a_transaction_that_forgot_its_workspace_fails_loudly() {
    let (bench, _) = two_tenants().await;
    let mut connection = app(&bench.database).await;

    for table in tables(&mut superuser(&bench.database).await).await {
        if !["erasures", "oauth_states", "setbacks"].contains(&table.as_str()) {
            let code = code_of(&mut connection, &format!("select 1 from {table}")).await;
            assert_eq!(code, "42704", "{table}: never set");
        }
    }
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    transaction.commit().await.unwrap();
    let code = code_of(&mut connection, "select 1 from rotations").await;
    assert_eq!(code, "22P02", "set in an earlier transaction of the same connection");
}

#[tokio::test]
async fn a_row_cannot_be_written_into_another_workspace() {
    let (bench, other) = two_tenants().await;
    let mut connection = app(&bench.database).await;

    for statement in [
        format!("insert into request_keys values ('{other}', 'k', '{{}}', now())"),
        format!("update rotations set workspace_id = '{other}'"),
        format!("update outbox set workspace_id = '{other}'"),
    ] {
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, bench.workspace).await;

        let code = code_of(&mut transaction, &statement).await;

        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{statement}");
    }
}

#[tokio::test]
async fn the_application_cannot_truncate_or_refer_or_change_the_schema() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    for table in tables(&mut superuser(&bench.database).await).await {
        let code = code_of(&mut connection, &format!("truncate {table}")).await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "truncate {table}");
        let code =
            code_of(&mut connection, &format!("alter table {table} disable row level security"))
                .await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "alter {table}");
    }
    let code = code_of(&mut connection, "create table mine (id bigint)").await;
    assert_eq!(code, INSUFFICIENT_PRIVILEGE);
}

#[tokio::test]
async fn the_audit_log_can_be_added_to_and_not_changed() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    for statement in ["delete from audit_events", "update audit_events set action = 'x'"] {
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, bench.workspace).await;

        assert_eq!(code_of(&mut transaction, statement).await, INSUFFICIENT_PRIVILEGE);
    }
}

#[tokio::test]
async fn the_system_login_cannot_read_content() {
    let (bench, _) = two_tenants().await;
    let mut connection = system(&bench.database).await;

    for (table, column) in [
        ("outbox", "envelope"),
        ("outbox", "channel_id"),
        ("outbox", "ts"),
        ("inbox", "item"),
        ("inbox", "dedupe"),
        ("rotations", "name"),
        ("rotations", "members"),
        ("rotations", "rules"),
        ("workspaces", "name"),
        ("workspaces", "bot_token"),
        ("workspaces", "installer_id"),
        ("request_keys", "request_key"),
        ("request_keys", "outcome"),
        ("people", "display_name"),
        ("turns", "holder"),
        ("coverages", "user_id"),
        ("absences", "user_id"),
        ("cover_requests", "of_user"),
        ("cover_answers", "user_id"),
        ("swaps", "user_a"),
        ("notes", "sealed"),
        ("notes", "author"),
        ("note_receivers", "user_id"),
        ("audit_events", "payload"),
        ("meta", "value"),
    ] {
        let code = code_of(&mut connection, &format!("select {column} from {table}")).await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{table}.{column}");
    }
    for statement in [
        "update outbox set envelope = '{}'",
        "update rotations set next_handoff_at = null",
        "insert into outbox (workspace_id) values (gen_random_uuid())",
        "delete from rotations",
        "truncate outbox",
    ] {
        assert_eq!(
            code_of(&mut connection, statement).await,
            INSUFFICIENT_PRIVILEGE,
            "{statement}"
        );
    }
}

#[tokio::test]
async fn the_system_login_cannot_delete_what_is_not_finished() {
    let (bench, _) = two_tenants().await;
    let mut connection = system(&bench.database).await;

    let done = connection.execute("delete from outbox").await.unwrap();

    assert_eq!(done.rows_affected(), 0);
}

#[tokio::test]
async fn the_application_cannot_reach_oauth_states() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    let code = code_of(&mut connection, "select 1 from oauth_states").await;

    assert_eq!(code, INSUFFICIENT_PRIVILEGE);
}

#[tokio::test]
async fn every_tenants_table_is_guarded() {
    let database = TestDatabase::postgres().await;
    let mut connection = superuser(&database).await;
    let rows = sqlx::query(
        "select c.relname::text as tab, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
                pg_get_userbyid(c.relowner)::text as owner,
                exists (select from pg_attribute a
                         where a.attrelid = c.oid and a.attname = 'workspace_id') as is_tenants
           from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and c.relname not in ('_sqlx_migrations', 'meta')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(rows.len() >= 18);

    for row in rows {
        let table: String = row.get("tab");
        assert!(row.get::<bool, _>("enabled") && row.get::<bool, _>("forced"), "{table}");
        assert_eq!(row.get::<String, _>("owner"), "asyncbot_test_owner", "{table}");
        if row.get("is_tenants") {
            check_policy(&mut connection, &table).await;
        }
        check_grants(&mut connection, &table).await;
    }
}

/// The application's policy is one plain equality, for reading and for writing, that is loud when it is unset.
async fn check_policy(connection: &mut PgConnection, table: &str) {
    let policies = sqlx::query(
        "select cmd, roles::text[] as roles, qual, with_check
           from pg_policies
          where schemaname = 'public' and tablename = $1 and 'asyncbot_app' = any(roles::text[])",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap();
    let expected = "(workspace_id = (current_setting('app.workspace_id'::text))::uuid)";

    assert_eq!(policies.len(), 1, "{table}");
    let policy = &policies[0];
    assert_eq!(policy.get::<Option<String>, _>("cmd").as_deref(), Some("ALL"), "{table}");
    assert_eq!(policy.get::<Vec<String>, _>("roles"), ["asyncbot_app"], "{table}");
    assert_eq!(policy.get::<Option<String>, _>("qual").as_deref(), Some(expected), "{table}");
    assert_eq!(policy.get::<Option<String>, _>("with_check").as_deref(), Some(expected), "{table}");
}

/// Nobody may truncate, refer to or put a trigger on a table, and nothing is granted to everybody.
async fn check_grants(connection: &mut PgConnection, table: &str) {
    let too_much: Vec<String> = sqlx::query_scalar(
        "select grantee || ' ' || privilege_type
           from information_schema.role_table_grants
          where table_schema = 'public' and table_name = $1 and grantee <> 'asyncbot_test_owner'
            and (privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
                 or grantee not in ('asyncbot_app', 'asyncbot_system'))",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap();

    assert!(too_much.is_empty(), "{table}: {too_much:?}");
}

/// Each policy of the application guards something: without it the next test of isolation would be red.
#[tokio::test]
async fn without_its_policy_a_table_shows_nothing_at_all() {
    let (bench, _) = two_tenants().await;
    let mut owner = superuser(&bench.database).await;
    owner.execute("drop policy rotations_app on rotations").await.unwrap();

    let rotations = bench.read().await.list_rotations().await.unwrap();

    assert!(rotations.is_empty());
}

#[tokio::test]
async fn cancelled_and_interleaved_transactions_never_show_another_tenant() {
    let (bench, other) = two_tenants().await;

    for round in 0..200_u64 {
        let workspace = if round % 2 == 0 { bench.workspace } else { other };
        let store = bench.store.clone();
        let reading = async move {
            let mut tx = store.read(workspace).await.unwrap();
            let found = tx.find_workspace().await.unwrap().unwrap();
            assert_eq!(found.id, workspace);
            assert_eq!(tx.list_rotations().await.unwrap().len(), 1);
        };
        // Cancelled after a number of steps that grows with the rounds.
        tokio::select! {
            biased;
            () = reading => {}
            () = yields(round % 23) => {}
        }
    }
}

async fn yields(times: u64) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}
