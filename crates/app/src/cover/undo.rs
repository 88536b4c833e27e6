//! What somebody took is given back, as long as it has not begun; what is open again waits for somebody.

use super::Done as Cover;
use super::case::{tell_post, turn_to};
use super::steps::schedule;
use super::told;
use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::serving::FAR;
use crate::{AppError, Request, skip};
use chrono::{DateTime, Utc};
use domain::effect::{CoverNews, Envelope, Recipient, RequestEffect};
use domain::ids::{CoverageId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::presence::Presence;
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::cover::Refusal as Why;
use serde_json::json;
use store::{
    CoverRequestRecord, CoverRequestState, CoverageKind, CoverageRecord, DeliveryState,
    RotationRecord, Store, Tx,
};

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
    given_back(tx, &cover, now).await?;
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
        // Whoever has left gives it back.
        if serves(before) && !serves(after) && end(tx, rotation, &cover, &cover.user, now).await? {
            given_back(tx, &cover, now).await?;
        }
    }
    Ok(())
}

/// Undoes cover without being asked, in somebody's name, and tells both but them; returns whether it stood.
pub(super) async fn end(
    tx: &mut Tx,
    rotation: &RotationRecord,
    cover: &CoverageRecord,
    by: &UserId,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    if !tx.undo_coverage(cover.id, by, now).await? {
        return Ok(false);
    }
    super::refresh(tx, cover, now).await?;
    match cover.request {
        Some(_) => tell(tx, by, cover, now).await?,
        None => skip::tell_off(tx, rotation, cover, by, now).await?,
    }
    let entry = Entry {
        action: "cover_ended",
        actor: None,
        rotation: Some(cover.rotation),
        subject: Some(&cover.user),
        details: json!({"coverage": cover.id, "planned_at": cover.planned_at, "of": cover.of}),
    };
    audit::record(tx, now, entry).await?;
    Ok(true)
}

/// Lets the requests of which something was given back be open again, and their posts and threads say so.
pub(crate) async fn given_back(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let window = Interval::new(cover.starts_at, cover.ends_at);
    let (Some(of), Some(window)) = (&cover.of, window) else { return Ok(()) };
    let mut asked = tx.list_cover_requests(cover.rotation, window).await?;
    asked.retain(|it| it.of == *of);
    for mut record in asked {
        match record.state {
            CoverRequestState::Met => {
                turn_to(tx, &mut record, CoverRequestState::Open, None, now).await?;
            }
            CoverRequestState::Open => {}
            _ => continue,
        }
        if is_posted(tx, &record).await? {
            let coverage = cover.id;
            tell_post(tx, &record, &CoverNews::Undone { coverage }, true, now).await?;
        } else {
            // It was met before its post went out, which was dropped then.
            record.occasion += 1;
            tx.update_cover_request(&record).await?;
            schedule(tx, &record, now).await?;
        }
    }
    Ok(())
}

/// Returns whether the post of a request stands in its channel, or will.
async fn is_posted(tx: &mut Tx, record: &CoverRequestRecord) -> Result<bool, AppError> {
    let post = RequestEffect::post(record.rotation, record.id, record.occasion);
    let post = Envelope::new(post, Recipient::Channel(record.channel.clone()));
    let found = tx.find_delivery(post.delivery_id(tx.workspace())).await?;
    let is_under_way = |state| {
        use DeliveryState::{Ambiguous, Pending, Sending};
        matches!(state, Pending | Sending | Ambiguous)
    };
    Ok(found.is_some_and(|post| post.ts.is_some() || is_under_way(post.state)))
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
