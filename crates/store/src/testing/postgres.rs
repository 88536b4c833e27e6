//! Cloned PostgreSQL databases.

use crate::migrations;
use crate::store::{Store, StoreSettings};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;
use uuid::Uuid;

const VARIABLE: &str = "ASYNCBOT_TEST_POSTGRES_URL";
/// Whoever holds it makes roles and templates; the number is arbitrary.
pub(super) const LOCK: i64 = 0x0a57_2c80;
const OWNER: &str = "asyncbot_test_owner";
const APP: &str = "asyncbot_test_app";
const SYSTEM: &str = "asyncbot_test_system";
const BACKUP: &str = "asyncbot_test_backup";
/// The password of all four; it protects nothing.
const PASSWORD: &str = "asyncbot_test";

/// A database of its own on the server that the variable names.
#[derive(Debug)]
pub(super) struct PostgresDatabase {
    server: Url,
    name: String,
}

impl PostgresDatabase {
    pub(super) async fn create() -> Self {
        Self::create_on(server()).await
    }

    /// Makes it on another server than the one that the variable names.
    pub(super) async fn create_on(server: Url) -> Self {
        let mut connection = connect(&server).await;
        let template = find_or_make_template(&server, &mut connection).await;
        let name =
            format!("asyncbot_test_{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, &random()).simple());
        run(&mut connection, &format!("create database {name} template {template} owner {OWNER}"))
            .await;
        Self { server, name }
    }

    pub(super) fn settings(&self) -> StoreSettings {
        settings(&self.server, &self.name)
    }

    pub(super) fn backup_url(&self) -> String {
        login_url(&self.server, BACKUP, &self.name).into()
    }

    pub(super) fn superuser_url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for PostgresDatabase {
    /// Drops the database in a thread of its own, because the runtime of the test may be ending. What goes wrong stays
    /// behind until the server is removed.
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("drop database if exists {} with (force)", self.name);
        let dropping = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
            else {
                return;
            };
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(server.as_str()).await {
                    let _ = connection.execute(AssertSqlSafe(statement)).await;
                }
            });
        });
        let _ = dropping.join();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
pub(super) fn server() -> Url {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set, so the tests on PostgreSQL cannot run; run all tests with `tests/run`, which starts a server for them"
        )
    });
    Url::parse(&text).unwrap_or_else(|_| panic!("{VARIABLE} is not a URL"))
}

pub(super) async fn connect(url: &Url) -> PgConnection {
    PgConnection::connect(url.as_str()).await.unwrap_or_else(|error| {
        panic!("the server that {VARIABLE} names does not answer ({error}); run all tests with `tests/run`")
    })
}

/// Returns the name of a migrated database that nobody uses, made by whoever comes first.
async fn find_or_make_template(server: &Url, connection: &mut PgConnection) -> String {
    let template = format!("asyncbot_template_{}", fingerprint());
    run(connection, &format!("select pg_advisory_lock({LOCK})")).await;
    if !has_database(connection, &template).await {
        make_logins(connection).await;
        let unfinished = format!("{template}_unfinished");
        run(connection, &format!("drop database if exists {unfinished} with (force)")).await;
        run(connection, &format!("create database {unfinished} owner {OWNER}")).await;
        Store::migrate(&settings(server, &unfinished)).await.expect("the migrations apply");
        run(connection, &format!("grant asyncbot_app to {APP}")).await;
        run(connection, &format!("grant asyncbot_system to {SYSTEM}")).await;
        run(connection, &format!("alter database {unfinished} rename to {template}")).await;
    }
    run(connection, &format!("select pg_advisory_unlock({LOCK})")).await;
    template
}

async fn has_database(connection: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .expect("the server lists its databases")
}

/// The owner may make roles, as the owner of a real server may, so the migrations make the groups.
async fn make_logins(connection: &mut PgConnection) {
    for (login, rights) in [
        (OWNER, "createrole"),
        (APP, "nocreaterole"),
        (SYSTEM, "nocreaterole"),
        (BACKUP, "bypassrls createdb in role pg_read_all_data"),
    ] {
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
                .bind(login)
                .fetch_one(&mut *connection)
                .await
                .expect("the server lists its roles");
        if !exists {
            run(connection, &format!("create role {login} login {rights} password '{PASSWORD}'"))
                .await;
        }
    }
}

pub(super) async fn run(connection: &mut PgConnection, statement: &str) {
    if let Err(error) = connection.execute(AssertSqlSafe(statement.to_owned())).await {
        panic!("the test server refused `{statement}`: {error}");
    }
}

fn settings(server: &Url, database: &str) -> StoreSettings {
    let url = |login: &str| SecretString::from(String::from(login_url(server, login, database)));
    StoreSettings { url: url(APP), system_url: Some(url(SYSTEM)), owner_url: Some(url(OWNER)) }
}

fn login_url(server: &Url, login: &str, database: &str) -> Url {
    let mut url = server.clone();
    url.set_username(login).expect("the URL can have a user");
    url.set_password(Some(PASSWORD)).expect("the URL can have a password");
    url.set_path(database);
    url
}

/// Returns a word that changes with the migrations.
fn fingerprint() -> String {
    let mut hash = Sha256::new();
    for migration in migrations::POSTGRES.iter() {
        hash.update(&migration.checksum);
    }
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &hash.finalize()).simple().to_string()
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the machine gives random bytes");
    bytes
}
