//! What the messages of this story say, as things stand when they are sent.

use crate::AppError;
use crate::deliver::Composed;
use crate::read::{card, turn_line};
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::AnnounceEffect;
use domain::message::Message as Any;
use domain::reply::Duty;
use domain::story::announce::{ChannelLost, Message, Summary};
use store::{RotationRecord, Tx};

/// The most turns of a summary.
const MOST_TURNS: usize = 6;

/// How far a summary looks ahead.
const AHEAD: TimeDelta = TimeDelta::weeks(4);

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &AnnounceEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let (AnnounceEffect::WeeklySummary { rotation, .. }
    | AnnounceEffect::ChannelLost { rotation, .. }
    | AnnounceEffect::ChannelBack { rotation, .. }) = effect;
    let Some(rotation) = tx.find_rotation(*rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    match effect {
        AnnounceEffect::WeeklySummary { .. } => summary(tx, rotation, now).await,
        AnnounceEffect::ChannelLost { .. } => Ok(lost(rotation)),
        AnnounceEffect::ChannelBack { .. } => back(tx, rotation, now).await,
    }
}

async fn summary(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    if !rotation.settings.has_weekly_summary {
        return Ok(Composed::Nothing("not_wanted"));
    }
    let shown = card(tx, rotation.clone(), now).await?;
    if matches!(shown.duty, Duty::Paused { .. } | Duty::Stopped) {
        return Ok(Composed::Nothing("paused"));
    }
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let turns = snapshot.position(now).coming(MOST_TURNS);
    let near = turns.iter().filter(|turn| !turn.is_paused && turn.window.start() < now + AHEAD);
    let next = near.map(|turn| turn_line(&snapshot, turn)).map(|turn| (turn.start, turn.people));
    Ok(say(Message::Summary(Summary {
        name: shown.name,
        zone: shown.zone,
        duty: shown.duty,
        next: next.collect(),
    })))
}

fn lost(rotation: RotationRecord) -> Composed {
    match rotation.channel_fault {
        None => Composed::Nothing("back_meanwhile"),
        Some(fault) => say(Message::ChannelLost(ChannelLost {
            name: rotation.name,
            channel: rotation.channel,
            fault,
        })),
    }
}

async fn back(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let shown = card(tx, rotation, now).await?;
    Ok(say(Message::ChannelBack { name: shown.name, zone: shown.zone, duty: shown.duty }))
}

fn say(message: Message) -> Composed {
    Composed::Say(Any::Announce(message))
}
