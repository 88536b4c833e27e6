//! The outcome of a write, kept under its request's key so that the same request is answered the same.

use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::absence::Span;
use domain::ids::{AbsenceId, ChannelId, CoverageId, RotationId, UserId};
use domain::refusal::Refusal;
use domain::story::roster::Card;
use serde::{Deserialize, Serialize};
use store::{Entry, Outcome, Store, Tx, Version};

/// What a write came to, as ids, instants and codes; the answer is put into words from it each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum Done {
    RotationCreated { rotation: RotationId },
    AbsenceAdded { absence: AbsenceId },
    AbsenceRemoved { user: UserId, taken: Vec<TakenBack> },
    TurnTaken { rotation: RotationId, coverage: CoverageId, user: UserId, until: DateTime<Utc> },
    DutySeen { rotation: RotationId, until: DateTime<Utc> },
    AbsenceSource(crate::absence_source::Done),
    Settings(crate::settings::Done),
    Cover(crate::cover::Done),
    AddedAgain { rotation: RotationId, user: UserId },
    Lifecycle(crate::lifecycle::Lived),
    Note(crate::note::Done),
    Roster { card: Box<Card<UserId>> },
    RosterLooking { channel: ChannelId },
    Skip(crate::skip::Done),
    Swap(crate::swap::Done),
}

/// An absence that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TakenBack {
    pub(crate) absence: AbsenceId,
    pub(crate) span: Span,
    pub(crate) zone: String,
    pub(crate) is_available: bool,
}

/// What a write decided: done, or refused with nothing changed.
pub(crate) type Decision = Result<Done, Refusal>;

/// A write that is saved or refused.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) decision: Decision,
    /// The version that it made of the workspace; `None` where it was refused or carried out before.
    pub(crate) version: Option<Version>,
    /// Whether it left something to do for the workers.
    pub(crate) gives_work: bool,
}

/// Carries out a write once: the effect, and the outcome under the request's key, in one transaction.
///
/// A request whose key is there already is answered with what it came to the first time.
/// A refusal leaves no key, so the corrected request is a new one.
pub(crate) async fn once(
    store: &Store,
    request: &Request,
    act: impl AsyncFnOnce(&mut Tx) -> Result<Decision, AppError>,
) -> Result<Decision, AppError> {
    Ok(once_versioned(store, request, false, act).await?.decision)
}

/// Carries out a write once, as [`once`], and tells which version it made; where `is_seen`, it is known who asks.
///
/// Hardly any request comes twice, so it is not looked up before: whoever comes second finds the key when it writes it,
/// or is refused because what it wants is done, and is then told what the first came to.
pub(crate) async fn once_versioned(
    store: &Store,
    request: &Request,
    is_seen: bool,
    act: impl AsyncFnOnce(&mut Tx) -> Result<Decision, AppError>,
) -> Result<Carried, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let refused = match act_and_note(&mut tx, request, is_seen, act).await {
        Ok(Ok(done)) => {
            let gives_work = tx.gives_work();
            let version = tx.commit_versioned().await?;
            return Ok(Carried { decision: Ok(done), version, gives_work });
        }
        refused => refused,
    };
    drop(tx);
    // What stands in the way may be this very request, carried out a moment ago.
    let decision = match first_outcome(store, request).await {
        Ok(Some(done)) => Ok(done),
        Ok(None) | Err(_) => refused?,
    };
    Ok(Carried { decision, version: None, gives_work: false })
}

/// Carries out a write once, as [`once_versioned`], of which all is decided by what is known already.
pub(crate) async fn enter_once(
    store: &Store,
    request: &Request,
    entry: &Entry,
    done: Done,
) -> Result<Carried, AppError> {
    let refused = match store.enter(request.workspace, entry).await {
        Ok(version) => {
            let gives_work = !entry.deliveries.is_empty();
            return Ok(Carried { decision: Ok(done), version, gives_work });
        }
        Err(refused) => refused,
    };
    match first_outcome(store, request).await {
        Ok(Some(done)) => Ok(Carried { decision: Ok(done), version: None, gives_work: false }),
        Ok(None) | Err(_) => Err(refused.into()),
    }
}

async fn act_and_note(
    tx: &mut Tx,
    request: &Request,
    is_seen: bool,
    act: impl AsyncFnOnce(&mut Tx) -> Result<Decision, AppError>,
) -> Result<Decision, AppError> {
    let decision = act(tx).await?;
    if let Ok(done) = &decision {
        tx.record_outcome(&request.key, &write(done)?, request.now).await?;
        if !is_seen {
            crate::people::look_up_actor(tx, request).await?;
        }
    }
    Ok(decision)
}

/// Reads what the same request came to before, if it was carried out.
async fn first_outcome(store: &Store, request: &Request) -> Result<Option<Done>, AppError> {
    // Where the first is on its way to the disk this waits for it: nobody is told before.
    let mut tx = store.write(request.workspace).await?;
    let outcome = tx.find_outcome(&request.key).await?;
    if outcome.is_some() {
        tx.commit().await?;
    }
    outcome.map(|outcome| read(&outcome)).transpose()
}

pub(crate) fn write(done: &Done) -> Result<Outcome, AppError> {
    serde_json::to_value(done)
        .map(|facts| Outcome { facts })
        .map_err(|_| AppError::Unplannable("an outcome cannot be written down"))
}

fn read(outcome: &Outcome) -> Result<Done, AppError> {
    serde_json::from_value(outcome.facts.clone())
        .map_err(|_| AppError::Unplannable("a stored outcome cannot be read"))
}
