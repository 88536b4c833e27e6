//! Direct messages that the bot remembers, looked up before something in them is changed.

use super::answers::{ChannelField, IdOrChannel};
use super::client::Api;
use super::outcome::{NotSent, NotSentKind, Outcome};
use domain::ids::{ChannelId, UserId};
use secrecy::SecretString;

/// What has become of the direct messages with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct {
    /// They can be written in.
    Open,
    /// Slack knows them no longer.
    Gone,
    /// The person is deactivated, or nothing can be said in them any more.
    Closed,
    /// They are with somebody else, or are no direct messages.
    Strange,
}

impl Api {
    /// Looks up whether everybody in the workspace can read a channel; nothing is changed.
    pub async fn is_public(&self, token: &SecretString, channel: &ChannelId) -> Outcome<bool> {
        let found = self.get(token, "conversations.info", &[("channel", channel.as_str())]).await;
        found
            .and_read(|answer| match answer.channel? {
                IdOrChannel::Channel(channel) => channel.is_private.map(|is_private| !is_private),
                IdOrChannel::Id(_) => None,
            })
            .repeatable()
    }

    /// Looks up what has become of the direct messages with a person; nothing is changed.
    pub async fn look_up_direct(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        user: &UserId,
    ) -> Outcome<Direct> {
        let found = self.get(token, "conversations.info", &[("channel", channel.as_str())]).await;
        if matches!(&found, Outcome::NotSent(refused) if says_it_is_gone(refused)) {
            return Outcome::Done(Direct::Gone);
        }
        found
            .and_read(|answer| match answer.channel? {
                IdOrChannel::Channel(channel) => Some(become_of(&channel, user)),
                IdOrChannel::Id(_) => None,
            })
            .repeatable()
    }
}

fn says_it_is_gone(refused: &NotSent) -> bool {
    refused.kind == NotSentKind::Permanent && refused.code == "channel_not_found"
}

fn become_of(channel: &ChannelField, user: &UserId) -> Direct {
    let is = |flag: Option<bool>| flag.unwrap_or(false);
    if !is(channel.is_im) || channel.user.as_deref() != Some(user.as_str()) {
        Direct::Strange
    } else if is(channel.is_user_deleted) || is(channel.is_archived) {
        Direct::Closed
    } else {
        Direct::Open
    }
}
