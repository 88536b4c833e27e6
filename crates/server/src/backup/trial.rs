//! A backup is restored into a database that is there for the trial alone, and what comes out is looked at.

use super::archive::Header;
use super::tools::Tools;
use super::{BackupFault, Judge, apart};
use crate::erasure;
use secrecy::SecretString;
use std::io::Read;
use std::path::Path;
use store::backup::{self, Kind, Scratch};
use store::{Store, StoreSettings};

/// What was found well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    /// How many workspaces there are.
    pub(crate) workspaces: u64,
    /// How many events of the audit log were verified.
    pub(crate) audit_events: u64,
    /// How often somebody was erased in it who had been erased since it was made.
    pub(crate) erased_again: u64,
}

/// Where a trial takes place.
#[derive(Clone, Debug)]
pub(crate) struct Ground<'a> {
    /// A folder for SQLite's file.
    pub(crate) folder: &'a Path,
    /// PostgreSQL only: the login that makes the database.
    pub(crate) login: Option<&'a SecretString>,
    /// PostgreSQL's programs.
    pub(crate) tools: &'a Tools,
}

/// Restores a dump on trial and returns what was found well; nothing of it is left.
///
/// # Errors
///
/// [`BackupFault::NotWell`] where it is not what it should be, and whatever keeps it from being restored.
pub(crate) async fn restore_on_trial(
    header: &Header,
    dump: impl Read + Send + 'static,
    ground: &Ground<'_>,
    judge: &Judge,
) -> Result<Tried, BackupFault> {
    match header.engine {
        Kind::Sqlite => {
            let file = ground.folder.join("trial.db");
            let written = file.clone();
            apart(move || write(dump, &written)).await?;
            let url = SecretString::from(backup::url_of(&file));
            let place = StoreSettings { url, system_url: None, owner_url: None };
            let tried = look(header, &place, judge).await;
            for ending in ["", "-wal", "-shm"] {
                let left = ground.folder.join(format!("trial.db{ending}"));
                if left.exists() {
                    std::fs::remove_file(left)?;
                }
            }
            tried
        }
        Kind::Postgres => {
            let login = ground.login.ok_or_else(|| {
                BackupFault::Settings(String::from(
                    "a backup of PostgreSQL is restored on trial by DATABASE_BACKUP_URL, which is missing",
                ))
            })?;
            let scratch = Scratch::make(login, store::new_id(judge.now)).await?;
            let tried =
                restore_and_look(header, dump, login, (&scratch, ground.tools), judge).await;
            let removed = scratch.remove().await;
            let tried = tried?;
            removed?;
            Ok(tried)
        }
    }
}

async fn restore_and_look(
    header: &Header,
    dump: impl Read + Send + 'static,
    login: &SecretString,
    (scratch, tools): (&Scratch, &Tools),
    judge: &Judge,
) -> Result<Tried, BackupFault> {
    let (name, its_login, tools) = (scratch.name().to_owned(), login.clone(), tools.clone());
    apart(move || tools.restore(&its_login, Some(&name), &[], dump)).await?;
    let url = scratch.url();
    let place =
        StoreSettings { url: url.clone(), system_url: Some(url.clone()), owner_url: Some(url) };
    look(header, &place, judge).await
}

/// Looks at a database that was just restored: whether all is there, whether it is whole, and whether it can be served from.
async fn look(header: &Header, place: &StoreSettings, judge: &Judge) -> Result<Tried, BackupFault> {
    compare(header, place).await?;
    // One that an older version made is brought to this one's schema, as it would be when it counts.
    Store::migrate(place).await?;
    let store = Store::open_on_trial(place, std::sync::Arc::clone(&judge.keys)).await?;
    let tried = judge_store(&store, judge).await;
    store.close().await;
    tried
}

/// Compares what was restored with what the backup says is in it.
pub(super) async fn compare(header: &Header, place: &StoreSettings) -> Result<(), BackupFault> {
    use secrecy::ExposeSecret;
    let (contents, flaws) = backup::examine(place.url.expose_secret()).await?;
    let differing = contents.differing(&header.contents);
    if !differing.is_empty() || contents.migration != header.contents.migration {
        return Err(BackupFault::NotWell(format!(
            "what was restored is not what the backup was made of: {}",
            differing.join(", ")
        )));
    }
    if let Some(flaw) = flaws.first() {
        return Err(BackupFault::NotWell(format!(
            "what was restored holds {} ({} of them), which may not be",
            flaw.what, flaw.count
        )));
    }
    Ok(())
}

/// Carries out what stands in the ledger of erasures, and verifies the audit log of every workspace.
pub(super) async fn judge_store(store: &Store, judge: &Judge) -> Result<Tried, BackupFault> {
    let erased_again = erasure::replay(store, &judge.ledger, judge.now)
        .await
        .map_err(|fault| BackupFault::NotWell(fault.to_string()))?;
    erasure::check(store, &judge.ledger)
        .await
        .map_err(|fault| BackupFault::NotWell(fault.to_string()))?;
    let mut tried = Tried { erased_again, ..Tried::default() };
    for workspace in store.system().list_workspaces().await? {
        let verdict = store.verify_audit(workspace.id, None, judge.now).await?;
        if let Some(fault) = verdict.fault {
            return Err(BackupFault::NotWell(format!(
                "the audit log of the workspace {} is not what was written: event {}: {}",
                workspace.id, fault.sequence, fault.what
            )));
        }
        tried.workspaces += 1;
        tried.audit_events += verdict.good;
    }
    Ok(tried)
}

/// Writes a dump of SQLite into its file.
pub(super) fn write(mut dump: impl Read, file: &Path) -> Result<(), BackupFault> {
    let mut opening = std::fs::OpenOptions::new();
    opening.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        opening.mode(0o600);
    }
    let mut to = opening.open(file)?;
    std::io::copy(&mut dump, &mut to)?;
    Ok(to.sync_all()?)
}
