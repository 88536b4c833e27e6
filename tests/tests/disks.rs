//! SQLite's file: one process has it, what was answered is in it, and a disk that is full or closed is told of.

#![cfg(unix)]

use chrono::TimeDelta;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use store::StoreSettings;
use store::testing::Ledger;
use stories::crash::{Place, Process, Town, check, free_port};
use tempfile::TempDir;

/// A folder, a town beside it, and how the service is started there.
struct Scene {
    folder: TempDir,
    town: Town,
    place: Place,
}

impl Scene {
    async fn set() -> Self {
        slack::install_tls_provider();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let town = Town::found(port).await;
        let place = Place {
            program: PathBuf::from(env!("CARGO_BIN_EXE_crashes")),
            folder: folder.path().to_owned(),
            store: sqlite_in(folder.path()),
            port,
            admin_port: free_port(),
            slack: town.simulator().url(),
            variables: Vec::new(),
        };
        Self { folder, town, place }
    }
}

fn sqlite_in(folder: &Path) -> StoreSettings {
    let url = format!("sqlite://{}", folder.join("asyncbot.db").display());
    StoreSettings { url: url.into(), system_url: None, owner_url: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_file_is_refused_and_the_first_goes_on() {
    let mut scene = Scene::set().await;
    let mut first = Process::start(&scene.place);

    let (status, said) = Process::try_start(&scene.place.beside()).expect_err("it is refused");

    assert_eq!(status.code(), Some(1));
    assert!(said.contains("another Asyncbot already serves from the database file"), "{said}");
    assert!(said.contains("asyncbot.db") && said.contains("stop it first"), "{said}");
    scene.town.settle(1, 1).await;
    let doctor = scene.place.command("doctor").output().expect("the doctor comes");
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(said.contains("ok   database"), "who only looks is let in: {said}");
    // A lock that outlives its process would keep the service down after a power cut.
    first.kill();
    drop(Process::start(&scene.place.beside()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_power_cut_in_a_burst_of_writes_is_there() {
    let mut scene = Scene::set().await;
    let mut process = Process::start(&scene.place);
    scene.town.settle(1, 2).await;
    wait_until(
        "the handoffs are announced",
        async |town: &mut Town| town.reads_calls().await == 0 && town.accepted().len() > 4,
        &mut scene.town,
    )
    .await;
    let mut acknowledged = 0;

    for round in 0..6_u64 {
        let answers = {
            let burst = scene.town.bursts(60, round);
            tokio::pin!(burst);
            tokio::select! {
                answers = &mut burst => answers,
                () = tokio::time::sleep(Duration::from_millis(60 + 90 * round)) => {
                    process.kill();
                    burst.await
                }
            }
        };
        scene.town.keeps(answers);
        drop(process);
        process = Process::start(&scene.place);
        scene.town.reads_calls().await;
        let figures = check(
            &scene.town,
            &Ledger::of_file(&scene.place.store).await,
            scene.town.now() - TimeDelta::hours(1),
        );
        assert_eq!(figures.lost, [""; 0]);
        assert_eq!(figures.doubled, [""; 0]);
        acknowledged = figures.acknowledged;
    }
    assert!(acknowledged > 60, "some were answered: {acknowledged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_people_are_told_that_nothing_was_saved_and_it_goes_on_when_there_is_room() {
    let mut scene = Scene::set().await;
    // A disk of its own, which only this process sees.
    let mount = scene.folder.path().join("disk");
    fs::create_dir(&mount).expect("a folder");
    let mut place = scene.place.clone();
    place.folder.clone_from(&mount);
    place.store = sqlite_in(&mount);
    let inner = place.command("serve");
    let mut command = Command::new("unshare");
    command.args([
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        "mount -t tmpfs -o size=12m tmpfs \"$0\" && exec \"$@\"",
    ]);
    command.arg(&mount).arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut process = Process::of(command, &place).unwrap_or_else(|(status, said)| {
        panic!("this test needs `unshare --map-root-user --mount`, for a small disk of its own: {status} {said}")
    });
    scene.town.settle(1, 2).await;
    let disk = PathBuf::from(format!("/proc/{}/root{}", process.id(), mount.display()));
    wait_until(
        "everything is said",
        async |town: &mut Town| town.reads_calls().await == 0,
        &mut scene.town,
    )
    .await;
    let filler = fill(&disk);

    // Answered by a lookup first, so that only the write is in the way.
    let refused = scene.town.enters("U0BEN", 1).await;
    let said_before = scene.town.accepted().len();

    assert!(refused.contains("may not have been saved"), "{refused}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    scene.town.reads_calls().await;
    assert_eq!(scene.town.accepted().len(), said_before, "what cannot be written down is not sent");
    assert!(!process.has_ended(), "{}", process.log());
    fs::remove_file(filler).expect("there is room again");
    wait_until(
        "it goes on",
        async |town: &mut Town| town.enters("U0BEN", 2).await.contains("Noted:"),
        &mut scene.town,
    )
    .await;
    process.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_written_is_refused_at_the_start_with_what_to_do() {
    let scene = Scene::set().await;
    let mut first = Process::start(&scene.place);
    first.stop();
    let file = scene.folder.path().join("asyncbot.db");
    fs::set_permissions(&file, Permissions::from_mode(0o444)).expect("the file is ours");
    // Modes bind everybody but root.
    let is_root = fs::metadata(&file).expect("the file is there").uid() == 0;
    let served = scene.place.command("serve");
    let command = if is_root {
        let program = scene.folder.path().join("asyncbot");
        fs::copy(served.get_program(), &program).expect("the program can be copied");
        for path in fs::read_dir(scene.folder.path()).expect("the folder is ours") {
            chown(path.expect("an entry").path(), Some(65534), Some(65534)).expect("root may");
        }
        chown(scene.folder.path(), Some(65534), Some(65534)).expect("root may");
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(program)
            .arg("serve");
        command.envs(served.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    } else {
        served
    };

    let (status, said) = Process::of(command, &scene.place).expect_err("it is refused");

    assert_eq!(status.code(), Some(1));
    assert!(said.contains("asyncbot.db cannot be made or opened: Permission denied"), "{said}");
    assert!(said.contains("change its owner"), "{said}");
}

/// Fills a disk to the last byte, and returns the file that does it.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).expect("the disk is seen through the process");
    for size in [65_536, 4096, 512, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    path
}

async fn wait_until(what: &str, holds: impl AsyncFn(&mut Town) -> bool, town: &mut Town) {
    let began = Instant::now();
    while !holds(town).await {
        assert!(began.elapsed() < Duration::from_mins(1), "{what}, in time");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Whoever reads the file beside the service sees nothing of a town that was never there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_is_missing_is_noticed() {
    let mut scene = Scene::set().await;
    let mut process = Process::start(&scene.place);
    scene.town.settle(1, 1).await;
    wait_until(
        "the handoff is announced",
        async |town: &mut Town| town.reads_calls().await == 0 && town.accepted().len() > 2,
        &mut scene.town,
    )
    .await;
    process.kill();
    let mut ledger = Ledger::of_file(&scene.place.store).await;
    let now = scene.town.now();
    assert_eq!(check(&scene.town, &ledger, now - TimeDelta::hours(1)).lost, [""; 0]);

    ledger.turns.clear();
    ledger.rotations.clear();
    let lost = check(&scene.town, &ledger, now).lost;

    assert!(lost.iter().any(|fault| fault.contains("the turn of duty-0")), "{lost:#?}");
    assert!(lost.iter().any(|fault| fault.contains("answered as done and not there")), "{lost:#?}");
}
