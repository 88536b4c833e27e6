//! What Slack told us: stored before it is acknowledged, once for its event id.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, DeliveryId, WorkspaceId};
use store::{DeliveryRecord, DeliveryState, Heard, InboxItem, Store};

/// What became of something that Slack told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is stored and will be worked off.
    Stored,
    /// It was the echo of a message of ours, and is written down.
    Heard {
        /// Whether other messages waited for it.
        frees: bool,
    },
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
    if let InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } = item {
        let frees = hear(store, workspace, *delivery, (channel, ts), now).await?;
        return Ok(Received::Heard { frees });
    }
    let mut tx = store.write(workspace).await?;
    if tx.find_workspace().await?.is_none() {
        return Ok(Received::NotInstalled);
    }
    let is_new = tx.insert_inbox(item, &format!("event:{event_id}"), now).await?;
    tx.commit().await?;
    Ok(if is_new { Received::Stored } else { Received::KnownAlready })
}

/// Writes down that a message of ours was seen where it was posted; returns whether others waited for it: those after a
/// message of which nobody knew whether it arrived.
///
/// It may be heard of before the call that sent it is over, and before anybody wrote down that its end is not known.
///
/// # Errors
///
/// When the database cannot be reached; nothing is written down then.
pub async fn hear(
    store: &Store,
    workspace: WorkspaceId,
    delivery: DeliveryId,
    (channel, ts): (&ChannelId, &str),
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let mut tx = store.read(workspace).await?;
    let record = tx.find_delivery(delivery).await?;
    let is_news = |it: &DeliveryRecord| it.state != DeliveryState::Sent && it.attempts > 0;
    let Some(record) = record.filter(is_news) else { return Ok(false) };
    let told = crate::note::told_by(&mut tx, &record, ts).await?;
    drop(tx);
    let heard = Heard { delivery, channel, ts, told: &told };
    store.record_heard(workspace, &heard, now).await?;
    Ok(record.state == DeliveryState::Ambiguous)
}
