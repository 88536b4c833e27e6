//! Before a handoff that comes late its absences are asked for once more: much may have changed while nobody asked.

use super::sync::PERIOD;
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use store::{AbsenceSourceRecord, Store};

/// Has the sources of a workspace asked now that nobody has asked for longer than usual; returns whether there are any.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn ask_late(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let sources = store.read(workspace).await?.list_sources().await?;
    // One that was asked for before is waited for once.
    let late = sources.into_iter().filter(|it| is_late(it, now) && !it.status.is_asked_for);
    let late: Vec<_> = late.collect();
    if late.is_empty() {
        return Ok(false);
    }
    let mut tx = store.write(workspace).await?;
    for source in &late {
        if let Some(mut record) = tx.lock_source(&source.source).await?
            && is_late(&record, now)
        {
            record.next_at = Some(now);
            record.status.is_asked_for = true;
            tx.record_source(&record).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Returns whether a source of a workspace is asked for and has not answered yet.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_awaited(store: &Store, workspace: WorkspaceId) -> Result<bool, AppError> {
    let sources = store.read(workspace).await?.list_sources().await?;
    Ok(sources.iter().any(|source| source.status.is_asked_for && source.next_at.is_some()))
}

/// Returns whether a source is due to be asked anyway and was not for so long that nobody can have: the bot was down.
fn is_late(source: &AbsenceSourceRecord, now: DateTime<Utc>) -> bool {
    let is_due = source.next_at.is_some_and(|at| at <= now);
    is_due && source.status.asked_at.is_none_or(|asked| asked + PERIOD * 2 < now)
}
