//! `asyncbot copy`: what it says, and what it refuses.

use crate::place::Place;
use crate::process::{COMPLETE, Ended, KEYS, asyncbot};
use domain::ids::{TeamId, UserId, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use store::NewInstall;
use store::testing::TestDatabase;

/// A database with one workspace in it.
async fn filled(database: TestDatabase) -> TestDatabase {
    let store = database.open().await;
    let team = TeamId::new("T1");
    let mut tx = store.write(WorkspaceId::of_team(&team)).await.unwrap();
    tx.upsert_workspace(&NewInstall {
        team,
        name: "Harbour".to_owned(),
        app_id: "A1".to_owned(),
        bot_user: UserId::new("UBOT"),
        scopes: Vec::new(),
        installer: UserId::new("UANA"),
        bot_token: SecretString::from("xoxb-hush"),
        at: "2026-06-01T07:00:00Z".parse().unwrap(),
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    database
}

/// The URL with the login that owns the tables.
fn url(database: &TestDatabase) -> String {
    let settings = database.settings();
    settings.owner_url.as_ref().unwrap_or(&settings.url).expose_secret().to_owned()
}

fn copies(from: &TestDatabase, to: &TestDatabase, more: &[&str]) -> Ended {
    let (from, to) = (url(from), url(to));
    let arguments = [&["copy", "--from", &from, "--to", &to], more].concat();
    asyncbot(&arguments).with([("ASYNCBOT_ENCRYPTION_KEYS", KEYS)]).ends()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_copied_is_said_and_served_from() {
    let here = filled(TestDatabase::sqlite()).await;
    let there = TestDatabase::postgres().await;

    let told = copies(&here, &there, &[]).results();

    assert!(told.contains("         1  workspaces\n"), "{told}");
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("Copied 2 rows in "), "{told}");
    assert!(last.ends_with("read again, each is the same. 1 sealed values open, and the audit logs of 1 workspaces are whole."), "{told}");
    let there = Place::of(there);
    let bot = asyncbot(&["serve"]).with(COMPLETE).with(there.variables()).serves();
    assert_eq!(bot.get("/readyz"), (200, "ready\n".to_owned()));
    drop(bot);
    let back = TestDatabase::sqlite();
    let told: Value =
        serde_json::from_str(&copies(&there.database, &back, &["--json"]).results()).unwrap();
    assert_eq!((&told["rows"], &told["tables"]["workspaces"]), (&2.into(), &1.into()), "{told}");
    assert_eq!((&told["sealed_values_opened"], &told["audit_logs_whole"]), (&1.into(), &1.into()));
    assert!(told["seconds"].as_f64().unwrap() > 0.0, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_urls_may_stand_in_files_where_nobody_who_lists_processes_sees_them() {
    let here = filled(TestDatabase::sqlite()).await;
    let there = TestDatabase::postgres().await;

    let told = asyncbot(&["copy"])
        .with([("ASYNCBOT_ENCRYPTION_KEYS", KEYS)])
        .with_file("ASYNCBOT_COPY_FROM_FILE", &url(&here))
        .with_file("ASYNCBOT_COPY_TO_FILE", &url(&there))
        .ends()
        .results();

    assert!(told.contains("Copied 2 rows"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_command_is_named_at_once() {
    let faults = asyncbot(&["copy"]).ends().refusals();
    assert_eq!(faults.len(), 3, "{faults:?}");
    for (fault, begins) in faults.iter().zip(["--from: ", "--to: ", "ASYNCBOT_ENCRYPTION_KEYS: "]) {
        assert!(fault.starts_with(begins) && fault.contains("it is missing"), "{fault}");
    }

    let here = filled(TestDatabase::sqlite()).await;
    let faults = copies(&here, &here, &[]).refusals();
    assert!(faults[0].contains("the same database"), "{faults:?}");

    let there = TestDatabase::postgres().await;
    let (from, to) = (url(&here), url(&there));
    let other = "1:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=";
    let faults = asyncbot(&["copy", "--from", &from, "--to", &to])
        .with([("ASYNCBOT_ENCRYPTION_KEYS", other)])
        .ends()
        .refusals();
    assert!(faults[0].contains("does not open this database"), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_use_or_not_empty_is_refused_with_what_to_do() {
    let here = filled(TestDatabase::sqlite()).await;
    let there = Place::of(filled(TestDatabase::postgres().await).await);

    let full = copies(&here, &there.database, &[]);
    assert_eq!((full.code, full.out.as_str()), (Some(1), ""), "{full:?}");
    assert!(full.err.contains("the target is not empty"), "{full:?}");

    let serving = asyncbot(&["serve"]).with(COMPLETE).with(there.variables()).serves();
    let back = TestDatabase::sqlite();
    let used = copies(&there.database, &back, &[]);
    assert_eq!(used.code, Some(1), "{used:?}");
    assert!(used.err.contains("the source is in use"), "{used:?}");
    assert_eq!(serving.get("/readyz"), (200, "ready\n".to_owned()));
    drop(serving);

    let file = Place::of(here);
    let serving = asyncbot(&["serve"]).with(COMPLETE).with(file.variables()).serves();
    let fresh = TestDatabase::postgres().await;
    let used = copies(&file.database, &fresh, &[]);
    assert_eq!(used.code, Some(1), "{used:?}");
    assert!(used.err.contains("stop it first"), "{used:?}");
    drop(serving);
}
