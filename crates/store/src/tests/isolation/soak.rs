//! Ten thousand transactions of several workspaces over two connections, many of them cancelled wherever they stood: each
//! sees its own workspace alone, and the connections are well at the end.

use super::{Bench, at, rotation};
use crate::testing::keys;
use crate::{Store, StoreError};
use domain::ids::WorkspaceId;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::task::JoinSet;

const TRANSACTIONS: u64 = 10_000;
const TASKS: u64 = 8;
const TEAMS: [&str; 4] = ["TA", "TB", "TC", "TD"];
/// Another one is another soak, and the same one the same.
const SEED: u64 = 0x5eed_0f50_a4ed;

/// What became of the transactions.
#[derive(Default)]
struct Ends {
    read: AtomicU64,
    written: AtomicU64,
    dropped: AtomicU64,
    cancelled: AtomicU64,
}

/// Polls a future so many times and then drops it, wherever it waits.
struct Cancelled<'a, F> {
    future: Pin<&'a mut F>,
    polls: u64,
}

impl<F: Future> Future for Cancelled<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}

/// A generator of numbers that looks random and is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Looks at everything from inside a workspace: it is its own.
async fn looks(store: &Store, (workspace, team): (WorkspaceId, &str)) -> Result<(), StoreError> {
    let mut tx = store.read(workspace).await?;
    let found = tx.find_workspace().await?.expect("it is installed");
    assert_eq!((found.id, found.team.as_str()), (workspace, team));
    let rotations = tx.list_rotations().await?;
    assert_eq!(rotations.len(), 1, "one rotation a workspace");
    assert_eq!(rotations[0].name, team, "its own");
    tx.commit().await
}

/// Writes into a workspace, reads it again, and keeps it or not.
async fn writes(
    store: &Store,
    (workspace, team): (WorkspaceId, &str),
    number: u64,
    is_kept: bool,
) -> Result<(), StoreError> {
    let mut tx = store.write(workspace).await?;
    let key = format!("{team}-{number}");
    tx.record_limit(&key, at(100)).await?;
    for (call, _) in tx.list_limits(at(0)).await? {
        assert!(call.starts_with(team), "{call} is seen from within {team}");
    }
    if is_kept { tx.commit().await } else { Ok(()) }
}

async fn soak(store: Store, task: u64, ends: Arc<Ends>) {
    let mut dice = Dice(SEED + task);
    for number in 0..TRANSACTIONS / TASKS {
        let team = TEAMS[usize::try_from(dice.below(4)).unwrap()];
        let who = (WorkspaceId::of_team(&crate::tests::bench::team(team)), team);
        let (is_write, is_kept) = (dice.below(3) == 0, dice.below(2) == 0);
        // A third is cancelled, most of it within the first waits.
        let polls = if dice.below(3) == 0 { 1 + dice.below(12) } else { u64::MAX };
        let count = task * TRANSACTIONS + number % 16;
        let future = pin!(async {
            if is_write {
                writes(&store, who, count, is_kept).await
            } else {
                looks(&store, who).await
            }
        });
        let end = Cancelled { future, polls }.await;
        let counter = match end {
            None => &ends.cancelled,
            Some(done) => {
                done.expect("nothing fails but by being cancelled");
                match (is_write, is_kept) {
                    (false, _) => &ends.read,
                    (true, true) => &ends.written,
                    (true, false) => &ends.dropped,
                }
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

async fn soaks(bench: &Bench, store: Store) {
    for team in TEAMS {
        let workspace = bench.install(team).await;
        let mut tx = bench.store.write(workspace).await.unwrap();
        tx.insert_rotation(&rotation(team)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let ends = Arc::new(Ends::default());
    let mut tasks = JoinSet::new();

    for task in 0..TASKS {
        tasks.spawn(soak(store.clone(), task, Arc::clone(&ends)));
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no transaction saw another's");
    }

    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let (read, written) = (of(&ends.read), of(&ends.written));
    let (dropped, cancelled) = (of(&ends.dropped), of(&ends.cancelled));
    assert_eq!(read + written + dropped + cancelled, TRANSACTIONS);
    for (what, count) in
        [("read", read), ("written", written), ("dropped", dropped), ("cancelled", cancelled)]
    {
        assert!(count > 300, "{what}: {count}");
    }
    // Nothing is left behind on any connection: each serves each workspace, and no lock is held.
    for team in TEAMS.iter().cycle().take(16) {
        let who = (WorkspaceId::of_team(&crate::tests::bench::team(team)), *team);
        looks(&store, who).await.unwrap();
        writes(&store, who, u64::MAX, true).await.unwrap();
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_ten_thousand_transactions_see_their_own_workspace_alone() {
    let bench = Bench::sqlite().await;
    let store = bench.store.clone();

    soaks(&bench, store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_ten_thousand_transactions_over_two_connections_see_their_own_workspace_alone()
{
    let bench = Bench::postgres().await;
    let store = Store::open_narrow(bench.database.settings(), keys(), 2).await.unwrap();

    soaks(&bench, store).await;
}
