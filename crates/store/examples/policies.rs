//! Measures what the policies that keep workspaces apart cost a small transaction that reads, on PostgreSQL: the same reads
//! with the policies and without, in turn.

use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use store::{NewInstall, PersonRecord, Store};

/// How long each measurement takes.
const EACH: Duration = Duration::from_secs(3);
/// How often there is one of each; the best counts.
const ROUNDS: u32 = 4;
/// How many read at once.
const CLIENTS: usize = 4;
const WORKSPACES: usize = 200;
const PEOPLE: usize = 50;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is its purpose")]
async fn main() {
    let database = TestDatabase::postgres().await;
    let store = database.open().await;
    for number in 0..WORKSPACES {
        fill(&store, number).await;
    }
    database.run_behind("analyze people").await;
    let (mut with, mut without) = (0_f64, 0_f64);
    for _ in 0..ROUNDS {
        database.run_behind("alter table people enable row level security").await;
        with = with.max(rate(&store).await);
        database.run_behind("alter table people disable row level security").await;
        without = without.max(rate(&store).await);
    }
    let milliseconds = |rate: f64| 4_000.0 / rate;
    println!(
        "{CLIENTS} clients, {WORKSPACES} workspaces of {PEOPLE} people, three of whom are read by their ids"
    );
    println!(
        "with policies:    {with:>6.0} transactions a second, {:.3} ms each",
        milliseconds(with)
    );
    println!(
        "without:          {without:>6.0} transactions a second, {:.3} ms each",
        milliseconds(without)
    );
    println!("the policies take {:.0} % of it", 100.0 * (1.0 - with / without));
}

fn team(number: usize) -> TeamId {
    TeamId::new(&format!("T{number}"))
}

fn workspace(number: usize) -> WorkspaceId {
    WorkspaceId::of_team(&team(number))
}

fn user(number: usize) -> UserId {
    UserId::new(&format!("U{number}"))
}

async fn fill(store: &Store, number: usize) {
    let mut tx = store.write(workspace(number)).await.expect("a transaction begins");
    let install = NewInstall {
        team: team(number),
        name: format!("Workspace {number}"),
        app_id: String::from("A1"),
        bot_user: UserId::new("UBOT"),
        scopes: Vec::new(),
        installer: user(0),
        bot_token: SecretString::from("xoxb-of-nobody"),
        at: DateTime::<Utc>::UNIX_EPOCH,
    };
    tx.upsert_workspace(&install).await.expect("it is installed");
    for number in 0..PEOPLE {
        let person = PersonRecord {
            user: user(number),
            display_name: format!("Person {number}"),
            zone: None,
            is_deactivated: false,
            is_admin: false,
            is_bot: false,
            is_guest: false,
            is_foreign: false,
            refreshed_at: DateTime::<Utc>::UNIX_EPOCH,
        };
        tx.upsert_person(&person).await.expect("a person is stored");
    }
    tx.commit().await.expect("they are saved");
}

/// Returns how many transactions a second all clients together come to.
async fn rate(store: &Store) -> f64 {
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let store = store.clone();
        clients.spawn(async move { read(&store, client, began).await });
    }
    let read: u32 = clients.join_all().await.into_iter().sum();
    f64::from(read) / began.elapsed().as_secs_f64()
}

/// Reads people of one workspace after the other, and returns how often.
async fn read(store: &Store, client: usize, began: Instant) -> u32 {
    let mut count = 0;
    let mut number = client;
    while began.elapsed() < EACH {
        let mut tx =
            store.read(workspace(number % WORKSPACES)).await.expect("a transaction begins");
        let users = [number, number + 7, number + 13].map(|number| user(number % PEOPLE));
        let found = tx.find_people(&users).await.expect("people are read");
        assert_eq!(found.len(), 3, "those of this workspace and no others");
        number += CLIENTS;
        count += 1;
    }
    count
}
