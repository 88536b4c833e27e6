//! The outcome of a write, kept under its request's key so that the same request is answered the same.

use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AbsenceId, CoverageId, RotationId, UserId};
use domain::refusal::Refusal;
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
        return Ok(Ok(read(&outcome)?));
    }
    let done = match act(&mut tx).await? {
        Ok(done) => done,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match tx.record_outcome(&request.key, &write(&done)?, request.now).await {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => {
            drop(tx);
            return first_outcome(store, request).await;
        }
        Err(fault) => return Err(fault.into()),
    }
    tx.commit().await?;
    Ok(Ok(done))
}

/// Reads what the same request came to on another connection, a moment ago.
async fn first_outcome(store: &Store, request: &Request) -> Result<Decision, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let outcome = tx.find_outcome(&request.key).await?;
    let outcome = outcome.ok_or(AppError::Unplannable("the outcome of a request is gone"))?;
    Ok(Ok(read(&outcome)?))
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
