//! Events, reduced to ids, kinds and instants before anything else sees them.

use super::Inbound;
use super::json::{channel_at, id_at, is_set, team_at, text_at, user_at};
use crate::api::answers::UserField;
use crate::api::methods::{PersonFacts, person_facts};
use chrono::{DateTime, Utc};
use domain::coverage::offer::is_offer;
use domain::ids::{ChannelId, DeliveryId, TeamId, UserId};
use domain::story::announce::ChannelChange;
use serde_json::Value;

/// The `event_type` of the metadata that every message of ours carries.
pub(crate) const DELIVERY_EVENT_TYPE: &str = "asyncbot_delivery";

/// Something that happened in a workspace: never a text and never an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The workspace.
    pub team: TeamId,
    /// Slack's id of the event, the same when it is sent again.
    pub event_id: String,
    /// When it happened, to the second.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The app was removed from the workspace.
    AppUninstalled,
    /// Tokens were revoked.
    TokensRevoked {
        /// Whether the bot's token is among them.
        bot: bool,
    },
    /// A person joined, left or changed their profile.
    UserChanged {
        /// What Slack says of them now.
        said: Box<PersonFacts>,
    },
    /// A person left a channel, or was removed from it.
    ChannelLeft {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
    },
    /// A person has opened the app's home.
    HomeOpened {
        /// Who.
        user: UserId,
    },
    /// Slack shows a message that we posted.
    OwnMessage {
        /// The channel.
        channel: ChannelId,
        /// The message's timestamp.
        ts: String,
        /// The delivery that it came from, if its metadata says so.
        delivery: Option<DeliveryId>,
    },
    /// Somebody wrote in a thread of a public channel what reads as an offer; the text is not kept.
    ThreadOffer {
        /// The channel.
        channel: ChannelId,
        /// The timestamp of the message that the thread belongs to.
        thread_ts: String,
        /// Who.
        user: UserId,
        /// The timestamp of what they wrote.
        ts: String,
    },
    /// Something happened to a channel.
    ChannelChanged {
        /// The channel.
        channel: ChannelId,
        /// What.
        change: ChannelChange,
    },
    /// Somebody came into a channel; people who did are not told of where the event says that they are not the bot.
    JoinedChannel {
        /// The channel.
        channel: ChannelId,
        /// Who.
        user: UserId,
    },
    /// Anything else: acknowledged and dropped.
    Other,
}

/// Reads the body of a request to the events address.
#[must_use]
pub fn read_event(body: &[u8]) -> Inbound {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return Inbound::Unreadable;
    };
    read_event_payload(&json)
}

/// Reads an event that came in an envelope.
pub(crate) fn read_event_payload(json: &Value) -> Inbound {
    match text_at(json, "/type") {
        Some("url_verification") => id_at(json, "/challenge").map_or(Inbound::Unreadable, |it| {
            Inbound::UrlVerification { challenge: it.to_owned() }
        }),
        Some("event_callback") => read_callback(json),
        Some(_) => Inbound::Ignored,
        None => Inbound::Unreadable,
    }
}

fn read_callback(json: &Value) -> Inbound {
    // In a channel that is shared with another organisation the outer one can be theirs; this is where we are installed.
    let team = team_at(json, "/authorizations/0/team_id").or_else(|| team_at(json, "/team_id"));
    if is_set(json, "/authorizations/0/is_enterprise_install")
        || (team.is_none() && id_at(json, "/enterprise_id").is_some())
    {
        return Inbound::OrgWide;
    }
    let event = || {
        Some(Event {
            team: team?,
            event_id: id_at(json, "/event_id")?.to_owned(),
            at: read_instant(json)?,
            kind: read_kind(json),
        })
    };
    event().map_or(Inbound::Unreadable, Inbound::Event)
}

fn read_instant(json: &Value) -> Option<DateTime<Utc>> {
    let whole_seconds = |ts: &str| ts.split('.').next().and_then(|seconds| seconds.parse().ok());
    let seconds = json
        .pointer("/event_time")
        .and_then(Value::as_i64)
        .or_else(|| text_at(json, "/event/event_ts").and_then(whole_seconds))?;
    DateTime::from_timestamp(seconds, 0)
}

fn read_kind(json: &Value) -> EventKind {
    let kind = match text_at(json, "/event/type") {
        Some("app_uninstalled") => Some(EventKind::AppUninstalled),
        Some("tokens_revoked") => Some(EventKind::TokensRevoked { bot: has_bot_token(json) }),
        Some("user_change" | "user_profile_changed" | "team_join") => {
            read_person(json).map(|said| EventKind::UserChanged { said: Box::new(said) })
        }
        // The same event tells of the messages tab, where there is nothing to show.
        Some("app_home_opened") if text_at(json, "/event/tab") == Some("home") => {
            user_at(json, "/event/user").map(|user| EventKind::HomeOpened { user })
        }
        Some("member_left_channel") => read_channel_left(json),
        Some("message") => read_own_message(json).or_else(|| read_thread_offer(json)),
        Some("channel_archive" | "group_archive") => changed(json, ChannelChange::Archived),
        Some("channel_unarchive" | "group_unarchive") => changed(json, ChannelChange::Unarchived),
        Some("channel_deleted" | "group_deleted") => changed(json, ChannelChange::Deleted),
        Some("group_left") => changed(json, ChannelChange::BotLeft),
        Some("channel_id_changed") => read_move(json),
        Some("member_joined_channel") => read_joining(json),
        _ => None,
    };
    kind.unwrap_or(EventKind::Other)
}

/// Reads what is kept of a person; their e-mail address is not.
fn read_person(json: &Value) -> Option<PersonFacts> {
    let user = user_at(json, "/event/user/id")?;
    let field: UserField = serde_json::from_value(json.pointer("/event/user")?.clone()).ok()?;
    Some(person_facts(&user, field))
}

fn read_channel_left(json: &Value) -> Option<EventKind> {
    let user = user_at(json, "/event/user").or_else(|| user_at(json, "/event/user/id"))?;
    Some(EventKind::ChannelLeft { user, channel: channel_at(json, "/event/channel")? })
}

fn changed(json: &Value, change: ChannelChange) -> Option<EventKind> {
    Some(EventKind::ChannelChanged { channel: channel_at(json, "/event/channel")?, change })
}

fn read_move(json: &Value) -> Option<EventKind> {
    let channel = channel_at(json, "/event/old_channel_id")?;
    let change = ChannelChange::Moved { to: channel_at(json, "/event/new_channel_id")? };
    Some(EventKind::ChannelChanged { channel, change })
}

fn read_joining(json: &Value) -> Option<EventKind> {
    let user = user_at(json, "/event/user")?;
    let is_other = user_at(json, "/authorizations/0/user_id").is_some_and(|bot| bot != user);
    let channel = channel_at(json, "/event/channel")?;
    (!is_other).then_some(EventKind::JoinedChannel { channel, user })
}

fn has_bot_token(json: &Value) -> bool {
    json.pointer("/event/tokens/bot").and_then(Value::as_array).is_some_and(|bots| !bots.is_empty())
}

/// Reads a new message of our own app.
///
/// The app's id decides, not the metadata: any app can post metadata that looks like ours.
fn read_own_message(json: &Value) -> Option<EventKind> {
    let app = id_at(json, "/api_app_id")?;
    let sender =
        id_at(json, "/event/app_id").or_else(|| id_at(json, "/event/bot_profile/app_id"))?;
    let is_new = matches!(text_at(json, "/event/subtype"), None | Some("bot_message"));
    if sender != app || !is_new {
        return None;
    }
    Some(EventKind::OwnMessage {
        channel: channel_at(json, "/event/channel")?,
        ts: id_at(json, "/event/ts")?.to_owned(),
        delivery: read_delivery(json),
    })
}

/// Reads what a person wrote in a thread, where it is an offer: the text is looked at here and goes no further.
///
/// What is cheap to see is asked first, since this is called for everything that is written in a channel.
fn read_thread_offer(json: &Value) -> Option<EventKind> {
    let thread_ts = id_at(json, "/event/thread_ts")?;
    let ts = id_at(json, "/event/ts")?;
    let is_written = matches!(text_at(json, "/event/subtype"), None | Some("thread_broadcast"));
    let is_public = text_at(json, "/event/channel_type") == Some("channel");
    let is_by_app = ["/event/bot_id", "/event/app_id", "/event/bot_profile"]
        .into_iter()
        .any(|place| json.pointer(place).is_some_and(|value| !value.is_null()));
    if thread_ts == ts || !is_written || !is_public || is_by_app {
        return None;
    }
    if !text_at(json, "/event/text").is_some_and(is_offer) {
        return None;
    }
    Some(EventKind::ThreadOffer {
        channel: channel_at(json, "/event/channel")?,
        thread_ts: thread_ts.to_owned(),
        user: user_at(json, "/event/user")?,
        ts: ts.to_owned(),
    })
}

fn read_delivery(json: &Value) -> Option<DeliveryId> {
    if text_at(json, "/event/metadata/event_type")? != DELIVERY_EVENT_TYPE {
        return None;
    }
    let id = json.pointer("/event/metadata/event_payload/delivery_id")?;
    serde_json::from_value(id.clone()).ok()
}
