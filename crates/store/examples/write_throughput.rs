//! Measures how many small durable transactions a second SQLite takes, by the number of writers at once.

use chrono::{DateTime, Utc};
use domain::ids::{TeamId, WorkspaceId};
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use store::{Outcome, Store};

const EACH: Duration = Duration::from_secs(2);

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is its purpose")]
#[expect(clippy::disallowed_methods, reason = "every task is awaited")]
async fn main() {
    for writers in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
        let database = TestDatabase::sqlite();
        let store = database.open().await;
        let began = Instant::now();
        let tasks: Vec<_> =
            (0..writers).map(|writer| tokio::spawn(write(store.clone(), writer, began))).collect();
        let mut saved = 0;
        for task in tasks {
            saved += task.await.expect("a writer ends");
        }
        let rate = f64::from(saved) / began.elapsed().as_secs_f64();
        println!("{writers:>4} writers: {rate:>6.0} transactions a second");
    }
}

/// Commits transactions of one row, one after the other, and returns how many.
async fn write(store: Store, writer: u32, began: Instant) -> u32 {
    let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
    let outcome = Outcome { facts: serde_json::json!({"code": "done"}) };
    let mut saved = 0;
    while began.elapsed() < EACH {
        let mut tx = store.write(workspace).await.expect("the writer is free in time");
        let key = format!("{writer}-{saved}");
        tx.record_outcome(&key, &outcome, DateTime::<Utc>::UNIX_EPOCH).await.expect("it is new");
        tx.commit().await.expect("it is saved");
        saved += 1;
    }
    saved
}
