//! The notes that somebody wrote or received: for them and for nobody else.

use super::pass::was_read;
use super::{body, refused, say};
use crate::lookup;
use crate::people::People;
use crate::{AppError, Request};
use domain::ids::{NoteId, RotationId, UserId};
use domain::refusal::Refusal;
use domain::reply::Answer;
use domain::story::note::{Line, NOTES_ON_PAGE, Opened, Page, Reply};
use store::{NoteReceiver, NoteRecord, Store, Tx};

/// Lists the notes that the one who asks wrote or received, of the rotation named or of all.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Answer, AppError> {
    let Some(name) = name else { return list_of(store, request, None, 0).await };
    let rotations = store.read(request.workspace).await?.list_rotations().await?;
    match lookup::one(rotations, Some(name), request.channel.as_ref()) {
        Ok(rotation) => list_of(store, request, Some(rotation.id), 0).await,
        Err(refusal) => Ok(refused(refusal)),
    }
}

/// Lists the notes, as [`list`], after the first `passed`.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list_of(
    store: &Store,
    request: &Request,
    rotation: Option<RotationId>,
    passed: u32,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let most = u32::try_from(NOTES_ON_PAGE + 1).unwrap_or(u32::MAX);
    let mut notes = tx.list_notes_of(&request.actor, rotation, passed, most).await?;
    let has_older = notes.len() > NOTES_ON_PAGE;
    notes.truncate(NOTES_ON_PAGE);
    let mut lines = Vec::with_capacity(notes.len());
    for note in &notes {
        let receivers = tx.list_note_receivers(note.id).await?;
        lines.extend(line(&mut tx, note, &receivers, &request.actor).await?);
    }
    Ok(say(Reply::List(Page { rotation, lines, passed, has_older })))
}

/// Shows a note to its author or to somebody who was told it.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn read(store: &Store, request: &Request, note: NoteId) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(note) = tx.find_note(note).await? else { return Ok(refused(Refusal::Gone)) };
    let receivers = tx.list_note_receivers(note.id).await?;
    let is_told = |it: &NoteReceiver| it.told_at.is_some();
    let was_told = receivers.iter().any(|it| it.user == request.actor && is_told(it));
    if note.author != request.actor && !was_told {
        // Whether there is such a note is nobody else's business.
        return Ok(refused(Refusal::Gone));
    }
    let Some(line) = line(&mut tx, &note, &receivers, &request.actor).await? else {
        return Ok(refused(Refusal::Gone));
    };
    let can_change = note.author == request.actor && !was_read(&mut tx, &note, &receivers).await?;
    let body = body(&mut tx, note.id).await?;
    Ok(say(Reply::Opened(Box::new(Opened { line, body, can_change }))))
}

/// Returns a note without its text; nothing where its rotation is gone.
async fn line(
    tx: &mut Tx,
    note: &NoteRecord,
    receivers: &[NoteReceiver],
    reader: &UserId,
) -> Result<Option<Line>, AppError> {
    let Some(rotation) = tx.find_any_rotation(note.rotation).await? else { return Ok(None) };
    let is_own = note.author == *reader;
    let told = receivers.iter().filter(|it| is_own && it.told_at.is_some());
    let told: Vec<UserId> = told.map(|receiver| receiver.user.clone()).collect();
    let users: Vec<UserId> = told.iter().chain([&note.author]).cloned().collect();
    let people = People::load(tx, &users).await?;
    Ok(Some(Line {
        note: note.id,
        name: rotation.name,
        zone: rotation.rules.zone.name().to_owned(),
        written_at: note.edited_at.unwrap_or(note.created_at),
        author: (!is_own).then(|| people.person(&note.author)),
        told: told.iter().map(|user| people.person(user)).collect(),
    }))
}
