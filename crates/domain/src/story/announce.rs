//! Announcements: the team's own words for a handoff, the summary of the week, and what becomes of a channel.

mod template;
mod week;

pub use template::{MAX_TEMPLATE, Piece, Placeholder, Template, TemplateFault, parse_template};
pub use week::{next_summary_at, summary_useful_until};

use crate::ids::{ChannelId, RotationId};
use crate::message::{HandoffMessage, Person};
use crate::reply::Duty;
use crate::settings::ChannelFault;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The `block_id` of the field in which a template is typed.
pub const TEMPLATE_FIELD: &str = "announcement";

/// What happened to a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ChannelChange {
    /// It was archived.
    Archived,
    /// It was taken back into use.
    Unarchived,
    /// It was deleted.
    Deleted,
    /// The bot was removed from it, and it is private.
    BotLeft,
    /// The bot was taken into it.
    BotJoined,
    /// It goes on under another id.
    Moved {
        /// The new id.
        to: ChannelId,
    },
}

/// A button of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Shows the one who presses what the next announcement will look like.
    SendTest {
        /// The rotation.
        rotation: RotationId,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::SendTest { .. } => "announce_send_test",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::SendTest { rotation } => rotation.to_string(),
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        match action_id {
            "announce_send_test" => {
                Some(Self::SendTest { rotation: RotationId::new(value.parse().ok()?) })
            }
            _ => None,
        }
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A handoff as it would be announced, for the one who asked.
    Test(Box<HandoffMessage>),
    /// The template cannot be used.
    Unusable(TemplateFault),
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Who is on duty and who comes next, for the channel.
    Summary(Summary),
    /// A manager learns that the channel cannot be told anything.
    ChannelLost(ChannelLost),
    /// The channel can be told again, and learns who is on duty.
    ChannelBack {
        /// The rotation's name.
        name: String,
        /// The IANA name of the rotation's zone.
        zone: String,
        /// Who is on duty.
        duty: Duty,
    },
}

/// Who is on duty and who comes next.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// Who is on duty.
    pub duty: Duty,
    /// The turns of the coming weeks, the soonest first; nobody in one that nobody can serve.
    pub next: Vec<(DateTime<Utc>, Vec<Person>)>,
}

/// A channel that cannot be told anything.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelLost {
    /// The rotation's name.
    pub name: String,
    /// The channel.
    pub channel: ChannelId,
    /// Why.
    pub fault: ChannelFault,
}
