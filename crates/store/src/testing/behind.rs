//! What is done to a test's database behind the back of the service.

use super::{Place, TestDatabase};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

impl TestDatabase {
    /// Runs a statement, on PostgreSQL as the superuser.
    ///
    /// # Panics
    ///
    /// Where the database refuses it.
    pub async fn run_behind(&self, statement: &str) {
        let text = AssertSqlSafe(statement.to_owned());
        let done = match &self.place {
            Place::Folder(_) => {
                let url = self.settings.url.expose_secret();
                let mut connection = SqliteConnection::connect(url).await.expect("the file opens");
                connection.execute(text).await.map(|_| ())
            }
            Place::Server(database) => {
                let url = database.superuser_url();
                let mut connection = PgConnection::connect(&url).await.expect("they get in");
                connection.execute(text).await.map(|_| ())
            }
        };
        done.expect("the statement is carried out");
    }
}
