//! What somebody took is given back, as long as it has not begun; what is open again waits for somebody.

use super::Done as Cover;
use super::case::{Case, tell_post, turn_to};
use super::told;
use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request};
use domain::effect::{CoverNews, Envelope, Recipient, RequestEffect};
use domain::ids::CoverageId;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::cover::Refusal as Why;
use serde_json::json;
use store::{CoverRequestState, CoverageKind, CoverageRecord, Store, Tx};

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
    if let Some(mut case) = Case::find(tx, id).await? {
        if case.record.state == CoverRequestState::Met {
            turn_to(tx, &mut case.record, CoverRequestState::Open, None, now).await?;
        }
        tell_post(tx, &case.record, &CoverNews::Undone { coverage }, true, now).await?;
    }
    tell(tx, request, &cover).await?;
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

/// Takes the button off what both were told, and tells the other.
async fn tell(tx: &mut Tx, request: &Request, cover: &CoverageRecord) -> Result<(), AppError> {
    let (now, rotation, coverage) = (request.now, cover.rotation, cover.id);
    for user in std::iter::once(&cover.user).chain(&cover.of) {
        let to = Recipient::Person(user.clone());
        let undone = RequestEffect::CoverTakenUndone { rotation, coverage, user: user.clone() };
        let undone = Envelope::new(undone, to.clone());
        if let Some(told) = undone.updates(request.workspace)
            && tx.find_delivery(told).await?.is_some()
        {
            tx.insert_delivery(&undone, now, now).await?;
        }
        if *user != request.actor {
            let off = RequestEffect::CoverTakenOff { rotation, coverage, user: user.clone() };
            tx.insert_delivery(&Envelope::new(off, to), now, now).await?;
        }
    }
    Ok(())
}
