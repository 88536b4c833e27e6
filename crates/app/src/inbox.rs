//! What Slack told us: stored before it is acknowledged, once for its event id.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use store::{InboxItem, Store};

/// What became of something that Slack told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is stored and will be worked off.
    Stored,
    /// It was stored before.
    KnownAlready,
    /// The workspace has no installation, so there is nothing to do.
    NotInstalled,
}

/// Stores an item under its event's id.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then and Slack must send it again.
pub async fn receive(
    store: &Store,
    workspace: WorkspaceId,
    item: &InboxItem,
    event_id: &str,
    now: DateTime<Utc>,
) -> Result<Received, AppError> {
    let mut tx = store.write(workspace).await?;
    if tx.find_workspace().await?.is_none() {
        return Ok(Received::NotInstalled);
    }
    let is_new = tx.insert_inbox(item, &format!("event:{event_id}"), now).await?;
    tx.commit().await?;
    Ok(if is_new { Received::Stored } else { Received::KnownAlready })
}
