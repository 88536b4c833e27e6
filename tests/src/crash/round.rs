//! A round: a fresh town and a fresh database, so many lives, and then the comparison.

use crate::crash::checked::{Figures, check};
use crate::crash::life::{Way, live};
use crate::crash::process::{Place, Process, folder_of, free_port};
use crate::crash::town::{Town, mix};
use crate::play::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;

/// How long one of the last lives may take to do all that is due.
const PATIENCE: Duration = Duration::from_secs(25);

/// How many of them there are at most.
const MOST_RESTS: usize = 60;

/// What is due so soon is waited for: it may have been put off.
const NEAR: TimeDelta = TimeDelta::minutes(10);

/// What a round consists of.
#[derive(Clone, Debug)]
pub struct RoundSettings {
    /// The database.
    pub engine: Engine,
    /// The program that is the service when `serve` follows.
    pub program: PathBuf,
    /// What everything that happens by chance follows from.
    pub seed: u64,
    /// The number of the first kill, which chooses its place.
    pub first: u64,
    /// How many kills there are.
    pub kills: u64,
    /// How many workspaces, and how many rotations in each.
    pub size: (usize, usize),
}

/// What a round came to.
#[derive(Clone, Debug)]
pub struct Round {
    /// How often it was killed where.
    pub deaths: BTreeMap<String, u64>,
    /// The comparison.
    pub figures: Figures,
    /// How long it took.
    pub took: Duration,
}

/// Plays a round.
///
/// # Panics
///
/// Where the stage cannot be set.
pub async fn play_round(settings: &RoundSettings) -> Round {
    let began = Instant::now();
    let database = settings.engine.new_database().await;
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let port = free_port();
    let mut town = Town::found(port).await;
    let place = Place {
        program: settings.program.clone(),
        folder: folder_of(database.settings()).unwrap_or_else(|| scratch.path().to_owned()),
        store: database.settings().clone(),
        port,
        admin_port: free_port(),
        slack: town.simulator().url(),
        variables: Vec::new(),
    };
    {
        let mut first = Process::start(&place);
        town.settle(settings.size.0, settings.size.1).await;
        town.reads_calls().await;
        first.kill();
    }
    let mut deaths = BTreeMap::new();
    for number in settings.first..settings.first + settings.kills {
        let dice = mix(settings.seed, number);
        // An hour, now and then several: a handoff of each hour is due, leases and holds run out.
        town.passes(TimeDelta::minutes(if dice.is_multiple_of(7) { 200 } else { 61 }));
        let death = live(&mut town, &place, Way::of(number, settings.seed), dice).await;
        *deaths.entry(death.place).or_default() += 1;
        town.reads_calls().await;
    }
    let figures = come_to_rest(&mut town, &place, &database).await;
    Round { deaths, figures, took: began.elapsed() }
}

/// Lets the service live without a fault until nothing is due, and compares.
///
/// # Panics
///
/// Where the service does not start, or the database cannot be read.
pub async fn come_to_rest(town: &mut Town, place: &Place, database: &TestDatabase) -> Figures {
    town.mends().await;
    // What is ambiguous is held, what was refused is parked: an hour later both are due. Slack lets itself be asked once a
    // minute whether a direct message is there, so many of them take many minutes.
    town.passes(TimeDelta::minutes(61));
    let mut trouble = Vec::new();
    let mut rested_at = rest(town, place, database, &mut trouble).await;
    for _ in 0..MOST_RESTS {
        let ledger = database.ledger().await;
        if ledger.open_work(rested_at) == (0, 0) && ledger.open_work(rested_at + NEAR).0 == 0 {
            break;
        }
        town.passes(TimeDelta::minutes(3));
        rested_at = rest(town, place, database, &mut trouble).await;
    }
    let ledger = database.ledger().await;
    let mut figures = check(town, &ledger, rested_at);
    figures.trouble = trouble;
    figures
}

/// Returns until when everything that was due is done.
async fn rest(
    town: &mut Town,
    place: &Place,
    database: &TestDatabase,
    trouble: &mut Vec<String>,
) -> DateTime<Utc> {
    let mut process =
        Process::start(&place.with("ASYNCBOT_FAULTS_AHEAD_S", &town.ahead_s().to_string()));
    let began = Instant::now();
    let rested_at = loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        town.reads_calls().await;
        // A little earlier than now: what becomes due in this moment is not late yet.
        let at = town.now() - TimeDelta::seconds(1);
        let ledger = database.ledger().await;
        let open = ledger.open_work(at);
        if open == (0, 0) {
            break at;
        }
        if PATIENCE < began.elapsed() {
            let log = process.log();
            let last = log.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev();
            trouble.push(format!(
                "{open:?} are left:\n{:#?}\n{}",
                ledger.waiting(at),
                last.collect::<Vec<_>>().join("\n")
            ));
            break at;
        }
    };
    // What follows from the last of it is written down before it stops.
    process.stop();
    town.reads_calls().await;
    rested_at
}
