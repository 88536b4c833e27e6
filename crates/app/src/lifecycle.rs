//! The life of a rotation: shown, edited, paused, deleted and brought back, handed over.

mod delete;
mod edit;
mod erase;
mod hand_over;
mod named;
mod rest;
mod show;
mod tell;

pub use delete::{delete, delete_form, undelete};
pub use edit::{edit_form, submit as submit_edit};
pub use erase::erase_deleted;
pub use hand_over::{form as hand_over_form, submit as submit_hand_over};
pub(crate) use hand_over::{pass_to_next, said_handed_over, walked};
pub use named::{deleted_named, named};
pub use rest::{pause, pause_form, pause_on_form, resume};
pub use show::{show, show_one};
pub(crate) use tell::compose;

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{RotationId, UserId};
use domain::settings::ChannelFault;
use serde::{Deserialize, Serialize};

/// How long a deleted rotation can be brought back.
pub(crate) const UNDO: TimeDelta = TimeDelta::days(30);

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lived", rename_all = "snake_case")]
pub(crate) enum Lived {
    Edited { rotation: RotationId },
    Paused { rotation: RotationId },
    Resumed { rotation: RotationId, at_once: bool },
    Deleted { rotation: RotationId, at: DateTime<Utc> },
    Restored { rotation: RotationId, is_renamed: bool },
    HandedOver { rotation: RotationId, to: UserId, until: DateTime<Utc> },
}

/// Returns a fault of the channel that still holds; a new channel has none yet.
fn fault_kept(fault: Option<ChannelFault>, is_same_channel: bool) -> Option<ChannelFault> {
    fault.filter(|_| is_same_channel)
}
