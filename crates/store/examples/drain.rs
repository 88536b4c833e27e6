//! Measures how many deliveries a second the outbox hands out and takes back as sent, where sending is nothing.
//!
//! Each delivery is leased, marked as being sent and recorded as sent, in three transactions, as the service does it.
//! `drain [JOBS] [postgres|sqlite]`; 50,000 on PostgreSQL where nothing is said.

use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use std::time::Instant;
use store::testing::TestDatabase;
use store::{Claiming, NewInstall, SentDelivery, Store, new_id};

/// How many workspaces have something to say.
const WORKSPACES: usize = 100;

/// How many workers there are, in batches and one at a time.
const WORKERS: [usize; 2] = [4, 16];

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is its purpose")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_sqlite = arguments.iter().any(|argument| argument == "sqlite");
    let jobs = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(50_000);
    for (name, jobs, limit, workers) in
        [("in batches", jobs, 500, WORKERS[0]), ("one at a time", jobs / 10, 1, WORKERS[1])]
    {
        let database =
            if is_sqlite { TestDatabase::sqlite() } else { TestDatabase::postgres().await };
        let store = database.open().await;
        let workspaces = fill(&store, jobs).await;
        let began = Instant::now();
        let sent = drain(&store, &workspaces, limit, workers).await;
        let rate = f64::from(sent) / began.elapsed().as_secs_f64();
        println!("asyncbot {name}: {rate:.0} jobs/s ({sent} jobs)");
    }
}

/// Stores so many deliveries, evenly, each for a channel of its own.
async fn fill(store: &Store, jobs: usize) -> Vec<WorkspaceId> {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let mut workspaces = Vec::new();
    for number in 0..WORKSPACES {
        let team = TeamId::new(&format!("T{number}"));
        let workspace = WorkspaceId::of_team(&team);
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        let install = NewInstall {
            team,
            name: String::from("Harbour"),
            app_id: String::from("A1"),
            bot_user: UserId::new("UBOT"),
            scopes: Vec::new(),
            installer: UserId::new("UANA"),
            bot_token: SecretString::from("xoxb-bench"),
            at,
        };
        tx.upsert_workspace(&install).await.expect("a workspace is stored");
        for channel in 0..jobs / WORKSPACES {
            let effect = StartEffect::RotationCreated { rotation: RotationId::new(new_id(at)) };
            let to = Recipient::Channel(ChannelId::new(&format!("C{channel}")));
            tx.insert_delivery(&Envelope::new(effect, to), at, at).await.expect("it is stored");
        }
        tx.commit().await.expect("it is saved");
        workspaces.push(workspace);
    }
    workspaces
}

/// Has the workers send everything, and returns how much that was.
#[expect(clippy::disallowed_methods, reason = "every task is awaited")]
async fn drain(store: &Store, workspaces: &[WorkspaceId], limit: u32, workers: usize) -> u32 {
    let mut tasks = Vec::new();
    for worker in 0..workers {
        let mine: Vec<_> = workspaces.iter().copied().skip(worker).step_by(workers).collect();
        tasks.push(tokio::spawn(work(store.clone(), mine, limit)));
    }
    let mut sent = 0;
    for task in tasks {
        sent += task.await.expect("a worker ends");
    }
    sent
}

async fn work(store: Store, workspaces: Vec<WorkspaceId>, limit: u32) -> u32 {
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1);
    let mut sent = 0;
    for workspace in workspaces {
        loop {
            let by = new_id(now).to_string();
            let until = now + TimeDelta::seconds(60);
            let claiming =
                Claiming { by: &by, until, limit, alone: false, leave_out: &[], new_only: false };
            let mut tx = store.write(workspace).await.expect("a transaction begins");
            let claimed = tx.claim_deliveries(&claiming, now).await.expect("they are leased");
            tx.commit().await.expect("it is saved");
            if claimed.is_empty() {
                break;
            }
            let mut tx = store.write(workspace).await.expect("a transaction begins");
            let marked = tx.record_sending(&by, now).await.expect("they are marked");
            tx.commit().await.expect("it is saved");
            let done: Vec<SentDelivery> = claimed
                .iter()
                .map(|claimed| SentDelivery {
                    claim: claimed.claim,
                    channel: ChannelId::new("C1"),
                    ts: String::from("1.1"),
                })
                .collect();
            let mut tx = store.write(workspace).await.expect("a transaction begins");
            tx.record_all_sent(&done, now).await.expect("they are recorded");
            tx.commit().await.expect("it is saved");
            sent += u32::try_from(marked.len()).expect("a batch is small");
        }
    }
    sent
}
