//! What is said of a request: to the one who asks or answers, to those whom it concerns, to the channel.

use super::Done as Cover;
use super::case::Case;
use super::settle::next_instead_of;
use crate::deliver::Composed;
use crate::outcome::{Decision, Done};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::{CoverNews, Effect, Envelope, Recipient, RequestEffect};
use domain::ids::{CoverRequestId, CoverageId};
use domain::interval::Interval;
use domain::message::Message as Any;
use domain::refusal::Refusal;
use domain::reply::Reply as Answered;
use domain::story::cover::{Card, Message, News, Part, Post, Refusal as Why, Reply, State};
use store::{CoverRequestState, CoverageRecord, RotationRecord, Store, Tx};

/// Returns the answer to the one who asked; `id` and `window` are what they wanted, for where nothing was changed.
pub(super) async fn said(
    store: &Store,
    request: &Request,
    decision: Decision,
    id: Option<CoverRequestId>,
    window: Option<Interval>,
) -> Result<Answered, AppError> {
    let (done, refusal) = match decision {
        Ok(Done::Cover(done)) => (Some(done), Refusal::Gone),
        Ok(_) => (None, Refusal::Unreadable),
        Err(refusal) => (None, refusal),
    };
    let of_done = done.as_ref().map(|done| match done {
        Cover::Asked { request, .. }
        | Cover::Taken { request, .. }
        | Cover::Noted { request }
        | Cover::Closed { request }
        | Cover::Undone { request, .. } => *request,
    });
    let shows =
        matches!(&refusal, Refusal::Cover(Why::NotSoAnyMore | Why::AwayThen) | Refusal::Gone);
    let Some(id) = of_done.or(id.filter(|_| shows)) else { return Ok(Answered::Refused(refusal)) };
    let mut tx = store.read(request.workspace).await?;
    let Some((case, _, card)) = card_of(&mut tx, id, request.now).await? else {
        return Ok(Answered::Refused(refusal));
    };
    let reply = match done {
        None => match refusal {
            Refusal::Cover(Why::AwayThen) => Reply::AwayThen { card, window },
            Refusal::Cover(_) => Reply::Standing { card, reader: request.actor.clone() },
            refusal => return Ok(Answered::Refused(refusal)),
        },
        Some(Cover::Asked { is_old, .. }) => Reply::Asked { card, is_old },
        Some(Cover::Taken { coverages, .. }) => {
            let is_new = |cover: &&CoverageRecord| coverages.contains(&cover.id);
            let can_undo = case.covers.iter().filter(is_new).all(|it| request.now < it.starts_at);
            let parts = card.taken.iter().filter(|part| coverages.contains(&part.coverage));
            Reply::Taken { parts: parts.cloned().collect(), can_undo, card }
        }
        Some(Cover::Noted { .. }) => Reply::Noted(card),
        Some(Cover::Closed { .. }) => Reply::Closed(card),
        Some(Cover::Undone { coverage, .. }) => match part_of(&mut tx, coverage).await? {
            Some((_, part)) => Reply::Undone { card, part },
            None => return Ok(Answered::Refused(Refusal::Gone)),
        },
    };
    Ok(Answered::Cover(Box::new(reply)))
}

/// Returns how a request stands, for somebody who can do nothing with it any more.
pub(super) async fn standing(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Answered, AppError> {
    said(store, request, Err(Why::NotSoAnyMore.into()), Some(id), None).await
}

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &RequestEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        RequestEffect::CoverTaken { coverage, .. }
        | RequestEffect::CoverTakenUndone { coverage, .. }
        | RequestEffect::CoverTakenOff { coverage, .. } => {
            of_cover(tx, effect, *coverage, now).await
        }
        RequestEffect::CoverRequested { request, occasion, .. }
        | RequestEffect::CoverRequestChanged { request, occasion, .. }
        | RequestEffect::CoverRequestNews { request, occasion, .. }
        | RequestEffect::CoverOffered { request, occasion, .. }
        | RequestEffect::CoverAskedFor { request, occasion, .. }
        | RequestEffect::CoverReminder { request, occasion, .. }
        | RequestEffect::CoverReminderOver { request, occasion, .. }
        | RequestEffect::CoverNobody { request, occasion, .. } => {
            let found = card_of(tx, *request, now).await?;
            match found.filter(|(case, _, _)| case.record.occasion == *occasion) {
                Some(found) => of_request(tx, effect, found, now).await,
                None => Ok(Composed::Nothing("request_gone")),
            }
        }
    }
}

async fn of_request(
    tx: &mut Tx,
    effect: &RequestEffect,
    (case, rotation, card): (Case, RotationRecord, Card),
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let is_open = case.is_open();
    let message = match effect {
        RequestEffect::CoverRequested { reads_replies, .. } => {
            if !is_open {
                return Ok(Composed::Nothing("closed_meanwhile"));
            }
            let reads_replies = *reads_replies;
            Message::Request(post(tx, rotation, card, reads_replies, now).await?)
        }
        RequestEffect::CoverRequestChanged { .. } => {
            let reads_replies = reads_replies(tx, effect, &card).await?;
            Message::Request(post(tx, rotation, card, reads_replies, now).await?)
        }
        RequestEffect::CoverRequestNews { news, .. } => match news_of(tx, news, &card).await? {
            Some(news) => Message::News { card, news },
            None => return Ok(Composed::Nothing("nothing_new")),
        },
        RequestEffect::CoverOffered { .. } => {
            if !is_open || card.open.is_empty() {
                return Ok(Composed::Nothing("closed_meanwhile"));
            }
            Message::Offered(card)
        }
        RequestEffect::CoverReminder { user, .. } => {
            let answers = tx.list_cover_answers(card.request).await?;
            let has_answered = answers.iter().any(|answer| answer.user == *user);
            if !is_open || has_answered || card.is_taken_by(user) || card.window.start() <= now {
                return Ok(Composed::Nothing("answered_meanwhile"));
            }
            Message::Reminder(card)
        }
        RequestEffect::CoverReminderOver { .. } => {
            if is_open {
                return Ok(Composed::Nothing("opened_again"));
            }
            Message::ReminderOver(card)
        }
        RequestEffect::CoverNobody { .. } => {
            if !is_open && case.record.state != CoverRequestState::Expired {
                return Ok(Composed::Nothing("closed_meanwhile"));
            }
            let is_over = card.window.end() <= now;
            Message::Stays { card, is_over }
        }
        _ if !is_open => return Ok(Composed::Nothing("closed_meanwhile")),
        _ => Message::AskedForYou(card),
    };
    Ok(say(message))
}

async fn of_cover(
    tx: &mut Tx,
    effect: &RequestEffect,
    coverage: CoverageId,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some((cover, part)) = part_of(tx, coverage).await? else {
        return Ok(Composed::Nothing("cover_gone"));
    };
    let card = match cover.request {
        Some(request) => card_of(tx, request, now).await?,
        None => None,
    };
    let Some((_, _, card)) = card else { return Ok(Composed::Nothing("request_gone")) };
    let undone_by = match &cover.undone {
        Some((by, _)) => Some(People::load(tx, std::slice::from_ref(by)).await?.person(by)),
        None => None,
    };
    let message = match (effect, undone_by) {
        (RequestEffect::CoverTaken { user, .. }, None) => {
            if cover.ends_at <= now {
                return Ok(Composed::TooLate);
            }
            Message::Taken { card, part, reader: user.clone() }
        }
        (RequestEffect::CoverTakenUndone { .. }, Some(by)) => {
            Message::TakenUndone { card, part, by }
        }
        (RequestEffect::CoverTakenOff { user, .. }, Some(by)) => {
            Message::Off { card, part, by, reader: user.clone() }
        }
        _ => return Ok(Composed::Nothing("not_so_any_more")),
    };
    Ok(say(message))
}

/// Returns the post as it is to read now.
async fn post(
    tx: &mut Tx,
    rotation: RotationRecord,
    card: Card,
    reads_replies: bool,
    now: DateTime<Utc>,
) -> Result<Post, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let is_open = card.state == State::Open && card.window.contains(now);
    let next = is_open.then(|| next_instead_of(&snapshot, &card.of.user, now)).flatten();
    let next = next.map(|next| snapshot.people.person(&next));
    Ok(Post { card, next, reads_replies })
}

/// Returns whether replies to the post are read that an effect replaces.
async fn reads_replies(tx: &mut Tx, effect: &RequestEffect, card: &Card) -> Result<bool, AppError> {
    let to = Recipient::Channel(card.channel.clone());
    let envelope = Envelope::new(effect.clone(), to);
    let Some(post) = envelope.updates(tx.workspace()) else { return Ok(false) };
    let posted = tx.find_delivery(post).await?.map(|found| found.envelope.effect);
    Ok(matches!(
        posted,
        Some(Effect::Request(RequestEffect::CoverRequested { reads_replies: true, .. }))
    ))
}

/// Returns what happened, for the thread.
async fn news_of(tx: &mut Tx, news: &CoverNews, card: &Card) -> Result<Option<News>, AppError> {
    Ok(match news {
        CoverNews::Taken { coverage } => {
            let found = part_of(tx, *coverage).await?;
            found.filter(|(cover, _)| cover.undone.is_none()).map(|(_, part)| News::Taken(part))
        }
        CoverNews::Undone { coverage } => match part_of(tx, *coverage).await? {
            Some((CoverageRecord { undone: Some((by, _)), .. }, part)) => {
                let by = People::load(tx, std::slice::from_ref(&by)).await?.person(&by);
                Some(News::Undone { part, by })
            }
            _ => None,
        },
        CoverNews::Closed { .. } => match &card.state {
            State::Withdrawn { by } => Some(News::Withdrawn { by: by.clone() }),
            State::Expired => Some(News::Expired),
            _ => None,
        },
        CoverNews::Begun => None,
    })
}

/// Returns a request with its rotation, as people see it.
async fn card_of(
    tx: &mut Tx,
    request: CoverRequestId,
    now: DateTime<Utc>,
) -> Result<Option<(Case, RotationRecord, Card)>, AppError> {
    let Some(case) = Case::find(tx, request).await? else { return Ok(None) };
    let Some(rotation) = tx.find_rotation(case.record.rotation).await? else { return Ok(None) };
    let card = case.card(tx, &rotation, now).await?;
    Ok(card.map(|card| (case, rotation, card)))
}

async fn part_of(
    tx: &mut Tx,
    coverage: CoverageId,
) -> Result<Option<(CoverageRecord, Part)>, AppError> {
    let Some(cover) = tx.find_coverage(coverage).await? else { return Ok(None) };
    let Some(window) = Interval::new(cover.starts_at, cover.ends_at) else { return Ok(None) };
    let by = People::load(tx, std::slice::from_ref(&cover.user)).await?.person(&cover.user);
    Ok(Some((cover, Part { coverage, by, window })))
}

fn say(message: Message) -> Composed {
    Composed::Say(Any::Cover(Box::new(message)))
}
