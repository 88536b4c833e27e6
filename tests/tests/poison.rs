//! What kills its process is set aside after three crashes, and the rest goes on.

#![cfg(unix)]

use chrono::TimeDelta;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::testing::{Ledger, OutboxRow, TestDatabase};
use stories::Engine;
use stories::crash::{Place, Process, Town, free_port};
use tempfile::TempDir;

/// How long the rest may take once the culprit is set aside.
const GOES_ON_WITHIN: Duration = Duration::from_secs(10);

struct Scene {
    database: TestDatabase,
    town: Town,
    place: Place,
    #[expect(dead_code, reason = "it is held for the service")]
    folder: TempDir,
}

impl Scene {
    async fn set(engine: Engine) -> Self {
        slack::install_tls_provider();
        let database = match engine {
            Engine::Sqlite => TestDatabase::sqlite(),
            Engine::Postgres => TestDatabase::postgres().await,
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let town = Town::found(port).await;
        let place = Place {
            program: PathBuf::from(env!("CARGO_BIN_EXE_crashes")),
            folder: folder.path().to_owned(),
            store: database.settings().clone(),
            port,
            admin_port: free_port(),
            slack: town.simulator().url(),
            variables: Vec::new(),
        };
        Self { database, town, place, folder }
    }

    /// Starts the service again and again with what kills it, until it lives on; returns how often it died, and the life
    /// that goes on with when it began.
    async fn dies(&mut self, fault: &str) -> (u32, Process, Instant) {
        let place = self.place.with("ASYNCBOT_FAULTS", fault);
        let mut deaths = 0;
        loop {
            let place = place.with("ASYNCBOT_FAULTS_AHEAD_S", &self.town.ahead_s().to_string());
            let began = Instant::now();
            let lives = match Process::try_start(&place) {
                Ok(mut process) => {
                    while !process.has_ended() && began.elapsed() < Duration::from_secs(6) {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    (!process.has_ended()).then_some(process)
                }
                Err(_) => None,
            };
            if let Some(process) = lives {
                return (deaths, process, began);
            }
            deaths += 1;
            assert!(deaths < 8, "it does not die for ever");
            // Leases of a life that ended without a word run out.
            self.town.passes(TimeDelta::minutes(6));
        }
    }

    async fn until(&self, what: &str, holds: impl Fn(&Ledger) -> bool) {
        let began = Instant::now();
        loop {
            let ledger = self.database.ledger().await;
            if holds(&ledger) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{what}: {ledger:#?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn a_message_that_kills_its_process_is_set_aside(engine: Engine) {
    let mut scene = Scene::set(engine).await;
    // Everything waits, so that the culprit has neighbours.
    scene.town.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 1000, "retry_after_s": 2})).await;
    let mut process = Process::start(&scene.place);
    scene.town.settle(1, 6).await;
    scene.until("messages wait", |ledger| waiting(ledger).len() > 6).await;
    process.kill();
    scene.town.mends().await;
    scene.town.passes(TimeDelta::seconds(30));
    let ledger = scene.database.ledger().await;
    let culprit = waiting(&ledger)[3].delivery_id;

    let (deaths, mut process, began) = scene.dies(&format!("deliveries.compose@{culprit}=1")).await;

    assert_eq!(deaths, 3, "three crashes are enough");
    let others = |ledger: &Ledger| waiting(ledger).iter().all(|row| row.delivery_id == culprit);
    scene.until("the rest is sent", others).await;
    assert!(began.elapsed() < GOES_ON_WITHIN, "{:?}", began.elapsed());
    let state = |ledger: &Ledger| {
        ledger.outbox.iter().find(|row| row.delivery_id == culprit).map(|row| row.state.clone())
    };
    assert_eq!(state(&scene.database.ledger().await).as_deref(), Some("quarantined"));
    let aside = scene
        .database
        .ledger()
        .await
        .outbox
        .iter()
        .filter(|row| row.state == "quarantined")
        .count();
    assert_eq!(aside, 1, "and nothing else");
    process.kill();

    // Somebody mended it.
    let process = Process::start(
        &scene.place.with("ASYNCBOT_FAULTS_AHEAD_S", &scene.town.ahead_s().to_string()),
    );
    let mut replay = scene.place.command("outbox");
    let replayed = replay.args(["replay", &culprit.to_string()]).output().expect("it runs");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    scene
        .until("it is brought back and sent", |ledger| {
            state(ledger).as_deref() != Some("quarantined") && waiting(ledger).is_empty()
        })
        .await;
    drop(process);
}

async fn an_event_that_kills_its_process_is_set_aside(engine: Engine) {
    let mut scene = Scene::set(engine).await;
    let mut process = Process::start(&scene.place);
    scene.town.settle(1, 2).await;
    process.kill();
    // They are taken in and die before they are worked off.
    let place = scene.place.with("ASYNCBOT_FAULTS", "inbox.work=sleep(60000)");
    let mut process = Process::start(&place);
    for user in ["U0BEN", "U0CHO", "U0DEE"] {
        let team = "T0HARBOUR0";
        scene.town.act(&json!({"team": team, "user": user, "open_home": true})).await;
    }
    scene
        .until("events wait", |ledger| {
            ledger.inbox.iter().filter(|row| is_of_home(&row.item)).count() >= 3
        })
        .await;
    process.kill();
    let ledger = scene.database.ledger().await;
    let culprit = ledger.inbox.iter().find(|row| is_of_home(&row.item)).expect("an event").inbox_id;
    scene.town.passes(TimeDelta::minutes(6));

    let (deaths, process, began) = scene.dies(&format!("inbox.work@{culprit}=1")).await;

    // The kill before it was the first, where it was leased then.
    assert!((2..=4).contains(&deaths), "three crashes of its own are enough: {deaths}");
    scene
        .until("the rest is worked off", |ledger| {
            ledger.inbox.iter().all(|row| row.inbox_id == culprit || !is_of_home(&row.item))
        })
        .await;
    assert!(began.elapsed() < GOES_ON_WITHIN, "{:?}", began.elapsed());
    let ledger = scene.database.ledger().await;
    let aside: Vec<_> = ledger
        .inbox
        .iter()
        .filter(|row| row.state == "quarantined")
        .map(|row| row.inbox_id)
        .collect();
    assert_eq!(aside, [culprit]);
    drop(process);
}

fn is_of_home(item: &str) -> bool {
    item.contains("home_opened")
}

fn waiting(ledger: &Ledger) -> Vec<&OutboxRow> {
    ledger
        .outbox
        .iter()
        .filter(|row| {
            row.finished_at.is_none()
                && row.call == "post"
                && ["pending", "sending", "ambiguous"].contains(&row.state.as_str())
        })
        .filter(|row| row.attempts > 0 || row.state == "pending")
        .collect()
}

macro_rules! on_both {
    ($($story:ident)+) => {
        $(
            mod $story {
                use super::Engine;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    super::$story(Engine::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    super::$story(Engine::Postgres).await;
                }
            }
        )+
    };
}

on_both! {
    a_message_that_kills_its_process_is_set_aside
    an_event_that_kills_its_process_is_set_aside
}
