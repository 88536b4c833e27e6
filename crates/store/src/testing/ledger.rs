//! What is stored, past all doors: for comparing it with what was seen outside.

use crate::store::StoreSettings;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeSet;
use std::str::FromStr;
use uuid::Uuid;

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The delivery's id.
    pub delivery_id: Uuid,
    /// Its workspace.
    pub workspace_id: Uuid,
    /// Its line there: what is in it is sent one after the other.
    pub order_key: String,
    /// Where it stands.
    pub state: String,
    /// How it is sent.
    pub call: String,
    /// Whether it was sent once more.
    pub is_resend: bool,
    /// Why, where there is something to say.
    pub code: Option<String>,
    /// How often it was sent or tried.
    pub attempts: i64,
    /// How many processes died over it.
    pub crashes: i64,
    /// Where it was posted.
    pub channel_id: Option<String>,
    /// Its timestamp in Slack.
    pub ts: Option<String>,
    /// Since when it was to be sent.
    pub due_at: Option<DateTime<Utc>>,
    /// From when on it may be sent.
    pub available_at: DateTime<Utc>,
    /// Until when it keeps what comes after it in its line waiting.
    pub held_until: Option<DateTime<Utc>>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// What is said, and to whom.
    pub envelope: String,
}

/// A row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// The row's id.
    pub inbox_id: Uuid,
    /// Where it stands.
    pub state: String,
    /// How many processes died over it.
    pub crashes: i64,
    /// From when on it may be worked off.
    pub available_at: DateTime<Utc>,
    /// What it is.
    pub item: String,
}

/// A turn that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRow {
    /// The rotation's id.
    pub rotation_id: Uuid,
    /// The rotation's name.
    pub name: String,
    /// The team's id.
    pub team_id: String,
    /// When it was to begin.
    pub planned_at: DateTime<Utc>,
    /// Whether it was served, or missed.
    pub state: String,
}

/// An absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceRow {
    /// The team's id.
    pub team_id: String,
    /// Who.
    pub user_id: String,
    /// When, as JSON.
    pub span: String,
}

/// A rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationRow {
    /// The team's id.
    pub team_id: String,
    /// The rotation's name.
    pub name: String,
}

/// Everything that is compared.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// What was, is or will be said.
    pub outbox: Vec<OutboxRow>,
    /// What came in and is not over.
    pub inbox: Vec<InboxRow>,
    /// Every turn.
    pub turns: Vec<TurnRow>,
    /// Every absence.
    pub absences: Vec<AbsenceRow>,
    /// Every rotation.
    pub rotations: Vec<RotationRow>,
}

/// Reads a row by the names of the fields, on either engine.
macro_rules! read_row {
    ($row:ident: $($field:ident $kind:ty),+) => {
        impl<'r, R> sqlx::FromRow<'r, R> for $row
        where
            R: sqlx::Row,
            &'static str: sqlx::ColumnIndex<R>,
            $($kind: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)+
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}

read_row!(OutboxRow: delivery_id Uuid, workspace_id Uuid, order_key String, state String, call String, is_resend bool, code Option<String>, attempts i64, crashes i64, channel_id Option<String>, ts Option<String>, due_at Option<DateTime<Utc>>, available_at DateTime<Utc>, held_until Option<DateTime<Utc>>, finished_at Option<DateTime<Utc>>, envelope String);
read_row!(InboxRow: inbox_id Uuid, state String, crashes i64, available_at DateTime<Utc>, item String);
read_row!(TurnRow: rotation_id Uuid, name String, team_id String, planned_at DateTime<Utc>, state String);
read_row!(AbsenceRow: team_id String, user_id String, span String);
read_row!(RotationRow: team_id String, name String);

macro_rules! read {
    ($connection:expr) => {{
        let connection = $connection;
        Ledger {
            outbox: sqlx::query_as(
                "select delivery_id, workspace_id, order_key, state, call, is_resend, code, cast(attempts as bigint) as attempts,
                        cast(crashes as bigint) as crashes, channel_id, ts, due_at, available_at, held_until,
                        finished_at,
                        cast(envelope as text) as envelope
                   from outbox
                  order by order_id",
            )
            .fetch_all(&mut *connection)
            .await?,
            inbox: sqlx::query_as(
                "select inbox_id, state, cast(crashes as bigint) as crashes, available_at,
                        cast(item as text) as item
                   from inbox
                  where state <> 'done'",
            )
            .fetch_all(&mut *connection)
            .await?,
            turns: sqlx::query_as(
                "select t.rotation_id, r.name, w.team_id, t.planned_at, t.state
                   from turns t
                   join rotations r on r.workspace_id = t.workspace_id and r.rotation_id = t.rotation_id
                   join workspaces w on w.workspace_id = t.workspace_id
                  order by w.team_id, r.name, t.planned_at",
            )
            .fetch_all(&mut *connection)
            .await?,
            absences: sqlx::query_as(
                "select w.team_id, a.user_id, cast(a.span as text) as span
                   from absences a
                   join workspaces w on w.workspace_id = a.workspace_id",
            )
            .fetch_all(&mut *connection)
            .await?,
            rotations: sqlx::query_as(
                "select w.team_id, r.name
                   from rotations r
                   join workspaces w on w.workspace_id = r.workspace_id",
            )
            .fetch_all(&mut *connection)
            .await?,
        }
    }};
}

impl Ledger {
    /// Reads a SQLite file beside the process that has it.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub async fn of_file(settings: &StoreSettings) -> Self {
        let found: Result<Self, sqlx::Error> = async {
            let options = SqliteConnectOptions::from_str(settings.url.expose_secret())?;
            let mut connection = SqliteConnection::connect_with(&options.read_only(true)).await?;
            let ledger = read!(&mut connection);
            connection.close().await?;
            Ok(ledger)
        }
        .await;
        found.expect("the file can be read")
    }

    /// Reads a PostgreSQL database as the superuser.
    ///
    /// # Errors
    ///
    /// What the server says: it may be away.
    pub async fn of_server(url: &str) -> Result<Self, String> {
        let found: Result<Self, sqlx::Error> = async {
            let mut connection = PgConnection::connect(url).await?;
            let ledger = read!(&mut connection);
            connection.close().await?;
            Ok(ledger)
        }
        .await;
        found.map_err(|fault| fault.to_string())
    }

    /// Returns what is due and not over, of the outbox and the inbox; what stands behind something that is held is not due.
    #[must_use]
    pub fn open_work(&self, now: DateTime<Utc>) -> (usize, usize) {
        let is_waiting = |row: &&InboxRow| row.state != "quarantined" && row.available_at <= now;
        (self.waiting(now).len(), self.inbox.iter().filter(is_waiting).count())
    }

    /// Returns what is due of the outbox and not over, and waits behind nothing else.
    #[must_use]
    pub fn waiting(&self, now: DateTime<Utc>) -> Vec<&OutboxRow> {
        let mut held = BTreeSet::new();
        let mut waiting = Vec::new();
        for row in self.outbox.iter().filter(|row| row.finished_at.is_none()) {
            let line = (row.workspace_id, &row.order_key);
            if row.held_until.is_some_and(|until| now < until) {
                held.insert(line);
            } else if row.available_at <= now && !held.contains(&line) {
                waiting.push(row);
            }
        }
        waiting
    }
}
