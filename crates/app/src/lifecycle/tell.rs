//! What a rotation's channel is told of its life, composed at delivery.

use super::UNDO;
use super::rest::next_awake;
use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use crate::snapshot::Snapshot;
use chrono::{DateTime, Utc};
use domain::effect::LifecycleEffect;
use domain::message::{Message, Person};
use domain::story::lifecycle;
use domain::timeline::Mode;
use store::{RotationRecord, Tx};

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &LifecycleEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let (LifecycleEffect::RotationRenamed { rotation, by, .. }
    | LifecycleEffect::ChannelChanged { rotation, by, .. }
    | LifecycleEffect::RotationPaused { rotation, by, .. }
    | LifecycleEffect::RotationResumed { rotation, by, .. }
    | LifecycleEffect::RotationDeleted { rotation, by, .. }
    | LifecycleEffect::DeletionUndone { rotation, by, .. }
    | LifecycleEffect::RotationRestored { rotation, by, .. }) = effect;
    let Some(record) = tx.find_any_rotation(*rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let by = People::load(tx, std::slice::from_ref(by)).await?.person(by);
    let is_deleted = record.deleted_at.is_some();
    let is_of_deletion = matches!(effect, LifecycleEffect::RotationDeleted { .. });
    if is_deleted != is_of_deletion {
        // It was brought back, or deleted, before this was said.
        return Ok(Composed::Nothing("not_so_any_more"));
    }
    let message = match effect {
        LifecycleEffect::RotationRenamed { .. } => {
            let was = record.settings.former_name.clone();
            lifecycle::Message::Renamed { was, name: record.name, by }
        }
        LifecycleEffect::ChannelChanged { from, into, .. } => lifecycle::Message::ChannelChanged {
            name: record.name,
            by,
            from: from.clone(),
            to: into.clone(),
        },
        LifecycleEffect::RotationDeleted { deleted_at, .. } => lifecycle::Message::Deleted {
            rotation: *rotation,
            by,
            until: *deleted_at + UNDO,
            zone: record.rules.zone.name().to_owned(),
            name: record.name,
        },
        LifecycleEffect::DeletionUndone { .. } => {
            lifecycle::Message::DeletionUndone { name: record.name, by }
        }
        _ => return of_time(tx, effect, record, by, now).await,
    };
    Ok(Composed::Say(Message::Lifecycle(message)))
}

/// Composes what tells of the next handoff.
async fn of_time(
    tx: &mut Tx,
    effect: &LifecycleEffect,
    record: RotationRecord,
    by: Person,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let snapshot = Snapshot::load(tx, record, now).await?;
    let is_paused = snapshot.position(now).mode() == Mode::Paused;
    let next = next_awake(&snapshot, now);
    let record = &snapshot.rotation;
    let (name, zone) = (record.name.clone(), record.rules.zone.name().to_owned());
    let message = match effect {
        LifecycleEffect::RotationPaused { .. } if is_paused => {
            let until = record.rest.and_then(|rest| rest.end());
            lifecycle::Message::Paused { name, by, until, next, zone }
        }
        LifecycleEffect::RotationResumed { .. } if !is_paused => {
            lifecycle::Message::Resumed { name, by, next, zone }
        }
        LifecycleEffect::RotationRestored { .. } => {
            lifecycle::Message::Restored { name, by, next, zone }
        }
        _ => return Ok(Composed::Nothing("not_so_any_more")),
    };
    Ok(Composed::Say(Message::Lifecycle(message)))
}
