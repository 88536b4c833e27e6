//! A workspace is erased, or a person in it: written down first, then deleted until nothing is left.

use crate::ledger::{Ledger, Line};
use app::AppError;
use chrono::{DateTime, Utc};
use domain::ids::{UserId, WorkspaceId};
use domain::retention::GRACE;
use std::io;
use std::time::Duration;
use store::{Store, StoreError, WorkspaceListing};

/// How often it is deleted anew what somebody wrote meanwhile.
const TRIES: u32 = 10;

/// The pause between two tries: longer than any transaction lives.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a workspace or a person was not erased, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EraseFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be planned with.
    #[error("{0}, so the person cannot be taken out of it; nothing of them was erased")]
    Unplannable(AppError),
    /// The ledger.
    #[error(
        "the ledger of erasures cannot be written, so nothing is erased: {0}; please let this user write it"
    )]
    Ledger(#[from] io::Error),
    /// Somebody goes on writing.
    #[error("what is erased is written again and again; please try once more")]
    Busy,
    /// What was erased is there.
    #[error("a workspace is there that was erased at {0}, according to the ledger of erasures")]
    StillThere(DateTime<Utc>),
    /// A line of the ledger was made with another key.
    #[error(
        "the ledger of erasures has a line that was made with key {0}, which is not among ASYNCBOT_ENCRYPTION_KEYS, so it is not known whether something must be erased here; please add that key behind the current one"
    )]
    UnknownKey(u32),
}

/// Returns when what a workspace left is deleted; nothing where it has a working installation.
pub(crate) fn due_at(listed: &WorkspaceListing) -> Option<DateTime<Utc>> {
    let ended = listed.deactivated_at.filter(|_| !listed.is_active)?;
    Some(listed.kept_until.unwrap_or(ended + GRACE))
}

/// Erases everything of a workspace, its installation first, so that nobody begins anything there.
///
/// # Errors
///
/// [`EraseFault`]; called again, or at the next start, it goes on.
pub(crate) async fn erase(
    store: &Store,
    ledger: &Ledger,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<(), EraseFault> {
    let line = ledger.add(store, workspace, None, now)?;
    let mut tx = store.write(workspace).await?;
    if let Some(record) = tx.find_workspace().await? {
        tx.end_install(record.installed_at, now).await?;
    }
    tx.commit().await?;
    delete(store, workspace).await?;
    Ok(store.system().insert_erasure(line, now).await?)
}

/// Erases a person from a workspace: they leave every rotation, what is theirs alone is deleted, and in the history a
/// pseudonym stands in their place.
///
/// It is done while the service runs as well, on SQLite by the service itself only; it rings the bells then, since others
/// are told.
///
/// # Errors
///
/// [`EraseFault`]; called again, or at the next start, it goes on.
pub(crate) async fn erase_person(
    store: &Store,
    ledger: &Ledger,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), EraseFault> {
    let line = ledger.add(store, workspace, Some(user), now)?;
    replace_person(store, workspace, user, now).await?;
    Ok(store.system().insert_erasure(line, now).await?)
}

/// Carries out what stands in the ledger and not in the database, which was restored from before; returns how many
/// workspaces and persons were erased.
///
/// # Errors
///
/// [`EraseFault`]; nothing may be served then.
pub(crate) async fn replay(
    store: &Store,
    ledger: &Ledger,
    now: DateTime<Utc>,
) -> Result<u64, EraseFault> {
    let lines = ledger.lines()?;
    if lines.is_empty() {
        return Ok(0);
    }
    let done = store.system().list_erasures().await?;
    let listed = store.system().list_workspaces().await?;
    let mut erased = 0;
    for line in lines.iter().filter(|line| !done.contains(&line.id)) {
        if line.is_person {
            erased += replay_person(store, line, &listed, now).await?;
        } else if let Some(workspace) = line.find(store, &listed).map_err(EraseFault::UnknownKey)? {
            delete(store, workspace.id).await?;
            tracing::warn!(erased_at = %line.at, "A workspace was erased again that had come back with the database.");
            erased += 1;
        }
        store.system().insert_erasure(line.id, now).await?;
    }
    Ok(erased)
}

/// Looks whether anything is there of a workspace that the ledger says was erased; one that was installed again since is
/// another.
///
/// # Errors
///
/// [`EraseFault::StillThere`], and what the database says.
pub(crate) async fn check(store: &Store, ledger: &Ledger) -> Result<(), EraseFault> {
    let listed = store.system().list_workspaces().await?;
    for line in ledger.lines()?.iter().filter(|line| !line.is_person) {
        let found = line.find(store, &listed).map_err(EraseFault::UnknownKey)?;
        let Some(workspace) = found else { continue };
        let record = store.read(workspace.id).await?.find_workspace().await?;
        if record.is_some_and(|record| record.installed_at <= line.at) {
            return Err(EraseFault::StillThere(line.at));
        }
    }
    Ok(())
}

/// Erases the person of a line wherever anything names them; returns how often that was.
async fn replay_person(
    store: &Store,
    line: &Line,
    listed: &[WorkspaceListing],
    now: DateTime<Utc>,
) -> Result<u64, EraseFault> {
    let mut erased = 0;
    for workspace in listed {
        // The line does not say who it is; whoever it is, is named somewhere if there is anything to be erased.
        let mentioned = store.read(workspace.id).await?.list_mentioned().await?;
        for user in mentioned.iter().map(|name| UserId::new(name)) {
            if line.is_of(store, workspace.id, Some(&user)).map_err(EraseFault::UnknownKey)? {
                replace_person(store, workspace.id, &user, now).await?;
                tracing::warn!(erased_at = %line.at, "A person was erased again who had come back with the database.");
                erased += 1;
            }
        }
    }
    Ok(erased)
}

/// Erases a person until nothing names them: what is under way may write once more.
async fn replace_person(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), EraseFault> {
    for _ in 0..TRIES {
        match app::erasure::erase(store, workspace, user, now).await {
            Ok(0) if store.leave_no_copies().await? => return Ok(()),
            Ok(_) => {}
            // Others stood in its way: they hold people before rotations, and this holds rotations before people.
            Err(AppError::Store(fault)) if fault.is_of_the_rows() => {}
            Err(AppError::Store(fault)) => return Err(EraseFault::Store(fault)),
            Err(fault @ AppError::Unplannable(_)) => return Err(EraseFault::Unplannable(fault)),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(EraseFault::Busy)
}

/// Deletes until nothing is left, nor a copy beside the rows: what is under way may write once more.
async fn delete(store: &Store, workspace: WorkspaceId) -> Result<(), EraseFault> {
    for _ in 0..TRIES {
        if store.purge(workspace).await? == 0 && store.leave_no_copies().await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(EraseFault::Busy)
}
