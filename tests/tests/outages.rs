//! PostgreSQL dies and comes back, is promoted from a copy that lagged, or is put back to an earlier time.

#![cfg(unix)]

use chrono::TimeDelta;
use domain::ids::{TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use store::testing::TestDatabase;
use store::{NewInstall, PersonRecord};
use stories::crash::{Figures, Place, Process, Server, Town, come_to_rest, free_port};
use tempfile::TempDir;

/// How long the service may take to go on.
const HEALED_WITHIN: Duration = Duration::from_secs(15);

/// Somebody who asks to be erased.
const WHO_LEFT: &str = "U0PARTED";

/// How long before the full hour, at which handoffs are due, a service is started that has to come to rest before.
const BEFORE_THE_HOUR: Duration = Duration::from_secs(30);

/// A server, a town, and how the service is started between them.
struct Scene {
    server: Server,
    database: TestDatabase,
    town: Town,
    place: Place,
    #[expect(dead_code, reason = "it is held for the service")]
    folder: TempDir,
}

impl Scene {
    async fn set() -> Self {
        slack::install_tls_provider();
        let server = Server::start();
        let database = TestDatabase::postgres_on(&server.url()).await;
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
        Self { server, database, town, place, folder }
    }

    fn starts(&self) -> Process {
        self.starts_at(&self.place)
    }

    fn starts_at(&self, place: &Place) -> Process {
        Process::start(&place.with("ASYNCBOT_FAULTS_AHEAD_S", &self.town.ahead_s().to_string()))
    }

    /// Waits until people are answered again, and returns how long that took.
    async fn heals(&mut self, number: u64) -> Duration {
        let began = Instant::now();
        while !self.town.enters("U0BEN", number).await.contains("Noted:") {
            assert!(began.elapsed() < Duration::from_mins(1), "it heals");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        began.elapsed()
    }

    async fn rests(&mut self) -> Figures {
        come_to_rest(&mut self.town, &self.place, &self.database).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_comes_back_costs_nothing() {
    let mut scene = Scene::set().await;
    let mut process = scene.starts();
    scene.town.settle(2, 3).await;

    for round in 0..3 {
        let busy = async { scene.town.bursts(40, round).await };
        let (answers, ()) = tokio::join!(busy, async {
            tokio::time::sleep(Duration::from_millis(30 + 60 * round)).await;
            scene.server.kill();
        });
        scene.town.keeps(answers);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(!process.has_ended(), "{}", process.log());
        scene.server.go();
        let took = scene.heals(round).await;
        assert!(took < HEALED_WITHIN, "{took:?}");
        scene.town.lives(4, round, true).await;
    }

    process.kill();
    let figures = scene.rests().await;
    assert!(figures.are_good(), "{figures:#?}");
    assert!(figures.acknowledged > 20, "some were answered: {figures:#?}");
    assert!(!process.has_said("went back in time"), "a restart is no setback: {}", process.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_lagged_and_was_promoted_is_noticed_by_each_replica_before_it_sends_anything() {
    let mut scene = Scene::set().await;
    let mut process = scene.starts();
    scene.town.settle(2, 12).await;
    process.kill();
    // A handoff falls into what is going to be forgotten.
    scene.town.passes_until_before_the_hour(before_the_hour());
    process = scene.starts();
    let mut other = scene.starts_at(&scene.place.beside());
    quiet(&mut scene.town).await;
    let (gone, left) = ("T0GONE", "T0LEFT");
    for team in [gone, left] {
        was_here(&scene, team).await;
    }
    assert!(names(&scene, WHO_LEFT).await, "the search finds who is there");
    scene.server.copy("standby");
    erases(&scene.place, &[gone]);
    erases(&scene.place, &[left, "--person", WHO_LEFT]);
    assert!(scene.database.tables_of(workspace_of(gone)).await.is_empty(), "it is erased");
    assert!(!names(&scene, WHO_LEFT).await, "they are erased");
    let said = lives_on(&mut scene).await;

    let before = scene.town.accepted().values().map(Vec::len).sum::<usize>();
    scene.server.put_back("standby", true);
    scene.town.will_be_forgotten(false);
    let took = scene.heals(0).await;

    assert!(took < HEALED_WITHIN, "{took:?}");
    until_sorted_out(&process).await;
    until_sorted_out(&other).await;
    scene.town.reads_calls().await;
    assert_eq!(
        scene.town.accepted().values().map(Vec::len).sum::<usize>(),
        before,
        "nothing is sent before it is sorted out"
    );
    let detail = detail(&scene.place).await;
    let back = scene.database.tables_of(workspace_of(gone)).await;
    assert_eq!(back, Vec::<String>::new(), "what was erased did not come back");
    assert!(!names(&scene, WHO_LEFT).await, "nor who was");
    assert!(!scene.database.tables_of(workspace_of(left)).await.is_empty(), "the others did");
    // Each of the two wrote down when it noticed.
    let noticed = detail["setbacks"].as_array().map_or(0, Vec::len);
    assert!((1..=2).contains(&noticed), "{detail}");
    let doctor = doctor(&scene.place);
    assert!(doctor.contains("FAIL database: the database went back in time"), "{doctor}");
    process.kill();
    other.kill();
    let figures = scene.rests().await;
    assert!(figures.are_good(), "{figures:#?}");
    assert!(said > 0, "something was said that was forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_was_put_back_while_nobody_looked_is_noticed_by_what_the_folder_keeps() {
    let mut scene = Scene::set().await;
    let mut process = scene.starts();
    scene.town.settle(2, 12).await;
    process.kill();
    scene.town.passes_until_before_the_hour(before_the_hour());
    process = scene.starts();
    quiet(&mut scene.town).await;
    scene.server.copy("backup");
    let said = lives_on(&mut scene).await;
    // It is a backup of hours ago: several more handoffs are told of and forgotten.
    process.kill();
    scene.town.passes(TimeDelta::hours(5));
    process = scene.starts();
    quiet(&mut scene.town).await;
    // Long enough for the file to know of it.
    tokio::time::sleep(Duration::from_secs(4)).await;
    process.kill();

    scene.server.put_back("backup", false);
    scene.town.will_be_forgotten(false);
    // Who is reminded is found out late.
    scene.place = scene.place.with("ASYNCBOT_FAULTS", "inbox.work=sleep(200)");
    process = scene.starts();
    let took = scene.heals(0).await;

    assert!(took < HEALED_WITHIN, "{took:?}");
    until_sorted_out(&process).await;
    process.kill();
    let figures = scene.rests().await;
    assert!(figures.are_good(), "{figures:#?}");
    assert!(said > 0, "something was said that was forgotten");
}

fn workspace_of(team: &str) -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new(team))
}

/// Has a workspace that installed the app and removed it, and knows somebody.
async fn was_here(scene: &Scene, team: &str) {
    let store = scene.database.open().await;
    let at = scene.town.now() - TimeDelta::days(3);
    let mut tx = store.write(workspace_of(team)).await.expect("a transaction");
    let install = NewInstall {
        team: TeamId::new(team),
        name: "Gone".to_owned(),
        app_id: "A1".to_owned(),
        bot_user: UserId::new("UBOT"),
        scopes: Vec::new(),
        installer: UserId::new("UGONE"),
        bot_token: SecretString::from("xoxb-gone"),
        at,
    };
    tx.upsert_workspace(&install).await.expect("it is installed");
    let person = PersonRecord {
        user: UserId::new(WHO_LEFT),
        display_name: "Sparrow".to_owned(),
        zone: None,
        is_deactivated: false,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at: at,
    };
    tx.upsert_person(&person).await.expect("somebody is known");
    assert!(tx.end_install(at, at + TimeDelta::days(1)).await.expect("it is removed"));
    tx.commit().await.expect("it is saved");
    store.close().await;
}

/// Returns whether a dump of the database has this anywhere.
async fn names(scene: &Scene, what: &str) -> bool {
    let dump = scene.database.dump().await;
    dump.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(what))
}

fn erases(place: &Place, what: &[&str]) {
    let mut command = place.command("workspace");
    let ended = command.arg("erase").args(what).arg("--yes").output().expect("it is carried out");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

fn before_the_hour() -> TimeDelta {
    TimeDelta::from_std(BEFORE_THE_HOUR).expect("half a minute")
}

/// Lets people and a handoff do things that will be forgotten; returns how many messages were sent meanwhile.
async fn lives_on(scene: &mut Scene) -> usize {
    scene.town.will_be_forgotten(true);
    scene.town.reads_calls().await;
    let before = scene.town.accepted().len();
    scene.town.lives(6, 1, true).await;
    let began = Instant::now();
    let hour = scene.town.now().timestamp().div_euclid(3600);
    while scene.town.now().timestamp().div_euclid(3600) == hour
        && began.elapsed() < BEFORE_THE_HOUR + Duration::from_secs(10)
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The handoff is said, and it is known how far the server is.
    tokio::time::sleep(Duration::from_secs(4)).await;
    scene.town.reads_calls().await;
    scene.town.accepted().len() - before
}

/// Waits until what follows from a setback is done.
async fn until_sorted_out(process: &Process) {
    let began = Instant::now();
    while !process.has_said("messages that may have been sent are held") {
        assert!(began.elapsed() < HEALED_WITHIN, "it is noticed: {}", process.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until nothing more is said by itself.
async fn quiet(town: &mut Town) {
    let began = Instant::now();
    while town.reads_calls().await > 0 || began.elapsed() < Duration::from_secs(2) {
        assert!(began.elapsed() < Duration::from_secs(30), "it is quiet at last");
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

async fn detail(place: &Place) -> Value {
    let url = format!("http://127.0.0.1:{}/health/detail", place.admin_port);
    let http = reqwest::Client::builder().build().expect("a client for loopback");
    let answer = http.get(url).send().await.expect("the service answers");
    answer.json().await.expect("JSON")
}

fn doctor(place: &Place) -> String {
    let mut command: Command = place.command("doctor");
    String::from_utf8_lossy(&command.output().expect("the doctor comes").stdout).into_owned()
}
