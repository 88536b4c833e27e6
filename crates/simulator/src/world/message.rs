//! A message and how scripts, the page and the bot see it.

use domain::ids::{ChannelId, UserId};
use serde_json::{Value, json};

/// The name under which Slack itself speaks to a person.
pub(crate) const SLACKBOT: &str = "USLACKBOT";

/// A message in a channel or a direct message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) channel: ChannelId,
    /// Seconds since 1970 with six decimals: its name within the channel.
    pub(crate) ts: String,
    pub(crate) thread_ts: Option<String>,
    pub(crate) user: UserId,
    pub(crate) is_by_bot: bool,
    pub(crate) text: String,
    pub(crate) blocks: Option<Value>,
    /// The one person who sees it; `None` where all do.
    pub(crate) ephemeral_to: Option<UserId>,
    pub(crate) edited: Option<String>,
    pub(crate) is_deleted: bool,
    pub(crate) metadata: Option<Value>,
    /// The command that was typed, shown above an answer that all see.
    pub(crate) command: Option<String>,
}

impl Message {
    pub(crate) fn new(channel: &ChannelId, ts: String, user: &UserId, text: &str) -> Self {
        Self {
            channel: channel.clone(),
            ts,
            thread_ts: None,
            user: user.clone(),
            is_by_bot: false,
            text: text.into(),
            blocks: None,
            ephemeral_to: None,
            edited: None,
            is_deleted: false,
            metadata: None,
            command: None,
        }
    }

    /// Returns whether `user` sees it, as far as the message decides.
    pub(crate) fn is_visible_to(&self, user: Option<&UserId>) -> bool {
        match (&self.ephemeral_to, user) {
            (Some(to), Some(user)) => to == user,
            _ => true,
        }
    }

    /// Leaves nothing of it but that it was here.
    pub(crate) fn delete(&mut self) {
        self.is_deleted = true;
        self.text.clear();
        self.blocks = None;
        self.metadata = None;
    }

    /// Returns it as `/sim/messages` shows it.
    pub(crate) fn for_page(&self, user_name: &str) -> Value {
        json!({
            "channel": self.channel,
            "ts": self.ts,
            "thread_ts": self.thread_ts,
            "user": self.user,
            "user_name": user_name,
            "is_bot": self.is_by_bot,
            "text": self.text,
            "blocks": self.blocks,
            "ephemeral_to": self.ephemeral_to,
            "edited": self.edited,
            "deleted": self.is_deleted,
            "metadata": self.metadata,
            "command": self.command,
        })
    }

    /// Returns it as Slack's API and events show it; `bot` is the app's bot id and app id.
    pub(crate) fn for_bot(&self, team: &str, bot: (&str, &str), with_metadata: bool) -> Value {
        let mut message = json!({
            "type": "message",
            "user": self.user,
            "text": self.text,
            "ts": self.ts,
            "team": team,
        });
        let fields = [
            ("thread_ts", self.thread_ts.as_ref().map(|ts| json!(ts))),
            ("blocks", self.blocks.clone()),
            ("edited", self.edited.as_ref().map(|ts| json!({"user": self.user, "ts": ts}))),
            ("bot_id", self.is_by_bot.then(|| json!(bot.0))),
            ("app_id", self.is_by_bot.then(|| json!(bot.1))),
            ("metadata", self.metadata.clone().filter(|_| with_metadata)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                message[name] = value;
            }
        }
        message
    }
}
