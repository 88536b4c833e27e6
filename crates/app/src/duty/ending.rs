//! How a duty ended, told in the message that told of it.

use super::told::{persons, say};
use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use crate::serving::{serving_from, stretch_at};
use chrono::{DateTime, TimeDelta, Utc};
use domain::engine::Seating;
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::story::duty::{Ended, Ending, Message};
use store::{CoverageKind, CoverageRecord, RotationRecord, TurnRecord, TurnState, Tx};

/// Composes what stands in the place of an on-duty message; the rotation may be deleted meanwhile.
pub(super) async fn ended(
    tx: &mut Tx,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    user: &UserId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some(rotation) = tx.find_any_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let turn = tx.find_turn(rotation.id, planned_at).await?;
    let how = match turn {
        _ if rotation.deleted_at.is_some_and(|deleted_at| deleted_at <= at) => Ending::Deleted,
        _ if is_paused(tx, &rotation, at).await? => Ending::Paused,
        Some(turn) if at < turn.ends_at => {
            match within_turn(tx, &rotation, &turn, user, (at, now)).await? {
                Some(how) => how,
                None => return Ok(Composed::Nothing("on_duty_again")),
            }
        }
        _ => at_handoff(tx, &rotation, user, (at, now)).await?,
    };
    Ok(say(Message::Ended(Ended {
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        at,
        how,
    })))
}

async fn is_paused(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<bool, AppError> {
    let stretch = stretch_at(tx, rotation, at).await?;
    Ok(stretch.is_some_and(|(stretch, _)| stretch.seating == Seating::Paused))
}

/// Returns how a duty ended before its turn did; nothing where they have it again.
async fn within_turn(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &TurnRecord,
    user: &UserId,
    (at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Ending>, AppError> {
    if let Some(instant) = Interval::new(at, at + TimeDelta::microseconds(1)) {
        let covers = tx.list_coverages(rotation.id, instant).await?;
        let is_handed_over = |cover: &&CoverageRecord| {
            let is_theirs = cover.of.as_ref() == Some(user) || cover.by == *user;
            cover.kind == CoverageKind::HandOver && cover.starts_at == at && is_theirs
        };
        if let Some(cover) = covers.iter().find(is_handed_over) {
            let people = People::load(tx, std::slice::from_ref(&cover.user)).await?;
            return Ok(Some(Ending::HandedOver { to: people.person(&cover.user) }));
        }
    }
    if now < turn.ends_at && serving_from(tx, rotation, now).await?.contains(user) {
        return Ok(None);
    }
    let next = serving_from(tx, rotation, at).await?;
    let people = People::load(tx, &next.iter().chain([user]).cloned().collect::<Vec<_>>()).await?;
    let to = persons(&people, &next);
    let has_left = !rotation.members.contains(user) || !people.is_present(user);
    Ok(Some(if has_left { Ending::Left { to } } else { Ending::Passed { to } }))
}

async fn at_handoff(
    tx: &mut Tx,
    rotation: &RotationRecord,
    user: &UserId,
    (at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Ending, AppError> {
    let next_turn = tx.find_turn_at(rotation.id, at).await?;
    let was_missed = next_turn.is_some_and(|turn| turn.state == TurnState::Missed);
    let next = serving_from(tx, rotation, if was_missed { now } else { at }).await?;
    if next.contains(user) {
        return Ok(Ending::GoesOn);
    }
    let people = People::load(tx, &next).await?;
    let to = persons(&people, &next);
    Ok(if was_missed { Ending::PassedWhileDown { to } } else { Ending::Passed { to } })
}
