//! What is said of a turn that passes to somebody else: to the one who asked, to those whom it concerns, to the channel.

use super::pass_over::no;
use super::{Done as Skip, Skipped};
use crate::deliver::Composed;
use crate::outcome::{Decision, Done};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::CoverEffect;
use domain::ids::{CoverageId, UserId};
use domain::message::{Message as Any, Person};
use domain::refusal::Refusal;
use domain::reply::Reply as Answered;
use domain::story::skip::{CoverCard, Message, Reply, SkipCard};
use store::{CoverageRecord, RotationRecord, Store, Tx};

/// Returns the answer to the one who asked.
pub(super) async fn said(
    store: &Store,
    request: &Request,
    decision: Decision,
) -> Result<Answered, AppError> {
    let done = match decision {
        Ok(Done::Skip(done)) => done,
        Ok(_) => return Ok(no(Refusal::Unreadable)),
        Err(refusal) => return Ok(no(refusal)),
    };
    let mut tx = store.read(request.workspace).await?;
    let reply = match done {
        Skip::Assigned { coverage } => assigned(&mut tx, coverage, request.now).await?,
        Skip::CoverUndone { coverage } => {
            let found = cover_of(&mut tx, coverage).await?;
            found.map(|(_, _, card)| Reply::CoverUndone(card))
        }
        Skip::Skipped(it) => card_of(&mut tx, &it, request.now).await?.map(Reply::Skipped),
        Skip::SkipUndone(it) => card_of(&mut tx, &it, request.now).await?.map(Reply::SkipUndone),
    };
    Ok(reply.map_or_else(|| no(Refusal::Gone), Answered::Skip))
}

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &CoverEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let message = match effect {
        CoverEffect::CoverArranged { coverage, .. } | CoverEffect::CoverTold { coverage, .. } => {
            let Some((_, cover, card)) = cover_of(tx, *coverage).await? else {
                return Ok(Composed::Nothing("cover_gone"));
            };
            if cover.undone.is_some() {
                return Ok(Composed::Nothing("undone_meanwhile"));
            }
            if cover.ends_at <= now {
                return Ok(Composed::TooLate);
            }
            match effect {
                CoverEffect::CoverTold { user, .. } => Message::Told { card, reader: user.clone() },
                _ => Message::Arranged(card),
            }
        }
        CoverEffect::CoverUndone { coverage, .. }
        | CoverEffect::CoverToldUndone { coverage, .. }
        | CoverEffect::CoverOff { coverage, .. } => {
            let Some((_, cover, card)) = cover_of(tx, *coverage).await? else {
                return Ok(Composed::Nothing("cover_gone"));
            };
            let Some((by, _)) = &cover.undone else {
                return Ok(Composed::Nothing("cover_stands"));
            };
            let by = People::load(tx, std::slice::from_ref(by)).await?.person(by);
            match effect {
                CoverEffect::CoverOff { user, .. } => {
                    Message::CoverOff { card, by, reader: user.clone() }
                }
                _ => Message::CoverUndone { card, by },
            }
        }
        CoverEffect::TurnSkipped { rotation, absence, user, from, until }
        | CoverEffect::SkipUndone { rotation, absence, user, from, until } => {
            let is_post = matches!(effect, CoverEffect::TurnSkipped { .. });
            if is_post != tx.find_absence(*absence).await?.is_some() {
                return Ok(Composed::Nothing("not_so_any_more"));
            }
            let it = Skipped {
                rotation: *rotation,
                absence: *absence,
                user: user.clone(),
                from: *from,
                until: *until,
            };
            let Some(card) = card_of(tx, &it, now).await? else {
                return Ok(Composed::Nothing("rotation_gone"));
            };
            if is_post { Message::Skipped(card) } else { Message::SkipUndone(card) }
        }
    };
    Ok(Composed::Say(Any::Skip(Box::new(message))))
}

async fn assigned(
    tx: &mut Tx,
    coverage: CoverageId,
    now: DateTime<Utc>,
) -> Result<Option<Reply>, AppError> {
    let Some((rotation, cover, card)) = cover_of(tx, coverage).await? else { return Ok(None) };
    let users = std::slice::from_ref(&cover.user);
    let absences = tx.list_absences(users, cover.starts_at, Some(cover.ends_at)).await?;
    let is_away = absences.iter().any(|it| crate::snapshot::counts_in(it, rotation.id));
    Ok(Some(Reply::Assigned { card, is_away, can_undo: now < cover.starts_at }))
}

async fn cover_of(
    tx: &mut Tx,
    coverage: CoverageId,
) -> Result<Option<(RotationRecord, CoverageRecord, CoverCard)>, AppError> {
    let Some(cover) = tx.find_coverage(coverage).await? else { return Ok(None) };
    let Some(rotation) = tx.find_rotation(cover.rotation).await? else { return Ok(None) };
    let users: Vec<UserId> =
        [&cover.user, &cover.by].into_iter().chain(&cover.of).cloned().collect();
    let people = People::load(tx, &users).await?;
    let card = CoverCard {
        coverage,
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        to: people.person(&cover.user),
        of: cover.of.as_ref().map(|of| people.person(of)),
        by: people.person(&cover.by),
        from: cover.starts_at,
        until: cover.ends_at,
    };
    Ok(Some((rotation, cover, card)))
}

async fn card_of(
    tx: &mut Tx,
    it: &Skipped,
    now: DateTime<Utc>,
) -> Result<Option<SkipCard>, AppError> {
    let Some(record) = tx.find_rotation(it.rotation).await? else { return Ok(None) };
    let snapshot = Snapshot::load(tx, record, now).await?;
    let position = snapshot.position(now);
    let just_then = it.from + chrono::TimeDelta::microseconds(1);
    let turns = position.coming_before(Some(just_then), crate::walk::MOST_COMPARED);
    let turn = turns.into_iter().find(|turn| turn.window.start() == it.from);
    let instead = turn.map(|turn| turn.serving()).unwrap_or_default();
    let persons: Vec<Person> = instead.iter().map(|user| snapshot.people.person(user)).collect();
    let users = std::slice::from_ref(&it.user);
    Ok(Some(SkipCard {
        absence: it.absence,
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        person: People::load(tx, users).await?.person(&it.user),
        from: it.from,
        until: it.until,
        instead: persons,
    }))
}
