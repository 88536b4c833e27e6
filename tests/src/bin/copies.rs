//! A data set copied from SQLite to PostgreSQL and back, measured: `tests/run with cargo run --release -p stories --bin copies`;
//! a number after `--` is another number of workspaces than 1,000.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::TeamId;
use std::process::ExitCode;
use std::time::Instant;
use store::testing::TestDatabase;
use stories::{Crowd, copies};

/// How many workspaces there are where no number is given.
const WORKSPACES: usize = 1_000;

/// How many rotations each has.
const ROTATIONS: usize = 5;

/// For how long they have been used.
const USED: TimeDelta = TimeDelta::days(56);

fn main() -> ExitCode {
    let workspaces = std::env::args().nth(1);
    let workspaces =
        workspaces.map_or(WORKSPACES, |number| number.parse().expect("a number of workspaces"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(workspaces));
    ExitCode::SUCCESS
}

async fn measure(workspaces: usize) {
    let began_at: DateTime<Utc> = "2026-09-15T10:10:00Z".parse().expect("an instant");
    let crowd = Crowd {
        teams: (0..workspaces).map(|place| TeamId::new(&format!("T{place:04}"))).collect(),
        rotations: ROTATIONS,
        all_at: None,
    };
    let (file, server, back) =
        (TestDatabase::sqlite(), TestDatabase::postgres().await, TestDatabase::sqlite());
    let store = file.open().await;
    let began = Instant::now();
    crowd.installs(&store, began_at).await;
    crowd.begins(&store, began_at).await;
    crowd.goes_on(&store, began_at + USED).await;
    while store.chain_audit().await.expect("it is chained").is_more {}
    store.close().await;
    drop(store);
    say(&format!("filled in {:.0} s", began.elapsed().as_secs_f64()));
    let mut counts = Vec::new();
    for (name, from, to) in
        [("SQLite to PostgreSQL", &file, &server), ("PostgreSQL to SQLite", &server, &back)]
    {
        forgets_its_peak();
        let (before, began) = (memory("VmRSS"), Instant::now());
        let copied = copies(from, to).await;
        let took = began.elapsed().as_secs_f64();
        let rows: u64 = copied.tables.iter().map(|(_, rows)| rows).sum();
        assert!(copied.closed.is_empty() && copied.broken.is_empty(), "{copied:?}");
        say(&format!(
            "{name}: {rows} rows in {took:.1} s, {} sealed values, {} audit logs; {} MiB at most, {before} MiB before",
            copied.opened,
            copied.whole,
            memory("VmHWM")
        ));
        counts.push(copied.tables);
    }
    assert_eq!(counts[0], counts[1], "as many rows there as back");
}

/// Lets the kernel count the most memory anew.
fn forgets_its_peak() {
    // Without the right to do so the number is that of the whole run, which is no less.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Returns one of the kernel's numbers on this process's memory, in MiB; 0 where the kernel tells none.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn say(text: &str) {
    println!("{text}");
}
