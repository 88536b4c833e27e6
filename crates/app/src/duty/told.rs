//! What the messages of a duty say, as things stand when they are sent.

use super::ending::ended;
use super::remind::{Next, next_seats};
use super::seen::is_still_unseen;
use super::{days_away, posted_at, time_away};
use crate::AppError;
use crate::deliver::{Composed, Scene};
use crate::note;
use crate::people::People;
use crate::read::skip_lines;
use crate::serving::{LaidStretch, serving_at, serving_from};
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{DutyEffect, Effect, Envelope, Recipient, TurnEffect};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::{Message as Any, Person};
use domain::story::duty::{Message, OnDuty, Reminder, Silence, Unreachable, Unseen};
use store::Tx;

/// When the on-duty message is first said, and whether it was seen since.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    at: DateTime<Utc>,
    is_seen: bool,
    /// When the message that is shown again was made; nothing where it is said for the first time.
    made_at: Option<DateTime<Utc>>,
}

impl Said {
    /// Returns that it is said now.
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self { at: now, is_seen: false, made_at: None }
    }
}

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &DutyEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        DutyEffect::DutyEnded { rotation, planned_at, user, ended_at, .. } => {
            ended(tx, (*rotation, *planned_at), user, *ended_at, now).await
        }
        DutyEffect::DutyRefreshed { rotation, planned_at, user, since, .. } => {
            again(tx, (*rotation, *planned_at), user, *since, (false, now)).await
        }
        DutyEffect::DutySeen { rotation, planned_at, user, since } => {
            again(tx, (*rotation, *planned_at), user, *since, (true, now)).await
        }
        DutyEffect::DutyUnseen { rotation, planned_at, user, since } => {
            unseen(tx, (*rotation, *planned_at), user, *since, now).await
        }
        DutyEffect::NextDuty { rotation, planned_at, user } => {
            reminder(tx, *rotation, *planned_at, user, now).await
        }
        DutyEffect::Unreachable { rotation, user, why } => {
            unreachable(tx, *rotation, user, *why, now).await
        }
    }
}

/// Composes the on-duty message of somebody who serves in a turn.
pub(crate) async fn on_duty(
    tx: &mut Tx,
    scene: &Scene,
    user: &UserId,
    since: Option<DateTime<Utc>>,
    (said, now): (Said, DateTime<Utc>),
) -> Result<Composed, AppError> {
    if !scene.serving.contains(user) {
        return Ok(Composed::Nothing("somebody_else_serves"));
    }
    let Scene { rotation, turn, .. } = scene;
    let has_seat = turn.seats.iter().any(|seat| seat.user == *user);
    let at = now.max(turn.planned_at);
    let served = scene.laid.iter().flat_map(|laid| laid.served_from(at));
    let of = served.filter(|served| served.user == *user).find_map(|it| it.covered_for().cloned());
    let until = scene.laid.as_ref().map_or(turn.ends_at, |laid| laid.serves_until(user, at));
    let snapshot = Snapshot::load(tx, rotation.clone(), now).await?;
    let next = if until < turn.ends_at {
        serving_from(tx, rotation, until).await?
    } else {
        let next = snapshot.position(now).coming(1).pop();
        next.map(|turn| turn.serving()).unwrap_or_default()
    };
    let with: Vec<UserId> = scene.serving.iter().filter(|it| *it != user).cloned().collect();
    let others: Vec<UserId> = next.iter().chain(&with).chain(&of).cloned().collect();
    let others = People::load(tx, &others).await?;
    let left = running_from(&snapshot, at);
    let is_own = since.is_none() && has_seat;
    let notes = note::of_duty(tx, rotation.id, turn.planned_at, user, said.made_at).await?;
    Ok(say(Message::OnDuty(Box::new(OnDuty {
        rotation: rotation.id,
        planned_at: turn.planned_at,
        since,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        zone: scene.zone_name(),
        reader_zone: scene.people.zone(user).map(|zone| zone.name().to_owned()),
        until,
        with: persons(&others, &with),
        covers: of.map(|of| others.person(&of)),
        away: if has_seat { days_away(&snapshot, user, &left) } else { Vec::new() },
        away_window: if has_seat { time_away(&snapshot, user, &left) } else { None },
        next: persons(&others, &next),
        skipped: if is_own { scene.skipped() } else { Vec::new() },
        continues: is_own && scene.previous.contains(user),
        was_due_at: (is_own && scene.is_late(said.at)).then_some(turn.planned_at),
        is_seen: said.is_seen,
        missed: scene.missed_lines(),
        notes,
    }))))
}

/// Returns the duty time of the running turn that is left.
fn running_from(snapshot: &Snapshot, from: DateTime<Utc>) -> Vec<Interval> {
    let Some(running) = snapshot.standing().running else { return Vec::new() };
    let left = |window: Interval| Interval::new(window.start().max(from), window.end());
    running.active.into_iter().filter_map(left).collect()
}

/// Composes the on-duty message again; where it was seen, with a word of that and without the button that says so.
async fn again(
    tx: &mut Tx,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    user: &UserId,
    since: Option<DateTime<Utc>>,
    (is_seen, now): (bool, DateTime<Utc>),
) -> Result<Composed, AppError> {
    let effect = DutyEffect::DutySeen { rotation, planned_at, user: user.clone(), since };
    let envelope = Envelope::new(effect, Recipient::Person(user.clone()));
    let seen = envelope.delivery_id(tx.workspace());
    let is_seen = is_seen || tx.find_delivery(seen).await?.is_some();
    let over =
        DutyEffect::DutyEnded { rotation, planned_at, user: user.clone(), since, ended_at: now };
    let over = Envelope::new(over, Recipient::Person(user.clone())).delivery_id(tx.workspace());
    if tx.find_delivery(over).await?.is_some() {
        return Ok(Composed::Nothing("duty_over"));
    }
    let original = match envelope.updates(tx.workspace()) {
        Some(original) => tx.find_delivery(original).await?,
        None => None,
    };
    let (Some(original), Some(rotation)) = (original, tx.find_rotation(rotation).await?) else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let missed_from = match &original.envelope.effect {
        Effect::Turn(TurnEffect::OnDutyDm { missed_from, .. }) => *missed_from,
        _ => None,
    };
    let scene = Scene::load(tx, rotation, (planned_at, since), missed_from, now).await?;
    let Some(scene) = scene.filter(|scene| now < scene.turn.ends_at) else {
        return Ok(Composed::Nothing("turn_over"));
    };
    let made_at = original.created_at;
    let said =
        Said { at: posted_at(&original).unwrap_or(made_at), is_seen, made_at: Some(made_at) };
    on_duty(tx, &scene, user, since, (said, now)).await
}

async fn unseen(
    tx: &mut Tx,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    user: &UserId,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let turn = tx.find_turn(rotation, planned_at).await?;
    let (Some(turn), Some(rotation)) = (turn, tx.find_rotation(rotation).await?) else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    if !is_still_unseen(tx, &rotation, &turn, user, since, now).await? {
        return Ok(Composed::Nothing("seen_meanwhile"));
    }
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    let laid = LaidStretch::at(tx, &rotation, now).await?;
    let until = laid.map_or(turn.ends_at, |laid| laid.serves_until(user, now));
    Ok(say(Message::Unseen(Unseen {
        rotation: rotation.id,
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        person: people.person(user),
        since: since.unwrap_or(planned_at),
        until,
    })))
}

async fn reminder(
    tx: &mut Tx,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let before = serving_at(tx, &rotation, planned_at - TimeDelta::microseconds(1)).await?;
    let Some(next) = next_seats(tx, rotation, planned_at, now).await? else {
        return Ok(Composed::Nothing("not_next"));
    };
    if !next.seats.contains(user) {
        return Ok(Composed::Nothing("somebody_else_is_next"));
    }
    let Next { snapshot, turn, .. } = next;
    let before = People::load(tx, &before).await.map(|people| persons(&people, &before))?;
    let with: Vec<UserId> = turn.serving().into_iter().filter(|it| it != user).collect();
    let until = turn.windows_of(user).first().map_or(turn.window.end(), |first| first.end());
    let rotation = &snapshot.rotation;
    Ok(say(Message::Reminder(Box::new(Reminder {
        rotation: rotation.id,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        reader_zone: snapshot.people.zone(user).map(|zone| zone.name().to_owned()),
        from: planned_at,
        until,
        with: persons(&snapshot.people, &with),
        before,
        away: days_away(&snapshot, user, &turn.active),
        skipped: skip_lines(&snapshot.people, &rotation.rules.zone, &turn.skipped),
    }))))
}

async fn unreachable(
    tx: &mut Tx,
    rotation: RotationId,
    user: &UserId,
    why: Silence,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let is_on_duty = serving_at(tx, &rotation, now).await?.contains(user);
    if !is_on_duty && !rotation.members.contains(user) {
        return Ok(Composed::Nothing("left_meanwhile"));
    }
    let laid = LaidStretch::at(tx, &rotation, now).await?.filter(|_| is_on_duty);
    let on_duty_until = laid.map(|laid| laid.serves_until(user, now));
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    Ok(say(Message::Unreachable(Unreachable {
        rotation: rotation.id,
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        person: people.person(user),
        why,
        on_duty_until,
    })))
}

pub(super) fn persons(people: &People, users: &[UserId]) -> Vec<Person> {
    users.iter().map(|user| people.person(user)).collect()
}

pub(super) fn say(message: Message) -> Composed {
    Composed::Say(Any::Duty(message))
}
