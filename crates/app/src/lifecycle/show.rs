//! Everything about one rotation, with the buttons of those who may press them.

use super::UNDO;
use crate::cover;
use crate::lookup::{self, circle};
use crate::people::People;
use crate::read::{card, turn_line};
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, UserId};
use domain::permission::{Act, Actor, Circle, may};
use domain::refusal::Refusal;
use domain::reply::{Duty, Reply};
use domain::story::lifecycle::{self, Press, RuleCard, ShowCard, State};
use domain::timeline::Mode;
use store::{RotationRecord, Store, Tx};

/// How many coming turns are shown.
const TURNS_SHOWN: usize = 5;

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
        Err(refusal) => {
            let mut deleted = tx.list_deleted_rotations().await?;
            deleted.retain(|it| it.deleted_at.is_some_and(|at| request.now < at + UNDO));
            match name.map(|name| lookup::deleted(deleted, Some(name))) {
                Some(Ok(found)) => shown(&mut tx, found, request).await,
                _ => Ok(Reply::Refused(refusal)),
            }
        }
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
    let swaps = match state {
        State::Deleted { .. } => Vec::new(),
        _ => crate::swap::lines_of(&snapshot, &request.actor, now),
    };
    let actor = people.actor(&request.actor);
    let circle = circle(rotation);
    let is_there = !matches!(state, State::Deleted { .. });
    let can_manage = is_there && may(&actor, Act::Manage(circle)).is_ok();
    let cover = cover::wanted(tx, rotation, &actor, now).await?;
    let is_member = rotation.members.contains(&actor.user);
    let can_leave = is_there && !can_manage && is_member && may(&actor, Act::Leave(circle)).is_ok();
    let rules = &rotation.rules;
    Ok(Reply::Lifecycle(lifecycle::Reply::Shown(Box::new(ShowCard {
        state,
        turns: turns.iter().map(|turn| turn_line(&snapshot, turn)).collect(),
        cover,
        rules: RuleCard {
            seats: rules.seats,
            skip: rules.skip,
            make_up: rules.make_up,
            fallback: rules.fallback.as_ref().map(|user| people.person(user)),
            duty_hours: rules.duty_hours.clone(),
        },
        managers: managers.iter().map(|user| people.person(user)).collect(),
        channel_fault: rotation.channel_fault,
        can: can(&actor, circle, &card.duty, state),
        card,
        can_manage,
        can_serve: is_there && is_member && may(&actor, Act::Serve(circle)).is_ok(),
        swaps,
        can_leave,
    }))))
}

/// Returns what somebody may do, in the order of the buttons.
fn can(actor: &Actor, circle: Circle<'_>, duty: &Duty, state: State) -> Vec<Press> {
    let may_delete = may(actor, Act::Delete(circle)).is_ok();
    if let State::Deleted { .. } = state {
        return may_delete.then_some(Press::Undelete).into_iter().collect();
    }
    let may_manage = may(actor, Act::Manage(circle)).is_ok();
    let serving = match duty {
        Duty::OnDuty { people, .. } => people.as_slice(),
        _ => &[],
    };
    let may_hand_over = serving
        .iter()
        .any(|serving| may(actor, Act::HandOver { of: &serving.person.user, circle }).is_ok());
    let rest: &[Press] = match state {
        State::Paused { .. } | State::Stopped => &[Press::Resume, Press::StartNow],
        State::Resuming => &[Press::StartNow],
        State::Stopping => &[Press::Pause, Press::Resume],
        _ => &[Press::Pause],
    };
    let mut can = Vec::new();
    can.extend(may_hand_over.then_some(Press::HandOver));
    can.extend(may_manage.then_some(Press::Edit));
    can.extend(rest.iter().filter(|_| may_manage));
    can.extend(may_delete.then_some(Press::Delete));
    can
}

fn state(snapshot: &Snapshot, now: DateTime<Utc>) -> State {
    if let Some(at) = snapshot.rotation.deleted_at {
        return State::Deleted { at, until: at + UNDO };
    }
    match snapshot.position(now).mode() {
        Mode::Paused if snapshot.is_by_plan() => State::Stopped,
        Mode::Paused => State::Paused { until: snapshot.rotation.rest.and_then(|rest| rest.end()) },
        Mode::Running | Mode::Resuming if snapshot.is_by_plan() => State::Stopping,
        Mode::Running => State::Running,
        Mode::Resuming => State::Resuming,
    }
}
