//! `asyncbot outbox`: what was not delivered, and putting it back; it may run while the service does.

use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::config::opened_store;
use crate::settings::{DatabaseSettings, KeySettings};
use app::replay::{Lost, Replayed};
use clap::Subcommand;
use serde_json::{Value, json};
use store::Store;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// Lists what is ambiguous, unconfirmed, expired, failed or in quarantine, the oldest due first
    List(Box<ListOptions>),
    /// Puts a row back that was not delivered or not worked off; the service takes it up by itself
    Replay(Box<ReplayOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct ListOptions {
    /// How many rows are listed
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u32,
    /// Prints JSON, one array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct ReplayOptions {
    /// The row, as `list` shows it
    #[arg(value_name = "ID")]
    id: Uuid,
    /// Puts it back although it may have been sent, so that people may read it twice
    #[arg(long)]
    yes: bool,
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

pub(super) async fn outbox(command: OutboxCommand) -> u8 {
    telemetry::start(Some("error"));
    let (database, keys) = match &command {
        OutboxCommand::List(options) => (&options.database, &options.keys),
        OutboxCommand::Replay(options) => (&options.database, &options.keys),
    };
    let (place, keys) = match opened_store(database, keys) {
        Ok(opened) => opened,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    let store = match Store::open(&place, keys).await {
        Ok(store) => store,
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    let code = match command {
        OutboxCommand::List(options) => list(&store, &options).await,
        OutboxCommand::Replay(options) => replay(&store, &options).await,
    };
    store.close().await;
    code
}

async fn list(store: &Store, options: &ListOptions) -> u8 {
    let listed = match app::replay::list(store, options.limit).await {
        Ok(listed) => listed,
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    let now = super::database_time(store).await;
    if options.json {
        let rows: Vec<Value> = listed.iter().map(|lost| in_json(lost, now)).collect();
        output::say(&Value::Array(rows).to_string());
    } else if listed.is_empty() {
        output::say("Everything was delivered and worked off.");
    } else {
        for lost in &listed {
            output::say(&in_words(lost, now));
        }
    }
    DONE
}

async fn replay(store: &Store, options: &ReplayOptions) -> u8 {
    let now = super::database_time(store).await;
    let (code, word, text, lost) = match app::replay::replay(store, options.id, options.yes, now)
        .await
    {
        Ok(Replayed::Done(lost)) => (
            DONE,
            "put_back",
            "It is due now; the running service takes it up within seconds.",
            Some(lost),
        ),
        Ok(Replayed::MayDouble(lost)) => (
            NOT_WELL,
            "may_double",
            "It may have been sent already: people may read it twice. To put it back all the same, add --yes.",
            Some(lost),
        ),
        Ok(Replayed::NotLost(lost)) => {
            let text = if lost.row.state == "ambiguous" {
                "It is held until it is known whether it arrived, and goes on by itself. Nothing was changed."
            } else {
                "It is none of those that can be put back. Nothing was changed."
            };
            (NOT_WELL, "not_lost", text, Some(lost))
        }
        Ok(Replayed::Unknown) => (NOT_WELL, "unknown", "There is no row of this id.", None),
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    let row = lost.as_ref().map(|lost| in_json(lost, now));
    if options.json {
        output::say(&json!({"outcome": word, "was": row}).to_string());
    } else if code == DONE {
        output::say(text);
    } else {
        if let Some(lost) = &lost {
            output::complain(&in_words(lost, now));
        }
        output::complain(text);
    }
    code
}

fn in_json(lost: &Lost, now: chrono::DateTime<chrono::Utc>) -> Value {
    let Lost { row, kind } = lost;
    json!({
        "id": row.id,
        "queue": queue(lost),
        "workspace": row.workspace.to_string(),
        "kind": kind,
        "state": row.state,
        "due_at": row.due_at,
        "age_s": (now - row.due_at).num_seconds(),
        "attempts": row.attempts,
        "crashes": row.crashes,
        "code": row.code,
    })
}

fn in_words(lost: &Lost, now: chrono::DateTime<chrono::Utc>) -> String {
    let Lost { row, kind } = lost;
    format!(
        "{id}  {queue:<6}  {state:<11}  {kind}  workspace {workspace}  due {due} ({age} ago)  attempts {attempts}  crashes {crashes}  {code}",
        id = row.id,
        queue = queue(lost),
        state = row.state,
        kind = kind.as_deref().unwrap_or("of another version"),
        workspace = row.workspace,
        due = row.due_at.format("%Y-%m-%dT%H:%M:%SZ"),
        age = age((now - row.due_at).num_minutes()),
        attempts = row.attempts,
        crashes = row.crashes,
        code = row.code.as_deref().unwrap_or("-"),
    )
}

const fn queue(lost: &Lost) -> &'static str {
    if lost.row.is_work { "inbox" } else { "outbox" }
}

fn age(minutes: i64) -> String {
    match minutes {
        ..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}
