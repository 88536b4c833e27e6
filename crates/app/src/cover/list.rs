//! The requests that are open, and the one that a message asks for.

use super::case::Case;
use super::form::refused;
use crate::lookup::{self, circle};
use crate::people::People;
use crate::serving::FAR;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, RequestEffect};
use domain::ids::{ChannelId, CoverRequestId, WorkspaceId};
use domain::interval::Interval;
use domain::permission::{Act, Actor, may};
use domain::reply::{Answer, Reply as Any};
use domain::story::cover::{Card, Reply, Wanted};
use store::{CoverRequestState, RotationRecord, Store, Tx};

/// Answers with the open requests of the rotation named, else the channel's.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    let rotation = match lookup::one(rotations, name, request.channel.as_ref()) {
        Ok(rotation) => rotation,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    let actor = people.actor(&request.actor);
    let wanted = wanted(&mut tx, &rotation, &actor, request.now).await?;
    let reply = Reply::Open { wanted, rotation: rotation.id, name: rotation.name };
    Ok(Answer::Say(Box::new(Any::Cover(Box::new(reply)))))
}

/// Returns what somebody sees of the cover that is wanted in a rotation.
pub(crate) async fn wanted(
    tx: &mut Tx,
    rotation: &RotationRecord,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Wanted, AppError> {
    let circle = circle(rotation);
    let is_there = rotation.deleted_at.is_none();
    Ok(Wanted {
        cards: if is_there { open_cards(tx, rotation, now).await? } else { Vec::new() },
        reader: actor.user.clone(),
        can_ask: is_there && may(actor, Act::Arrange(circle)).is_ok(),
        can_take: is_there && may(actor, Act::Serve(circle)).is_ok(),
    })
}

/// Returns the open requests of a rotation, the first to begin first.
async fn open_cards(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<Vec<Card>, AppError> {
    let Some(window) = Interval::new(now, now + FAR) else { return Ok(Vec::new()) };
    let mut open = tx.list_cover_requests(rotation.id, window).await?;
    open.retain(|request| request.state == CoverRequestState::Open);
    let mut cards = Vec::with_capacity(open.len());
    for record in open {
        let case = Case::of(tx, record).await?;
        cards.extend(case.card(tx, rotation, now).await?);
    }
    Ok(cards)
}

/// Returns the open request that a message in a channel asks for, where the bot posted one there with this `ts`.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn request_at(
    store: &Store,
    workspace: WorkspaceId,
    channel: &ChannelId,
    ts: &str,
) -> Result<Option<CoverRequestId>, AppError> {
    let mut tx = store.read(workspace).await?;
    let open = tx.list_open_cover_requests().await?;
    for record in open.into_iter().filter(|record| record.channel == *channel) {
        let post = RequestEffect::post(record.rotation, record.id, record.occasion);
        let post = Envelope::new(post, Recipient::Channel(channel.clone()));
        let found = tx.find_delivery(post.delivery_id(workspace)).await?;
        if found.is_some_and(|found| found.ts.as_deref() == Some(ts)) {
            return Ok(Some(record.id));
        }
    }
    Ok(None)
}
