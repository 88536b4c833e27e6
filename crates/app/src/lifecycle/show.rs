//! Everything about one rotation, with the buttons of those who may press them.

use crate::lookup::{self, circle};
use crate::people::People;
use crate::read::{card, turn_line};
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{RotationId, UserId};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::lifecycle::{self, RuleCard, ShowCard, State};
use domain::timeline::Mode;
use store::{RotationRecord, Store, Tx};

/// How many coming turns are shown.
const TURNS_SHOWN: usize = 5;

/// How long a deleted rotation can be brought back.
pub(crate) const UNDO: TimeDelta = TimeDelta::days(30);

/// Answers with everything about the rotation named, else the channel's; a deleted one is shown as well.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn show(store: &Store, request: &Request, name: Option<&str>) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    match lookup::one(rotations, name, request.channel.as_ref()) {
        Ok(found) => shown(&mut tx, found, request).await,
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Answers a press on "Show".
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn show_one(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_any_rotation(rotation).await? {
        Some(found) => shown(&mut tx, found, request).await,
        None => Ok(Reply::Refused(Refusal::Gone)),
    }
}

async fn shown(
    tx: &mut Tx,
    rotation: RotationRecord,
    request: &Request,
) -> Result<Reply, AppError> {
    let now = request.now;
    let card = card(tx, rotation.clone(), now).await?;
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let rotation = &snapshot.rotation;
    let state = state(&snapshot, now);
    let mut managers = vec![rotation.created_by.clone()];
    let added = &rotation.settings.managers;
    managers.extend(added.iter().filter(|user| **user != rotation.created_by).cloned());
    let mut others: Vec<UserId> = managers.clone();
    others.extend(rotation.rules.fallback.clone());
    others.push(request.actor.clone());
    let people = People::load(tx, &others).await?;
    let turns = match state {
        State::Deleted { .. } => Vec::new(),
        _ => snapshot.position(now).coming(TURNS_SHOWN),
    };
    let _circle = circle(rotation);
    let rules = &rotation.rules;
    Ok(Reply::Lifecycle(lifecycle::Reply::Shown(Box::new(ShowCard {
        card,
        state,
        turns: turns.iter().map(|turn| turn_line(&snapshot, turn)).collect(),
        rules: RuleCard {
            seats: rules.seats,
            skip: rules.skip,
            make_up: rules.make_up,
            fallback: rules.fallback.as_ref().map(|user| people.person(user)),
            duty_hours: rules.duty_hours.clone(),
        },
        managers: managers.iter().map(|user| people.person(user)).collect(),
        channel_fault: rotation.channel_fault,
        can: Vec::new(),
    }))))
}

fn state(snapshot: &Snapshot, now: DateTime<Utc>) -> State {
    if let Some(at) = snapshot.rotation.deleted_at {
        return State::Deleted { at, until: at + UNDO };
    }
    match snapshot.position(now).mode() {
        Mode::Running => State::Running,
        Mode::Paused => State::Paused { until: snapshot.rotation.rest.and_then(|rest| rest.until) },
        Mode::Resuming => State::Resuming,
    }
}
