//! What is said of people who go and come back, as things stand when it is delivered.

use super::was_taken_out;
use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use crate::serving::serving_at;
use chrono::{DateTime, Utc};
use domain::effect::PeopleEffect;
use domain::ids::{ChannelId, RotationId, UserId};
use domain::message;
use domain::story::people::{Gone, GonePerson, Message, RotationLeft};
use store::{RotationRecord, Tx};

/// Composes an effect of this story.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &PeopleEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        PeopleEffect::MemberGone { user, rotations, why, .. } => {
            member_gone(tx, user, rotations, *why, now).await
        }
        PeopleEffect::MemberBack { user, rotations, .. } => member_back(tx, user, rotations).await,
        PeopleEffect::RosterEmpty { rotation, user, why, .. } => {
            roster_empty(tx, *rotation, user, *why).await
        }
        PeopleEffect::LeftChannel { user, channel, rotations, .. } => {
            left_channel(tx, user, channel, rotations).await
        }
    }
}

async fn member_gone(
    tx: &mut Tx,
    user: &UserId,
    rotations: &[RotationId],
    why: Gone,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let mut lines = Vec::new();
    for rotation in found(tx, rotations).await? {
        if rotation.members.contains(user) {
            continue;
        }
        lines.push(line(tx, &rotation, now).await?);
    }
    if lines.is_empty() {
        return Ok(Composed::Nothing("added_again"));
    }
    let gone = gone(tx, user, why).await?;
    Ok(say(Message::MemberGone { gone, rotations: lines }))
}

async fn line(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<RotationLeft, AppError> {
    let serving = serving_at(tx, rotation, now).await?;
    let people = People::load(tx, &serving).await?;
    let running = rotation.kept.as_ref().and_then(|kept| kept.running());
    Ok(RotationLeft {
        name: rotation.name.clone(),
        on_duty: serving.iter().map(|user| people.person(user)).collect(),
        until: running.map(|running| running.window.end()),
        is_empty: rotation.members.is_empty(),
        zone: rotation.rules.zone.name().to_owned(),
    })
}

async fn member_back(
    tx: &mut Tx,
    user: &UserId,
    rotations: &[RotationId],
) -> Result<Composed, AppError> {
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    if !people.is_present(user) {
        return Ok(Composed::Nothing("gone_again"));
    }
    let mut rotations = found(tx, rotations).await?;
    rotations.retain(|rotation| was_taken_out(rotation, user));
    if rotations.is_empty() {
        return Ok(Composed::Nothing("added_again"));
    }
    let rotations = rotations.into_iter().map(|rotation| (rotation.id, rotation.name)).collect();
    Ok(say(Message::MemberBack { person: people.person(user), rotations }))
}

async fn roster_empty(
    tx: &mut Tx,
    rotation: RotationId,
    user: &UserId,
    why: Gone,
) -> Result<Composed, AppError> {
    let rotation = tx.find_rotation(rotation).await?;
    let Some(rotation) = rotation.filter(|rotation| rotation.members.is_empty()) else {
        return Ok(Composed::Nothing("somebody_is_there"));
    };
    let gone = gone(tx, user, why).await?;
    Ok(say(Message::RosterEmpty { name: rotation.name, gone }))
}

async fn left_channel(
    tx: &mut Tx,
    user: &UserId,
    channel: &ChannelId,
    rotations: &[RotationId],
) -> Result<Composed, AppError> {
    let mut rotations = found(tx, rotations).await?;
    rotations.retain(|rotation| rotation.channel == *channel && rotation.members.contains(user));
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    if rotations.is_empty() || !people.is_present(user) {
        return Ok(Composed::Nothing("not_a_member"));
    }
    Ok(say(Message::LeftChannel {
        person: people.person(user),
        channel: channel.clone(),
        rotations: rotations.into_iter().map(|rotation| rotation.name).collect(),
    }))
}

async fn found(tx: &mut Tx, rotations: &[RotationId]) -> Result<Vec<RotationRecord>, AppError> {
    let mut found = Vec::with_capacity(rotations.len());
    for rotation in rotations {
        found.extend(tx.find_rotation(*rotation).await?);
    }
    Ok(found)
}

async fn gone(tx: &mut Tx, user: &UserId, why: Gone) -> Result<GonePerson, AppError> {
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    Ok(GonePerson { person: people.person(user), why })
}

fn say(message: Message) -> Composed {
    Composed::Say(message::Message::People(message))
}
