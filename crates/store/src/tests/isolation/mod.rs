//! No workspace reaches another's rows: each trap of PostgreSQL's row-level security has a test, and each guard is seen red
//! with the guarded thing taken out.
//!
//! | trap | where |
//! |---|---|
//! | 1 enabled but not forced, the owner sees all | `catalog`, `traps` |
//! | 2, 3 a workspace that was never named, or is empty after an earlier transaction | `traps` |
//! | 4 `set local` outside a transaction | `traps` |
//! | 5 a session's setting goes on to the next borrower | `borrowed` |
//! | 6 rows written into another workspace | `traps` |
//! | 7 views, and functions with their owner's rights | `catalog`, `traps` |
//! | 8 foreign keys look past the policies | `catalog`, `traps` |
//! | 9 a unique key over all workspaces tells of another's | `catalog`, `traps` |
//! | 10 `truncate` does not ask the policies | `catalog`, `traps` |
//! | 11 a policy that is no plain equality has no index | `plans` |
//! | 12 the policies cost time | the example `policies` measures how much |

mod borrowed;
mod catalog;
mod copied;
mod erased;
mod filled;
mod fuzzed;
mod guards;
mod plans;
mod policies;
mod resealed;
mod roles;
mod soak;
mod traps;

use super::bench::{Bench, at, both_engines, rotation};
use crate::testing::TestDatabase;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

async fn app(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(database.settings().url.expose_secret()).await.unwrap()
}

async fn system(database: &TestDatabase) -> PgConnection {
    let url = database.settings().system_url.as_ref().unwrap();
    PgConnection::connect(url.expose_secret()).await.unwrap()
}

async fn owner(database: &TestDatabase) -> PgConnection {
    let url = database.settings().owner_url.as_ref().unwrap();
    PgConnection::connect(url.expose_secret()).await.unwrap()
}

async fn superuser(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap()
}

/// Runs a statement that must succeed.
async fn run(connection: &mut PgConnection, statement: &str) {
    let done = connection.execute(AssertSqlSafe(statement.to_owned())).await;
    assert!(done.is_ok(), "{statement}: {:?}", done.err());
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

async fn count(connection: &mut PgConnection, statement: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).fetch_one(connection).await.unwrap()
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
            and relname not in ('_sqlx_migrations', 'meta')
          order by relname",
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
