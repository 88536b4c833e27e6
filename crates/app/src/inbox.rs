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
    /// It was the echo of a message of ours, and is written down.
    Heard,
    /// It was stored before.
    KnownAlready,
    /// The workspace has no installation, so there is nothing to do.
    NotInstalled,
}

/// Stores an item under its event's id.
///
/// The echo of a message of ours is written down at once: stored for later, it would come after the repetition that it is
/// to prevent.
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
    if let InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } = item {
        crate::note::arrived(&mut tx, *delivery, ts, now).await?;
        tx.record_echo(*delivery, channel, ts, now).await?;
        tx.commit().await?;
        return Ok(Received::Heard);
    }
    let is_new = tx.insert_inbox(item, &format!("event:{event_id}"), now).await?;
    tx.commit().await?;
    Ok(if is_new { Received::Stored } else { Received::KnownAlready })
}
