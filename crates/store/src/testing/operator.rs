//! What an operator does to a PostgreSQL server: logins and databases made by hand, and outages.

use super::postgres::{LOCK, connect, run, server};
use sqlx::PgConnection;
use url::Url;

/// The superuser of the tests' server.
#[derive(Debug)]
pub struct Operator {
    server: Url,
    connection: PgConnection,
}

impl Operator {
    /// Logs in to the server that `ASYNCBOT_TEST_POSTGRES_URL` names.
    ///
    /// # Panics
    ///
    /// Where the variable is not set or its server does not answer.
    pub async fn log_in() -> Self {
        let server = server();
        let connection = connect(&server).await;
        Self { server, connection }
    }

    /// Returns the operator's own URL of a database.
    #[must_use]
    pub fn own_url(&self, database: &str) -> String {
        let mut url = self.server.clone();
        url.set_path(database);
        url.into()
    }

    /// Returns the URL of a database with another login.
    ///
    /// # Panics
    ///
    /// Where the server's URL cannot have a user.
    #[must_use]
    pub fn url(&self, login: &str, password: &str, database: &str) -> String {
        let mut url = self.server.clone();
        url.set_username(login).expect("the URL can have a user");
        url.set_password(Some(password)).expect("the URL can have a password");
        url.set_path(database);
        url.into()
    }

    /// Runs one statement.
    ///
    /// # Panics
    ///
    /// Where the server refuses it.
    pub async fn run(&mut self, statement: &str) {
        run(&mut self.connection, statement).await;
    }

    /// Makes the groups that belong to the whole server, which other tests may be making just now.
    ///
    /// # Panics
    ///
    /// Where the server refuses.
    pub async fn make_group(&mut self, statement: &str) {
        self.run(&format!("select pg_advisory_lock({LOCK})")).await;
        self.run(&format!(
            "do $$ begin {statement}; exception when duplicate_object or unique_violation then null; end $$"
        ))
        .await;
        self.run(&format!("select pg_advisory_unlock({LOCK})")).await;
    }

    /// Lets nobody in any more and ends every connection, as a database does that is being moved.
    ///
    /// # Panics
    ///
    /// Where the server refuses.
    pub async fn close_database(&mut self, database: &str) {
        self.run(&format!("alter database {database} allow_connections false")).await;
        self.run(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'"
        ))
        .await;
    }

    /// Lets connections in again.
    ///
    /// # Panics
    ///
    /// Where the server refuses.
    pub async fn open_database(&mut self, database: &str) {
        self.run(&format!("alter database {database} allow_connections true")).await;
    }
}
