//! Several processes on one PostgreSQL: killed at random, upgraded one by one, and stopped politely.

#![cfg(unix)]

use chrono::TimeDelta;
use faults::places;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use stories::crash::{Place, Process, Town, come_to_rest, free_port};
use tempfile::TempDir;

/// How many processes there are.
const REPLICAS: usize = 4;

/// How often one of them is killed.
const KILLS: usize = 24;

/// What makes a process know one migration more: the next version.
const NEXT_VERSION: (&str, &str) = ("ASYNCBOT_FAULTS_MIGRATION", "1");

struct Scene {
    database: TestDatabase,
    town: Town,
    places: Vec<Place>,
    #[expect(dead_code, reason = "it is held for the service")]
    folder: TempDir,
}

impl Scene {
    async fn set(replicas: usize) -> Self {
        slack::install_tls_provider();
        let database = TestDatabase::postgres().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let town = Town::found(port).await;
        let first = Place {
            program: PathBuf::from(env!("CARGO_BIN_EXE_crashes")),
            folder: folder.path().to_owned(),
            store: database.settings().clone(),
            port,
            admin_port: free_port(),
            slack: town.simulator().url(),
            variables: Vec::new(),
        };
        let mut places = vec![first];
        while places.len() < replicas {
            places.push(places[0].beside());
        }
        Self { database, town, places, folder }
    }

    fn place(&self, number: usize) -> Place {
        self.places[number].with("ASYNCBOT_FAULTS_AHEAD_S", &self.town.ahead_s().to_string())
    }

    fn starts_all(&self) -> Vec<Process> {
        (0..self.places.len()).map(|number| Process::start(&self.place(number))).collect()
    }

    /// Sends what people do to the first replica that lives, as a load balancer does.
    async fn lives(&mut self, replicas: &mut [Process], number: u64) {
        let living =
            replicas.iter_mut().find_map(|one| (!one.has_ended()).then_some(one.place().port));
        let Some(port) = living else { return };
        self.town.moves_bot(port);
        self.town.lives(1, number, number.is_multiple_of(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_that_are_killed_at_random_lose_nothing_and_double_nothing_in_silence() {
    let mut scene = Scene::set(REPLICAS).await;
    {
        let mut first = Process::start(&scene.place(0));
        scene.town.settle_over(3, 8, 1).await;
        scene.town.reads_calls().await;
        first.kill();
    }
    // Two dozen handoffs are due at one instant, and all four see them.
    scene.town.passes_until_before_midnight(TimeDelta::seconds(8));
    let mut replicas = scene.starts_all();
    let named: Vec<&str> = places::all().collect();

    for kill in 0..KILLS {
        let number = kill as u64;
        scene.lives(&mut replicas, number).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        let which = (kill * 7 + kill / 3) % REPLICAS;
        replicas[which].kill();
        scene.town.reads_calls().await;
        let place = scene.place(which).with(
            "ASYNCBOT_FAULTS",
            &format!("{}={}", named[(kill * 5) % named.len()], 1 + kill % 3),
        );
        // One that dies before it serves is started again without a fault.
        replicas[which] =
            Process::try_start(&place).unwrap_or_else(|_| Process::start(&scene.place(which)));
    }

    drop(replicas);
    scene.town.reads_calls().await;
    let port = scene.places[0].port;
    scene.town.moves_bot(port);
    let place = scene.places[0].clone();
    let figures = come_to_rest(&mut scene.town, &place, &scene.database).await;
    assert!(figures.are_good(), "{figures:#?}");
    assert!(
        figures.turns >= 48 && figures.accepted > 60,
        "they have done their work: {figures:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_goes_from_one_to_the_next_across_a_migration_while_the_old_ones_serve() {
    let mut scene = Scene::set(3).await;
    let mut replicas = vec![Process::start(&scene.place(0))];
    scene.town.settle(1, 3).await;
    replicas.extend([Process::start(&scene.place(1)), Process::start(&scene.place(2))]);
    let next =
        |scene: &Scene, number: usize| scene.place(number).with(NEXT_VERSION.0, NEXT_VERSION.1);

    let (_, said) =
        Process::try_start(&next(&scene, 0).beside()).expect_err("it lacks its migration");
    assert!(said.contains("lacks the migrations 9001_tested"), "{said}");
    let migrated = next(&scene, 0).command("migrate").output().expect("it runs");
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    scene.lives(&mut replicas, 2).await;
    // The old version goes on, and starts again, beside what the next one has added.
    replicas[1].kill();
    replicas[1] = Process::start(&scene.place(1));
    for number in 0..3_usize {
        scene.lives(&mut replicas, 4 + number as u64).await;
        replicas[number].stop();
        scene.lives(&mut replicas, 8 + number as u64).await;
        replicas[number] = Process::start(&next(&scene, number));
    }
    let refused = scene.place(0).command("migrate").output().expect("it runs");
    assert!(!refused.status.success(), "an older version migrates nothing");
    scene.lives(&mut replicas, 20).await;

    drop(replicas);
    scene.town.reads_calls().await;
    let place = scene.places[0].with(NEXT_VERSION.0, NEXT_VERSION.1);
    scene.town.moves_bot(place.port);
    let figures = come_to_rest(&mut scene.town, &place, &scene.database).await;
    assert!(figures.are_good(), "{figures:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_polite_stop_writes_down_what_became_of_calls_under_way_within_twenty_seconds() {
    let mut scene = Scene::set(1).await;
    let mut process = Process::start(&scene.place(0));
    scene.town.settle(1, 1).await;
    let began = Instant::now();
    while scene.town.reads_calls().await > 0 || began.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    scene
        .town
        .breaks(
            &json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 4}),
        )
        .await;
    let before = scene.database.ledger().await.outbox.len();
    let mut number = 0;
    while scene.database.ledger().await.outbox.iter().all(|row| row.state != "sending") {
        scene.town.lives(1, number, true).await;
        number += 1;
        assert!(number < 60, "something is being sent, of {before} and more");
    }

    let took = process.stop();

    assert!(took < Duration::from_secs(20), "{took:?}");
    let ledger = scene.database.ledger().await;
    let states: Vec<&str> = ledger.outbox.iter().map(|row| row.state.as_str()).collect();
    assert!(!states.contains(&"sending"), "{states:?}");
    assert!(states.contains(&"ambiguous"), "what may have arrived is known to be so: {states:?}");
}
