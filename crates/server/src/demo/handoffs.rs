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
    let mut left: Vec<&[RotationId]> = due.chunks(TOGETHER).collect();
    while let Some(some) = left.pop() {
        match app::hand_over::hand_over_together(store, workspace, some, now).await {
            Ok(planned) => count += planned.len(),
            Err(_) if some.len() > 1 => left.extend(<[_; 2]>::from(some.split_at(some.len() / 2))),
            Err(fault) => return Err(fault.to_string()),
        }
    }
    Ok(count)
}
