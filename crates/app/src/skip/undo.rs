//! What was arranged is undone, as long as it has not begun.

use super::pass_over::{moved, record_event, tell_moved};
use super::told::said;
use super::{Done as Skip, Skipped};
use crate::audit::{self, Entry};
use crate::cover;
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::swap;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::{CoverEffect, Envelope, Recipient};
use domain::ids::{AbsenceId, CoverageId, UserId};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::skip::Refusal as Why;
use serde_json::json;
use store::{AbsenceSource, CoverageKind, CoverageRecord, RotationRecord, Store, Tx};

/// Undoes that somebody serves instead of somebody else: either of them, who arranged it, or who manages the rotation.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn undo_cover(
    store: &Store,
    request: &Request,
    coverage: CoverageId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| take_back_cover(tx, request, coverage).await;
    let decision = once(store, request, act).await?;
    said(store, request, decision).await
}

/// Undoes that somebody is passed over in one turn: they themselves, or who manages the rotation.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn undo_skip(
    store: &Store,
    request: &Request,
    absence: AbsenceId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| take_back_skip(tx, request, absence).await;
    let decision = once(store, request, act).await?;
    said(store, request, decision).await
}

async fn take_back_cover(
    tx: &mut Tx,
    request: &Request,
    coverage: CoverageId,
) -> Result<Decision, AppError> {
    let now = request.now;
    let cover = tx.find_coverage(coverage).await?;
    let Some(cover) = cover.filter(|cover| cover.kind == CoverageKind::Assign) else {
        return Ok(Err(Refusal::Gone));
    };
    let Some(record) = tx.lock_rotation(cover.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let own: Vec<&UserId> = [&cover.user, &cover.by].into_iter().chain(&cover.of).collect();
    if let Err(refusal) = permission(tx, request, &record, &own).await? {
        return Ok(Err(refusal));
    }
    if cover.undone.is_some() {
        return Ok(Err(Why::UndoneAlready.into()));
    }
    if cover.starts_at <= now {
        return Ok(Err(Why::HasBegun.into()));
    }
    if !tx.undo_coverage(coverage, &request.actor, now).await? {
        return Ok(Err(Why::UndoneAlready.into()));
    }
    cover::refresh(tx, &cover, now).await?;
    cover::given_back(tx, &cover, now).await?;
    let entry = Entry {
        action: "cover_undone",
        actor: Some(&request.actor),
        rotation: Some(cover.rotation),
        subject: Some(&cover.user),
        details: json!({"coverage": coverage, "planned_at": cover.planned_at, "of": cover.of}),
    };
    audit::record(tx, now, entry).await?;
    tell_off(tx, &record, &cover, &request.actor, now).await?;
    home::touch(tx, home::people_of(&record), now).await?;
    Ok(Ok(Done::Skip(Skip::CoverUndone { coverage })))
}

async fn take_back_skip(
    tx: &mut Tx,
    request: &Request,
    absence: AbsenceId,
) -> Result<Decision, AppError> {
    let now = request.now;
    let found = tx.find_absence(absence).await?;
    let found = found.filter(|absence| absence.source == AbsenceSource::Skip);
    let Some(found) = found else { return Ok(Err(Refusal::Gone)) };
    let (Some(rotation), Some(until)) = (found.rotation, found.ends_at) else {
        return Ok(Err(Refusal::Gone));
    };
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    if let Err(refusal) = permission(tx, request, &record, &[&found.user]).await? {
        return Ok(Err(refusal));
    }
    if found.starts_at <= now {
        return Ok(Err(Why::HasBegun.into()));
    }
    let snapshot = Snapshot::load(tx, record, now).await?;
    let book = snapshot.without(absence);
    let positions = (snapshot.position(now), snapshot.position_with(&book, now));
    let moved = moved(&snapshot, (&positions.0, &positions.1));
    if !tx.delete_absence(absence).await? {
        return Ok(Err(Refusal::Gone));
    }
    let from = found.starts_at;
    let it = Skipped { rotation, absence, user: found.user, from, until };
    record_event(tx, request, "skip_undone", &it).await?;
    let undone = CoverEffect::SkipUndone { rotation, absence, user: it.user.clone(), from, until };
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    replace(tx, Envelope::new(undone, channel), now).await?;
    tell_moved(tx, request, rotation, moved).await?;
    swap::look_again(tx, rotation, &format!("{absence}:removed"), now).await?;
    cover::after_walk(tx, rotation, now).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    Ok(Ok(Done::Skip(Skip::SkipUndone(it))))
}

/// Those whom it concerns may, and who manages the rotation.
async fn permission(
    tx: &mut Tx,
    request: &Request,
    rotation: &RotationRecord,
    own: &[&UserId],
) -> Result<Result<(), Refusal>, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    let is_own = own.contains(&&request.actor);
    let act = if is_own { Act::Change } else { Act::Manage(circle(rotation)) };
    Ok(may(&people.actor(&request.actor), act))
}

/// Says of assigned cover that it was undone: in the post, in what both were told, and to those who did not do it.
pub(crate) async fn tell_off(
    tx: &mut Tx,
    rotation: &RotationRecord,
    cover: &CoverageRecord,
    actor: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (id, coverage) = (rotation.id, cover.id);
    let channel = Recipient::Channel(rotation.channel.clone());
    let undone = CoverEffect::CoverUndone { rotation: id, coverage };
    replace(tx, Envelope::new(undone, channel), now).await?;
    for user in std::iter::once(&cover.user).chain(&cover.of) {
        let to = Recipient::Person(user.clone());
        let undone = CoverEffect::CoverToldUndone { rotation: id, coverage, user: user.clone() };
        replace(tx, Envelope::new(undone, to.clone()), now).await?;
        if user != actor {
            let off = CoverEffect::CoverOff { rotation: id, coverage, user: user.clone() };
            tx.insert_delivery(&Envelope::new(off, to), now, now).await?;
        }
    }
    Ok(())
}

/// Replaces a message, where it was sent.
async fn replace(tx: &mut Tx, envelope: Envelope, now: DateTime<Utc>) -> Result<(), AppError> {
    let Some(message) = envelope.updates(tx.workspace()) else { return Ok(()) };
    if tx.find_delivery(message).await?.is_some() {
        tx.insert_delivery(&envelope, now, now).await?;
    }
    Ok(())
}
