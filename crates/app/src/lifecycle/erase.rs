//! Deleted rotations are erased for good when their time is over.

use super::UNDO;
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use store::Store;

/// Erases what was deleted more than 30 days ago, with its turns; returns how many rotations.
///
/// # Errors
///
/// When the database cannot be reached; nothing is erased then.
pub async fn erase_deleted(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<u64, AppError> {
    let before = now - UNDO;
    let deleted = store.read(workspace).await?.list_deleted_rotations().await?;
    // Nearly always there is nothing to be written.
    if !deleted.iter().any(|rotation| rotation.deleted_at.is_some_and(|at| at < before)) {
        return Ok(0);
    }
    let mut tx = store.write(workspace).await?;
    let erased = tx.erase_deleted_rotations(before).await?;
    tx.commit().await?;
    Ok(erased)
}
