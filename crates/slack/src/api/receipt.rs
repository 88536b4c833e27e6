//! Whether a message of ours arrived in direct messages, looked up where no answer said so.
//!
//! This is the one place that reads messages, and it reads the bot's own direct messages only: what anybody says in a
//! channel is none of its business. Of what it reads, it looks at the name of our own delivery and at nothing else.

use super::answers::MessageField;
use super::client::Api;
use super::outcome::{NotSent, Outcome};
use crate::inbound::event::DELIVERY_EVENT_TYPE;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, DeliveryId};
use secrecy::SecretString;

/// The method by which it is looked up.
pub const LOOKED_UP_BY: &str = "conversations.history";

/// The most messages that Slack shows at once to an app that is sold outside its marketplace.
const LIMIT: &str = "15";

/// The bot's direct messages with one person.
///
/// There is one only from [`Api::open_dm`] or from what was kept of that, so nothing else can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectChannel(ChannelId);

impl DirectChannel {
    pub(super) const fn opened(channel: ChannelId) -> Self {
        Self(channel)
    }

    /// Returns what was kept of [`Api::open_dm`]; `None` where it is not the id of direct messages.
    #[must_use]
    pub fn kept(channel: ChannelId) -> Option<Self> {
        channel.as_str().starts_with('D').then_some(Self(channel))
    }

    /// Returns the channel, to post into.
    #[must_use]
    pub const fn channel(&self) -> &ChannelId {
        &self.0
    }

    /// Returns the channel alone.
    #[must_use]
    pub fn into_channel(self) -> ChannelId {
        self.0
    }
}

/// What looking for a message came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, with this `ts`.
    At(String),
    /// It is not there.
    NotThere,
    /// Slack has no time for the question before a wait has passed; it lets itself be asked once a minute.
    Limited(NotSent),
    /// It cannot be known, for a reason that is safe to store.
    Unknown(String),
}

impl Api {
    /// Looks for the message of a delivery among the newest of direct messages, from `oldest` on.
    pub async fn find_in_direct(
        &self,
        token: &SecretString,
        direct: &DirectChannel,
        delivery: DeliveryId,
        oldest: DateTime<Utc>,
    ) -> Found {
        let oldest = format!("{}.{:06}", oldest.timestamp(), oldest.timestamp_subsec_micros());
        let arguments = [
            ("channel", direct.0.as_str()),
            ("include_all_metadata", "true"),
            ("inclusive", "true"),
            ("limit", LIMIT),
            ("oldest", &oldest),
        ];
        match self.get(token, LOOKED_UP_BY, &arguments).await {
            Outcome::Done(answer) => match answer.messages {
                Some(messages) => {
                    let is_all = answer.has_more == Some(false);
                    find(&messages, &delivery.to_string(), is_all)
                }
                None => Found::Unknown(String::from("unreadable_answer")),
            },
            Outcome::NotSent(refused) if refused.retry_after.is_some() => Found::Limited(refused),
            Outcome::NotSent(NotSent { code, .. }) | Outcome::Ambiguous { code } => {
                Found::Unknown(code)
            }
        }
    }
}

fn find(messages: &[MessageField], delivery: &str, is_all: bool) -> Found {
    let is_ours = |message: &&MessageField| {
        message.metadata.as_ref().is_some_and(|metadata| {
            metadata.event_type.as_deref() == Some(DELIVERY_EVENT_TYPE)
                && metadata.event_payload["delivery_id"].as_str() == Some(delivery)
        })
    };
    match messages.iter().find(is_ours).and_then(|message| message.ts.clone()) {
        Some(ts) => Found::At(ts),
        None if is_all => Found::NotThere,
        None => Found::Unknown(String::from("more_than_is_shown")),
    }
}
