//! The summary of the week, each Monday, where the team wants it.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::effect::{AnnounceEffect, Envelope, Recipient};
use domain::ids::{RotationId, WorkspaceId};
use domain::story::announce::{next_summary_at, summary_useful_until};
use domain::zone::Zone;
use store::{InboxItem, Store, Tx};

/// Lets the coming Monday be looked at; whether the team wants a summary is asked then.
pub(crate) async fn schedule(
    tx: &mut Tx,
    rotation: RotationId,
    zone: &Zone,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let at = next_summary_at(zone, now);
    let item = InboxItem::SummarizeWeek { rotation, at };
    tx.insert_inbox_at(&item, &format!("week:{rotation}:{}", at.timestamp()), at, now).await?;
    Ok(())
}

/// Lets the channel be told of the week that begins at `at`, where the team wants it, and the next Monday be looked at.
///
/// # Errors
///
/// When the database cannot be reached; nothing is said then.
pub async fn summarize(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(()) };
    let zone = &record.rules.zone;
    schedule(&mut tx, rotation, zone, now).await?;
    // In another zone since, it is another instant, and that one is looked at as well.
    let is_its_time = next_summary_at(zone, at - chrono::TimeDelta::microseconds(1)) == at;
    if record.settings.has_weekly_summary && is_its_time && now < summary_useful_until(at) {
        let effect = AnnounceEffect::WeeklySummary { rotation, at };
        let to = Recipient::Channel(record.channel.clone());
        tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
    }
    Ok(tx.commit().await?)
}
