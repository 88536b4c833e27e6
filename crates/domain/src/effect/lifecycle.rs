//! Of the life of a rotation: renamed, moved, resting, deleted, brought back.

use super::{Effect, Key, Told, at};
use crate::ids::{ChannelId, RotationId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of the life of a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LifecycleEffect {
    /// The rotation's channel learns of its new name.
    RotationRenamed {
        /// The rotation.
        rotation: RotationId,
        /// Who changed it.
        by: UserId,
        /// When.
        changed_at: DateTime<Utc>,
    },
    /// The old and the new channel learn where the rotation is announced.
    ChannelChanged {
        /// The rotation.
        rotation: RotationId,
        /// Who changed it.
        by: UserId,
        /// When.
        changed_at: DateTime<Utc>,
        /// The old channel.
        from: ChannelId,
        /// The new channel.
        into: ChannelId,
    },
    /// The rotation's channel learns that it rests.
    RotationPaused {
        /// The rotation.
        rotation: RotationId,
        /// Who paused it.
        by: UserId,
        /// When.
        paused_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that its rest ends with the next handoff.
    RotationResumed {
        /// The rotation.
        rotation: RotationId,
        /// Who resumed it.
        by: UserId,
        /// When.
        resumed_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that it is deleted.
    RotationDeleted {
        /// The rotation.
        rotation: RotationId,
        /// Who deleted it.
        by: UserId,
        /// When.
        deleted_at: DateTime<Utc>,
    },
    /// The post of the deletion is replaced, since that was undone.
    DeletionUndone {
        /// The rotation.
        rotation: RotationId,
        /// Who brought it back.
        by: UserId,
        /// When it was deleted.
        deleted_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that it is back.
    RotationRestored {
        /// The rotation.
        rotation: RotationId,
        /// Who brought it back.
        by: UserId,
        /// When.
        restored_at: DateTime<Utc>,
    },
}

impl From<LifecycleEffect> for Effect {
    fn from(effect: LifecycleEffect) -> Self {
        Self::Lifecycle(effect)
    }
}

impl Told for LifecycleEffect {
    fn key(&self) -> Key {
        match self {
            Self::RotationRenamed { rotation, changed_at, .. } => {
                Key::of("rotation_renamed", *rotation).turn(at(changed_at))
            }
            Self::ChannelChanged { rotation, changed_at, .. } => {
                Key::of("channel_changed", *rotation).turn(at(changed_at))
            }
            Self::RotationPaused { rotation, paused_at, .. } => {
                Key::of("rotation_paused", *rotation).turn(at(paused_at))
            }
            Self::RotationResumed { rotation, resumed_at, .. } => {
                Key::of("rotation_resumed", *rotation).turn(at(resumed_at))
            }
            Self::RotationDeleted { rotation, deleted_at, .. } => {
                Key::of("rotation_deleted", *rotation).turn(at(deleted_at))
            }
            Self::DeletionUndone { rotation, deleted_at, .. } => {
                Key::of("deletion_undone", *rotation).turn(at(deleted_at))
            }
            Self::RotationRestored { rotation, restored_at, .. } => {
                Key::of("rotation_restored", *rotation).turn(at(restored_at))
            }
        }
    }

    fn replaces(&self) -> Option<Effect> {
        match self {
            Self::DeletionUndone { rotation, by, deleted_at } => {
                let post = Self::RotationDeleted {
                    rotation: *rotation,
                    by: by.clone(),
                    deleted_at: *deleted_at,
                };
                Some(post.into())
            }
            _ => None,
        }
    }
}
