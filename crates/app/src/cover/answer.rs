//! What else a request is answered with: somebody cannot, it is taken back or put aside, or the duty is handed over at once.

use super::Done as Cover;
use super::case::{Case, tell_post, turn_to};
use super::settle::is_away_in;
use super::told;
use crate::audit::{self, Entry};
use crate::home;
use crate::lifecycle::{pass_to_next, said_handed_over, walked};
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request};
use chrono::TimeDelta;
use domain::effect::CoverNews;
use domain::ids::{CoverRequestId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::cover::Refusal as Why;
use serde_json::json;
use store::{CoverAnswer, CoverRequestState, CoverWord, RotationRecord, Store, StoreError, Tx};

/// Notes that a member cannot, so that they are not reminded.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn cannot(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let (case, _) = match opened(tx, request, id, false).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if case.record.of == request.actor {
            return Ok(Err(Why::OwnTurn.into()));
        }
        let answer = CoverAnswer {
            request: id,
            user: request.actor.clone(),
            word: CoverWord::Cannot,
            answered_at: request.now,
        };
        tx.insert_cover_answer(&answer).await?;
        Ok(Ok(Done::Cover(Cover::Noted { request: id })))
    };
    let decision = once(store, request, act).await?;
    told::said(store, request, decision, Some(id), None).await
}

/// Takes a request back: the one whose time it is, who made it, or who manages the rotation.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn withdraw(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Reply, AppError> {
    close(store, request, id, CoverRequestState::Withdrawn).await
}

/// Puts a request aside, so that it is never made again by an absence: the one whose time it is, or who manages the
/// rotation.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn dismiss(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Reply, AppError> {
    close(store, request, id, CoverRequestState::Dismissed).await
}

/// Hands the duty of somebody who is unavailable over to the next who is free: any of the rotation's people.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn hand_over(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| {
        let (case, rotation) = match opened(tx, request, id, true).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(snapshot) = walked(tx, request, rotation.id).await? else {
            return Ok(Err(Refusal::Gone));
        };
        let now = Interval::new(request.now, request.now + TimeDelta::microseconds(1));
        if !now.is_some_and(|now| is_away_in(&snapshot, &case.record.of, now)) {
            return Ok(Err(Why::NotAwayNow.into()));
        }
        pass_to_next(tx, request, snapshot, &case.record.of).await
    };
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { .. })) => Err(Why::PassedMeanwhile.into()),
        other => other?,
    };
    match decision {
        Ok(done @ Done::Lifecycle(_)) => said_handed_over(store, request, done).await,
        other => {
            let reply = told::said(store, request, other, Some(id), None).await?;
            Ok(Answer::Say(Box::new(reply)))
        }
    }
}

/// Returns an open request with its locked rotation, where the one who asks may answer it, or arrange for others.
async fn opened(
    tx: &mut Tx,
    request: &Request,
    id: CoverRequestId,
    arranges: bool,
) -> Result<Result<(Case, RotationRecord), Refusal>, AppError> {
    let Some(found) = tx.find_cover_request(id).await? else { return Ok(Err(Refusal::Gone)) };
    let Some(rotation) = tx.lock_rotation(found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    let circle = circle(&rotation);
    let act = if arranges { Act::Arrange(circle) } else { Act::Serve(circle) };
    if let Err(refusal) = may(&people.actor(&request.actor), act) {
        return Ok(Err(refusal));
    }
    let case = Case::find(tx, id).await?.filter(Case::is_open);
    Ok(case.map(|case| (case, rotation)).ok_or(Why::NotSoAnyMore.into()))
}

async fn close(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
    state: CoverRequestState,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| put_aside(tx, request, id, state).await;
    let decision = once(store, request, act).await?;
    told::said(store, request, decision, Some(id), None).await
}

async fn put_aside(
    tx: &mut Tx,
    request: &Request,
    id: CoverRequestId,
    mut state: CoverRequestState,
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(found) = tx.find_cover_request(id).await? else { return Ok(Err(Refusal::Gone)) };
    let Some(rotation) = tx.lock_rotation(found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let own: [&UserId; 2] = [&found.of, &found.made_by];
    let is_own = own.contains(&actor);
    let act = if is_own { Act::Change } else { Act::Manage(circle(&rotation)) };
    if let Err(refusal) = may(&people.actor(actor), act) {
        return Ok(Err(refusal));
    }
    if !is_own {
        state = CoverRequestState::Dismissed;
    }
    let Some(mut case) = Case::find(tx, id).await?.filter(Case::is_open) else {
        return Ok(Err(Why::NotSoAnyMore.into()));
    };
    turn_to(tx, &mut case.record, state, Some(actor), now).await?;
    let is_told = state == CoverRequestState::Withdrawn;
    tell_post(tx, &case.record, &CoverNews::Closed { at: now }, is_told, now).await?;
    let entry = Entry {
        action: if is_told { "cover_withdrawn" } else { "cover_dismissed" },
        actor: Some(actor),
        rotation: Some(rotation.id),
        subject: Some(&case.record.of),
        details: json!({"request": id, "planned_at": case.record.planned_at}),
    };
    audit::record(tx, now, entry).await?;
    home::touch(tx, home::people_of(&rotation), now).await?;
    Ok(Ok(Done::Cover(Cover::Closed { request: id })))
}
