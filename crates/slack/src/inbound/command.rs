//! Slash commands.

use super::Inbound;
use super::form::{Form, join_key};
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::Value;
use std::fmt;

/// A slash command as somebody typed it.
#[derive(Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// The workspace.
    pub team: TeamId,
    /// Who typed it.
    pub user: UserId,
    /// Where.
    pub channel: Option<ChannelId>,
    /// What follows the command's name, as typed, unescaped and unchecked.
    pub text: String,
    /// Opens a modal within three seconds, once.
    pub trigger_id: String,
    /// Takes late answers for 30 minutes.
    pub response_url: Option<String>,
}

impl SlashCommand {
    /// Returns the key that is the same when Slack sends the same command again.
    #[must_use]
    pub fn key(&self) -> String {
        join_key("command", &[self.team.as_str(), &self.trigger_id])
    }
}

/// Leaves out what was typed and what can be used to answer.
impl fmt::Debug for SlashCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlashCommand")
            .field("team", &self.team)
            .field("user", &self.user)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Reads the body of a slash command.
#[must_use]
pub fn read_command(body: &[u8]) -> Inbound {
    let form = Form::read(body);
    if form.text("ssl_check").is_some() {
        return Inbound::SslCheck;
    }
    read_form(&form)
}

/// Reads a slash command that came in an envelope.
pub(crate) fn read_command_payload(payload: &Value) -> Inbound {
    read_form(&Form::of_json(payload))
}

fn read_form(form: &Form<'_>) -> Inbound {
    if form.text("is_enterprise_install") == Some("true") {
        return Inbound::OrgWide;
    }
    read_fields(form).map_or(Inbound::Unreadable, Inbound::Command)
}

fn read_fields(form: &Form<'_>) -> Option<SlashCommand> {
    Some(SlashCommand {
        team: TeamId::new(form.id("team_id")?),
        user: UserId::new(form.id("user_id")?),
        channel: form.id("channel_id").map(ChannelId::new),
        text: form.text("text").unwrap_or_default().to_owned(),
        trigger_id: form.id("trigger_id")?.to_owned(),
        response_url: form.text("response_url").map(str::to_owned),
    })
}
