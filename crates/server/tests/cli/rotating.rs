//! `asyncbot keys status` and `rotate`, and what the process keeps to itself.

use crate::place::Place;
use crate::process::{COMPLETE, KEYS, asyncbot};
use domain::ids::{TeamId, UserId, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::NewInstall;
use store::testing::TestDatabase;

const NEW: &str = "2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=";

async fn installed(place: &Place) {
    let store = place.database.open().await;
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
}

fn status(place: &Place, keys: &str) -> Value {
    let told = place.runs_with_keys(keys, &["keys", "status", "--json"]).results();
    serde_json::from_str(&told).unwrap()
}

async fn a_new_key_takes_over_and_the_old_one_can_go(place: Place) {
    installed(&place).await;
    let both = format!("{NEW},{KEYS}");

    let before = status(&place, &both);
    let words = place.runs_with_keys(&both, &["keys", "status"]).results();
    let rotated = place.runs_with_keys(&both, &["keys", "rotate"]);
    let after = status(&place, &both);

    assert_eq!(before["counts"], json!([{"key": 1, "count": 2, "is_in_ring": true}]), "{before}");
    assert!(words.contains("key 2: 0 values and signatures  current"), "{words}");
    assert!(words.contains("`asyncbot keys rotate`"), "{words}");
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    assert!(rotated.out.contains("Nothing here needs key 1 any more."), "{rotated:?}");
    assert_eq!(after["counts"], json!([{"key": 2, "count": 2, "is_in_ring": true}]), "{after}");
    assert_eq!((&after["can_go"], &after["stuck"]), (&json!([1]), &json!([])));
    assert_eq!(place.runs_with_keys(&both, &["keys", "rotate"]).code, Some(0), "again is no harm");
    let alone = asyncbot(&["serve"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ENCRYPTION_KEYS", NEW)])
        .serves();
    drop(alone);
    let old = place.runs(&["keys", "status"]);
    assert_eq!(old.code, Some(1), "{old:?}");
}

async fn keys_are_changed_while_the_service_runs(place: Place) {
    installed(&place).await;
    let both = format!("{NEW},{KEYS}");
    let serving = asyncbot(&["serve"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ENCRYPTION_KEYS", both.as_str())])
        .serves();
    assert_eq!(place.runs_with_keys(&both, &["keys", "rotate"]).code, Some(0));
    assert_eq!(serving.get("/readyz"), (200, "ready\n".to_owned()));
    drop(serving);
    let ring = crypto::KeyRing::parse(&SecretString::from(NEW)).unwrap();
    let store =
        store::Store::open(place.database.settings(), std::sync::Arc::new(ring)).await.unwrap();
    let mut tx = store.read(WorkspaceId::of_team(&TeamId::new("T1"))).await.unwrap();
    let token = tx.find_bot_token().await.unwrap().unwrap();
    assert_eq!(token.expose_secret(), "xoxb-hush");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_new_key_takes_over_and_the_old_one_can_go() {
    a_new_key_takes_over_and_the_old_one_can_go(Place::of(TestDatabase::sqlite())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_a_new_key_takes_over_and_the_old_one_can_go() {
    a_new_key_takes_over_and_the_old_one_can_go(Place::of(TestDatabase::postgres().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_keys_are_changed_while_the_service_runs() {
    let place = Place::of(TestDatabase::sqlite());
    keys_are_changed_while_the_service_runs(place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_keys_are_changed_while_the_service_runs() {
    let place = Place::of(TestDatabase::postgres().await);
    keys_are_changed_while_the_service_runs(place).await;
}

#[test]
#[cfg(target_os = "linux")]
fn no_core_dump_is_written_of_a_process_that_has_keys() {
    let serving = asyncbot(&["serve"]).with(COMPLETE).serves();

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", serving.id())).unwrap();

    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let [soft, hard] = [4, 5].map(|word| core.split_whitespace().nth(word).unwrap());
    assert_eq!((soft, hard), ("0", "0"), "{core}");
}
