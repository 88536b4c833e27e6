//! A workspace: its people, channels, messages, views and installations of the app.

use super::message::{Message, SLACKBOT};
use super::person::Person;
use super::view::View;
use super::{APP_ID, APP_NAME};
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What kind of channel it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    Private,
    /// The app's direct messages with this person.
    Direct(UserId),
}

/// A channel or a direct message.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_archived: bool,
    pub(crate) members: Vec<UserId>,
    pub(crate) created: i64,
}

/// How an installation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallState {
    Active,
    /// The bot gave its token back.
    Revoked,
    /// A person removed the app.
    Uninstalled,
}

/// An installation of the app.
#[derive(Clone, Debug)]
pub(crate) struct Install {
    pub(crate) token: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) bot_user: UserId,
    pub(crate) installer: UserId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) state: InstallState,
}

/// A workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) team: TeamId,
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) people: Vec<Person>,
    pub(crate) channels: Vec<Channel>,
    /// Oldest first.
    pub(crate) messages: Vec<Message>,
    pub(crate) modals: BTreeMap<UserId, Vec<View>>,
    pub(crate) homes: BTreeMap<UserId, View>,
    /// Whether the app's home is switched off where it is configured.
    pub(crate) has_no_home_tab: bool,
    /// The last one is the present one.
    pub(crate) installs: Vec<Install>,
    last_ts_us: i64,
}

impl Install {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

impl Channel {
    pub(crate) fn has_member(&self, user: &UserId) -> bool {
        self.members.contains(user)
    }

    /// Returns the family of scopes that governs it: `channels`, `groups` or `im`.
    pub(crate) const fn family(&self) -> &'static str {
        match self.kind {
            Kind::Public => "channels",
            Kind::Private => "groups",
            Kind::Direct(_) => "im",
        }
    }

    /// Returns Slack's word for its kind in a message event.
    pub(crate) const fn type_word(&self) -> &'static str {
        match self.kind {
            Kind::Public => "channel",
            Kind::Private => "group",
            Kind::Direct(_) => "im",
        }
    }

    /// Returns its name as a slash command carries it.
    pub(crate) fn name_in_command(&self) -> &str {
        match self.kind {
            Kind::Public => &self.name,
            Kind::Private => "privategroup",
            Kind::Direct(_) => "directmessage",
        }
    }
}

impl Workspace {
    pub(crate) fn new(team: TeamId, name: &str) -> Self {
        let domain: String =
            name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Self {
            team,
            name: name.into(),
            domain,
            people: Vec::new(),
            channels: Vec::new(),
            messages: Vec::new(),
            modals: BTreeMap::new(),
            homes: BTreeMap::new(),
            has_no_home_tab: false,
            installs: Vec::new(),
            last_ts_us: 0,
        }
    }

    /// Returns the present installation, where the app is installed.
    pub(crate) fn install(&self) -> Option<&Install> {
        self.installs.last().filter(|install| install.state == InstallState::Active)
    }

    pub(crate) fn find_install(&self, token: &str) -> Option<&Install> {
        self.installs.iter().find(|install| install.token == token)
    }

    /// Ends the present installation.
    pub(crate) fn end_install(&mut self, state: InstallState) -> Option<Install> {
        let install = self.installs.last_mut().filter(|last| last.state == InstallState::Active)?;
        install.state = state;
        Some(install.clone())
    }

    /// Returns the bot's user, whom the first installation makes.
    pub(crate) fn ensure_bot(&mut self) -> UserId {
        if let Some(bot) = self.bot() {
            return bot.id.clone();
        }
        let id = self.bot_user();
        self.people.push(Person { is_bot: true, ..Person::new(id.clone(), APP_NAME) });
        id
    }

    /// Returns the app's bot user, once there is one.
    pub(crate) fn bot(&self) -> Option<&Person> {
        self.person(self.bot_user().as_str())
    }

    fn bot_user(&self) -> UserId {
        UserId::new(&format!("U0BOT{}", self.team.as_str().trim_start_matches("T0")))
    }

    /// Returns the app's bot id here.
    pub(crate) fn bot_id(&self) -> String {
        format!("B0BOT{}", self.team.as_str().trim_start_matches("T0"))
    }

    /// Returns the next time stamp: unique and increasing in the whole workspace.
    pub(crate) fn next_ts(&mut self, now: DateTime<Utc>) -> String {
        self.last_ts_us = now.timestamp_micros().max(self.last_ts_us + 1);
        ts_of(self.last_ts_us)
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id.as_str() == id)
    }

    pub(crate) fn person_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.id.as_str() == id)
    }

    /// Returns a person by id, or by name where no id fits.
    pub(crate) fn person_by_id_or_name(&self, word: &str) -> Option<&Person> {
        let word = word.trim_start_matches('@');
        let by_name =
            || self.people.iter().find(|one| one.name.to_lowercase() == word.to_lowercase());
        self.person(word).or_else(by_name)
    }

    pub(crate) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id.as_str() == id)
    }

    pub(crate) fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id.as_str() == id)
    }

    /// Returns a channel by id, or by name where no id fits.
    pub(crate) fn channel_by_id_or_name(&self, word: &str) -> Option<&Channel> {
        let name = word.trim_start_matches('#');
        let by_name = || {
            let mut named = self.channels.iter().filter(|one| !matches!(one.kind, Kind::Direct(_)));
            named.find(|one| one.name == name)
        };
        self.channel(word).or_else(by_name)
    }

    pub(crate) fn direct_channel(&self, user: &UserId) -> Option<&Channel> {
        self.channels.iter().find(|one| matches!(&one.kind, Kind::Direct(with) if with == user))
    }

    /// Returns the app's direct messages with a person, opened where they were not.
    pub(crate) fn ensure_direct_channel(&mut self, user: &UserId, now: DateTime<Utc>) -> ChannelId {
        if let Some(channel) = self.direct_channel(user) {
            return channel.id.clone();
        }
        let bot = self.ensure_bot();
        let rest = user.as_str().trim_start_matches(['U', 'W']);
        let mut id = ChannelId::new(&format!("D{rest}"));
        if self.channel(id.as_str()).is_some() {
            id = ChannelId::new(&format!("D{rest}{}", self.channels.len()));
        }
        let name = self.name_of(user).to_owned();
        self.channels.push(Channel {
            id: id.clone(),
            name,
            kind: Kind::Direct(user.clone()),
            is_archived: false,
            members: vec![user.clone(), bot],
            created: now.timestamp(),
        });
        id
    }

    /// Returns the name under which people see someone.
    pub(crate) fn name_of<'a>(&'a self, user: &'a UserId) -> &'a str {
        match self.person(user.as_str()) {
            Some(person) => &person.name,
            None if user.as_str() == SLACKBOT => "Slackbot",
            None => user.as_str(),
        }
    }

    pub(crate) fn message(&self, channel: &ChannelId, ts: &str) -> Option<&Message> {
        self.place_of(ts)
            .map(|place| &self.messages[place])
            .filter(|one| &one.channel == channel && !one.is_deleted)
    }

    pub(crate) fn message_mut(&mut self, channel: &ChannelId, ts: &str) -> Option<&mut Message> {
        self.place_of(ts)
            .map(|place| &mut self.messages[place])
            .filter(|one| &one.channel == channel && !one.is_deleted)
    }

    /// Returns where the message with this time stamp stands: they only ever grow.
    fn place_of(&self, ts: &str) -> Option<usize> {
        self.messages
            .binary_search_by(|one| (one.ts.len(), one.ts.as_str()).cmp(&(ts.len(), ts)))
            .ok()
    }

    /// Shows a person a line of Slack itself, which only that person sees.
    pub(crate) fn tell(
        &mut self,
        user: &UserId,
        channel: &ChannelId,
        text: &str,
        now: DateTime<Utc>,
    ) {
        let ts = self.next_ts(now);
        let mut message = Message::new(channel, ts, &UserId::new(SLACKBOT), text);
        message.ephemeral_to = Some(user.clone());
        self.messages.push(message);
    }

    pub(crate) fn modals_of(&self, user: &UserId) -> &[View] {
        self.modals.get(user).map_or(&[], Vec::as_slice)
    }

    /// Returns an open modal or a home by its id, with the person who sees it.
    pub(crate) fn view(&self, id: &str) -> Option<(&UserId, &View)> {
        let modals =
            self.modals.iter().flat_map(|(user, stack)| stack.iter().map(move |view| (user, view)));
        modals.chain(self.homes.iter()).find(|(_, view)| view.id == id)
    }

    pub(crate) fn view_mut(&mut self, id: &str) -> Option<&mut View> {
        let modals = self.modals.values_mut().flatten();
        modals.chain(self.homes.values_mut()).find(|view| view.id == id)
    }

    /// Returns the workspace that someone belongs to.
    pub(crate) fn home_of(&self, user: &UserId) -> TeamId {
        let home = self.person(user.as_str()).and_then(|person| person.home.clone());
        home.unwrap_or_else(|| self.team.clone())
    }

    /// Returns whether someone may read a channel.
    pub(crate) fn can_see(&self, user: &UserId, channel: &Channel) -> bool {
        let sees_public = || self.person(user.as_str()).is_some_and(Person::sees_public_channels);
        channel.has_member(user) || (channel.kind == Kind::Public && sees_public())
    }

    /// Returns whether people of another workspace are in a channel.
    pub(crate) fn is_shared(&self, channel: &Channel) -> bool {
        channel.members.iter().any(|user| self.home_of(user) != self.team)
    }

    /// Returns whether the bot hears what becomes of a channel: of every public one, of a private one it is in.
    pub(crate) fn is_known(&self, channel: &Channel) -> bool {
        self.install().is_some_and(|install| {
            install.has_scope(&format!("{}:read", channel.family()))
                && (channel.kind == Kind::Public || channel.has_member(&install.bot_user))
        })
    }

    /// Returns whether the bot hears of messages in a channel, by its scopes and membership.
    pub(crate) fn is_heard(&self, channel: &Channel) -> bool {
        self.install().is_some_and(|install| {
            install.has_scope(&format!("{}:history", channel.family()))
                && channel.has_member(&install.bot_user)
        })
    }

    /// Returns a message as the bot sees it.
    pub(crate) fn message_for_bot(&self, message: &Message, with_metadata: bool) -> Value {
        message.for_bot(self.team.as_str(), (&self.bot_id(), APP_ID), with_metadata)
    }

    /// Returns a view as the bot sees it.
    pub(crate) fn view_for_bot(&self, view: &View, state: &Value) -> Value {
        view.for_bot(self.team.as_str(), (&self.bot_id(), APP_ID), state)
    }

    /// Returns the event that tells the bot of a new message, where it hears of it.
    pub(crate) fn message_event(&self, message: &Message) -> Option<Value> {
        let channel = self.channel(message.channel.as_str())?;
        if message.ephemeral_to.is_some() || !self.is_heard(channel) {
            return None;
        }
        let mut event = self.message_for_bot(message, true);
        event["channel"] = json!(message.channel);
        event["channel_type"] = json!(channel.type_word());
        event["event_ts"] = json!(message.ts);
        let home = self.home_of(&message.user);
        if home != self.team {
            for name in ["team", "user_team", "source_team"] {
                event[name] = json!(home);
            }
        }
        Some(event)
    }

    /// Returns the event that tells the bot that a message was edited or deleted.
    pub(crate) fn changed_event(&mut self, old: &Message, now: DateTime<Utc>) -> Option<Value> {
        self.message_event(old)?;
        let event_ts = self.next_ts(now);
        let here = &self.messages[self.place_of(&old.ts)?];
        let channel_type = self.channel(old.channel.as_str())?.type_word();
        let mut event = json!({
            "type": "message",
            "subtype": if here.is_deleted { "message_deleted" } else { "message_changed" },
            "channel": old.channel,
            "channel_type": channel_type,
            "hidden": true,
            "ts": event_ts,
            "event_ts": event_ts,
            "previous_message": self.message_for_bot(old, true),
        });
        if here.is_deleted {
            event["deleted_ts"] = json!(old.ts);
        } else {
            event["message"] = self.message_for_bot(here, true);
        }
        Some(event)
    }
}

/// Returns a time stamp as Slack writes it.
pub(crate) fn ts_of(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
