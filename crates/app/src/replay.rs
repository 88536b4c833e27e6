//! What was not delivered or not worked off, for whoever runs the service: listed, and put back.

use crate::AppError;
use crate::audit::{self, Entry};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::DeliveryId;
use serde_json::json;
use store::{LostRow, Store};
use uuid::Uuid;

/// For how long what has outlived its use is worth sending again, once somebody asked for it.
const WORTH_AGAIN: TimeDelta = TimeDelta::days(1);

/// A row with what kind of thing it is; without a name and without a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The row.
    pub row: LostRow,
    /// What kind of message or work it is; nothing where another version made it.
    pub kind: Option<String>,
}

/// What became of a row that was to be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It is due now.
    Done(Lost),
    /// It may have been sent already, so that it may be said twice now; it was not put back.
    MayDouble(Lost),
    /// It is not one of those that can be put back; it stands like this.
    NotLost(Lost),
    /// There is no such row.
    Unknown,
}

/// Returns up to `limit` rows that are ambiguous, unconfirmed, expired, failed or in quarantine, the oldest due first.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list(store: &Store, limit: u32) -> Result<Vec<Lost>, AppError> {
    let mut listed = Vec::new();
    for row in store.system().list_lost(limit).await? {
        listed.push(named(store, row).await?);
    }
    Ok(listed)
}

/// Puts a row back, due now; one that may have been sent already only where `may_double`.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn replay(
    store: &Store,
    id: Uuid,
    may_double: bool,
    now: DateTime<Utc>,
) -> Result<Replayed, AppError> {
    let Some(row) = store.system().find_row(id).await?.pop() else {
        return Ok(Replayed::Unknown);
    };
    let lost = named(store, row).await?;
    if may_have_been_sent(&lost.row) && !may_double {
        return Ok(Replayed::MayDouble(lost));
    }
    let mut tx = store.write(lost.row.workspace).await?;
    let is_back = if lost.row.is_work {
        tx.replay_inbox(id, now).await?
    } else {
        tx.replay_delivery(id, now, now + WORTH_AGAIN).await?
    };
    if !is_back {
        return Ok(Replayed::NotLost(lost));
    }
    let entry = Entry {
        action: if lost.row.is_work { "work_replayed" } else { "delivery_replayed" },
        actor: None,
        rotation: None,
        subject: None,
        details: json!({"row": id.to_string(), "was": lost.row.state}),
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(Replayed::Done(lost))
}

/// Returns whether nobody knows that it was not sent.
fn may_have_been_sent(row: &LostRow) -> bool {
    let is_unknown = matches!(row.state.as_str(), "unconfirmed" | "quarantined");
    !row.is_work && 0 < row.attempts && is_unknown
}

async fn named(store: &Store, row: LostRow) -> Result<Lost, AppError> {
    let mut tx = store.read(row.workspace).await?;
    let kind = if row.is_work {
        tx.find_inbox_kind(row.id).await?
    } else {
        let found = tx.find_delivery(DeliveryId::new(row.id)).await;
        found.ok().flatten().map(|record| record.envelope.effect.kind().to_owned())
    };
    Ok(Lost { row, kind })
}
