//! A rotation rests, and goes on again.

use super::Lived;
use crate::audit::{self, Entry};
use crate::billing;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::read::card;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, apply};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::action::{Field, Modal};
use domain::change::Pause;
use domain::effect::{Envelope, LifecycleEffect, Recipient};
use domain::ids::RotationId;
use domain::message::Person;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, NextDuty, Reply};
use domain::settings::Rest;
use domain::story::lifecycle::{self, Refusal as Why, read_last_day, read_rest_end};
use domain::timeline::Mode;
use domain::zone::Zone;
use serde_json::json;
use store::{Store, Tx};

/// Pauses a rotation from now on, until the day in words, or until somebody resumes it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn pause(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    until: Option<&str>,
) -> Result<Reply, AppError> {
    let zone = asker_zone(store, request, rotation).await?;
    let until = match until.map(|typed| read_rest_end(typed, &zone, request.now)).transpose() {
        Ok(until) => until,
        Err(refusal) => return Ok(Reply::Refused(refusal)),
    };
    rest(store, request, rotation, until).await
}

/// Pauses a rotation as the modal says, or answers with what is wrong beside the field.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn pause_on_form(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    until: Option<&str>,
) -> Result<Answer, AppError> {
    let zone = asker_zone(store, request, rotation).await?;
    let until = match until.map(|picked| read_last_day(picked, &zone, request.now)).transpose() {
        Ok(until) => until,
        Err(text) => return Ok(Answer::FieldErrors(vec![(Field::RestEnd, text)])),
    };
    Ok(Answer::Say(Box::new(rest(store, request, rotation, until).await?)))
}

/// Returns the modal in which a rotation is paused.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn pause_form(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let refused = |refusal| Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    let Some(record) = tx.find_rotation(rotation).await? else {
        return refused(Refusal::Gone);
    };
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&record))) {
        return refused(refusal);
    }
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    let name = snapshot.rotation.name.clone();
    if snapshot.position(request.now).mode() == Mode::Paused {
        return refused(Why::AlreadyPaused { name }.into());
    }
    let today = people.today(&request.actor, request.now);
    let tomorrow = today.succ_opt().unwrap_or(today);
    Ok(Answer::Open(Modal::Lifecycle(lifecycle::Modal::Pause { rotation, name, tomorrow })))
}

/// Ends a rotation's rest: with its next handoff, or at once with the next person.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn resume(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    at_once: bool,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| end_rest(tx, request, rotation, at_once).await;
    match once(store, request, act).await? {
        Ok(Done::Lifecycle(Lived::Resumed { rotation, at_once })) => {
            resumed(store, request, rotation, at_once).await
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

async fn rest(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    until: Option<DateTime<Utc>>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| begin_rest(tx, request, rotation, until).await;
    match once(store, request, act).await? {
        Ok(Done::Lifecycle(Lived::Paused { rotation })) => paused(store, request, rotation).await,
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Returns the zone in which the one who asks means a day: their own, else the rotation's.
async fn asker_zone(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Zone, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Some(zone) = people.zone(&request.actor) {
        return Ok(zone);
    }
    let rotation = tx.find_rotation(rotation).await?;
    Ok(rotation.map_or_else(Zone::utc, |rotation| rotation.rules.zone))
}

async fn begin_rest(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    until: Option<DateTime<Utc>>,
) -> Result<Decision, AppError> {
    let (now, by) = (request.now, &request.actor);
    let snapshot = match managed(tx, request, rotation).await? {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if snapshot.position(now).mode() == Mode::Paused {
        let name = snapshot.rotation.name.clone();
        return Ok(Err(Why::AlreadyPaused { name }.into()));
    }
    // One that the plan stops rests from now on, and as long as there is no room for it.
    let rest = Rest { since: now, until, by_plan: snapshot.is_by_plan() };
    let mut pauses = snapshot.pauses();
    pauses.push(Pause { start: now, end: rest.end(), start_now: false });
    let edit = Edit { changes: Vec::new(), pauses: Some(pauses), rest: Some(rest) };
    apply(tx, &snapshot, &edit, now).await?;
    let effect = LifecycleEffect::RotationPaused { rotation, by: by.clone(), paused_at: now };
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, channel), now, now).await?;
    record(tx, request, rotation, "rotation_paused", json!({ "until": until })).await?;
    Ok(Ok(Done::Lifecycle(Lived::Paused { rotation })))
}

async fn end_rest(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    at_once: bool,
) -> Result<Decision, AppError> {
    let (now, by) = (request.now, &request.actor);
    let snapshot = match managed(tx, request, rotation).await? {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let name = || snapshot.rotation.name.clone();
    match (snapshot.position(now).mode(), at_once) {
        (Mode::Running | Mode::Resuming, _) if snapshot.is_by_plan() => {
            return keep_running(tx, request, &snapshot).await;
        }
        (Mode::Running, _) => return Ok(Err(Why::NotPaused { name: name() }.into())),
        (Mode::Resuming, false) => return Ok(Err(Why::AlreadyResumed { name: name() }.into())),
        (Mode::Paused, _) | (Mode::Resuming, true) => {}
    }
    // Only one that rests without an end takes a place that others may have now.
    if snapshot.rotation.rest.is_none_or(|rest| rest.end().is_none())
        && let Err(refusal) = billing::take_room(tx, Some(rotation)).await?
    {
        return Ok(Err(refusal));
    }
    // What is over needs nobody: then the next handoff begins.
    let position = snapshot.position(now);
    let has_time_left = position
        .current()
        .is_some_and(|turn| turn.stretch.active.iter().any(|window| now < window.end()));
    let at_once = at_once && has_time_left;
    let since = snapshot.pauses().first().map_or(now, |pause| pause.start);
    let edit = Edit {
        changes: Vec::new(),
        pauses: Some(vec![Pause { start: since, end: Some(now), start_now: at_once }]),
        rest: None,
    };
    apply(tx, &snapshot, &edit, now).await?;
    if !at_once {
        // At once, the handoff itself is told.
        let effect = LifecycleEffect::RotationResumed { rotation, by: by.clone(), resumed_at: now };
        let channel = Recipient::Channel(snapshot.rotation.channel.clone());
        tx.insert_delivery(&Envelope::new(effect, channel), now, now).await?;
    }
    record(tx, request, rotation, "rotation_resumed", json!({ "at_once": at_once })).await?;
    Ok(Ok(Done::Lifecycle(Lived::Resumed { rotation, at_once })))
}

/// Lets a rotation go on that the plan is about to stop, where there is room for it now.
async fn keep_running(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
) -> Result<Decision, AppError> {
    let (now, rotation) = (request.now, snapshot.rotation.id);
    if let Err(refusal) = billing::take_room(tx, Some(rotation)).await? {
        return Ok(Err(refusal));
    }
    let edit = Edit { changes: Vec::new(), pauses: Some(Vec::new()), rest: None };
    apply(tx, snapshot, &edit, now).await?;
    let by = request.actor.clone();
    let effect = LifecycleEffect::RotationResumed { rotation, by, resumed_at: now };
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, channel), now, now).await?;
    record(tx, request, rotation, "rotation_resumed", json!({ "at_once": false })).await?;
    Ok(Ok(Done::Lifecycle(Lived::Resumed { rotation, at_once: false })))
}

/// Returns the locked rotation where the one who asks may manage it.
async fn managed(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
) -> Result<Result<Snapshot, Refusal>, AppError> {
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&record))) {
        return Ok(Err(refusal));
    }
    Ok(Ok(Snapshot::load(tx, record, request.now).await?))
}

async fn record(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    action: &'static str,
    details: serde_json::Value,
) -> Result<(), AppError> {
    let actor = Some(&request.actor);
    let entry = Entry { action, actor, rotation: Some(rotation), subject: None, details };
    audit::record(tx, request.now, entry).await
}

/// Returns the handoff that ends a rest or comes next, where it is known.
pub(super) fn next_awake(snapshot: &Snapshot, now: DateTime<Utc>) -> Option<NextDuty> {
    let awake = snapshot.position(now).first_awake(snapshot.rotation.rest)?;
    let people: Vec<Person> = awake.seats.iter().map(|user| snapshot.people.person(user)).collect();
    Some(NextDuty { at: awake.window.start(), people })
}

async fn paused(store: &Store, request: &Request, rotation: RotationId) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    let record = &snapshot.rotation;
    Ok(Reply::Lifecycle(lifecycle::Reply::Paused {
        rotation,
        name: record.name.clone(),
        until: record.rest.and_then(|rest| rest.end()),
        next: next_awake(&snapshot, request.now),
        zone: record.rules.zone.name().to_owned(),
    }))
}

async fn resumed(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    at_once: bool,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    if at_once {
        let card = card(&mut tx, record, request.now).await?;
        return Ok(Reply::Lifecycle(lifecycle::Reply::Started(Box::new(card))));
    }
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    Ok(Reply::Lifecycle(lifecycle::Reply::Resumed {
        rotation,
        name: snapshot.rotation.name.clone(),
        next: next_awake(&snapshot, request.now),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
    }))
}
