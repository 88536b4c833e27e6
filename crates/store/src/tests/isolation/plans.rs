//! Trap 11: a policy is a plain equality, so it finds its rows by an index, and so do the statements.

use super::{app, enter, run, superuser};
use crate::id::new_id;
use crate::postgres;
use crate::testing::TestDatabase;
use crate::tests::bench::at;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// The tables whose rows are a workspace's and which the application reads.
async fn tenants_tables(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and a.attname = 'workspace_id' order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// Returns how PostgreSQL would carry out a statement, where it reads whole tables only if nothing else is possible.
async fn plan(connection: &mut PgConnection, statement: &str) -> String {
    let explain = AssertSqlSafe(format!("explain (costs off) {statement}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

/// Returns the tables whose policy finds its rows by no index.
async fn without_index(connection: &mut PgConnection) -> Vec<String> {
    let mut found = Vec::new();
    for table in tenants_tables(connection).await {
        let shown = plan(connection, &format!("select 1 from {table}")).await;
        let by_index = shown
            .lines()
            .any(|line| line.contains("Index Cond") && line.contains("workspace_id = "));
        if !by_index {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn every_policy_finds_its_rows_by_an_index() {
    let database = TestDatabase::postgres().await;
    let mut connection = app(&database).await;
    run(&mut connection, "set enable_seqscan = off").await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, new_id(at(0))).await;

    assert_eq!(without_index(&mut transaction).await, Vec::<String>::new());
    transaction.rollback().await.unwrap();

    // With the guard taken out: the comparison is no longer one of the column itself.
    run(
        &mut superuser(&database).await,
        "alter policy notes_app on notes using (workspace_id::text = current_setting('app.workspace_id'))",
    )
    .await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, new_id(at(0))).await;
    assert_eq!(without_index(&mut transaction).await, ["notes"]);
}

/// Fifty workspaces with a hundred rotations and absences and two hundred rows of the outbox each.
const MANY: &str = "
    insert into workspaces (workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, is_active, installed_at)
    select gen_random_uuid(), 'T' || n, 'n', 'A', 'U', '', 'U', true, now() from generate_series(1, 50) n;
    insert into rotations (workspace_id, rotation_id, name, name_key, channel_id, rules, members, next_turn, created_by, created_at)
    select workspace_id, gen_random_uuid(), n::text, n::text, 'C', '{}', '[]', 1, 'U', now()
      from workspaces, generate_series(1, 100) n;
    insert into people (workspace_id, user_id, display_name, is_deactivated, is_admin, refreshed_at)
    select workspace_id, 'U' || n, 'n', false, false, now() from workspaces, generate_series(1, 100) n;
    insert into absences (workspace_id, absence_id, user_id, source, zone, starts_at, span, is_available, is_flagged, created_at)
    select workspace_id, gen_random_uuid(), 'U' || n, 'manual', 'UTC', now(), '{}', false, false, now()
      from workspaces, generate_series(1, 100) n;
    insert into outbox (workspace_id, delivery_id, order_id, order_key, envelope, state, available_at, fence, attempts, crashes, is_resend, created_at, expires_at)
    select workspace_id, gen_random_uuid(), gen_random_uuid(), 'channel:C', '{}', 'pending', now(), 0, 0, 0, false, now(), now()
      from workspaces, generate_series(1, 200) n;
    insert into said (workspace_id, delivery_id, envelope, state, created_at, finished_at)
    select workspace_id, gen_random_uuid(), '{}', 'sent', now(), now() from workspaces, generate_series(1, 200) n;
    insert into limits select workspace_id, 'call' || n, now() from workspaces, generate_series(1, 100) n;
    insert into request_keys select workspace_id, n::text, '{}', now() from workspaces, generate_series(1, 100) n;
    insert into workspaces (workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, is_active, installed_at)
    select gen_random_uuid(), 'E' || n, 'n', 'A', 'U', '', 'U', true, now() from generate_series(1, 3000) n;
    analyze";

/// What is asked most often: for a request, for an answer and for a delivery.
const COMMON: [&str; 8] = [
    "FIND_WORKSPACE",
    "LIST_ROTATIONS",
    "FIND_ROTATION",
    "LIST_ABSENCES",
    "FIND_PEOPLE",
    "FIND_OUTCOME",
    "FIND_DELIVERY",
    "CLAIM",
];

#[tokio::test]
async fn the_commonest_statements_read_the_rows_of_one_workspace_alone() {
    let database = TestDatabase::postgres().await;
    let mut behind = superuser(&database).await;
    for statement in MANY.split(';') {
        run(&mut behind, statement).await;
    }
    let mut connection = app(&database).await;
    run(&mut connection, "set plan_cache_mode = force_generic_plan").await;
    let statements = postgres::sql::statements();
    let mut looked_at = 0;

    for (name, statement) in statements {
        let Some(short) = COMMON.iter().find(|common| name == **common) else {
            continue;
        };
        looked_at += 1;
        run(&mut connection, &format!("prepare {short} as {statement}")).await;
        let count: i32 = sqlx::query_scalar(
            "select coalesce(array_length(parameter_types, 1), 0) from pg_prepared_statements where name = lower($1)",
        )
        .bind(*short)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        let nulls = vec!["null"; usize::try_from(count).unwrap()].join(", ");
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, new_id(at(0))).await;

        let shown = plan(&mut transaction, &format!("execute {short}({nulls})")).await;

        // Lists of people and of ids are taken apart by functions, and what was picked is in memory.
        assert!(!shown.contains("Seq Scan on "), "{name} reads a whole table:\n{shown}");
        assert!(shown.contains("workspace_id = "), "{name}:\n{shown}");
    }
    assert_eq!(looked_at, COMMON.len(), "each is looked at");
}
