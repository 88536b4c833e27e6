//! Cover: written down with what is to be done when it begins and ends.

mod edge;

pub use edge::edge;
pub(crate) use edge::{Passing, pass};

use crate::AppError;
use crate::serving::{LaidStretch, serving_in};
use crate::walk::refresh_duty;
use chrono::{DateTime, Utc};
use store::{CoverageRecord, InboxItem, Tx};

/// Stores cover, and looks again when it begins and when it ends; whoever is on duty reads when that ends now.
pub(crate) async fn insert(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    tx.insert_coverage(cover).await?;
    for at in [cover.starts_at, cover.ends_at].into_iter().filter(|at| now < *at) {
        // Where a turn begins or ends just then its handoff tells; but turns move when a rotation is edited.
        let item = InboxItem::CoverEdge { rotation: cover.rotation, at };
        let key = format!("edge:{}:{}", cover.rotation, at.timestamp_micros());
        tx.insert_inbox_at(&item, &key, at, now).await?;
    }
    if now < cover.starts_at { refresh(tx, cover, now).await } else { Ok(()) }
}

/// Lets those on duty in the turn of cover that is to come, or was, read again how long they are.
pub(crate) async fn refresh(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(rotation) = tx.find_rotation(cover.rotation).await? else { return Ok(()) };
    let laid = LaidStretch::at(tx, &rotation, now).await?;
    let Some(laid) = laid.filter(|laid| laid.planned_at == cover.planned_at) else { return Ok(()) };
    for user in serving_in(&laid, now) {
        refresh_duty(tx, (rotation.id, laid.planned_at), &user, now).await?;
    }
    Ok(())
}
