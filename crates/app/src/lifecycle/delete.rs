//! A rotation is deleted, and may be brought back for 30 days.

use super::{Lived, UNDO};
use crate::audit::{self, Entry};
use crate::billing;
use crate::home;
use crate::life;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::read::card;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, apply};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::action::Modal;
use domain::change::Pause;
use domain::command::MAX_NAME;
use domain::effect::{Envelope, LifecycleEffect, Recipient};
use domain::ids::RotationId;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::lifecycle::{self, Refusal as Why};
use domain::timeline::Mode;
use serde_json::json;
use std::collections::HashSet;
use store::{RotationRecord, Store, StoreError, Tx};

/// Returns the modal that says what deleting does, and does it when submitted.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn delete_form(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Answer::Say(Box::new(Reply::Refused(Refusal::Gone))));
    };
    if let Err(refusal) = may_delete(&mut tx, request, &record).await? {
        return Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    }
    let name = record.name;
    Ok(Answer::Open(Modal::Lifecycle(lifecycle::Modal::Delete { rotation, name })))
}

/// Deletes a rotation. Its turn ends, nobody is told anything any more, and for 30 days it can be brought back.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn delete(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| remove(tx, request, rotation).await;
    let (rotation, at) = match once(store, request, act).await? {
        Ok(Done::Lifecycle(Lived::Deleted { rotation, at })) => (rotation, at),
        Ok(_) => return Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => return Ok(Reply::Refused(refusal)),
    };
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_any_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    Ok(Reply::Lifecycle(lifecycle::Reply::Deleted {
        rotation,
        name: record.name,
        until: at + UNDO,
        zone: record.rules.zone.name().to_owned(),
    }))
}

/// Brings a deleted rotation back. The time in between is like a pause: nothing is caught up.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn undelete(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| bring_back(tx, request, rotation).await;
    let mut decision = once(store, request, act).await;
    if matches!(&decision, Err(AppError::Store(StoreError::Conflict { .. }))) {
        // Its name was taken this very moment, so another one is looked for.
        let act = async |tx: &mut Tx| bring_back(tx, request, rotation).await;
        decision = once(store, request, act).await;
    }
    match decision? {
        Ok(Done::Lifecycle(Lived::Restored { rotation, is_renamed })) => {
            restored(store, request, rotation, is_renamed).await
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

async fn remove(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
) -> Result<Decision, AppError> {
    let (now, by) = (request.now, &request.actor);
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    if let Err(refusal) = may_delete(tx, request, &record).await? {
        return Ok(Err(refusal));
    }
    let snapshot = Snapshot::load(tx, record, now).await?;
    let is_paused = snapshot.position(now).mode() == Mode::Paused;
    let mut pauses = snapshot.pauses();
    pauses.push(Pause { start: now, end: None, start_now: false });
    // A rest that people made outlives the deletion; without one, the deletion alone is what rested.
    let rest = snapshot.rotation.rest.filter(|_| is_paused);
    apply(tx, &snapshot, &Edit { changes: Vec::new(), pauses: Some(pauses), rest }, now).await?;
    tx.record_rotation_deleted(rotation, now).await?;
    // Brought back, it is shown under new links: who had the old ones was told that it is gone.
    tx.delete_calendar_links_to(rotation).await?;
    home::touch_admins(tx, now).await?;
    let effect = LifecycleEffect::RotationDeleted { rotation, by: by.clone(), deleted_at: now };
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, channel), now, now).await?;
    record_event(tx, request, rotation, "rotation_deleted").await?;
    Ok(Ok(Done::Lifecycle(Lived::Deleted { rotation, at: now })))
}

async fn bring_back(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
) -> Result<Decision, AppError> {
    let now = request.now;
    let Some(record) = tx.lock_any_rotation(rotation).await? else {
        return Ok(Err(Why::DeletedTooLongAgo.into()));
    };
    if let Err(refusal) = may_delete(tx, request, &record).await? {
        return Ok(Err(refusal));
    }
    let deleted_at = match record.deleted_at {
        None => return Ok(Err(Why::NotDeleted { name: record.name }.into())),
        Some(at) if at + UNDO <= now => return Ok(Err(Why::DeletedTooLongAgo.into())),
        Some(at) => at,
    };
    let room = billing::take_room(tx, Some(rotation)).await?;
    // One that rests without an end comes back resting, and needs no room; one that the plan had stopped runs again where
    // there is some.
    let rest = crate::hand_over::rest_after(record.rest, now);
    let rest = rest.filter(|rest| !rest.by_plan || room.is_err());
    let is_resting = rest.is_some_and(|rest| rest.end().is_none());
    if let Err(refusal) = room.as_ref().map_err(Clone::clone)
        && !is_resting
    {
        return Ok(Err(refusal));
    }
    let snapshot = Snapshot::load(tx, record, now).await?;
    // A rest that people made may last longer.
    let mut pauses = if rest.is_some() { snapshot.pauses() } else { Vec::new() };
    pauses.push(Pause { start: deleted_at, end: Some(now), start_now: false });
    let name = free_name(tx, &snapshot.rotation.name).await?;
    let is_renamed = name != snapshot.rotation.name;
    let changes = life::changes_of_erased(&snapshot.rotation, now);
    apply(tx, &snapshot, &Edit { changes, pauses: Some(pauses), rest }, now).await?;
    tx.record_rotation_restored(rotation, &name).await?;
    home::touch_admins(tx, now).await?;
    tell_restored(tx, request, &snapshot, deleted_at).await?;
    record_event(tx, request, rotation, "rotation_restored").await?;
    Ok(Ok(Done::Lifecycle(Lived::Restored { rotation, is_renamed })))
}

/// Tells the channel, and takes the button from the post of the deletion.
async fn tell_restored(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    deleted_at: DateTime<Utc>,
) -> Result<(), AppError> {
    let (now, rotation) = (request.now, snapshot.rotation.id);
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    let by = request.actor.clone();
    let undone = LifecycleEffect::DeletionUndone { rotation, by: by.clone(), deleted_at };
    let undone = Envelope::new(undone, channel.clone());
    if let Some(post) = undone.updates(request.workspace)
        && tx.find_delivery(post).await?.is_some()
    {
        tx.insert_delivery(&undone, now, now).await?;
    }
    let restored = LifecycleEffect::RotationRestored { rotation, by, restored_at: now };
    tx.insert_delivery(&Envelope::new(restored, channel), now, now).await?;
    Ok(())
}

/// Returns the name, or where it is taken meanwhile the first of "name (2)", "name (3)" that is not.
async fn free_name(tx: &mut Tx, name: &str) -> Result<String, AppError> {
    let rotations = tx.list_rotations().await?;
    let taken: HashSet<String> =
        rotations.into_iter().map(|rotation| rotation.name.to_lowercase()).collect();
    if !taken.contains(&name.to_lowercase()) {
        return Ok(name.to_owned());
    }
    let numbered = (2..).map(|number| {
        let suffix = format!(" ({number})");
        let short: String = name.chars().take(MAX_NAME - suffix.chars().count()).collect();
        format!("{}{suffix}", short.trim_end())
    });
    let free = numbered.take(taken.len() + 1).find(|name| !taken.contains(&name.to_lowercase()));
    free.ok_or(AppError::Unplannable("no name is free"))
}

async fn may_delete(
    tx: &mut Tx,
    request: &Request,
    record: &RotationRecord,
) -> Result<Result<(), Refusal>, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    Ok(may(&people.actor(&request.actor), Act::Delete(circle(record))))
}

async fn record_event(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    action: &'static str,
) -> Result<(), AppError> {
    let (actor, details) = (Some(&request.actor), json!({}));
    let entry = Entry { action, actor, rotation: Some(rotation), subject: None, details };
    audit::record(tx, request.now, entry).await
}

async fn restored(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    is_renamed: bool,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let name = record.name.clone();
    let was = name.rsplit_once(" (").map(|(was, _)| was.to_owned()).filter(|_| is_renamed);
    let is_paused = record.rest.is_some();
    let card = Box::new(card(&mut tx, record, request.now).await?);
    Ok(Reply::Lifecycle(lifecycle::Reply::Restored { card, was, is_paused }))
}
