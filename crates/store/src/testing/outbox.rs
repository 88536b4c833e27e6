//! The queues of a test's database as a whole, which no part of the product sees.

use super::{Place, TestDatabase};
use chrono::{DateTime, Utc};
use domain::effect::Envelope;
use domain::ids::RotationId;
use secrecy::ExposeSecret;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// What was made from an instant on.
const SINCE: &str = "select envelope from outbox where created_at >= $1";

/// What is to be said, to be worked off and recorded since an instant, as text without any id that is new each time.
const QUEUED: [&str; 3] = [
    "select envelope from outbox where created_at >= $1",
    "select item from inbox where created_at >= $1",
    "select action from audit_events where occurred_at >= $1",
];

/// Everything counts as sent.
const SENT: &str = "update outbox set state = 'sent', finished_at = available_at, attempts = 1, channel_id = 'C1', \
                    ts = '1.000002', held_until = null, leased_by = null, leased_until = null \
                    where finished_at is null";

impl TestDatabase {
    /// Returns what is to be said of all workspaces since an instant.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub async fn told_since(&self, at: DateTime<Utc>) -> Vec<Envelope> {
        let found: Result<Vec<Json<Envelope>>, sqlx::Error> = match &self.place {
            Place::Folder(_) => {
                let mut connection = self.file().await;
                sqlx::query_scalar(SINCE).bind(at).fetch_all(&mut connection).await
            }
            Place::Server(database) => {
                let mut connection = connect(&database.superuser_url()).await;
                sqlx::query_scalar(SINCE).bind(at).fetch_all(&mut connection).await
            }
        };
        found.expect("the outbox is read").into_iter().map(|envelope| envelope.0).collect()
    }

    /// Returns what was put into the queues of all workspaces and recorded since an instant, in the order of its text.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub async fn queued_since(&self, at: DateTime<Utc>) -> Vec<String> {
        let mut found = Vec::new();
        for statement in QUEUED {
            // The texts are made the same way on both engines.
            let rows = match &self.place {
                Place::Folder(_) => {
                    let mut connection = self.file().await;
                    let rows = sqlx::query(statement).bind(at).fetch_all(&mut connection).await;
                    rows.map(|rows| rows.iter().map(|row| row.try_get::<String, _>(0)).collect())
                }
                Place::Server(database) => {
                    let mut connection = connect(&database.superuser_url()).await;
                    let statement = AssertSqlSafe(statement.replace(" from", "::text from"));
                    let rows = sqlx::query(statement).bind(at).fetch_all(&mut connection).await;
                    rows.map(|rows| rows.iter().map(|row| row.try_get::<String, _>(0)).collect())
                }
            };
            let rows: Result<Vec<String>, sqlx::Error> = rows.expect("a queue is read");
            found.extend(rows.expect("text"));
        }
        found.sort();
        found
    }

    /// Lets everything that is to be said count as said.
    ///
    /// # Panics
    ///
    /// Where the database refuses.
    pub async fn tells_all(&self) {
        match &self.place {
            Place::Folder(_) => {
                let mut connection = self.file().await;
                sqlx::query(SENT).execute(&mut connection).await.expect("the outbox is written");
            }
            Place::Server(database) => {
                let mut connection = connect(&database.superuser_url()).await;
                sqlx::query(SENT).execute(&mut connection).await.expect("the outbox is written");
            }
        }
    }

    /// Makes a rotation unreadable, as a fault of the disk would, or readable again; returns its rules as they were.
    ///
    /// # Panics
    ///
    /// Where the database refuses.
    pub async fn spoils(&self, rotation: RotationId, rules: Option<&str>) -> String {
        let (id, rules) = (rotation.as_uuid(), rules.unwrap_or("[]"));
        match &self.place {
            Place::Folder(_) => {
                let mut connection = self.file().await;
                let was = sqlx::query_scalar("select rules from rotations where rotation_id = $1");
                let was = was.bind(id).fetch_one(&mut connection).await.expect("it is there");
                let spoil = "update rotations set rules = $2 where rotation_id = $1";
                let spoil = sqlx::query(spoil).bind(id).bind(rules);
                spoil.execute(&mut connection).await.expect("it is written");
                was
            }
            Place::Server(database) => {
                let mut connection = connect(&database.superuser_url()).await;
                let was = "select rules::text from rotations where rotation_id = $1";
                let was = sqlx::query_scalar(was).bind(id);
                let was = was.fetch_one(&mut connection).await.expect("it is there");
                let spoil = "update rotations set rules = $2::jsonb where rotation_id = $1";
                let spoil = sqlx::query(spoil).bind(id).bind(rules);
                spoil.execute(&mut connection).await.expect("it is written");
                was
            }
        }
    }

    async fn file(&self) -> SqliteConnection {
        let url = self.settings.url.expose_secret();
        SqliteConnection::connect(url).await.expect("the file opens")
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("the superuser gets in")
}
