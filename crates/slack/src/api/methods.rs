//! The methods of the Web API that the bot uses.

use super::answers::UserField;
use super::client::Api;
use super::outcome::Outcome;
use super::receipt::DirectChannel;
use crate::inbound::event::DELIVERY_EVENT_TYPE;
use crate::render::Rendered;
use domain::ids::{ChannelId, DeliveryId, TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::{Value, json};

/// The longest display name that is kept, in characters: Slack's own limit.
const LONGEST_NAME: usize = 80;

/// A message that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The channel in which it stands.
    pub channel: ChannelId,
    /// Its timestamp, which is its id within the channel.
    pub ts: String,
}

/// What we keep of a person.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of Slack's, and they are independent"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFacts {
    /// Who.
    pub user: UserId,
    /// The name by which colleagues know them, at most 80 characters, never empty.
    pub display_name: String,
    /// The IANA name of their zone, unchecked.
    pub zone: Option<String>,
    /// Whether they left the workspace.
    pub is_deactivated: bool,
    /// Whether it is no person at all.
    pub is_bot: bool,
    /// Whether they administer or own the workspace.
    pub is_admin: bool,
    /// Whether they are a guest of the workspace.
    pub is_guest: bool,
    /// Which workspaces they belong to.
    pub home: Home,
}

/// Which workspaces somebody belongs to, as far as Slack says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    teams: Vec<TeamId>,
    is_stranger: bool,
}

impl Home {
    /// Returns the home of somebody with these workspaces; a stranger is of none that we know.
    #[must_use]
    pub const fn new(teams: Vec<TeamId>, is_stranger: bool) -> Self {
        Self { teams, is_stranger }
    }

    /// Returns whether they belong to another workspace, and are here through a shared channel only.
    #[must_use]
    pub fn is_foreign_to(&self, workspace: WorkspaceId) -> bool {
        let is_here = |team: &TeamId| WorkspaceId::of_team(team) == workspace;
        self.is_stranger || (!self.teams.is_empty() && !self.teams.iter().any(is_here))
    }
}

/// What Slack says about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFacts {
    /// The workspace.
    pub team: TeamId,
    /// The bot's user.
    pub bot_user: UserId,
    /// The scopes that the token has, where Slack listed them.
    pub scopes: Option<Vec<String>>,
}

impl Api {
    /// Posts a message that carries its delivery's id as metadata.
    pub async fn post_message(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        message: &Rendered,
        delivery: DeliveryId,
    ) -> Outcome<Posted> {
        self.post_to(token, (channel, None), message, delivery).await
    }

    /// Posts a message as [`Api::post_message`] in the thread of another, which is in the same channel.
    pub async fn post_reply(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        thread_ts: &str,
        message: &Rendered,
        delivery: DeliveryId,
    ) -> Outcome<Posted> {
        self.post_to(token, (channel, Some(thread_ts)), message, delivery).await
    }

    /// Shows a message to one person of a channel, in the thread of another message if there is one.
    ///
    /// Slack keeps no copy of it: it cannot be replaced by its `ts`, no event tells of it, and it may never be seen.
    pub async fn post_ephemeral(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        thread_ts: Option<&str>,
        user: &UserId,
        message: &Rendered,
    ) -> Outcome<Posted> {
        let mut body = json!({
            "channel": channel.as_str(),
            "user": user.as_str(),
            "text": message.text,
            "blocks": message.blocks,
        });
        if let Some(thread_ts) = thread_ts {
            body["thread_ts"] = thread_ts.into();
        }
        self.post(token, "chat.postEphemeral", &body)
            .await
            .and_read(|answer| Some(Posted { channel: channel.clone(), ts: answer.message_ts? }))
    }

    /// Replaces a message.
    pub async fn update_message(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        ts: &str,
        message: &Rendered,
    ) -> Outcome<()> {
        let body = json!({
            "channel": channel.as_str(),
            "ts": ts,
            "text": message.text,
            "blocks": message.blocks,
        });
        self.post(token, "chat.update", &body).await.and_read(|_| Some(()))
    }

    /// Lets the bot into a public channel; where it is already, nothing changes.
    pub async fn join_channel(&self, token: &SecretString, channel: &ChannelId) -> Outcome<()> {
        let body = json!({ "channel": channel.as_str() });
        self.post(token, "conversations.join", &body).await.and_read(|_| Some(())).repeatable()
    }

    /// Opens the direct messages with a person, or finds them open.
    pub async fn open_dm(&self, token: &SecretString, user: &UserId) -> Outcome<DirectChannel> {
        // Slack documents a comma-separated text here, not a list.
        let body = json!({ "users": user.as_str() });
        self.post(token, "conversations.open", &body)
            .await
            .and_read(|answer| {
                Some(DirectChannel::opened(ChannelId::new(&answer.channel?.into_id())))
            })
            .repeatable()
    }

    /// Opens a modal; the trigger is good for three seconds and once.
    pub async fn open_view(
        &self,
        token: &SecretString,
        trigger_id: &str,
        view: &Value,
    ) -> Outcome<()> {
        let body = json!({ "trigger_id": trigger_id, "view": view });
        self.post(token, "views.open", &body).await.and_read(|_| Some(()))
    }

    /// Returns a part of the people of a channel, at most 200, and the cursor of the next part, if there is one.
    pub async fn channel_members(
        &self,
        token: &SecretString,
        channel: &ChannelId,
        cursor: Option<&str>,
    ) -> Outcome<(Vec<UserId>, Option<String>)> {
        let mut arguments = vec![("channel", channel.as_str()), ("limit", "200")];
        arguments.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.get(token, "conversations.members", &arguments)
            .await
            .and_read(|answer| {
                let users = answer.members?.iter().map(|user| UserId::new(user)).collect();
                let next = answer.response_metadata.and_then(|metadata| metadata.next_cursor);
                Some((users, next.filter(|cursor| !cursor.is_empty())))
            })
            .repeatable()
    }

    /// Shows a person a home view. It replaces what was there, so doing it again is the same.
    pub async fn publish_home(
        &self,
        token: &SecretString,
        user: &UserId,
        view: &Value,
    ) -> Outcome<()> {
        let body = json!({ "user_id": user.as_str(), "view": view });
        self.post(token, "views.publish", &body).await.and_read(|_| Some(())).repeatable()
    }

    /// Returns what we keep of a person; their e-mail address is not read.
    pub async fn users_info(&self, token: &SecretString, user: &UserId) -> Outcome<PersonFacts> {
        self.get(token, "users.info", &[("user", user.as_str())])
            .await
            .and_read(|answer| answer.user.map(|field| person_facts(user, field)))
            .repeatable()
    }

    async fn post_to(
        &self,
        token: &SecretString,
        (channel, thread_ts): (&ChannelId, Option<&str>),
        message: &Rendered,
        delivery: DeliveryId,
    ) -> Outcome<Posted> {
        let mut body = json!({
            "channel": channel.as_str(),
            "text": message.text,
            "blocks": message.blocks,
            "metadata": {
                "event_type": DELIVERY_EVENT_TYPE,
                "event_payload": { "delivery_id": delivery.to_string() },
            },
            "unfurl_links": false,
            "unfurl_media": false,
        });
        if let Some(thread_ts) = thread_ts {
            body["thread_ts"] = thread_ts.into();
        }
        self.post(token, "chat.postMessage", &body).await.and_read(|answer| {
            Some(Posted {
                channel: answer
                    .channel
                    .map_or_else(|| channel.clone(), |id| ChannelId::new(&id.into_id())),
                ts: answer.ts?,
            })
        })
    }
}

/// Returns what we keep of a person as Slack describes them.
pub(crate) fn person_facts(user: &UserId, field: UserField) -> PersonFacts {
    let is = |flag: Option<bool>| flag.unwrap_or(false);
    let profile = field.profile.unwrap_or_default();
    let names = [profile.display_name, profile.real_name, field.real_name, field.name];
    let display_name = names
        .into_iter()
        .flatten()
        .map(|name| tidy_name(&name))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| user.to_string());
    PersonFacts {
        user: field.id.as_deref().map_or_else(|| user.clone(), UserId::new),
        display_name,
        zone: field.tz.filter(|zone| !zone.is_empty()),
        is_deactivated: is(field.deleted),
        is_bot: is(field.is_bot),
        is_admin: is(field.is_admin) || is(field.is_owner),
        is_guest: is(field.is_restricted) || is(field.is_ultra_restricted),
        home: Home {
            teams: field
                .team_id
                .into_iter()
                .chain(field.enterprise_user.and_then(|user| user.teams).unwrap_or_default())
                .map(|team| TeamId::new(&team))
                .collect(),
            is_stranger: is(field.is_stranger),
        },
    }
}

/// Returns a name that can be stored and shown: no control characters, bounded.
fn tidy_name(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    plain.trim().to_owned()
}
