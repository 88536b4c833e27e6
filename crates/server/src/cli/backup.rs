//! `asyncbot backup` and `asyncbot restore`: backups are made, listed and tried, and restored; but for restoring, the service may
//! run meanwhile.

use super::opened::{self, now};
use super::progress::Progress;
use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::backup::{
    self, BackupConfig, BackupFault, Ground, Identities, Judge, Made, Place, Stored, Tools,
};
use crate::config::{
    backup_config, backup_ground, backup_place, claimed_store, ledger, opened_store,
    restoring_store,
};
use crate::settings::{BackupSettings, DatabaseSettings, KeySettings};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use clock::Clock;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use store::{RestoredBackup, Store};

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// Makes a backup, restores it on trial, encrypts and stores it, and deletes those that are seven days old; the service may run
    Create(Box<CreateOptions>),
    /// Lists the backups that are stored, the oldest first
    List(Box<ListOptions>),
    /// Restores a stored backup on trial, and says whether all of it is there; for another machine, weekly
    Verify(Box<VerifyOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct CreateOptions {
    /// Makes one only where the day's, from 02:30 UTC on, is not there yet; for a timer that comes every hour, so that what failed is tried again and old ones go in time
    #[arg(long)]
    daily: bool,
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    backup: BackupSettings,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct ListOptions {
    /// Prints JSON, one array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    backup: BackupSettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct VerifyOptions {
    /// The backup, by the name that `backup list` prints or as a file; without it, the newest that is stored
    #[arg(value_name = "BACKUP")]
    which: Option<String>,
    /// The file of the secret key, as `age-keygen` writes it, or `-` for standard input; it is read and kept nowhere
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    backup: BackupSettings,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

#[derive(clap::Args, Debug)]
pub(super) struct RestoreOptions {
    /// The backup, as a file or by the name that `backup list` prints
    #[arg(value_name = "FILE")]
    which: String,
    /// The file of the secret key, as `age-keygen` writes it, or `-` for standard input; it is read and kept nowhere
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Restores although the ledger of erasures is lost: who was erased since the backup comes back, until somebody erases them again
    #[arg(long)]
    ledger_is_lost: bool,
    #[command(flatten)]
    backup: BackupSettings,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

pub(super) async fn backup(command: BackupCommand) -> u8 {
    telemetry::start(Some("error"));
    slack::install_tls_provider();
    let done = match command {
        BackupCommand::Create(options) => create(&options).await,
        BackupCommand::List(options) => list(&options).await,
        BackupCommand::Verify(options) => verify(&options).await,
    };
    done.unwrap_or_else(|code| code)
}

/// Says what is wrong, and returns the exit code for it.
fn failed(fault: &BackupFault) -> u8 {
    output::complain(&fault.to_string());
    match fault {
        BackupFault::Settings(_) => WRONG_USE,
        _ => NOT_WELL,
    }
}

/// Says what is wrong with the settings.
fn misused<T>(checked: Result<T, Vec<crate::settings::SettingFault>>) -> Result<T, u8> {
    checked.map_err(|faults| {
        output::complain_of_all(&faults);
        WRONG_USE
    })
}

/// Returns where backups are stored, if the settings say so: a command that is given a file needs no place.
fn place_if_given(settings: &BackupSettings) -> Result<Option<Place>, u8> {
    let given = settings.to.as_ref().filter(|to| !to.is_empty());
    given.map(|_| misused(backup_place(settings))).transpose()
}

async fn create(options: &CreateOptions) -> Result<u8, u8> {
    let config = misused(backup_config(&options.backup, &options.database))?;
    let store = opened::open(&options.database, &options.keys).await?;
    let (_, keys) = misused(opened_store(&options.database, &options.keys))?;
    let now = now(&store).await;
    let judge = Judge { keys, ledger: ledger(&options.database), now };
    let done = if options.daily && is_made(&config, now).await {
        unneeded(&config, now, options.json).await
    } else {
        make(&store, &config, &judge, options.json).await
    };
    store.close().await;
    done.map_err(|fault| failed(&fault))
}

/// Returns whether the day's backup is stored; where that cannot be seen, one more is no harm.
async fn is_made(config: &BackupConfig, now: DateTime<Utc>) -> bool {
    let since = backup::due_since(now);
    let Ok(shelf) = backup::Shelf::open(&config.place) else { return false };
    let Ok(names) = shelf.names().await else { return false };
    names.iter().any(|(name, _)| name.made_at >= since)
}

async fn unneeded(
    config: &BackupConfig,
    now: DateTime<Utc>,
    as_json: bool,
) -> Result<u8, BackupFault> {
    let deleted = backup::Shelf::open(&config.place)?.delete_old(now).await?;
    let deleted: Vec<&str> = deleted.iter().map(backup::Name::as_str).collect();
    if as_json {
        output::say(&json!({"made": Value::Null, "deleted": deleted}).to_string());
    } else {
        output::say("The day's backup is there already.");
        for name in deleted {
            output::say(&format!("{name} was deleted: its seven days are over."));
        }
    }
    Ok(DONE)
}

async fn make(
    store: &Store,
    config: &BackupConfig,
    judge: &Judge,
    as_json: bool,
) -> Result<u8, BackupFault> {
    let waiting = Progress::waits("making a backup and restoring it on trial");
    let made = backup::create(config, judge).await;
    drop(waiting);
    let Made { sheet, tried, record, deleted } = made?;
    store.system().record_backup(&record).await?;
    let deleted: Vec<&str> = deleted.iter().map(backup::Name::as_str).collect();
    if as_json {
        let workspaces = tried.workspaces;
        output::say(
            &json!({"made": sheet, "workspaces": workspaces, "deleted": deleted}).to_string(),
        );
        return Ok(DONE);
    }
    output::say(&format!("{} is stored in {}.", sheet.name, config.place));
    output::say(&format!(
        "It was restored on trial: {} rows as they are, {} workspaces, {} events of their audit logs verified.",
        sheet.rows.values().sum::<u64>(),
        tried.workspaces,
        tried.audit_events
    ));
    output::say(&format!("{} bytes, SHA-256 {}", sheet.bytes, sheet.sha256));
    for name in deleted {
        output::say(&format!("{name} was deleted: its seven days are over."));
    }
    Ok(DONE)
}

async fn list(options: &ListOptions) -> Result<u8, u8> {
    let place = misused(backup_place(&options.backup))?;
    let listed = async { backup::Shelf::open(&place)?.list().await }.await;
    let listed = listed.map_err(|fault| failed(&fault))?;
    if options.json {
        output::say(&Value::Array(listed.iter().map(in_json).collect()).to_string());
    } else if listed.is_empty() {
        output::say(&format!("There is no backup in {place}."));
    } else {
        for stored in &listed {
            output::say(&in_words(stored));
        }
    }
    Ok(DONE)
}

fn in_json(stored: &Stored) -> Value {
    let sheet = stored.sheet.as_ref();
    json!({
        "name": stored.name.as_str(),
        "made_at": instant(stored.name.made_at),
        "bytes": stored.bytes,
        "sha256": sheet.map(|sheet| &sheet.sha256),
        "restored_at": sheet.map(|sheet| instant(sheet.restored_at)),
        "verified_at": sheet.and_then(|sheet| sheet.verified_at).map(instant),
    })
}

fn in_words(stored: &Stored) -> String {
    let (name, bytes) = (stored.name.as_str(), stored.bytes);
    match &stored.sheet {
        None => format!("{name}  {bytes} bytes  nothing stands beside it that says what it is"),
        Some(sheet) => match sheet.verified_at {
            Some(at) => format!("{name}  {bytes} bytes  verified {}", instant(at)),
            None => format!("{name}  {bytes} bytes  restored on trial when it was made"),
        },
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn verify(options: &VerifyOptions) -> Result<u8, u8> {
    let identities = Identities::read(&options.identity).map_err(|text| {
        output::complain(&text);
        WRONG_USE
    })?;
    let (keys, login, work) =
        misused(backup_ground(&options.backup, &options.database, &options.keys))?;
    let place = place_if_given(&options.backup)?;
    let judge = Judge { keys, ledger: ledger(&options.database), now: Clock::system().now() };
    let tools = Tools(options.backup.tools());
    let tried = async {
        std::fs::create_dir_all(&work)?;
        let folder = tempfile::Builder::new().prefix("backup-").tempdir_in(&work)?;
        let found = backup::fetch(options.which.as_deref(), place.as_ref(), folder.path()).await?;
        let ground = Ground { folder: folder.path(), login: login.as_ref(), tools: &tools };
        backup::verify(&found, place.as_ref(), &identities, &ground, &judge).await
    };
    let waiting = Progress::waits("restoring on trial");
    let verified = tried.await;
    drop(waiting);
    let verified = verified.map_err(|fault| failed(&fault))?;
    let is_recorded = record(options, &verified.record).await;
    if options.json {
        output::say(
            &json!({
                "name": verified.name,
                "made_at": instant(verified.made_at),
                "rows": verified.rows,
                "workspaces": verified.tried.workspaces,
                "audit_events": verified.tried.audit_events,
                "erased_again": verified.tried.erased_again,
                "is_recorded": is_recorded,
            })
            .to_string(),
        );
    } else {
        output::say(&format!(
            "{} is well: of {}, {} rows, {} workspaces, {} events of their audit logs verified.",
            verified.name,
            instant(verified.made_at),
            verified.rows,
            verified.tried.workspaces,
            verified.tried.audit_events
        ));
        if !is_recorded {
            output::note(
                "The database that serves is not reached from here, so its metric still has the last restore before this.",
            );
        }
    }
    Ok(DONE)
}

/// Records a trial in the database that serves, where it is there and can be reached from here.
async fn record(options: &VerifyOptions, record: &RestoredBackup) -> bool {
    let Ok((place, keys)) = opened_store(&options.database, &options.keys) else { return false };
    let is_here = match store::backup::Kind::of(&place) {
        store::backup::Kind::Postgres => true,
        // A file that is not there would be made.
        store::backup::Kind::Sqlite => {
            store::backup::file_of(&place.url).is_ok_and(|file| file.exists())
        }
    };
    if !is_here {
        return false;
    }
    let Ok(store) = Store::open(&place, Arc::clone(&keys)).await else { return false };
    let is_recorded = store.system().record_backup(record).await.is_ok();
    store.close().await;
    is_recorded
}

pub(super) async fn restore(options: RestoreOptions) -> u8 {
    telemetry::start(Some("error"));
    slack::install_tls_provider();
    try_restore(&options).await.unwrap_or_else(|code| code)
}

async fn try_restore(options: &RestoreOptions) -> Result<u8, u8> {
    let identities = Identities::read(&options.identity).map_err(|text| {
        output::complain(&text);
        WRONG_USE
    })?;
    let (target, keys) = misused(restoring_store(&options.database, &options.keys))?;
    let place = place_if_given(&options.backup)?;
    // On SQLite nobody may serve from the file meanwhile.
    let claim = claimed_store(&options.database).map_err(|text| {
        output::complain(&text);
        NOT_WELL
    })?;
    let judge = Judge { keys, ledger: ledger(&options.database), now: Clock::system().now() };
    let tools = Tools(options.backup.tools());
    let done = async {
        let folder = tempfile::Builder::new().prefix("asyncbot-restore-").tempdir()?;
        let found = backup::fetch(Some(&options.which), place.as_ref(), folder.path()).await?;
        let ledger = (&judge, options.ledger_is_lost);
        backup::restore(&found, &identities, &target, &tools, ledger).await
    };
    let waiting = Progress::waits("restoring");
    let done = done.await;
    drop((waiting, claim));
    let restored = done.map_err(|fault| failed(&fault))?;
    output::say(&format!(
        "The database is as it was at {}: {} rows, {} workspaces, {} events of their audit logs verified, {} erasures carried out again.",
        instant(restored.made_at),
        restored.rows,
        restored.tried.workspaces,
        restored.tried.audit_events,
        restored.tried.erased_again
    ));
    output::say(
        "Start the service: what was due since is caught up, and what may have been sent since is held back and said again at most once.",
    );
    Ok(DONE)
}
