//! `asyncbot notice breach`: who would be told is counted, and nobody is told by mistake.

use crate::process::{COMPLETE, Ended, asyncbot};
use domain::ids::{TeamId, UserId, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use store::NewInstall;
use store::testing::TestDatabase;

const GOOD: &str =
    "what = \"A backup lay open.\"\nwhen = \"1 June\"\nnext_steps = \"It is closed.\"\n";

async fn installs(database: &TestDatabase, team: &str) -> WorkspaceId {
    let store = database.open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(team));
    let mut tx = store.write(workspace).await.unwrap();
    tx.upsert_workspace(&NewInstall {
        team: TeamId::new(team),
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
    workspace
}

async fn dry_run_and_mistakes(database: TestDatabase) {
    let workspace = installs(&database, "T1").await;
    installs(&database, "T2").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("breach.toml");
    let settings = database.settings();
    let order = |text: &str, more: &[&str]| -> Ended {
        std::fs::write(&file, text).unwrap();
        let path = file.display().to_string();
        let arguments = [&["notice", "breach", "--workspaces", path.as_str()], more].concat();
        let url = [("DATABASE_URL", settings.url.expose_secret())];
        let system =
            settings.system_url.as_ref().map(|url| ("DATABASE_SYSTEM_URL", url.expose_secret()));
        asyncbot(&arguments).with(COMPLETE).with(url.into_iter().chain(system)).ends()
    };

    let dry = order(&format!("{GOOD}workspaces = \"all\"\n"), &["--dry-run"]);
    let unknown = order(&format!("{GOOD}workspaces = [\"{workspace}\", \"T9\"]\n"), &[]);
    let unfit = order("what = \"x\"\n", &[]);
    assert!(database.ledger().await.outbox.is_empty(), "nobody was told");
    let sent =
        order(&format!("{GOOD}workspaces = [\"{workspace}\", \"T9\"]\n"), &["--skip-unknown"]);

    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.out.ends_with("Nobody was told. 2 people in 2 workspaces would be.\n"), "{dry:?}");
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(2), ""), "{unknown:?}");
    assert!(unknown.err.contains("T9 is no workspace that is known here"), "{unknown:?}");
    assert_eq!(unfit.code, Some(2), "{unfit:?}");
    assert!(unfit.err.contains("does not fit: missing field `when`"), "{unfit:?}");
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert_eq!(database.ledger().await.outbox.len(), 1, "the one who installed it is told");
    for ended in [dry, unknown, unfit, sent] {
        let said = ended.out + &ended.err;
        for name in ["UANA", "Harbour", "backup", "hush"] {
            assert!(!said.contains(name), "{name}: {said}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_tells_nobody_and_unknown_workspaces_are_named() {
    dry_run_and_mistakes(TestDatabase::sqlite()).await;
    dry_run_and_mistakes(TestDatabase::postgres().await).await;
}
