//! The person on duty says that they have seen it.

use crate::audit::{self, Entry};
use crate::outcome::{Decision, Done, once};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::ids::RotationId;
use domain::refusal::Refusal;
use domain::reply::Reply;
use serde_json::json;
use store::{Store, Tx};

/// Records that the on-duty message was seen.
///
/// # Errors
///
/// When the database cannot be reached; nothing is recorded then.
pub async fn see(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| record(tx, request, rotation, planned_at).await;
    match once(store, request, act).await? {
        Ok(Done::DutySeen { rotation, until }) => {
            let mut tx = store.read(request.workspace).await?;
            let record = tx.find_rotation(rotation).await?;
            Ok(record.map_or(Reply::Refused(Refusal::Gone), |record| Reply::DutySeen {
                rotation: record.name,
                until,
                zone: record.rules.zone.name().to_owned(),
            }))
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

async fn record(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Decision, AppError> {
    let Some(turn) = tx.find_turn(rotation, planned_at).await? else {
        return Ok(Err(Refusal::Gone));
    };
    if turn.ends_at <= request.now {
        return Ok(Err(Refusal::TurnIsOver));
    }
    let entry = Entry {
        action: "duty_seen",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: None,
        details: json!({"planned_at": planned_at}),
    };
    audit::record(tx, request.now, entry).await?;
    Ok(Ok(Done::DutySeen { rotation, until: turn.ends_at }))
}
