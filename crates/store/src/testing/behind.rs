//! What is done to a test's database behind the back of the service.

use super::{Place, TestDatabase};
use crate::records::DeliveryState;
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

    /// Ends the deliveries to a channel as one of the ends in which they are lost, tried once.
    pub async fn lose_deliveries(&self, channel: &str, state: DeliveryState, code: &str) {
        self.run_behind(&format!(
            "update outbox set state = '{}', attempts = 1, crashes = 2, code = '{code}', finished_at = created_at where order_key = 'channel:{channel}'",
            state.as_str()
        ))
        .await;
    }

    /// Says of all that was sent that Slack refused it.
    pub async fn lose_what_was_sent(&self) {
        self.run_behind(
            "update outbox set state = 'failed', code = 'not_in_channel' where state = 'sent'",
        )
        .await;
    }

    /// Forgets which erasures were carried out, as a database from before does.
    pub async fn forget_erasures(&self) {
        self.run_behind("delete from erasures").await;
    }

    /// Writes another word into what the second event of each log says, where it has this one.
    pub async fn change_events(&self, word: &str, other: &str) {
        self.run_behind(&format!(
            "update audit_events set payload = replace(payload, '{word}', '{other}') where sequence = 2"
        ))
        .await;
    }

    /// Ends the installation of a team and leaves its token where it is, as no code outside a test does.
    pub async fn leave_token(&self, team: &str) {
        self.run_behind(&format!(
            "update workspaces set is_active = false where team_id = '{team}'"
        ))
        .await;
    }

    /// Puts all work into quarantine.
    pub async fn quarantine_work(&self) {
        self.run_behind(
            "update inbox set state = 'quarantined', crashes = 3, finished_at = created_at",
        )
        .await;
    }
}

/// The tables of PostgreSQL that have a workspace's id.
const POSTGRES_TABLES: &str = "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid \
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'workspace_id' order by 1";

/// The tables of SQLite that have a workspace's id.
const SQLITE_TABLES: &str = "select m.name from sqlite_schema m join pragma_table_info(m.name) c \
     where m.type = 'table' and c.name = 'workspace_id' order by 1";

impl TestDatabase {
    /// Returns the tables in which there is anything of a workspace, by the catalog.
    ///
    /// # Panics
    ///
    /// Where the database refuses it.
    pub async fn tables_of(&self, workspace: domain::ids::WorkspaceId) -> Vec<String> {
        let id = workspace.as_uuid();
        let mut found = Vec::new();
        match &self.place {
            Place::Folder(_) => {
                let url = self.settings.url.expose_secret();
                let mut connection = SqliteConnection::connect(url).await.expect("the file opens");
                let tables: Vec<String> = sqlx::query_scalar(SQLITE_TABLES)
                    .fetch_all(&mut connection)
                    .await
                    .expect("tables");
                for table in tables {
                    let text = format!("select count(*) from {table} where workspace_id = $1");
                    let count: i64 = sqlx::query_scalar(AssertSqlSafe(text))
                        .bind(id)
                        .fetch_one(&mut connection)
                        .await
                        .expect("the table is read");
                    found.extend((0 < count).then_some(table));
                }
            }
            Place::Server(database) => {
                let url = database.superuser_url();
                let mut connection = PgConnection::connect(&url).await.expect("they get in");
                let tables: Vec<String> = sqlx::query_scalar(POSTGRES_TABLES)
                    .fetch_all(&mut connection)
                    .await
                    .expect("tables");
                for table in tables {
                    let text = format!("select count(*) from {table} where workspace_id = $1");
                    let count: i64 = sqlx::query_scalar(AssertSqlSafe(text))
                        .bind(id)
                        .fetch_one(&mut connection)
                        .await
                        .expect("the table is read");
                    found.extend((0 < count).then_some(table));
                }
            }
        }
        found
    }
}
