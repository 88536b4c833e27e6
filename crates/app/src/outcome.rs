//! The outcome of a write, kept under its request's key so that the same request is answered the same.

use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AbsenceId, ChannelId, CoverageId, RotationId, UserId};
use domain::refusal::Refusal;
use domain::story::roster::Card;
use serde::{Deserialize, Serialize};
use store::{Outcome, Store, StoreError, Tx};

/// What a write came to, as ids, instants and codes; the answer is put into words from it each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum Done {
    RotationCreated { rotation: RotationId },
    AbsenceAdded { absence: AbsenceId },
    AbsenceRemoved { absence: AbsenceId, user: UserId, from: NaiveDate, to: NaiveDate },
    TurnTaken { rotation: RotationId, coverage: CoverageId, user: UserId, until: DateTime<Utc> },
    DutySeen { rotation: RotationId, until: DateTime<Utc> },
    Settings(crate::settings::Done),
    AddedAgain { rotation: RotationId, user: UserId },
    Lifecycle(crate::lifecycle::Lived),
    Roster { card: Box<Card<UserId>> },
    RosterLooking { channel: ChannelId },
}

/// What a write decided: done, or refused with nothing changed.
pub(crate) type Decision = Result<Done, Refusal>;

/// Carries out a write once: the effect, and the outcome under the request's key, in one transaction.
///
/// A request whose key is there already is answered with what it came to the first time.
/// A refusal leaves no key, so the corrected request is a new one.
pub(crate) async fn once(
    store: &Store,
    request: &Request,
    act: impl AsyncFnOnce(&mut Tx) -> Result<Decision, AppError>,
) -> Result<Decision, AppError> {
    let mut tx = store.write(request.workspace).await?;
    if let Some(outcome) = tx.find_outcome(&request.key).await? {
        // The first may share this flush and not be on disk yet; nobody is told before it is.
        tx.commit().await?;
        return Ok(Ok(read(&outcome)?));
    }
    let refused = match act_and_note(&mut tx, request, act).await {
        Ok(Ok(done)) => {
            tx.commit().await?;
            return Ok(Ok(done));
        }
        refused => refused,
    };
    drop(tx);
    if matches!(&refused, Err(fault) if !is_conflict(fault)) {
        return refused;
    }
    // What stands in the way may be this very request, carried out on another connection a moment ago.
    match first_outcome(store, request).await? {
        Some(done) => Ok(Ok(done)),
        None => refused,
    }
}

async fn act_and_note(
    tx: &mut Tx,
    request: &Request,
    act: impl AsyncFnOnce(&mut Tx) -> Result<Decision, AppError>,
) -> Result<Decision, AppError> {
    let decision = act(tx).await?;
    if let Ok(done) = &decision {
        tx.record_outcome(&request.key, &write(done)?, request.now).await?;
        crate::people::look_up_actor(tx, request).await?;
    }
    Ok(decision)
}

/// Reads what the same request came to before, if it was carried out.
async fn first_outcome(store: &Store, request: &Request) -> Result<Option<Done>, AppError> {
    let mut tx = store.read(request.workspace).await?;
    tx.find_outcome(&request.key).await?.map(|outcome| read(&outcome)).transpose()
}

fn is_conflict(fault: &AppError) -> bool {
    matches!(fault, AppError::Store(StoreError::Conflict { .. }))
}

fn write(done: &Done) -> Result<Outcome, AppError> {
    serde_json::to_value(done)
        .map(|facts| Outcome { facts })
        .map_err(|_| AppError::Unplannable("an outcome cannot be written down"))
}

fn read(outcome: &Outcome) -> Result<Done, AppError> {
    serde_json::from_value(outcome.facts.clone())
        .map_err(|_| AppError::Unplannable("a stored outcome cannot be read"))
}
