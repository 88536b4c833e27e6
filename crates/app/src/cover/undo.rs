//! What somebody took is given back, as long as it has not begun; what is open again waits for somebody.

use super::Done as Cover;
use super::case::{Case, tell_post, turn_to};
use super::told;
use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request, skip};
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{CoverNews, Envelope, Recipient, RequestEffect};
use domain::ids::{CoverRequestId, CoverageId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::presence::Presence;
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::cover::Refusal as Why;
use serde_json::json;
use store::{CoverRequestState, CoverageKind, CoverageRecord, RotationRecord, Store, Tx};

/// As far ahead as cover is looked for.
const FAR: TimeDelta = TimeDelta::days(36_500);

/// Undoes that somebody took a part of a request: either side, or who manages the rotation.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn undo(
    store: &Store,
    request: &Request,
    coverage: CoverageId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| give_back(tx, request, coverage).await;
    let decision = once(store, request, act).await?;
    told::said(store, request, decision, None, None).await
}

async fn give_back(
    tx: &mut Tx,
    request: &Request,
    coverage: CoverageId,
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(found) = tx.find_coverage(coverage).await? else { return Ok(Err(Refusal::Gone)) };
    let Some(rotation) = tx.lock_rotation(found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let cover = tx.find_coverage(coverage).await?;
    let cover = cover.filter(|cover| cover.kind == CoverageKind::Claim);
    let Some((cover, id)) = cover.and_then(|cover| cover.request.map(|id| (cover, id))) else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let is_own = cover.user == *actor || cover.of.as_ref() == Some(actor);
    let act = if is_own { Act::Change } else { Act::Manage(circle(&rotation)) };
    if let Err(refusal) = may(&people.actor(actor), act) {
        return Ok(Err(refusal));
    }
    if cover.undone.is_some() {
        return Ok(Err(Why::UndoneAlready.into()));
    }
    if cover.starts_at <= now {
        return Ok(Err(Why::HasBegun.into()));
    }
    if !tx.undo_coverage(coverage, actor, now).await? {
        return Ok(Err(Why::UndoneAlready.into()));
    }
    super::refresh(tx, &cover, now).await?;
    ask_again(tx, id, coverage, now).await?;
    tell(tx, actor, &cover, now).await?;
    let entry = Entry {
        action: "cover_given_back",
        actor: Some(actor),
        rotation: Some(cover.rotation),
        subject: Some(&cover.user),
        details: json!({"coverage": coverage, "request": id, "planned_at": cover.planned_at}),
    };
    audit::record(tx, now, entry).await?;
    home::touch(tx, home::people_of(&rotation), now).await?;
    Ok(Ok(Done::Cover(Cover::Undone { request: id, coverage })))
}

/// Ends the cover of coming time by those who are not there any more, after a walk; those whose time it is are told.
pub(crate) async fn end_coming(
    tx: &mut Tx,
    rotation: &RotationRecord,
    (before, after): (&Presence, &Presence),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(coming) = Interval::new(now, now + FAR).filter(|_| before != after) else {
        return Ok(());
    };
    let mut covers = tx.list_coverages(rotation.id, coming).await?;
    covers.retain(|cover| now < cover.starts_at);
    for cover in covers {
        let Some(window) = Interval::new(cover.starts_at, cover.ends_at) else { continue };
        let serves = |presence: &Presence| presence.stay_within(&cover.user, window).is_some();
        let has_left = serves(before) && !serves(after);
        // Whoever has left gives it back.
        if !has_left || !tx.undo_coverage(cover.id, &cover.user, now).await? {
            continue;
        }
        super::refresh(tx, &cover, now).await?;
        match cover.request {
            Some(request) => {
                ask_again(tx, request, cover.id, now).await?;
                tell(tx, &cover.user, &cover, now).await?;
            }
            None => skip::tell_off(tx, rotation, &cover, &cover.user, now).await?,
        }
    }
    Ok(())
}

/// Lets a request of which somebody gave something back be open again, and its post and thread say so.
async fn ask_again(
    tx: &mut Tx,
    request: CoverRequestId,
    coverage: CoverageId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(mut case) = Case::find(tx, request).await? else { return Ok(()) };
    if case.record.state == CoverRequestState::Met {
        turn_to(tx, &mut case.record, CoverRequestState::Open, None, now).await?;
    }
    tell_post(tx, &case.record, &CoverNews::Undone { coverage }, true, now).await
}

/// Takes the button off what both were told, and tells those of them who did not do it themselves.
async fn tell(
    tx: &mut Tx,
    actor: &UserId,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (rotation, coverage) = (cover.rotation, cover.id);
    for user in std::iter::once(&cover.user).chain(&cover.of) {
        let to = Recipient::Person(user.clone());
        let undone = RequestEffect::CoverTakenUndone { rotation, coverage, user: user.clone() };
        let undone = Envelope::new(undone, to.clone());
        if let Some(told) = undone.updates(tx.workspace())
            && tx.find_delivery(told).await?.is_some()
        {
            tx.insert_delivery(&undone, now, now).await?;
        }
        if user != actor {
            let off = RequestEffect::CoverTakenOff { rotation, coverage, user: user.clone() };
            tx.insert_delivery(&Envelope::new(off, to), now, now).await?;
        }
    }
    Ok(())
}
