//! The scripts make what the program takes: the secrets, and PostgreSQL's logins.

#![cfg(unix)]

use crate::read::{root, text};
use crypto::KeyRing;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use store::backup::Moment;
use store::{Store, StoreError, StoreSettings};
use stories::crash::Server;
use tempfile::TempDir;

/// Runs the script on a folder, and types these lines.
fn make_secrets(folder: &Path, typed: &str) -> Output {
    let mut child = Command::new(root().join("deploy/make-secrets"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the script starts");
    // A script that asks for nothing has ended already.
    let _ = child.stdin.take().expect("it has a pipe").write_all(typed.as_bytes());
    child.wait_with_output().expect("the script ends")
}

/// Returns the secrets in a folder by name.
fn secrets(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = fs::read_to_string(entry.path()).expect("a text");
            (entry.file_name().into_string().expect("a name of letters"), text)
        })
        .collect()
}

#[test]
fn secrets_are_made_once_and_their_folder_is_closed() {
    let folder = TempDir::new().unwrap();
    let inside = folder.path().join("secrets");

    let output = make_secrets(&inside, "of the client\nof the signature\n");
    let made = secrets(&inside);
    let again = make_secrets(&inside, "");

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(made.len(), 8, "{:?}", made.keys());
    assert_eq!(made["slack_client_secret"], "of the client\n");
    assert_eq!(made["slack_signing_secret"], "of the signature\n");
    let key = SecretString::from(made["encryption_keys"].trim());
    assert!(KeyRing::parse(&key).is_ok(), "the program does not take the key");
    let mut passwords: Vec<&str> =
        ["database_url", "database_system_url", "database_owner_url", "database_backup_url"]
            .iter()
            .chain(&["postgres_password"])
            .map(|name| made[*name].trim())
            .map(|url| url.split('@').next().and_then(|it| it.rsplit(':').next()).unwrap())
            .collect();
    passwords.sort_unstable();
    passwords.dedup();
    assert_eq!(passwords.len(), 5, "each has its own");
    assert!(passwords.iter().all(|password| password.len() == 48), "{passwords:?}");
    assert!(again.status.success() && secrets(&inside) == made, "what is there stays");
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&inside), 0o700);
    // Containers read them as users of their own.
    assert_eq!(rights(&inside.join("database_url")), 0o644);
}

#[test]
fn an_empty_secret_is_refused() {
    let folder = TempDir::new().unwrap();

    let output = make_secrets(&folder.path().join("secrets"), "\n");

    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("slack_client_secret is empty"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn make_roles(server: &url::Url, secrets: &Path) -> Output {
    let programs = std::env::var("ASYNCBOT_TEST_PG_BIN").expect("tests/run names PostgreSQL");
    let path = std::env::var("PATH").expect("there is a PATH");
    Command::new(root().join("deploy/postgres/roles.sh"))
        .env("PATH", format!("{programs}:{path}"))
        .env("SECRETS", secrets)
        .env("PGHOST", server.host_str().expect("a host"))
        .env("PGPORT", server.port().expect("a port").to_string())
        .env("PGPASSWORD", server.password().expect("a password"))
        .output()
        .expect("the script starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_logins_are_made_as_the_service_wants_them() {
    let folder = TempDir::new().expect("a temporary folder");
    make_secrets(folder.path(), "client\nsignature\n");
    let server = Server::start();
    let address = url::Url::parse(&server.url()).expect("a URL");
    let here = format!("@127.0.0.1:{}/", address.port().expect("a port"));
    let made = secrets(folder.path());
    let url = |name: &str| {
        let there = made[name].trim();
        let url = there.replace("@postgres:5432/", &here);
        assert_ne!(url, there, "the address is that of the container");
        SecretString::from(url)
    };

    let output = make_roles(&address, folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings = StoreSettings {
        url: url("database_url"),
        system_url: Some(url("database_system_url")),
        owner_url: Some(url("database_owner_url")),
    };
    let applied = Store::migrate(&settings).await.expect("the owner may migrate");
    let keys = SecretString::from(made["encryption_keys"].trim());
    let keys = Arc::new(KeyRing::parse(&keys).expect("a key"));
    let store = Store::open(&settings, Arc::clone(&keys)).await;
    let swapped = StoreSettings {
        url: url("database_owner_url"),
        system_url: Some(url("database_system_url")),
        owner_url: None,
    };
    let refused = Store::open(&swapped, keys).await;
    let backup = url("database_backup_url");
    let mut moment = Moment::begin(&backup).await.expect("backups can be made with its login");
    let contents = moment.contents().await.expect("it reads every table");

    assert!(applied.len() >= 14, "{applied:?}");
    store.expect("both logins are as they should be").close().await;
    assert!(contents.tables.contains_key("workspaces"), "{contents:?}");
    assert!(matches!(refused, Err(StoreError::Settings(_))), "the owner may not serve");
    let again = make_roles(&address, folder.path());
    assert!(!again.status.success(), "what is there is not made twice in silence");
}

#[test]
fn the_page_on_operations_makes_the_same_roles() {
    let (script, page) = (text("deploy/postgres/roles.sh"), text("docs/OPERATIONS.md"));
    let statements = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("create role "));
        lines.map(|line| line.split('\'').step_by(2).collect::<Vec<_>>().join("'...'")).collect()
    };

    assert_eq!(statements(&script).len(), 6);
    assert_eq!(statements(&script), statements(&page));
}
