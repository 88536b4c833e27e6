//! Before a duty ends, whoever has it is asked once for a note.

use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use crate::serving::{LaidStretch, serving_in};
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, NoteEffect, Recipient};
use domain::engine::Seating;
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::message::Message as Any;
use domain::story::note::{Asked, Message};
use std::collections::BTreeSet;
use store::{InboxItem, RotationRecord, Store, Tx};

/// How late somebody is still asked; later nobody is, as after down time.
const LATEST: TimeDelta = TimeDelta::minutes(15);

/// The shortest duty before whose end somebody is asked.
const SHORTEST: TimeDelta = TimeDelta::hours(8);

/// Lets those who have the duty in what is left of a turn be asked before they pass it on, whoever that will be then.
///
/// One look before each instant at which it may pass.
pub(crate) async fn schedule(
    tx: &mut Tx,
    rotation: &RotationRecord,
    laid: &LaidStretch,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(before) = asks_before(rotation) else { return Ok(()) };
    let turn_ends_at = laid.stretch.window.end();
    if laid.stretch.seating == Seating::Paused || turn_ends_at - laid.planned_at < SHORTEST {
        return Ok(());
    }
    let covers = laid.layers.covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
    let edges = covers.filter(|edge| *edge < turn_ends_at).chain([turn_ends_at]);
    let due = edges.filter_map(|edge| Some(duty_ends_at(laid, edge)? - before));
    let instants: BTreeSet<DateTime<Utc>> = due.filter(|at| now < *at).collect();
    for at in instants {
        let item = InboxItem::AskForNote { rotation: rotation.id, at };
        let key = format!("ask_for_note:{}:{}", rotation.id, at.timestamp_micros());
        tx.insert_inbox_at(&item, &key, at, now).await?;
    }
    Ok(())
}

/// As [`schedule`], for the turn that runs by what is stored.
pub(crate) async fn schedule_running(
    tx: &mut Tx,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(()) };
    match LaidStretch::at(tx, &record, now).await? {
        Some(laid) => schedule(tx, &record, &laid, now).await,
        None => Ok(()),
    }
}

/// Asks those for a note whose duty ends as long after `at` as the rotation wants, and who have left none.
///
/// # Errors
///
/// When the database cannot be reached; nobody is asked then.
pub async fn ask(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if LATEST < now - at {
        return Ok(());
    }
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(()) };
    let Some(before) = asks_before(&record) else { return Ok(()) };
    for leaving in leaving(&mut tx, &record, now).await? {
        // Where the end has moved, there is a look of its own.
        if leaving.until - before == at {
            let Leaving { user, planned_at, until, .. } = leaving;
            let asked = NoteEffect::NoteAsked { rotation, planned_at, user: user.clone(), until };
            let envelope = Envelope::new(asked, Recipient::Person(user));
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Composes the question, where it is still one.
pub(super) async fn compose(
    tx: &mut Tx,
    rotation: RotationId,
    (user, until): (&UserId, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let leaving = leaving(tx, &record, now).await?;
    let Some(leaving) = leaving.into_iter().find(|it| it.user == *user && it.until == until) else {
        return Ok(Composed::Nothing("not_asked_any_more"));
    };
    let known: Vec<UserId> = leaving.next.iter().chain([user]).cloned().collect();
    let people = People::load(tx, &known).await?;
    Ok(Composed::Say(Any::Note(Message::Asked(Asked {
        rotation,
        name: record.name.clone(),
        zone: record.rules.zone.name().to_owned(),
        reader_zone: people.zone(user).map(|zone| zone.name().to_owned()),
        until,
        next: leaving.next.iter().map(|next| people.person(next)).collect(),
    }))))
}

/// Somebody on duty who will pass it on, and has left no note.
struct Leaving {
    user: UserId,
    planned_at: DateTime<Utc>,
    /// When their duty time ends.
    until: DateTime<Utc>,
    /// Who serves after them; nobody where nobody is found.
    next: Vec<UserId>,
}

/// Returns those on duty who are to be asked before they pass it on.
async fn leaving(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<Vec<Leaving>, AppError> {
    let Some(laid) = LaidStretch::at(tx, rotation, now).await? else { return Ok(Vec::new()) };
    if laid.stretch.seating == Seating::Paused {
        return Ok(Vec::new());
    }
    let planned_at = laid.planned_at;
    let authors = tx.list_waiting_notes(rotation.id).await?.into_iter().map(|note| note.author);
    let authors: BTreeSet<UserId> = authors.collect();
    let mut found = Vec::new();
    for user in serving_in(&laid, now) {
        let passes_at = laid.serves_until(&user, now);
        let Some(until) = duty_ends_at(&laid, passes_at).filter(|until| now < *until) else {
            continue;
        };
        let ends = (until, passes_at);
        if authors.contains(&user) || !is_long(tx, rotation, &laid, (&user, ends)).await? {
            continue;
        }
        let next = if passes_at < laid.stretch.window.end() {
            serving_in(&laid, passes_at)
        } else {
            let snapshot = Snapshot::load(tx, rotation.clone(), now).await?;
            let next = snapshot.position(now).coming(1).pop().filter(|turn| !turn.is_paused);
            next.map(|turn| turn.serving()).unwrap_or_default()
        };
        if !next.contains(&user) {
            found.push(Leaving { user, planned_at, until, next });
        }
    }
    Ok(found)
}

/// Returns whether somebody has had the duty long enough to have something to tell.
async fn is_long(
    tx: &mut Tx,
    rotation: &RotationRecord,
    laid: &LaidStretch,
    (user, (until, passes_at)): (&UserId, (DateTime<Utc>, DateTime<Utc>)),
) -> Result<bool, AppError> {
    let early = passes_at - SHORTEST;
    if early < laid.planned_at {
        return Ok(false);
    }
    // Where a duty ends long before its turn does, nobody had it since.
    let early = early.min(until - TimeDelta::microseconds(1));
    let then = LaidStretch::at(tx, rotation, early).await?;
    Ok(then.is_some_and(|then| serving_in(&then, early).contains(user)))
}

/// Returns when the duty time before an instant ends; nothing where there is none.
fn duty_ends_at(laid: &LaidStretch, edge: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let windows = laid.stretch.active.iter().filter(|window| window.start() < edge);
    windows.map(|window| window.end().min(edge)).max()
}

fn asks_before(rotation: &RotationRecord) -> Option<TimeDelta> {
    let hours = rotation.settings.asks_for_note_before_hours?;
    (hours > 0).then(|| TimeDelta::hours(hours.into()))
}
