//! A workspace is erased: written down first, then deleted until nothing is left.

use crate::ledger::Ledger;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use domain::retention::GRACE;
use std::io;
use std::time::Duration;
use store::{Store, StoreError, WorkspaceListing};

/// How often it is deleted anew what somebody wrote meanwhile.
const TRIES: u32 = 10;

/// The pause between two tries: longer than any transaction lives.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a workspace was not erased, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EraseFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(
        "the ledger of erasures cannot be written, so nothing is erased: {0}; please let this user write it"
    )]
    Ledger(#[from] io::Error),
    /// Somebody goes on writing.
    #[error("something of the workspace is written again and again; please try once more")]
    Busy,
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
    let line = ledger.add(store, workspace, now)?;
    let mut tx = store.write(workspace).await?;
    if let Some(record) = tx.find_workspace().await? {
        tx.end_install(record.installed_at, now).await?;
    }
    tx.commit().await?;
    delete(store, workspace).await?;
    Ok(store.system().insert_erasure(line, now).await?)
}

/// Carries out what stands in the ledger and not in the database, which was restored from before; returns how many
/// workspaces were erased.
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
        if let Some(workspace) = line.find(store, &listed).map_err(EraseFault::UnknownKey)? {
            delete(store, workspace.id).await?;
            tracing::warn!(erased_at = %line.at, "A workspace was erased again that had come back with the database.");
            erased += 1;
        }
        store.system().insert_erasure(line.id, now).await?;
    }
    Ok(erased)
}

/// Deletes until nothing is left: what is under way may write once more.
async fn delete(store: &Store, workspace: WorkspaceId) -> Result<(), EraseFault> {
    for _ in 0..TRIES {
        if store.purge(workspace).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(EraseFault::Busy)
}
