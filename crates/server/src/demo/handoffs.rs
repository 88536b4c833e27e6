//! Handoffs without a bot: for services that were never down, and for measuring.

use chrono::{DateTime, Utc};
use domain::ids::{RotationId, WorkspaceId};
use store::Store;

/// How many rotations go together.
const TOGETHER: usize = 25;

/// Hands over one rotation of which a handoff is due; returns for what instant it was planned, if one was due.
///
/// # Errors
///
/// What is wrong, in words.
pub async fn hand_over(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, String> {
    let done = app::hand_over::hand_over(store, workspace, rotation, now).await;
    done.map_err(|fault| fault.to_string())
}

/// Hands over all rotations of a workspace of which a handoff is due, many at once, and returns how many.
///
/// # Errors
///
/// What is wrong, in words.
pub async fn hand_over_due(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<usize, String> {
    let mut tx = store.read(workspace).await.map_err(|fault| fault.to_string())?;
    let due = tx.list_due_rotations(now).await.map_err(|fault| fault.to_string())?;
    drop(tx);
    let mut count = 0;
    for some in due.chunks(TOGETHER) {
        let done = app::hand_over::hand_over_together(store, workspace, some, now).await;
        count += done.map_err(|fault| fault.to_string())?.len();
    }
    Ok(count)
}
