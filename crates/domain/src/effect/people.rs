//! Of people: who left Slack or a channel, and who is back.

use super::{Effect, Key, Told, at};
use crate::ids::{ChannelId, RotationId, UserId};
use crate::story::people::Gone;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Of people who go and come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PeopleEffect {
    /// A manager learns that somebody was taken out of their rotations, because Slack knows them no longer as a person who
    /// can serve.
    MemberGone {
        /// Who.
        user: UserId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// When it was found out.
        found_at: DateTime<Utc>,
        /// Why.
        why: Gone,
    },
    /// A manager learns that somebody who was taken out is back in Slack.
    MemberBack {
        /// Who.
        user: UserId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// When it was found out.
        found_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that nobody is left in it.
    RosterEmpty {
        /// The rotation.
        rotation: RotationId,
        /// Who went last.
        user: UserId,
        /// When it was found out.
        found_at: DateTime<Utc>,
        /// Why.
        why: Gone,
    },
    /// A manager learns that a member left the channel in which their rotations speak; of one person once a day at most.
    LeftChannel {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// The day on which Slack told of it, in UTC.
        day: NaiveDate,
    },
}

impl From<PeopleEffect> for Effect {
    fn from(effect: PeopleEffect) -> Self {
        Self::People(effect)
    }
}

impl Told for PeopleEffect {
    fn key(&self) -> Key {
        match self {
            Self::MemberGone { user, found_at, .. } => {
                Key::of_workspace("member_gone").turn(user.to_string()).occasion(at(found_at))
            }
            Self::MemberBack { user, found_at, .. } => {
                Key::of_workspace("member_back").turn(user.to_string()).occasion(at(found_at))
            }
            Self::RosterEmpty { rotation, found_at, .. } => {
                Key::of("roster_empty", *rotation).turn(at(found_at))
            }
            Self::LeftChannel { user, channel, day, .. } => Key::of_workspace("left_channel")
                .turn(format!("{user}/{channel}"))
                .occasion(day.to_string()),
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::MemberGone { .. } | Self::MemberBack { .. } | Self::LeftChannel { .. })
    }
}
