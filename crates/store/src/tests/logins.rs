//! Which logins PostgreSQL's set-up refuses.

use crate::testing::{TestDatabase, keys};
use crate::{Store, StoreError, StoreSettings};
use secrecy::SecretString;

async fn refusal(settings: StoreSettings) -> String {
    match Store::open(&settings, keys()).await.err().expect("it was opened") {
        StoreError::Settings(text) => text,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_superuser_is_refused() {
    let database = TestDatabase::postgres().await;
    let superuser = SecretString::from(database.superuser_url().unwrap());
    let settings = database.settings();

    let app = refusal(StoreSettings { url: superuser.clone(), ..settings.clone() }).await;
    let system = refusal(StoreSettings { system_url: Some(superuser), ..settings.clone() }).await;

    assert!(app.starts_with("DATABASE_URL") && app.contains("superuser"), "{app}");
    assert!(system.starts_with("DATABASE_SYSTEM_URL") && system.contains("superuser"), "{system}");
}

#[tokio::test]
async fn the_owner_is_refused() {
    let database = TestDatabase::postgres().await;
    let settings = database.settings().clone();
    let owner = settings.owner_url.clone().unwrap();

    let text = refusal(StoreSettings { url: owner, ..settings }).await;

    assert!(text.contains("owns the tables"), "{text}");
}

#[tokio::test]
async fn the_two_logins_cannot_be_swapped() {
    let database = TestDatabase::postgres().await;
    let settings = database.settings().clone();
    let system = settings.system_url.clone().unwrap();

    let text = refusal(StoreSettings { url: system, ..settings }).await;

    assert!(text.contains("asyncbot_system"), "{text}");
}

#[tokio::test]
async fn postgres_without_a_system_login_is_refused() {
    let database = TestDatabase::postgres().await;

    let text = refusal(StoreSettings { system_url: None, ..database.settings().clone() }).await;

    assert!(text.contains("DATABASE_SYSTEM_URL"), "{text}");
}

#[tokio::test]
async fn postgres_is_not_migrated_without_its_owner() {
    let database = TestDatabase::postgres().await;
    let settings = StoreSettings { owner_url: None, ..database.settings().clone() };

    let error = Store::migrate(&settings).await.unwrap_err();

    assert!(error.to_string().contains("DATABASE_OWNER_URL"), "{error}");
}
