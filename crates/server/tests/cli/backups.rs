//! `asyncbot backup` and `asyncbot restore`: what is stored comes back whole, or it is said why not.

use crate::bucket::{self, Bucket};
use crate::erasing::{lives, two_live, workspace_of};
use crate::place::{Place, on_both};
use crate::process::{Asyncbot, COMPLETE, Ended, PATIENCE, asyncbot};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use store::backup::{Contents, examine};
use store::testing::TestDatabase;
use tempfile::TempDir;

/// Where PostgreSQL's programs are.
#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn tools() -> String {
    std::env::var("ASYNCBOT_TEST_PG_BIN")
        .expect("ASYNCBOT_TEST_PG_BIN is not set; run all tests with `tests/run`, which sets it")
}

/// A shelf for backups, and the key that opens them.
struct Shelf {
    folder: TempDir,
    recipient: String,
    identity: PathBuf,
}

impl Shelf {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = age::x25519::Identity::generate();
        let identity = folder.path().join("identity");
        std::fs::write(&identity, key.to_string().expose_secret()).unwrap();
        Self { recipient: key.to_public().to_string(), identity, folder }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    fn identity(&self) -> &str {
        self.identity.to_str().unwrap()
    }

    /// Returns the backups that lie there, the oldest first.
    fn backups(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.place()) else { return Vec::new() };
        let mut found: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "age"))
            .collect();
        found.sort();
        found
    }

    /// Returns the one backup that lies there.
    #[track_caller]
    fn only(&self) -> PathBuf {
        let found = self.backups();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    /// A command that works on a database, and knows of this shelf.
    fn command(&self, place: &Place, arguments: &[&str]) -> Asyncbot {
        let (to, tools) = (self.place(), tools());
        let mut command = asyncbot(arguments).with(COMPLETE).with(place.variables()).with([
            ("ASYNCBOT_BACKUP_TO", to.to_str().unwrap()),
            ("ASYNCBOT_BACKUP_RECIPIENT", self.recipient.as_str()),
            ("ASYNCBOT_POSTGRES_TOOLS", tools.as_str()),
        ]);
        if let Some(url) = place.database.backup_url() {
            command = command.with([("DATABASE_BACKUP_URL", url.as_str())]);
        }
        if let Some(url) = &place.database.settings().owner_url {
            command = command.with([("DATABASE_OWNER_URL", url.expose_secret())]);
        }
        command
    }

    fn runs(&self, place: &Place, arguments: &[&str]) -> Ended {
        self.command(place, arguments).ends()
    }

    fn restores(&self, place: &Place, file: &Path) -> Ended {
        let file = file.to_str().unwrap();
        self.runs(place, &["restore", file, "--identity", self.identity()])
    }
}

/// Returns a database of the same engine in which there is nothing.
async fn another(place: &Place) -> Place {
    let database = match place.database.superuser_url() {
        Some(_) => TestDatabase::postgres().await,
        None => TestDatabase::sqlite(),
    };
    Place::of(database)
}

/// Returns what is in a database; nothing where there is no file yet.
async fn contents(place: &Place) -> Contents {
    let url = match place.database.superuser_url() {
        Some(url) => url,
        None => place.database.settings().url.expose_secret().to_owned(),
    };
    let file = url.strip_prefix("sqlite://");
    // Whoever looks whether it may be restored into takes the file, and makes an empty one for that.
    if file.is_some_and(|file| std::fs::metadata(file).map_or(0, |found| found.len()) == 0) {
        return Contents::default();
    }
    examine(&url).await.unwrap().0
}

/// Copies the ledger of erasures from one data folder to another.
fn copy_ledger(from: &Place, to: &Place) {
    std::fs::copy(from.folder.path().join("erasures"), to.folder.path().join("erasures")).unwrap();
}

async fn what_is_backed_up_comes_back_row_for_row(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();

    let made = shelf.runs(&place, &["backup", "create"]).results();
    let listed = shelf.runs(&place, &["backup", "list", "--json"]).results();
    let key = std::fs::read(&shelf.identity).unwrap();
    let verify = ["backup", "verify", "--identity", "-", "--json"];
    let verified = shelf.command(&place, &verify).reads(key).ends().results();
    let target = another(&place).await;
    let restored = shelf.restores(&target, &shelf.only()).results();

    assert!(made.contains("restored on trial") && made.contains("2 workspaces"), "{made}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let verified: Value = serde_json::from_str(&verified).unwrap();
    assert_eq!(listed[0]["name"], verified["name"]);
    assert_eq!(verified["workspaces"], 2);
    assert_eq!(verified["audit_events"], 6);
    assert_eq!(verified["is_recorded"], true);
    assert!(restored.contains("2 workspaces, 6 events"), "{restored}");
    // The trials are recorded after the backup was made, and the restored database knows that it is one from before.
    let (source, target_contents) = (contents(&place).await, contents(&target).await);
    assert_eq!(source.differing(&target_contents), ["backups", "setbacks"]);
    assert_eq!((source.count_of("backups"), target_contents.count_of("setbacks")), (2, 1));
    assert!(source.count() > 20, "there is something to compare: {source:?}");
    let store = target.database.open().await;
    let mut tx = store.read(workspace_of("T0STAYS")).await.unwrap();
    let token = tx.find_bot_token().await.unwrap().unwrap();
    assert_eq!(token.expose_secret(), "xoxb-hush", "what is sealed opens");
    drop(tx);
    store.close().await;
}

/// What was due since a backup was made may have been said: it is told to whoever serves from it next.
async fn a_restored_database_is_served_from_as_one_that_went_back_in_time(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    shelf.runs(&place, &["backup", "create"]).results();
    let target = another(&place).await;
    shelf.restores(&target, &shelf.only()).results();

    let serving = shelf.command(&target, &["serve"]).serves();
    waits_for(|| 0 < serving.has_said("messages that may have been sent are held"));
    let (code, log) = serving.stops();

    assert_eq!(code, Some(0), "{log:#?}");
    let store = target.database.open().await;
    assert_eq!(store.system().find_open_setback().await.unwrap(), None, "it was seen to");
    store.close().await;
    let again = shelf.command(&target, &["serve"]).serves();
    assert_eq!(again.has_said("went back in time"), 0, "once is enough");
}

async fn a_backup_that_was_changed_cut_off_or_is_for_another_key_is_refused(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    shelf.runs(&place, &["backup", "create"]).results();
    let whole = std::fs::read(shelf.only()).unwrap();
    let target = another(&place).await;
    let before = contents(&target).await;
    let bent = shelf.folder.path().join(shelf.only().file_name().unwrap());
    let beside = |file: &Path| PathBuf::from(format!("{}.json", file.display()));
    let stranger = Shelf::new();

    let mut changed = Vec::new();
    for place in [200, whole.len() / 2, whole.len() - 20] {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        changed.push(bytes);
    }
    let cut = [0, 100, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
    for bytes in changed.into_iter().chain(cut) {
        for has_sheet in [true, false] {
            std::fs::write(&bent, &bytes).unwrap();
            if has_sheet {
                std::fs::copy(beside(&shelf.only()), beside(&bent)).unwrap();
            } else {
                std::fs::remove_file(beside(&bent)).unwrap();
            }
            let name = bent.to_str().unwrap();
            let verify = ["backup", "verify", name, "--identity", shelf.identity()];
            for ended in [shelf.runs(&place, &verify), shelf.restores(&target, &bent)] {
                assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
                let is_told = if has_sheet { "is not what was stored" } else { "changed" };
                assert!(ended.err.contains(is_told), "{ended:?}");
            }
        }
    }
    let whole = shelf.only();
    let whole = whole.to_str().unwrap();
    for arguments in [
        ["backup", "verify", whole, "--identity", stranger.identity()].as_slice(),
        &["restore", whole, "--identity", stranger.identity()],
    ] {
        let ended = shelf.runs(&target, arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.err.contains("for another key than that of --identity"), "{ended:?}");
    }

    assert_eq!(contents(&target).await, before, "nothing came of any of it");
    shelf.restores(&target, &shelf.only()).results();
}

async fn nothing_is_restored_over_what_is_there(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    shelf.runs(&place, &["backup", "create"]).results();
    let before = contents(&place).await;

    let refused = shelf.restores(&place, &shelf.only());

    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.err.contains("is not empty, and nothing in it was changed"), "{refused:?}");
    assert_eq!(contents(&place).await, before);
}

/// A weekly drill: somebody was erased since the backup was made, and may not come back with it.
async fn who_was_erased_does_not_come_back_with_a_backup(place: Place) {
    two_live(&place).await;
    let store = place.database.open().await;
    lives(&store, "T0LONGGONE").await;
    store.close().await;
    let shelf = Shelf::new();
    place.runs(&["workspace", "erase", "T0LONGGONE", "--yes"]).results();
    shelf.runs(&place, &["backup", "create"]).results();
    place.runs(&["workspace", "erase", "T0GONE", "--yes"]).results();

    let verified =
        shelf.runs(&place, &["backup", "verify", "--identity", shelf.identity(), "--json"]);
    let verified: Value = serde_json::from_str(&verified.results()).unwrap();
    assert_eq!((&verified["erased_again"], &verified["workspaces"]), (&1.into(), &1.into()));
    let target = another(&place).await;
    let without = shelf.restores(&target, &shelf.only());
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.err.contains("the ledger of erasures is not here"), "{without:?}");
    copy_ledger(&place, &target);
    let restored = shelf.restores(&target, &shelf.only()).results();

    assert!(restored.contains("1 erasures carried out again"), "{restored}");
    assert_eq!(target.database.tables_of(workspace_of("T0GONE")).await, Vec::<String>::new());
    assert!(!target.database.tables_of(workspace_of("T0STAYS")).await.is_empty());
    let lost = another(&place).await;
    let (file, identity) = (shelf.only(), shelf.identity());
    let knowingly = ["restore", file.to_str().unwrap(), "--identity", identity, "--ledger-is-lost"];
    shelf.runs(&lost, &knowingly).results();
    assert!(!lost.database.tables_of(workspace_of("T0GONE")).await.is_empty());
}

async fn no_backup_is_made_of_what_is_not_well(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    place.database.leave_token("T0GONE").await;

    let flawed = shelf.runs(&place, &["backup", "create"]);
    assert_eq!((flawed.code, flawed.out.as_str()), (Some(1), ""), "{flawed:?}");
    assert!(
        flawed.err.contains("installations that are over and still have a token"),
        "{flawed:?}"
    );
    let place = another(&place).await;
    two_live(&place).await;
    place.database.change_events("sparrow-of-T0GONE", "UEVE").await;
    let changed = shelf.runs(&place, &["backup", "create"]);

    assert_eq!((changed.code, changed.out.as_str()), (Some(1), ""), "{changed:?}");
    assert!(changed.err.contains("is not what was written: event 2"), "{changed:?}");
    assert_eq!(shelf.backups(), Vec::<PathBuf>::new());
    let left: Vec<String> = std::fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("backup-"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no dump is left behind");
}

async fn one_is_made_a_day_and_kept_for_seven(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    let daily = ["backup", "create", "--daily", "--json"];
    std::fs::create_dir_all(shelf.place()).unwrap();
    let old = |day: &str| shelf.place().join(format!("asyncbot-{day}T023000Z-0000abcd.sqlite.age"));
    std::fs::write(old("20200101"), "sealed long ago").unwrap();
    std::fs::write(shelf.place().join("asyncbot-20200101T023000Z-0000abcd.sqlite.age.json"), "{}")
        .unwrap();
    std::fs::write(old("20200101").with_extension("keep"), "of somebody else").unwrap();

    let first: Value = serde_json::from_str(&shelf.runs(&place, &daily).results()).unwrap();
    let second: Value = serde_json::from_str(&shelf.runs(&place, &daily).results()).unwrap();

    assert_eq!(first["deleted"][0], "asyncbot-20200101T023000Z-0000abcd.sqlite.age");
    assert!(first["made"]["sha256"].as_str().is_some_and(|hash| hash.len() == 64), "{first}");
    assert_eq!((&second["made"], &second["deleted"]), (&Value::Null, &serde_json::json!([])));
    let made = shelf.only();
    assert!(made.to_str().unwrap().ends_with(first["made"]["name"].as_str().unwrap()));
    assert_eq!(std::fs::read_dir(shelf.place()).unwrap().count(), 3, "it, its sheet, a stranger's");
}

/// The database of each engine is sealed for whoever stores it: not a word of it can be read there.
async fn nothing_of_a_backup_can_be_read_where_it_is_stored(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();
    shelf.runs(&place, &["backup", "create"]).results();

    for entry in std::fs::read_dir(shelf.place()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for word in ["sparrow", "T0STAYS", "create table", "xoxb"] {
            let is_there = bytes.windows(word.len()).any(|some| some == word.as_bytes());
            assert!(!is_there, "{word}");
        }
    }
}

async fn the_service_makes_the_day_s_backup_and_tells_when(place: Place) {
    two_live(&place).await;
    let shelf = Shelf::new();

    let serving = shelf.command(&place, &["serve"]).serves();
    waits_for(|| 0 < serving.has_said("A backup was made and restored on trial."));
    serving.stops();

    shelf.only();
    let store = place.database.open().await;
    let restores = store.system().list_last_restores().await.unwrap();
    assert_eq!(restores.len(), 1);
    assert_eq!(restores[0].0, store::BackupKind::Created);
    store.close().await;
    let serving = shelf.command(&place, &["serve"]).serves();
    let (_, log) = serving.stops();
    assert_eq!(log.iter().filter(|line| line.contains("backup was made")).count(), 0);
    shelf.only();
}

on_both! {
    what_is_backed_up_comes_back_row_for_row
    a_restored_database_is_served_from_as_one_that_went_back_in_time
    a_backup_that_was_changed_cut_off_or_is_for_another_key_is_refused
    nothing_is_restored_over_what_is_there
    who_was_erased_does_not_come_back_with_a_backup
    no_backup_is_made_of_what_is_not_well
    one_is_made_a_day_and_kept_for_seven
    nothing_of_a_backup_can_be_read_where_it_is_stored
    the_service_makes_the_day_s_backup_and_tells_when
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_with_what_to_do() {
    let place = Place::of(TestDatabase::postgres().await);
    let shelf = Shelf::new();
    let create = ["backup", "create"];
    let run_time = place.database.settings().url.expose_secret().to_owned();
    let nowhere = shelf.folder.path().to_str().unwrap().to_owned();
    let said = |command: Asyncbot| {
        let ended = command.ends();
        assert!(ended.code == Some(1) || ended.code == Some(2), "{ended:?}");
        assert_eq!(ended.out, "", "{ended:?}");
        ended.err
    };

    for (changed, words) in [
        (("ASYNCBOT_BACKUP_TO", ""), "ASYNCBOT_BACKUP_TO: it is missing; name a folder"),
        (("ASYNCBOT_BACKUP_TO", "ftp://host/x"), "it must be a folder, or begin with s3://"),
        (("ASYNCBOT_BACKUP_TO", "s3://bucket"), "ASYNCBOT_BACKUP_S3_KEY_ID: it is missing"),
        (("ASYNCBOT_BACKUP_RECIPIENT", ""), "make a key with `age-keygen`"),
        (("ASYNCBOT_BACKUP_RECIPIENT", "age1x"), "it is no public key of age"),
        (("DATABASE_BACKUP_URL", ""), "DATABASE_BACKUP_URL: it is missing"),
        (("DATABASE_BACKUP_URL", run_time.as_str()), "row-level security hides rows"),
        (("ASYNCBOT_POSTGRES_TOOLS", nowhere.as_str()), "pg_dump was not found"),
    ] {
        let text = said(shelf.command(&place, &create).with([changed]));
        assert!(text.contains(words), "`{words}` is not in: {text}");
    }
    let file = shelf.folder.path().join("none");
    let none = ["restore", file.to_str().unwrap(), "--identity", shelf.identity()];
    assert!(said(shelf.command(&place, &none)).contains("there is no file"));
    let secretless = ["backup", "verify", "--identity", file.to_str().unwrap()];
    assert!(said(shelf.command(&place, &secretless)).contains("cannot be read"));
    let empty = ["backup", "verify", "--identity", "-"];
    assert!(said(shelf.command(&place, &empty)).contains("it holds no key"));
    assert_eq!(shelf.backups(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_one_engine_is_not_restored_into_the_other() {
    let place = Place::of(TestDatabase::sqlite());
    two_live(&place).await;
    let shelf = Shelf::new();
    shelf.runs(&place, &["backup", "create"]).results();
    let target = Place::of(TestDatabase::postgres().await);

    let refused = shelf.restores(&target, &shelf.only());

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("is a backup of sqlite"), "{refused:?}");
    assert!(refused.err.contains("`asyncbot copy`"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_stored_in_a_bucket_and_come_back_from_there() {
    let (bucket, place, shelf) =
        (Bucket::default(), Place::of(TestDatabase::sqlite()), Shelf::new());
    let endpoint = format!("http://{}", bucket.serve().await);
    two_live(&place).await;
    let runs = |place: &Place, arguments: &[&str], key: &str| {
        shelf
            .command(place, arguments)
            .with([
                ("ASYNCBOT_BACKUP_TO", "s3://asyncbot/prod/bot"),
                ("ASYNCBOT_BACKUP_S3_ENDPOINT", endpoint.as_str()),
                ("ASYNCBOT_BACKUP_S3_REGION", bucket::REGION),
                ("ASYNCBOT_BACKUP_S3_KEY_ID", bucket::KEY_ID),
                ("ASYNCBOT_BACKUP_S3_KEY", key),
            ])
            .ends()
    };
    let (identity, target) = (shelf.identity(), another(&place).await);
    let verify = ["backup", "verify", "--identity", identity];

    let refused = runs(&place, &["backup", "create"], "hush-another");
    runs(&place, &["backup", "create"], bucket::KEY).results();
    runs(&place, &verify, bucket::KEY).results();
    let listed = runs(&place, &["backup", "list", "--json"], bucket::KEY).results();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let name = listed[0]["name"].as_str().unwrap();
    runs(&target, &["restore", name, "--identity", identity], bucket::KEY).results();

    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.err.contains("SignatureDoesNotMatch"), "{refused:?}");
    assert!(refused.err.contains("check ASYNCBOT_BACKUP_TO"), "{refused:?}");
    let key = format!("prod/bot/{name}");
    assert_eq!(bucket.keys(), [key.clone(), format!("{key}.json")]);
    assert!(listed[0]["verified_at"].is_string(), "{listed}");
    let found = contents(&target).await;
    assert_eq!(contents(&place).await.differing(&found), ["backups", "setbacks"]);
    bucket.fails(true);
    let spoiled = runs(&place, &["backup", "create"], bucket::KEY);
    assert_eq!(spoiled.code, Some(1), "{spoiled:?}");
    assert!(spoiled.err.contains("was read back and is not what was written"), "{spoiled:?}");
    bucket.fails(false);
    bucket.damage(&key);
    let damaged = runs(&place, &verify, bucket::KEY);
    assert_eq!(damaged.code, Some(1), "{damaged:?}");
    assert!(damaged.err.contains("is not what was stored"), "{damaged:?}");
}

/// Whoever makes a backup by other means, or another version, says something else than what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_does_not_hold_what_it_says_of_itself_is_refused() {
    let (place, shelf) = (Place::of(TestDatabase::sqlite()), Shelf::new());
    two_live(&place).await;
    shelf.runs(&place, &["backup", "create"]).results();
    let key = std::fs::read_to_string(&shelf.identity).unwrap();
    let key: age::x25519::Identity = key.parse().unwrap();
    let sealed = std::fs::read(shelf.only()).unwrap();
    let plain = zstd::stream::decode_all(&age::decrypt(&key, &sealed).unwrap()[..]).unwrap();
    let mut lines = plain.splitn(3, |byte| *byte == b'\n');
    let (magic, header, dump) =
        (lines.next().unwrap(), lines.next().unwrap(), lines.next().unwrap());
    let target = another(&place).await;

    for (pointer, value, words) in [
        (
            "/contents/tables/people/count",
            Value::from(7),
            "is not what the backup was made of: people",
        ),
        ("/contents/tables/workspaces/digest", Value::from("7"), "made of: workspaces"),
        ("/contents/migration", Value::from(9), "is not what the backup was made of"),
        ("/engine", Value::from("oracle"), "what it says of itself cannot be read"),
    ] {
        let mut header: Value = serde_json::from_slice(header).unwrap();
        *header.pointer_mut(pointer).unwrap() = value;
        let bent = [magic, header.to_string().as_bytes(), dump].join(&b'\n');
        let bent = zstd::stream::encode_all(&bent[..], 1).unwrap();
        let file = shelf.folder.path().join("bent.age");
        std::fs::write(&file, age::encrypt(&key.to_public(), &bent).unwrap()).unwrap();

        let verify = ["backup", "verify", file.to_str().unwrap(), "--identity", shelf.identity()];
        for ended in [shelf.runs(&place, &verify), shelf.restores(&target, &file)] {
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
            assert!(ended.err.contains(words), "`{words}` is not in {ended:?}");
        }
        assert_eq!(contents(&target).await, Contents::default());
    }
}

/// Waits until something is so, as long as anything may take.
#[track_caller]
fn waits_for(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it did not come to it in time");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
