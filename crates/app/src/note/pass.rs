//! Notes go to whoever has the duty next, in their on-duty message; a later one in a message of its own.

use super::{ask, body};
use crate::AppError;
use crate::deliver::Composed;
use crate::duty;
use crate::people::People;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Effect, Envelope, NoteEffect, Recipient, TurnEffect};
use domain::ids::{NoteId, RotationId, UserId, WorkspaceId};
use domain::message::Message as Any;
use domain::story::note::{Body, Message, Own, Passed};
use std::collections::HashSet;
use store::{DeliveryRecord, DeliveryState, NoteReceiver, NoteRecord, RotationRecord, Store, Tx};

/// Gives the notes that wait to those who are about to be told of their duty; nobody receives their own.
///
/// So do those that others received in the same turn, and those of an earlier turn that nobody read after it.
pub(crate) async fn assign(
    tx: &mut Tx,
    rotation: &RotationRecord,
    planned_at: DateTime<Utc>,
    users: &[UserId],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut notes = tx.list_waiting_notes(rotation.id).await?;
    for note in &notes {
        if users.iter().any(|user| *user != note.author) {
            post(tx, rotation, note, now).await?;
        }
    }
    notes.extend(tx.list_notes_read_early(rotation.id, planned_at).await?);
    for carried in tx.list_note_receivers_in(rotation.id, planned_at).await? {
        if notes.iter().all(|note| note.id != carried.note) {
            notes.extend(tx.find_note(carried.note).await?);
        }
    }
    for note in &notes {
        for user in users.iter().filter(|user| **user != note.author) {
            give(tx, note, user, planned_at, now).await?;
        }
    }
    Ok(())
}

/// Lets a note be carried by somebody's on-duty message of a turn, in place of an earlier one that never came.
///
/// Whoever has read it is not told it again, and it counts as read in this turn.
pub(super) async fn give(
    tx: &mut Tx,
    note: &NoteRecord,
    user: &UserId,
    planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if tx.move_note_receiver(note.id, user, planned_at).await? {
        return Ok(());
    }
    tx.delete_note_receiver(note.id, user).await?;
    let receiver = NoteReceiver {
        note: note.id,
        user: user.clone(),
        planned_at,
        assigned_at: now,
        told_at: None,
    };
    tx.insert_note_receiver(&receiver).await?;
    Ok(())
}

/// Posts a note to the channel as well, once, where its author wants that.
pub(super) async fn post(
    tx: &mut Tx,
    rotation: &RotationRecord,
    note: &NoteRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if note.is_for_channel {
        tx.insert_delivery(&posting(rotation, note), now, now).await?;
    }
    Ok(())
}

/// Returns whether somebody was told a note, or the channel read it or is about to.
pub(super) async fn was_read(
    tx: &mut Tx,
    note: &NoteRecord,
    receivers: &[NoteReceiver],
) -> Result<bool, AppError> {
    if receivers.iter().any(|receiver| receiver.told_at.is_some()) {
        return Ok(true);
    }
    let Some(rotation) = tx.find_any_rotation(note.rotation).await? else { return Ok(false) };
    let posted = posting(&rotation, note).delivery_id(tx.workspace());
    Ok(tx.find_delivery(posted).await?.is_some_and(|posted| {
        use DeliveryState::{Dropped, Expired, Failed};
        !matches!(posted.state, Dropped | Expired | Failed)
    }))
}

fn posting(rotation: &RotationRecord, note: &NoteRecord) -> Envelope {
    let effect = NoteEffect::NotePosted { rotation: rotation.id, note: note.id };
    Envelope::new(effect, Recipient::Channel(rotation.channel.clone()))
}

/// Returns the notes that an on-duty message carries: the first time those that the reader was not told.
///
/// One that was made at `made_at` and is shown again shows those that it told, and no later one: what replaces a message
/// rings no bell, so that nobody would read it.
pub(crate) async fn of_duty(
    tx: &mut Tx,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    user: &UserId,
    made_at: Option<DateTime<Utc>>,
) -> Result<Vec<Passed>, AppError> {
    let mut notes = tx.list_notes_for(rotation, planned_at, user).await?;
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let receivers = tx.list_note_receivers_in(rotation, planned_at).await?;
    let is_carried = |it: &NoteReceiver| match (made_at, it.told_at) {
        (None, told_at) => told_at.is_none(),
        (Some(made_at), None) => it.assigned_at <= made_at,
        (Some(made_at), Some(told_at)) => made_at <= told_at,
    };
    let own = receivers.into_iter().filter(|it| it.user == *user && is_carried(it));
    let carried: HashSet<NoteId> = own.map(|receiver| receiver.note).collect();
    notes.retain(|note| carried.contains(&note.id));
    let authors: Vec<UserId> = notes.iter().map(|note| note.author.clone()).collect();
    let people = People::load(tx, &authors).await?;
    let mut passed = Vec::with_capacity(notes.len());
    for note in &notes {
        passed.push(opened(tx, note, &people).await?);
    }
    Ok(passed)
}

/// Composes a message of this story as things stand when it is sent.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &NoteEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        NoteEffect::NoteAsked { rotation, user, until, .. } => {
            ask::compose(tx, *rotation, (user, *until), now).await
        }
        NoteEffect::NotePassed { rotation, note, user } => {
            own(tx, (*rotation, *note), Some(user)).await
        }
        NoteEffect::NotePosted { rotation, note } => own(tx, (*rotation, *note), None).await,
    }
}

/// Composes a note that is a message of its own: to one person, or to the channel.
async fn own(
    tx: &mut Tx,
    (rotation, note): (RotationId, NoteId),
    reader: Option<&UserId>,
) -> Result<Composed, AppError> {
    let rotation = tx.find_rotation(rotation).await?;
    let (Some(rotation), Some(note)) = (rotation, tx.find_note(note).await?) else {
        return Ok(Composed::Nothing("note_gone"));
    };
    if let Some(user) = reader {
        let receivers = tx.list_note_receivers(note.id).await?;
        let waits = |it: &&NoteReceiver| it.user == *user && it.told_at.is_none();
        if receivers.iter().find(waits).is_none() {
            return Ok(Composed::Nothing("told_already"));
        }
    } else if !note.is_for_channel {
        return Ok(Composed::Nothing("not_for_the_channel"));
    }
    let people = People::load(tx, std::slice::from_ref(&note.author)).await?;
    let passed = opened(tx, &note, &people).await?;
    let zone = rotation.rules.zone.name().to_owned();
    let is_closed = passed.body == Body::Closed;
    let own = Box::new(Own { name: rotation.name, zone, passed });
    Ok(match reader {
        Some(_) => Composed::Say(Any::Note(Message::ToPerson(own))),
        None if is_closed => Composed::Nothing("note_closed"),
        None => Composed::Say(Any::Note(Message::ToChannel(own))),
    })
}

async fn opened(tx: &mut Tx, note: &NoteRecord, people: &People) -> Result<Passed, AppError> {
    Ok(Passed {
        note: note.id,
        author: people.person(&note.author),
        written_at: note.edited_at.unwrap_or(note.created_at),
        body: body(tx, note.id).await?,
    })
}

/// Records that the message with these notes was sent to somebody.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn told(
    tx: &mut Tx,
    user: &UserId,
    notes: &[NoteId],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for note in notes {
        tx.record_note_told(*note, user, now).await?;
    }
    Ok(())
}

/// Returns which notes a message tells that arrived, as Slack's `ts` of it, and whom.
///
/// # Errors
///
/// When the database cannot be reached.
pub(crate) async fn told_by(
    tx: &mut Tx,
    record: &DeliveryRecord,
    ts: &str,
) -> Result<Vec<(NoteId, UserId)>, AppError> {
    match &record.envelope.effect {
        Effect::Turn(TurnEffect::OnDutyDm { rotation, planned_at, user, .. }) => {
            // One that was assigned after it was sent is in a message of its own.
            let sent_at = duty::time_of(ts).unwrap_or(record.created_at).max(record.created_at);
            let receivers = tx.list_note_receivers_in(*rotation, *planned_at).await?;
            let own = receivers.into_iter();
            let own = own.filter(|it| it.user == *user && it.assigned_at <= sent_at);
            Ok(own.map(|receiver| (receiver.note, receiver.user)).collect())
        }
        Effect::Note(NoteEffect::NotePassed { note, user, .. }) => Ok(vec![(*note, user.clone())]),
        _ => Ok(Vec::new()),
    }
}

/// Deletes the notes whose time is over, by the settings of their rotations; returns how many.
///
/// # Errors
///
/// When the database cannot be reached; nothing is deleted then.
pub async fn forget_old(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<u64, AppError> {
    let mut tx = store.read(workspace).await?;
    let mut rotations = tx.list_rotations().await?;
    // What is deleted keeps its notes no longer than what is there.
    rotations.extend(tx.list_deleted_rotations().await?);
    drop(tx);
    if rotations.is_empty() {
        return Ok(0);
    }
    let mut tx = store.write(workspace).await?;
    let mut count = 0;
    for rotation in rotations {
        let kept = TimeDelta::days(rotation.settings.notes_kept_days.clamp(1, 365).into());
        count += tx.delete_notes_told_before(rotation.id, now - kept).await?;
    }
    tx.commit().await?;
    Ok(count)
}
