//! `asyncbot workspace`: which workspaces there are, what is stored of one, and erasing it.

use super::opened::{self, find_workspace, now};
use super::progress::Progress;
use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::archive;
use crate::config::{claimed_store, ledger};
use crate::erasure;
use crate::settings::{DatabaseSettings, KeySettings};
use app::subscription::may_be_forgotten;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use domain::ids::UserId;
use domain::retention::GRACE;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use store::{Store, StoreError, WorkspaceListing};

#[derive(Debug, Subcommand)]
pub(super) enum WorkspaceCommand {
    /// Lists the workspaces, those that are to be deleted with the day
    List(Box<ListOptions>),
    /// Shows one workspace and how much is stored of it
    Show(Box<OneOptions>),
    /// Writes all that is stored of a workspace, or of one person in it, into one archive: JSON, tables and a calendar
    Export(Box<ExportOptions>),
    /// Deletes everything of a workspace, or what is stored of one person in it, at once and for good; on SQLite the service must not run
    Erase(Box<EraseOptions>),
    /// Keeps what an uninstalled workspace left for 30 days more, from now on; installing the app again brings it back
    Restore(Box<OneOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct ListOptions {
    /// Prints JSON, one array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct OneOptions {
    /// The workspace, by its id or its Slack team's
    #[arg(value_name = "ID")]
    id: String,
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct ExportOptions {
    /// The workspace, by its id or its Slack team's
    #[arg(value_name = "ID")]
    id: String,
    /// One person, by their Slack id, with the notes that they wrote or were told
    #[arg(long, value_name = "USER")]
    person: Option<String>,
    /// The archive to be written; it must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct EraseOptions {
    /// The workspace, by its id or its Slack team's
    #[arg(value_name = "ID")]
    id: String,
    /// One person, by their Slack id: they leave every rotation, and in the history a pseudonym stands in their place
    #[arg(long, value_name = "USER")]
    person: Option<String>,
    /// Means it: without this it is only said what would be erased
    #[arg(long)]
    yes: bool,
    /// Says that nothing is charged any more for a workspace that pays: its subscription was ended in Stripe's dashboard
    #[arg(long)]
    subscription_is_ended: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

pub(super) async fn workspace(command: WorkspaceCommand) -> u8 {
    telemetry::start(Some("error"));
    let (database, keys) = match &command {
        WorkspaceCommand::List(options) => (&options.database, &options.keys),
        WorkspaceCommand::Show(options) | WorkspaceCommand::Restore(options) => {
            (&options.database, &options.keys)
        }
        WorkspaceCommand::Export(options) => (&options.database, &options.keys),
        WorkspaceCommand::Erase(options) => (&options.database, &options.keys),
    };
    // On SQLite the service keeps in memory what it read, and would go on to answer with it.
    let claim = match &command {
        WorkspaceCommand::Erase(options) if options.yes => match claimed_store(database) {
            Ok(claim) => claim,
            Err(text) => {
                output::complain(&text);
                return NOT_WELL;
            }
        },
        _ => None,
    };
    let store = match opened::open(database, keys).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let code = match &command {
        WorkspaceCommand::List(options) => list(&store, options.json).await,
        WorkspaceCommand::Show(options) => show(&store, options).await,
        WorkspaceCommand::Export(options) => export(&store, options).await,
        WorkspaceCommand::Erase(options) => erase(&store, options).await,
        WorkspaceCommand::Restore(options) => restore(&store, options).await,
    };
    store.close().await;
    drop(claim);
    code.unwrap_or_else(|fault| {
        output::complain(&fault.to_string());
        NOT_WELL
    })
}

async fn list(store: &Store, as_json: bool) -> Result<u8, StoreError> {
    let listed = store.system().list_workspaces().await?;
    if as_json {
        output::say(&Value::Array(listed.iter().map(in_json).collect()).to_string());
    } else if listed.is_empty() {
        output::say("No workspace has installed the app.");
    } else {
        for workspace in &listed {
            output::say(&in_words(workspace));
        }
    }
    Ok(DONE)
}

async fn show(store: &Store, options: &OneOptions) -> Result<u8, StoreError> {
    let Some(listed) = find_workspace(store, &options.id).await? else {
        return Ok(unknown(&options.id));
    };
    let counts = store.count_rows(listed.id).await?;
    if options.json {
        let mut told = in_json(&listed);
        let counts = counts.iter().map(|(table, count)| (table.clone(), json!(count)));
        told["rows"] = Value::Object(counts.collect());
        output::say(&told.to_string());
    } else {
        output::say(&in_words(&listed));
        for (table, count) in counts {
            output::say(&format!("  {table}: {count}"));
        }
    }
    Ok(DONE)
}

async fn export(store: &Store, options: &ExportOptions) -> Result<u8, StoreError> {
    let Some(listed) = find_workspace(store, &options.id).await? else {
        return Ok(unknown(&options.id));
    };
    let now = now(store).await;
    let files = match &options.person {
        Some(user) => {
            app::export::of_person(store, listed.id, &UserId::new(user), now).await.map(Some)
        }
        None => app::export::of_workspace(store, listed.id, now).await,
    };
    let written = match files {
        Ok(Some(files)) => archive::pack(&files)
            .map_err(|fault| fault.to_string())
            .and_then(|bytes| write(&options.out, &bytes).map_err(|fault| fault.to_string())),
        Ok(None) => return Ok(unknown(&options.id)),
        Err(fault) => Err(fault.to_string()),
    };
    if let Err(text) = written {
        output::complain(&format!("{} cannot be written: {text}", options.out.display()));
        return Ok(NOT_WELL);
    }
    output::say(&format!(
        "Written to {}. It is for the one who asked for it.",
        options.out.display()
    ));
    Ok(DONE)
}

/// Writes a file that was not there, for the eyes of this user alone.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut opening = OpenOptions::new();
    opening.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        opening.mode(0o600);
    }
    opening.open(path)?.write_all(bytes)
}

async fn erase(store: &Store, options: &EraseOptions) -> Result<u8, StoreError> {
    let Some(listed) = find_workspace(store, &options.id).await? else {
        return Ok(unknown(&options.id));
    };
    if let Some(user) = &options.person {
        return erase_person(store, options, &listed, &UserId::new(user)).await;
    }
    if !options.yes {
        output::say(&in_words(&listed));
        let rows: u64 =
            store.count_rows(listed.id).await?.into_iter().map(|(_, count)| count).sum();
        output::say(&format!(
            "{rows} rows would be deleted at once and for good, and stay in backups for 7 days at most. To erase them, add --yes."
        ));
        return Ok(NOT_WELL);
    }
    // Nobody could end it here afterwards.
    if !options.subscription_is_ended && !may_be_forgotten(store, listed.id).await? {
        output::complain(
            "this workspace pays for a subscription that would go on being charged; end it in Stripe's dashboard, then add --subscription-is-ended",
        );
        return Ok(NOT_WELL);
    }
    let ledger = ledger(&options.database);
    let waiting = Progress::waits("erasing");
    let erased = erasure::erase(store, &ledger, listed.id, now(store).await).await;
    drop(waiting);
    match erased {
        Ok(()) => {
            output::say(
                "Everything of the workspace is deleted. Backups from before hold it for 7 days at most, and it is deleted again from any that is restored.",
            );
            Ok(DONE)
        }
        Err(fault) => {
            output::complain(&fault.to_string());
            Ok(NOT_WELL)
        }
    }
}

async fn erase_person(
    store: &Store,
    options: &EraseOptions,
    listed: &WorkspaceListing,
    user: &UserId,
) -> Result<u8, StoreError> {
    if user.is_erased() {
        output::complain(&format!("{user} stands in the place of somebody who was erased already"));
        return Ok(WRONG_USE);
    }
    match app::erasure::is_named(store, listed.id, user).await {
        Ok(true) => {}
        Ok(false) => {
            output::complain(&format!("nothing that is stored of the workspace names {user}"));
            return Ok(WRONG_USE);
        }
        Err(fault) => {
            output::complain(&fault.to_string());
            return Ok(NOT_WELL);
        }
    }
    if !options.yes {
        output::say(&in_words(listed));
        output::say(&format!(
            "{user} would leave every rotation at once and for good, and the managers would be told that somebody was erased. What is stored of them alone would be deleted, and in the history a pseudonym would stand in their place; backups hold the rest for 7 days at most. To erase them, add --yes."
        ));
        return Ok(NOT_WELL);
    }
    let (ledger, now) = (ledger(&options.database), now(store).await);
    let waiting = Progress::waits("erasing");
    let erased = erasure::erase_person(store, &ledger, listed.id, user, now).await;
    drop(waiting);
    match erased {
        Ok(()) => {
            output::say(
                "The person is erased. Backups from before name them for 7 days at most, and they are erased again from any that is restored.",
            );
            Ok(DONE)
        }
        Err(fault) => {
            output::complain(&fault.to_string());
            Ok(NOT_WELL)
        }
    }
}

async fn restore(store: &Store, options: &OneOptions) -> Result<u8, StoreError> {
    let Some(listed) = find_workspace(store, &options.id).await? else {
        return Ok(unknown(&options.id));
    };
    if listed.is_active {
        output::say("It has a working installation; nothing of it is to be deleted.");
        return Ok(DONE);
    }
    let until = now(store).await + GRACE;
    let mut tx = store.write(listed.id).await?;
    let is_kept = tx.record_kept_until(until).await?;
    tx.commit().await?;
    if !is_kept {
        output::complain("It was installed or deleted just now; nothing was changed.");
        return Ok(NOT_WELL);
    }
    if options.json {
        output::say(&json!({"kept_until": until}).to_string());
    } else {
        output::say(&format!(
            "What it left is kept until {}. When the app is installed again before, everything is back.",
            day(until)
        ));
    }
    Ok(DONE)
}

fn unknown(id: &str) -> u8 {
    output::complain(&format!("there is no workspace {id}"));
    WRONG_USE
}

fn in_json(listed: &WorkspaceListing) -> Value {
    json!({
        "id": listed.id.to_string(),
        "team": listed.team.as_str(),
        "is_installed": listed.is_active,
        "uninstalled_at": listed.deactivated_at,
        "deleted_after": erasure::due_at(listed),
    })
}

fn in_words(listed: &WorkspaceListing) -> String {
    let state = match erasure::due_at(listed) {
        Some(at) => format!("uninstalled, deleted after {}", day(at)),
        None => String::from("installed"),
    };
    format!("{}  {}  {state}", listed.id, listed.team)
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
