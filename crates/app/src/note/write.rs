//! A note is written, changed and taken back, until somebody was told it.

use super::pass::{give, post, was_read};
use super::{Done as Noted, body, refused, say};
use crate::audit::{self, Entry};
use crate::lifecycle::walked;
use crate::lookup;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::serving::{LaidStretch, passings, served_before, serving_in};
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::{Field, Modal};
use domain::effect::{Envelope, NoteEffect, Recipient};
use domain::ids::{NoteId, RotationId, UserId};
use domain::note::NoteText;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply as Any};
use domain::story::note::{self, Body, Form, Refusal as Why, Reply};
use serde_json::json;
use store::{NoteRecord, RotationRecord, Store, Tx};

/// Opens the modal in which a note of the rotation named, or of the channel's, is written.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match lookup::one(tx.list_rotations().await?, name, request.channel.as_ref()) {
        Ok(rotation) => form(&mut tx, request, rotation).await,
        Err(refusal) => Ok(refused(refusal)),
    }
}

/// Opens the modal in which a note of a rotation is written.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_of(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(rotation) => form(&mut tx, request, rotation).await,
        None => Ok(refused(Refusal::Gone)),
    }
}

/// Opens the modal in which a note is changed, for its author.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_note(store: &Store, request: &Request, note: NoteId) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let note = tx.find_note(note).await?.filter(|note| note.author == request.actor);
    let Some(note) = note else { return Ok(refused(Refusal::Gone)) };
    let Some(rotation) = tx.find_rotation(note.rotation).await? else {
        return Ok(refused(Refusal::Gone));
    };
    let receivers = tx.list_note_receivers(note.id).await?;
    if was_read(&mut tx, &note, &receivers).await? {
        return Ok(refused(Why::ToldAlready));
    }
    modal(&mut tx, &rotation, Some(&note), &[]).await
}

/// Keeps what was written. Whatever stands in the way is said beside the text, which stays.
///
/// # Errors
///
/// When the database cannot be reached; nothing is kept then.
pub async fn submit(store: &Store, request: &Request, form: &Form) -> Result<Answer, AppError> {
    let beside = |refusal: &Refusal| Answer::FieldErrors(vec![(Field::Note, refusal.to_string())]);
    let text = match form.read_text() {
        Ok(text) => text,
        Err(why) => return Ok(beside(&why.into())),
    };
    let act = async |tx: &mut Tx| keep(tx, request, form, &text).await;
    match once(store, request, act).await? {
        Ok(Done::Note(Noted::Kept { rotation, to })) => {
            let mut tx = store.read(request.workspace).await?;
            let people = People::load(&mut tx, &to).await?;
            let Some(rotation) = tx.find_any_rotation(rotation).await? else {
                return Ok(refused(Refusal::Gone));
            };
            let to = to.iter().map(|user| people.person(user)).collect();
            Ok(say(Reply::Kept { name: rotation.name, to }))
        }
        Ok(_) => Ok(beside(&Refusal::Unreadable)),
        Err(refusal) => Ok(beside(&refusal)),
    }
}

/// Takes a note back that nobody was told.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove(store: &Store, request: &Request, note: NoteId) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| take_back(tx, request, note).await;
    let rotation = match once(store, request, act).await? {
        Ok(Done::Note(Noted::Removed { rotation })) => rotation,
        Ok(_) => return Ok(refused(Refusal::Unreadable)),
        Err(refusal) => return Ok(refused(refusal)),
    };
    let rotation = store.read(request.workspace).await?.find_any_rotation(rotation).await?;
    Ok(match rotation {
        Some(rotation) => say(Reply::Removed { name: rotation.name }),
        None => Answer::Say(Box::new(Any::Refused(Refusal::Gone))),
    })
}

async fn form(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationRecord,
) -> Result<Answer, AppError> {
    let waiting = tx.list_waiting_notes(rotation.id).await?;
    if let Some(own) = waiting.iter().rfind(|note| note.author == request.actor) {
        let receivers = tx.list_note_receivers(own.id).await?;
        if !was_read(tx, own, &receivers).await? {
            return modal(tx, &rotation, Some(own), &[]).await;
        }
    }
    let snapshot = Snapshot::load(tx, rotation, request.now).await?;
    match desk(tx, &snapshot, &request.actor, request.now).await? {
        Some(desk) => modal(tx, &snapshot.rotation, None, &desk.to).await,
        None => Ok(refused(Why::NotOnDuty { name: snapshot.rotation.name.clone() })),
    }
}

async fn modal(
    tx: &mut Tx,
    rotation: &RotationRecord,
    note: Option<&NoteRecord>,
    to: &[UserId],
) -> Result<Answer, AppError> {
    let text = match note {
        Some(note) => match body(tx, note.id).await? {
            Body::Text(text) => Some(text),
            Body::Closed => None,
        },
        None => None,
    };
    let people = People::load(tx, to).await?;
    Ok(Answer::Open(Modal::Note(Box::new(note::Modal {
        rotation: rotation.id,
        name: rotation.name.clone(),
        note: note.map(|note| note.id),
        text,
        is_for_channel: note.is_some_and(|note| note.is_for_channel),
        to: to.iter().map(|user| people.person(user)).collect(),
    }))))
}

async fn keep(
    tx: &mut Tx,
    request: &Request,
    form: &Form,
    text: &NoteText,
) -> Result<Decision, AppError> {
    let Some((rotation, note)) = form.of else { return Ok(Err(Refusal::Unreadable)) };
    // A handoff that is due takes the notes that are there, before another one is added.
    let Some(snapshot) = walked(tx, request, rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    match note {
        Some(note) => change(tx, request, rotation, note, (text, form.is_for_channel)).await,
        None => add(tx, request, &snapshot, (text, form.is_for_channel)).await,
    }
}

async fn change(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    note: NoteId,
    (text, is_for_channel): (&NoteText, bool),
) -> Result<Decision, AppError> {
    let found = tx.find_note(note).await?;
    let found = found.filter(|it| it.author == request.actor && it.rotation == rotation);
    let (Some(found), Some(its)) = (found, tx.find_rotation(rotation).await?) else {
        return Ok(Err(Refusal::Gone));
    };
    let receivers = tx.list_note_receivers(note).await?;
    if was_read(tx, &found, &receivers).await?
        || !tx.update_note(note, text, is_for_channel, request.now).await?
    {
        return Ok(Err(Why::ToldAlready.into()));
    }
    if !receivers.is_empty() {
        // Those that nobody received are posted when somebody does.
        post(tx, &its, &NoteRecord { is_for_channel, ..found }, request.now).await?;
    }
    record(tx, request, "note_changed", rotation, note).await?;
    Ok(Ok(Done::Note(Noted::Kept { rotation, to: Vec::new() })))
}

async fn add(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    (text, is_for_channel): (&NoteText, bool),
) -> Result<Decision, AppError> {
    let (now, rotation) = (request.now, &snapshot.rotation);
    let Some(desk) = desk(tx, snapshot, &request.actor, now).await? else {
        return Ok(Err(Why::NotOnDuty { name: rotation.name.clone() }.into()));
    };
    let note = NoteRecord {
        id: NoteId::new(store::new_id(now)),
        rotation: rotation.id,
        planned_at: desk.planned_at,
        author: request.actor.clone(),
        is_for_channel,
        created_at: now,
        edited_at: None,
    };
    tx.insert_note(&note, text).await?;
    for user in &desk.to {
        give(tx, &note, user, desk.runs, now).await?;
        let effect =
            NoteEffect::NotePassed { rotation: rotation.id, note: note.id, user: user.clone() };
        let envelope = Envelope::new(effect, Recipient::Person(user.clone()));
        tx.insert_delivery(&envelope, now, now).await?;
    }
    if !desk.to.is_empty() {
        post(tx, rotation, &note, now).await?;
    }
    record(tx, request, "note_written", rotation.id, note.id).await?;
    Ok(Ok(Done::Note(Noted::Kept { rotation: rotation.id, to: desk.to })))
}

async fn take_back(tx: &mut Tx, request: &Request, note: NoteId) -> Result<Decision, AppError> {
    let found = tx.find_note(note).await?.filter(|note| note.author == request.actor);
    let Some(found) = found else { return Ok(Err(Refusal::Gone)) };
    let receivers = tx.list_note_receivers(note).await?;
    if was_read(tx, &found, &receivers).await? || !tx.delete_note(note).await? {
        return Ok(Err(Why::ToldAlready.into()));
    }
    record(tx, request, "note_removed", found.rotation, note).await?;
    Ok(Ok(Done::Note(Noted::Removed { rotation: found.rotation })))
}

async fn record(
    tx: &mut Tx,
    request: &Request,
    action: &'static str,
    rotation: RotationId,
    note: NoteId,
) -> Result<(), AppError> {
    let entry = Entry {
        action,
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: None,
        details: json!({"note": note}),
    };
    audit::record(tx, request.now, entry).await
}

/// Where somebody writes from: their turn, the turn that runs, and to whom it goes at once.
struct Desk {
    planned_at: DateTime<Utc>,
    runs: DateTime<Utc>,
    /// Nobody where it goes to whoever is on duty next.
    to: Vec<UserId>,
}

/// Returns where somebody writes from; nothing where they neither serve nor served last.
async fn desk(
    tx: &mut Tx,
    snapshot: &Snapshot,
    actor: &UserId,
    now: DateTime<Utc>,
) -> Result<Option<Desk>, AppError> {
    let position = snapshot.position(now);
    let Some(current) = position.current() else { return Ok(None) };
    let laid = position.laid().filter(|_| !current.is_paused());
    let serving = laid.map(|laid| serving_in(&laid, now)).unwrap_or_default();
    drop(position);
    let runs = current.planned_at;
    if serving.contains(actor) {
        return Ok(Some(Desk { planned_at: runs, runs, to: Vec::new() }));
    }
    let rotation = &snapshot.rotation;
    for edge in edges(tx, rotation, runs, now).await? {
        let last = served_before(tx, rotation, edge).await?;
        if last.is_empty() || last == serving {
            continue;
        }
        if !last.contains(actor) {
            return Ok(None);
        }
        let just_before = edge - TimeDelta::microseconds(1);
        let theirs = LaidStretch::at(tx, rotation, just_before).await?;
        let planned_at = theirs.map_or(runs, |laid| laid.planned_at);
        return Ok(Some(Desk { planned_at, runs, to: serving }));
    }
    Ok(None)
}

/// Returns when the duty may have passed since a turn began, the newest instant first.
async fn edges(
    tx: &mut Tx,
    rotation: &RotationRecord,
    planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, AppError> {
    let passed = passings(tx, rotation.id, planned_at, now + TimeDelta::microseconds(1)).await?;
    let passed = passed.into_iter().rev().filter(|edge| planned_at < *edge && *edge <= now);
    Ok(passed.chain([planned_at]).collect())
}
