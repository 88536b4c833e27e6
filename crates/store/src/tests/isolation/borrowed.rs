//! Trap 5: what one transaction set on a connection is not there for whoever borrows it next.

use super::{at, two_tenants};
use crate::testing::keys;
use crate::tx::EngineTx;
use crate::{Store, Tx};
use domain::ids::WorkspaceId;
use sqlx::AssertSqlSafe;

/// Returns what the connection of a transaction says of itself: its number and the workspace that its session names.
async fn session(tx: &mut Tx, statement: &str) -> Option<String> {
    let EngineTx::Postgres(transaction) = &mut tx.engine else {
        panic!("this is asked of PostgreSQL alone")
    };
    let asked = sqlx::query_scalar(AssertSqlSafe(statement.to_owned()));
    asked.fetch_one(&mut **transaction).await.unwrap()
}

/// Returns the number of the server's process, by which a connection is known.
async fn number(tx: &mut Tx) -> Option<String> {
    session(tx, "select pg_backend_pid()::text").await
}

/// Returns whether a workspace sees its own rotation and no other.
async fn sees_its_own_alone(store: &Store, workspace: WorkspaceId) -> bool {
    let mut tx = store.read(workspace).await.unwrap();
    let all = session(&mut tx, "select string_agg(workspace_id::text, ' ') from rotations").await;
    all == Some(workspace.to_string())
}

async fn poison(tx: &mut Tx, workspace: WorkspaceId) {
    let EngineTx::Postgres(transaction) = &mut tx.engine else {
        panic!("this is done to PostgreSQL alone")
    };
    let set = AssertSqlSafe(format!("set session app.workspace_id = '{workspace}'"));
    sqlx::query(set).execute(&mut **transaction).await.unwrap();
}

#[tokio::test]
async fn the_next_borrower_of_a_connection_sees_its_own_workspace_alone() {
    let (bench, other) = two_tenants().await;
    let store = Store::open_narrow(bench.database.settings(), keys(), 1).await.unwrap();
    let mut numbers = Vec::new();

    for round in 0..12 {
        let (mine, theirs) =
            if round % 2 == 0 { (bench.workspace, other) } else { (other, bench.workspace) };
        let mut tx = store.write(mine).await.unwrap();
        numbers.push(number(&mut tx).await);
        tx.find_workspace().await.unwrap();
        match round % 3 {
            0 => tx.commit().await.unwrap(),
            1 => drop(tx),
            // What no code does, see below; the next transaction names its own workspace all the same.
            _ => {
                poison(&mut tx, mine).await;
                tx.commit().await.unwrap();
            }
        }

        assert!(sees_its_own_alone(&store, theirs).await, "round {round}");
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "it was one connection all the time");
}

#[tokio::test]
async fn a_transaction_leaves_no_workspace_on_its_connection() {
    let (bench, _) = two_tenants().await;
    let store = Store::open_narrow(bench.database.settings(), keys(), 1).await.unwrap();
    for ends in ["commit", "rollback"] {
        let mut tx = store.write(bench.workspace).await.unwrap();
        let inside = session(&mut tx, "select current_setting('app.workspace_id')").await;
        assert_eq!(inside, Some(bench.workspace.to_string()));
        if ends == "commit" {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }

        // The transaction's own setting goes first, then that of the session shows.
        let mut tx = store.read(bench.workspace).await.unwrap();
        let after = session(&mut tx, "select current_setting('app.workspace_id')").await;
        assert_eq!(after, inside, "a transaction names it again");
        session_after(&mut tx, ends).await;
    }
}

/// Cancelled while the server begins a transaction that only reads, or after that: the next borrower can write.
#[tokio::test]
async fn the_next_borrower_after_a_cancelled_beginning_has_a_transaction_of_its_own() {
    let (bench, other) = two_tenants().await;
    let store = Store::open_narrow(bench.database.settings(), keys(), 1).await.unwrap();

    for polls in 1..8 {
        let mut reading = Box::pin(store.read(bench.workspace));
        for _ in 0..polls {
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            if reading.as_mut().poll(&mut context).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(reading);

        let mut tx = store.write(other).await.unwrap();
        tx.record_limit("post", at(100)).await.expect("it is not that of the one before");
        let isolation = session(&mut tx, "select current_setting('transaction_isolation')").await;
        assert_eq!(isolation.as_deref(), Some("read committed"), "after {polls} polls");
        tx.commit().await.unwrap();
    }
}

/// Ends the transaction by hand and asks what is left of its setting.
async fn session_after(tx: &mut Tx, ends: &'static str) {
    let EngineTx::Postgres(transaction) = &mut tx.engine else {
        panic!("this is asked of PostgreSQL alone")
    };
    sqlx::raw_sql(ends).execute(&mut **transaction).await.unwrap();
    let left: Option<String> =
        sqlx::query_scalar("select nullif(current_setting('app.workspace_id', true), '')")
            .fetch_one(&mut **transaction)
            .await
            .unwrap();
    assert_eq!(left, None, "after a {ends}");
    // The transaction that is dropped next must find one to roll back.
    sqlx::raw_sql("begin").execute(&mut **transaction).await.unwrap();
}

/// A setting of the session is impossible, because no source writes one: each that names the workspace is `set local`.
#[test]
fn no_source_names_the_workspace_for_longer_than_a_transaction() {
    let mut named = 0;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for source in sources(std::path::Path::new(folder)) {
        let text = std::fs::read_to_string(&source).unwrap();
        for (before, _) in text.match_indices("app.workspace_id").map(|(at, _)| text.split_at(at)) {
            named += 1;
            assert!(before.ends_with("set local "), "{} names it otherwise", source.display());
        }
        assert!(!text.contains("set_config"), "{} makes a setting", source.display());
    }
    assert_eq!(named, 2, "one for a transaction, one for a group of them");
}

/// Returns the sources of the product, without those of tests.
fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            found.extend(sources(&path));
        } else if path.is_file() && !name.contains("test") {
            found.push(path);
        }
    }
    found
}
