//! Of notices: what the one who runs the service tells a workspace's admins.

use super::{Effect, Key, Told};
use crate::ids::NoticeId;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long a notice is worth telling: an admin must learn of it, also after a month without the app.
const USEFUL_FOR: TimeDelta = TimeDelta::days(30);

/// Of notices. Their words are sealed in a row of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeEffect {
    /// An admin learns that somebody else may have seen their workspace's data.
    BreachNotice {
        /// The notice.
        notice: NoticeId,
    },
}

impl From<NoticeEffect> for Effect {
    fn from(effect: NoticeEffect) -> Self {
        Self::Notice(effect)
    }
}

impl Told for NoticeEffect {
    fn key(&self) -> Key {
        match self {
            Self::BreachNotice { notice } => {
                Key::of_workspace("breach_notice").occasion(notice.to_string())
            }
        }
    }

    fn useful_for(&self) -> TimeDelta {
        USEFUL_FOR
    }
}
