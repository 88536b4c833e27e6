//! Each policy guards something: dropped or loosened, one at a time, it is missed by a look from inside and by the catalog.

use super::filled::{Tenant, fill};
use super::guards::findings;
use super::{Bench, run, superuser};
use domain::ids::WorkspaceId;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// A policy as the catalog has it.
struct Policy {
    table: String,
    name: String,
    is_of_system: bool,
    is_loose: bool,
    command: String,
}

async fn policies(connection: &mut PgConnection) -> Vec<Policy> {
    let rows = sqlx::query(
        "select tablename::text as tab, policyname::text as name, cmd, coalesce(qual, 'true') as qual,
                roles::text[] = array['asyncbot_system'] as of_system
           from pg_policies order by 1, 2",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    rows.iter()
        .map(|row| Policy {
            table: row.get("tab"),
            name: row.get("name"),
            is_of_system: row.get("of_system"),
            is_loose: row.get::<String, _>("qual") == "true",
            command: row.get("cmd"),
        })
        .collect()
}

/// Returns what the application, in one of two filled workspaces, sees too much or too little of a table.
async fn seen_amiss(connection: &mut PgConnection, table: &str, mine: WorkspaceId) -> Vec<String> {
    run(connection, "savepoint look").await;
    run(connection, "set local role asyncbot_test_app").await;
    run(connection, &format!("set local app.workspace_id = '{mine}'")).await;
    let counts = sqlx::query(AssertSqlSafe(format!(
        "select count(*) filter (where workspace_id = '{mine}') as own,
                count(*) filter (where workspace_id <> '{mine}') as others from {table}"
    )))
    .fetch_one(&mut *connection)
    .await
    .unwrap();
    run(connection, "rollback to look").await;
    let mut found = Vec::new();
    if counts.get::<i64, _>("own") == 0 {
        found.push(format!("{table}: its own rows are not seen"));
    }
    if counts.get::<i64, _>("others") > 0 {
        found.push(format!("{table}: another's rows are seen"));
    }
    found
}

/// Returns whether the system login can delete rows of a queue that are not finished.
async fn can_delete_unfinished(connection: &mut PgConnection, table: &str) -> bool {
    run(connection, "savepoint look").await;
    let unfinished = AssertSqlSafe(format!("update {table} set finished_at = null"));
    sqlx::query(unfinished).execute(&mut *connection).await.unwrap();
    run(connection, "set local role asyncbot_test_system").await;
    let delete = AssertSqlSafe(format!("delete from {table}"));
    let deleted = sqlx::query(delete).execute(&mut *connection).await.unwrap();
    run(connection, "rollback to look").await;
    deleted.rows_affected() > 0
}

/// Two workspaces with rows in every table, and the connection of a superuser who only sets things up.
async fn two_filled() -> (Bench, Tenant, PgConnection) {
    let bench = Bench::postgres().await;
    let here = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
    fill(&bench.store, &Tenant::new("TT", "finch", "two")).await;
    let connection = superuser(&bench.database).await;
    (bench, here, connection)
}

#[tokio::test]
async fn every_policy_of_the_application_is_missed_when_it_is_dropped_or_loosened() {
    let (_bench, here, mut connection) = two_filled().await;
    let all = policies(&mut connection).await;
    assert!(all.iter().filter(|policy| !policy.is_of_system).count() >= 18);

    for Policy { table, name, .. } in all.iter().filter(|policy| !policy.is_of_system) {
        let mut transaction = connection.begin().await.unwrap();
        assert!(seen_amiss(&mut transaction, table, here.id).await.is_empty(), "{table} is well");
        run(&mut transaction, "savepoint good").await;

        run(&mut transaction, &format!("drop policy {name} on {table}")).await;
        let amiss = seen_amiss(&mut transaction, table, here.id).await;
        assert_eq!(amiss, [format!("{table}: its own rows are not seen")], "{name} dropped");
        assert!(!findings(&mut transaction).await.is_empty(), "{name} dropped");
        run(&mut transaction, "rollback to good").await;

        run(&mut transaction, &format!("alter policy {name} on {table} using (true)")).await;
        let amiss = seen_amiss(&mut transaction, table, here.id).await;
        assert_eq!(amiss, [format!("{table}: another's rows are seen")], "{name} loosened");
        assert!(!findings(&mut transaction).await.is_empty(), "{name} loosened");
        run(&mut transaction, "rollback to good").await;

        // What is read stays right then, and what is written does not.
        run(&mut transaction, &format!("alter policy {name} on {table} with check (true)")).await;
        assert!(!findings(&mut transaction).await.is_empty(), "{name} without its check");
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn every_policy_of_work_over_many_workspaces_is_missed_when_it_is_dropped_or_loosened() {
    let (_bench, _, mut connection) = two_filled().await;
    let all = policies(&mut connection).await;
    assert!(all.iter().filter(|policy| policy.is_of_system).count() >= 16);

    for policy in all.iter().filter(|policy| policy.is_of_system) {
        let Policy { table, name, .. } = policy;
        let mut changes = vec![
            format!("drop policy {name} on {table}"),
            format!("alter policy {name} on {table} to asyncbot_app, asyncbot_system"),
            format!("alter policy {name} on {table} to public"),
        ];
        if !policy.is_loose {
            changes.push(format!("alter policy {name} on {table} using (true)"));
        }
        for change in changes {
            let mut transaction = connection.begin().await.unwrap();
            run(&mut transaction, &change).await;

            assert!(!findings(&mut transaction).await.is_empty(), "{change}");
            if policy.command == "DELETE" && !policy.is_loose {
                let can = can_delete_unfinished(&mut transaction, table).await;
                assert_eq!(can, change.ends_with("using (true)"), "{change}");
            }
            transaction.rollback().await.unwrap();
        }
    }
}
