//! Cover: written down with what is to be done when it begins and ends.

mod edge;

pub use edge::edge;
pub(crate) use edge::{Passing, pass};

use crate::AppError;
use crate::note;
use chrono::{DateTime, Utc};
use store::{CoverageRecord, InboxItem, Tx};

/// Stores cover, and looks again when it begins and when it ends.
pub(crate) async fn insert(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    tx.insert_coverage(cover).await?;
    note::schedule_asking_now(tx, cover.rotation, now).await?;
    for at in [cover.starts_at, cover.ends_at].into_iter().filter(|at| now < *at) {
        // Where a turn begins or ends just then its handoff tells; but turns move when a rotation is edited.
        let item = InboxItem::CoverEdge { rotation: cover.rotation, at };
        let key = format!("edge:{}:{}", cover.rotation, at.timestamp_micros());
        tx.insert_inbox_at(&item, &key, at, now).await?;
    }
    Ok(())
}
