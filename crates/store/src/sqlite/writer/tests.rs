//! What group commit promises.

#![expect(clippy::disallowed_methods, reason = "the tests await every task that they spawn")]

use super::{LIMITS, Lease, Limits, Writer};
use crate::error::StoreError;
use crate::version::Versions;
use domain::ids::WorkspaceId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{Connection, SqliteConnection};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// A writer on a file with one table, and a second connection that sees what is committed.
struct Bench {
    writer: Writer,
    options: SqliteConnectOptions,
    versions: Arc<Versions>,
    _folder: TempDir,
}

impl Bench {
    async fn start() -> Self {
        Self::within(LIMITS).await
    }

    /// Starts one whose batches wait for everybody who is there, however slow the machine is.
    async fn patient() -> Self {
        Self::within(Limits { old: Duration::from_mins(1), ..LIMITS }).await
    }

    async fn within(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("test.db"))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal);
        let versions = Arc::<Versions>::default();
        let writer = Writer::start(options.clone(), limits, Arc::clone(&versions)).await.unwrap();
        let bench = Self { writer, options, versions, _folder: folder };
        let mut connection = bench.look().await;
        for statement in [
            "create table n (id integer primary key, parent integer references n (id) deferrable initially deferred)",
        ] {
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        bench
    }

    async fn look(&self) -> SqliteConnection {
        SqliteConnection::connect_with(&self.options).await.unwrap()
    }

    /// Returns what is committed.
    async fn ids(&self) -> Vec<i64> {
        sqlx::query_scalar("select id from n order by id")
            .fetch_all(&mut self.look().await)
            .await
            .unwrap()
    }
}

async fn insert(lease: &mut Lease, id: i64) -> Result<(), StoreError> {
    run(lease, "insert into n (id) values ($1)", id).await
}

async fn run(lease: &mut Lease, statement: &'static str, id: i64) -> Result<(), StoreError> {
    let mut turn = lease.connection().await?;
    sqlx::query(statement).bind(id).execute(turn.connection()).await?;
    Ok(())
}

#[tokio::test]
async fn a_commit_returns_after_it_can_be_seen() {
    let bench = Bench::start().await;
    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 1).await.unwrap();
    assert!(bench.ids().await.is_empty());

    lease.commit(None).await.unwrap();

    assert_eq!(bench.ids().await, [1]);
}

#[tokio::test]
async fn those_who_wait_share_a_commit() {
    let bench = Bench::patient().await;
    // While the first holds the connection, the others line up; all are then one batch.
    let mut first = bench.writer.lease().await.unwrap();
    insert(&mut first, 0).await.unwrap();
    let mut others = JoinSet::new();
    for id in 1..=20 {
        let writer = bench.writer.clone();
        others.spawn(async move {
            let mut lease = writer.lease().await.unwrap();
            insert(&mut lease, id).await.unwrap();
            lease.commit(None).await
        });
    }
    tokio::task::yield_now().await;

    first.commit(None).await.unwrap();

    assert_eq!(bench.ids().await.len(), 21, "the first is told when all are saved");
    assert!(others.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_dropped_participant_is_undone_and_its_neighbours_are_saved() {
    let bench = Bench::patient().await;
    let mut dropped = bench.writer.lease().await.unwrap();
    insert(&mut dropped, 1).await.unwrap();
    let writer = bench.writer.clone();
    let kept = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        insert(&mut lease, 2).await.unwrap();
        lease.commit(None).await
    });
    tokio::task::yield_now().await;

    drop(dropped);

    kept.await.unwrap().unwrap();
    assert_eq!(bench.ids().await, [2]);
}

#[tokio::test]
async fn a_participant_dropped_in_the_middle_of_a_statement_is_undone() {
    let bench = Bench::start().await;
    for id in 0..50 {
        let mut lease = bench.writer.lease().await.unwrap();
        insert(&mut lease, 1000 + id).await.unwrap();
        {
            let mut call = std::pin::pin!(insert(&mut lease, id));
            std::future::poll_fn(|context| {
                let _ = call.as_mut().poll(context);
                std::task::Poll::Ready(())
            })
            .await;
        }
        drop(lease);
    }

    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 1).await.unwrap();
    lease.commit(None).await.unwrap();

    assert_eq!(bench.ids().await, [1]);
}

#[tokio::test]
async fn a_failed_statement_of_one_does_not_touch_the_others() {
    let bench = Bench::patient().await;
    let mut first = bench.writer.lease().await.unwrap();
    insert(&mut first, 1).await.unwrap();
    let writer = bench.writer.clone();
    let failing = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        insert(&mut lease, 2).await.unwrap();
        insert(&mut lease, 1).await
    });
    let writer = bench.writer.clone();
    let last = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        insert(&mut lease, 3).await.unwrap();
        lease.commit(None).await
    });
    tokio::task::yield_now().await;

    first.commit(None).await.unwrap();

    assert!(matches!(failing.await.unwrap(), Err(StoreError::Refused { .. })));
    last.await.unwrap().unwrap();
    assert_eq!(bench.ids().await, [1, 3]);
}

#[tokio::test]
async fn a_failed_commit_fails_all_and_nothing_is_saved() {
    let bench = Bench::patient().await;
    let mut first = bench.writer.lease().await.unwrap();
    insert(&mut first, 1).await.unwrap();
    let writer = bench.writer.clone();
    let orphan = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        // A reference that is checked at the commit makes the commit fail.
        run(&mut lease, "insert into n (id, parent) values ($1, 999)", 2).await.unwrap();
        lease.commit(None).await
    });
    tokio::task::yield_now().await;

    let first = first.commit(None).await;

    assert!(matches!(first, Err(StoreError::Refused { .. })), "{first:?}");
    assert!(orphan.await.unwrap().is_err());
    assert!(bench.ids().await.is_empty());
    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 7).await.unwrap();
    lease.commit(None).await.unwrap();
    assert_eq!(bench.ids().await, [7]);
}

#[tokio::test]
async fn a_transaction_that_fell_fails_all_participants() {
    let bench = Bench::patient().await;
    let mut first = bench.writer.lease().await.unwrap();
    insert(&mut first, 1).await.unwrap();
    let writer = bench.writer.clone();
    let felling = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        // As an error of the disk does, this ends the whole transaction and not only the savepoint.
        run(&mut lease, "insert or rollback into n (id) values ($1)", 1).await.unwrap_err();
    });
    tokio::task::yield_now().await;

    let first = first.commit(None).await;

    felling.await.unwrap();
    assert!(matches!(first, Err(StoreError::Unavailable { .. })), "{first:?}");
    assert!(bench.ids().await.is_empty());
    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 7).await.unwrap();
    lease.commit(None).await.unwrap();
    assert_eq!(bench.ids().await, [7]);
}

#[tokio::test]
async fn whoever_commits_what_fell_is_told() {
    let bench = Bench::start().await;
    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 1).await.unwrap();
    run(&mut lease, "insert or rollback into n (id) values ($1)", 1).await.unwrap_err();
    // What is written after the fall would be on its own; it is not told to anybody as saved.
    assert!(matches!(lease.commit(None).await, Err(StoreError::Unavailable { .. })));

    assert!(bench.ids().await.is_empty());
}

#[tokio::test]
async fn whoever_holds_the_connection_for_too_long_while_others_wait_loses_it() {
    let bench = Bench::within(Limits { hold: Duration::from_millis(20), ..LIMITS }).await;
    let mut slow = bench.writer.lease().await.unwrap();
    insert(&mut slow, 1).await.unwrap();
    let writer = bench.writer.clone();
    let waiting = tokio::spawn(async move {
        let mut lease = writer.lease().await.unwrap();
        insert(&mut lease, 2).await.unwrap();
        lease.commit(None).await
    });

    waiting.await.unwrap().unwrap();

    assert_eq!(insert(&mut slow, 3).await, Err(StoreError::TookTooLong));
    assert_eq!(slow.commit(None).await, Err(StoreError::TookTooLong));
    assert_eq!(bench.ids().await, [2]);
}

#[tokio::test]
async fn who_said_that_it_takes_long_keeps_the_connection_for_longer() {
    let long = Duration::from_mins(1);
    let bench =
        Bench::within(Limits { hold: Duration::from_millis(1), long_hold: long, ..LIMITS }).await;
    let mut slow = bench.writer.long_lease().await.unwrap();
    insert(&mut slow, 1).await.unwrap();
    let writer = bench.writer.clone();
    let waiting = tokio::spawn(async move { writer.lease().await.unwrap().commit(None).await });
    let waits = tokio::time::timeout(Duration::from_millis(50), waiting).await;
    assert!(waits.is_err(), "longer than the others may");

    slow.commit(None).await.unwrap();

    assert_eq!(bench.ids().await, [1]);
}

#[tokio::test]
async fn a_waiter_that_gave_up_does_not_stop_the_others() {
    let bench = Bench::start().await;
    let first = bench.writer.lease().await.unwrap();
    let writer = bench.writer.clone();
    let gone = tokio::spawn(async move { writer.lease().await.is_ok() });
    tokio::task::yield_now().await;
    gone.abort();
    drop(first);

    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 1).await.unwrap();
    lease.commit(None).await.unwrap();

    assert_eq!(bench.ids().await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writers_exactly_those_who_were_told_so_are_saved() {
    let bench = Bench::start().await;
    let mut writers = JoinSet::new();
    for id in 0..300_i64 {
        let writer = bench.writer.clone();
        writers.spawn(async move {
            let mut lease = writer.lease().await.unwrap();
            insert(&mut lease, id).await.unwrap();
            match id % 5 {
                0 => None,
                1 => {
                    insert(&mut lease, id).await.unwrap_err();
                    None
                }
                _ => lease.commit(None).await.ok().map(|_| id),
            }
        });
    }

    let mut told: Vec<i64> = writers.join_all().await.into_iter().flatten().collect();

    told.sort_unstable();
    assert_eq!(told.len(), 180);
    assert_eq!(bench.ids().await, told);
}

#[tokio::test]
async fn closing_commits_what_is_open_and_ends_the_writer() {
    let bench = Bench::start().await;
    let mut lease = bench.writer.lease().await.unwrap();
    insert(&mut lease, 1).await.unwrap();
    let writer = bench.writer.clone();
    let closing = tokio::spawn(async move { writer.close().await });
    tokio::task::yield_now().await;

    lease.commit(None).await.unwrap();
    closing.await.unwrap();

    assert_eq!(bench.ids().await, [1]);
    assert!(matches!(bench.writer.lease().await, Err(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn what_is_saved_is_counted_even_where_nobody_waits_for_it_any_more() {
    let bench = Bench::patient().await;
    let workspace = WorkspaceId::new(uuid::Uuid::from_u128(7));
    let before = bench.versions.of(workspace);
    let mut first = bench.writer.lease().await.unwrap();
    insert(&mut first, 1).await.unwrap();
    let mut gone = Box::pin(first.commit(Some(workspace)));
    std::future::poll_fn(|context| {
        let _ = gone.as_mut().poll(context);
        std::task::Poll::Ready(())
    })
    .await;
    drop(gone);

    let mut next = bench.writer.lease().await.unwrap();
    insert(&mut next, 2).await.unwrap();
    assert_eq!(next.commit(None).await, Ok(None), "it touched nothing");

    assert_eq!(bench.ids().await, [1, 2]);
    assert!(bench.versions.of(workspace).is_next_of(before));
}
