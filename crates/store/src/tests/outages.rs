//! When PostgreSQL ends the connections that lie idle, nobody who comes next notices.

use super::Bench;
use super::bench::at;
use super::entries::entry;
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn a_transaction_begins_although_the_server_has_ended_all_connections() {
    let bench = Bench::postgres().await;

    for _ in 0..3 {
        open_many(&bench).await;
        end_all(&bench).await;
        let read = bench.store.read(bench.workspace).await.err();
        open_many(&bench).await;
        end_all(&bench).await;
        bench.say("C1", at(0)).await;
        assert_eq!(read, None);
    }
}

#[tokio::test]
async fn many_transactions_begin_at_once_after_the_server_has_ended_all_connections() {
    let bench = Bench::postgres().await;
    open_many(&bench).await;
    end_all(&bench).await;

    open_many(&bench).await;
}

#[tokio::test]
async fn the_version_is_told_although_the_server_has_ended_all_connections() {
    let bench = Bench::postgres().await;
    let before = bench.store.version(bench.workspace).await.unwrap();
    end_all(&bench).await;

    let after = bench.store.version(bench.workspace).await.unwrap();

    assert_eq!(after, before);
}

#[tokio::test]
async fn work_over_many_workspaces_begins_although_the_server_has_ended_all_connections() {
    let bench = Bench::postgres().await;
    bench.store.system().list_workspaces().await.unwrap();
    end_all(&bench).await;

    bench.store.system().list_workspaces().await.unwrap();
    end_all(&bench).await;
    bench.store.server_time().await.unwrap();
}

#[tokio::test]
async fn an_absence_is_entered_although_the_server_has_ended_all_connections() {
    let bench = Bench::postgres().await;
    for key in ["one", "two", "three"] {
        bench.store.enter(bench.workspace, &entry(key, "UANA")).await.unwrap();
        end_all(&bench).await;
    }

    bench.store.enter(bench.workspace, &entry("four", "UANA")).await.unwrap();
}

/// Lets the pool hold as many connections as it may.
async fn open_many(bench: &Bench) {
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(bench.read().await);
    }
}

/// Ends every connection of the bench, and returns when the server has done so.
async fn end_all(bench: &Bench) {
    let mut superuser =
        PgConnection::connect(&bench.database.superuser_url().unwrap()).await.unwrap();
    let ended: Vec<i32> = sqlx::query_scalar(
        "with found as materialized (
             select pid
               from pg_stat_activity
              where datname = current_database()
                and backend_type = 'client backend'
                and pid <> pg_backend_pid())
         select pid
           from found
          where pg_terminate_backend(pid, 10000) is not null",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert!(!ended.is_empty());
    // One that ends by itself just then is gone as well.
    let left = sqlx::query_scalar("select count(*) from pg_stat_activity where pid = any($1)");
    let left: i64 = left.bind(ended).fetch_one(&mut superuser).await.unwrap();
    assert_eq!(left, 0);
}
