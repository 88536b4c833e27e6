//! Opening a database.

use super::both_engines;
use crate::testing::{TestDatabase, keys};
use crate::{Store, StoreError, StoreSettings};
use crypto::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

fn ring(text: &str) -> Arc<KeyRing> {
    Arc::new(KeyRing::parse(&SecretString::from(text)).unwrap())
}

fn same_id() -> Arc<KeyRing> {
    ring("1:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=")
}

fn other_id() -> Arc<KeyRing> {
    ring("2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=")
}

async fn refusal(settings: &StoreSettings, keys: Arc<KeyRing>) -> String {
    match Store::open(settings, keys).await.err().unwrap() {
        StoreError::Settings(text) => text,
        other => panic!("{other}"),
    }
}

both_engines! {
    async fn the_same_keys_open_it_again(bench) {
        bench.store.close().await;

        let again = bench.database.open().await;

        let mut tx = again.read(bench.workspace).await.unwrap();
        assert_eq!(tx.find_bot_token().await.unwrap().unwrap().expose_secret(), "xoxb-secret");
    }

    async fn keys_that_do_not_open_the_canary_are_refused(bench) {
        let settings = bench.database.settings();

        let changed = refusal(settings, same_id()).await;
        let missing = refusal(settings, other_id()).await;

        assert!(changed.contains("does not open this database"), "{changed}");
        assert!(missing.contains("sealed with key 1"), "{missing}");
    }

    async fn a_new_key_in_front_of_the_old_one_is_fine(bench) {
        let keys = ring(
            "2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=,1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=",
        );

        let store = Store::open(bench.database.settings(), keys).await.unwrap();

        let mut tx = store.read(bench.workspace).await.unwrap();
        assert_eq!(tx.find_bot_token().await.unwrap().unwrap().expose_secret(), "xoxb-secret");
    }

    async fn a_token_moved_to_another_workspace_does_not_open(bench) {
        let other = bench.install("T2").await;
        copy_token(&bench, other).await;

        let error = bench.store.read(other).await.unwrap().find_bot_token().await.unwrap_err();

        assert!(
            matches!(error, StoreError::Sealed { table: "workspaces", column: "bot_token", .. }),
            "{error}"
        );
    }
}

/// Copies the first workspace's sealed token over another's, behind the store's back.
async fn copy_token(bench: &super::Bench, other: domain::ids::WorkspaceId) {
    use sqlx::{Connection, PgConnection, SqliteConnection};
    let statement = "update workspaces
        set bot_token = (select bot_token from workspaces where workspace_id = $1)
      where workspace_id = $2";
    let (from, to) = (bench.workspace.as_uuid(), other.as_uuid());
    if let Some(url) = bench.database.superuser_url() {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::query(statement).bind(from).bind(to).execute(&mut connection).await.unwrap();
    } else {
        let url = bench.database.settings().url.expose_secret();
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(statement).bind(from).bind(to).execute(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn a_url_of_no_known_engine_is_refused_without_repeating_it() {
    for url in ["mysql://u:secret@h/d", "secret", ""] {
        let settings =
            StoreSettings { url: SecretString::from(url), system_url: None, owner_url: None };

        let text = refusal(&settings, crate::testing::keys()).await;

        assert!(text.contains("sqlite://"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert!(Store::migrate(&settings).await.is_err());
    }
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let url = SecretString::from("sqlite::memory:");
    let settings = StoreSettings { url, system_url: None, owner_url: None };

    assert!(refusal(&settings, crate::testing::keys()).await.contains("in-memory"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = SecretString::from("postgres://u:secret@127.0.0.1:1/d");
    let settings = StoreSettings { system_url: Some(url.clone()), url, owner_url: None };

    let error = Store::open(&settings, crate::testing::keys()).await.err().unwrap();

    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(!error.to_string().contains("secret"));
}

#[tokio::test]
async fn two_that_open_a_new_database_at_once_agree_on_its_keys() {
    let database = TestDatabase::postgres().await;

    let (one, two) = tokio::join!(
        Store::open(database.settings(), crate::testing::keys()),
        Store::open(database.settings(), other_id()),
    );

    assert!(one.is_ok() != two.is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn a_first_start_makes_the_folder_and_a_file_for_nobody_elses_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not").join("there yet").join("asyncbot.db");
    let url = format!("sqlite://{}", file.display()).into();
    let settings = StoreSettings { url, system_url: None, owner_url: None };

    let store = Store::open(&settings, keys()).await.unwrap();
    store.ping().await.unwrap();

    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    store.close().await;
}

#[tokio::test]
async fn a_place_that_cannot_hold_the_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings {
        url: format!("sqlite://{}", folder.path().display()).into(),
        system_url: None,
        owner_url: None,
    };

    let fault = refusal(&settings, keys()).await;

    assert!(fault.contains("cannot be made or opened"), "{fault}");
    assert!(fault.contains(&*folder.path().to_string_lossy()), "{fault}");
}
