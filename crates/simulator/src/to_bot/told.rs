//! What Slack tells of people and channels, in the shapes of its events and of its API.

use crate::world::person::{Person, Rank};
use crate::world::workspace::{Channel, Kind, Workspace};
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use domain::zone::Zone;
use serde_json::{Value, json};

/// Returns the event that someone came into a channel, where the bot hears of it.
pub(crate) fn joined(
    workspace: &mut Workspace,
    channel: &ChannelId,
    user: &UserId,
    inviter: Option<&UserId>,
    now: DateTime<Utc>,
) -> Option<Value> {
    let mut event = membership(workspace, "member_joined_channel", channel, user, now)?;
    if let Some(inviter) = inviter {
        event["inviter"] = json!(inviter);
    }
    Some(event)
}

/// Returns the event that someone is no longer in a channel, where the bot hears of it; `actor` is who saw to it.
///
/// Of its own going the bot is told in another event than of that of others.
pub(crate) fn left(
    workspace: &mut Workspace,
    channel: &ChannelId,
    user: &UserId,
    actor: &UserId,
    now: DateTime<Utc>,
) -> Option<Value> {
    let install = workspace.install()?;
    if user != &install.bot_user {
        return membership(workspace, "member_left_channel", channel, user, now);
    }
    let family = workspace.channel(channel.as_str())?.family();
    if !install.has_scope(&format!("{family}:read")) {
        return None;
    }
    let kind = if family == "groups" { "group_left" } else { "channel_left" };
    let event_ts = workspace.next_ts(now);
    Some(json!({"type": kind, "channel": channel, "actor_id": actor, "event_ts": event_ts}))
}

fn membership(
    workspace: &mut Workspace,
    kind: &str,
    channel: &ChannelId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Option<Value> {
    let event_ts = workspace.next_ts(now);
    let place = workspace.channel(channel.as_str())?;
    if !workspace.is_known(place) || !place.has_member(&workspace.install()?.bot_user) {
        return None;
    }
    Some(json!({
        "type": kind,
        "user": user,
        "channel": channel,
        "channel_type": if place.family() == "groups" { "G" } else { "C" },
        "team": workspace.home_of(user),
        "event_ts": event_ts,
    }))
}

/// Returns a person as Slack's API and events show them.
pub(crate) fn describe_person(
    team: &TeamId,
    person: &Person,
    with_email: bool,
    now: DateTime<Utc>,
) -> Value {
    let home = person.home.as_ref().unwrap_or(team);
    let mut profile = json!({
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": if person.is_bot { "" } else { &person.name },
        "display_name_normalized": if person.is_bot { "" } else { &person.name },
        "team": home,
        "status_text": "",
        "status_emoji": "",
    });
    // Of people of other workspaces Slack gives no address away.
    if with_email
        && person.home.is_none()
        && let Some(email) = &person.email
    {
        profile["email"] = json!(email);
    }
    let mut shown = json!({
        "id": person.id,
        "team_id": home,
        "name": person.name.to_lowercase(),
        "deleted": person.is_deleted,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": false,
        "updated": person.updated,
    });
    if let Some(shown) = shown.as_object_mut() {
        // Slack tells nothing more of someone who is deactivated.
        let more = if person.is_deleted { Value::Null } else { more_of(person, now) };
        shown.extend(more.as_object().cloned().unwrap_or_default());
        if person.home.is_some() {
            shown.insert("is_stranger".into(), json!(false));
        }
    }
    shown
}

fn more_of(person: &Person, now: DateTime<Utc>) -> Value {
    let rank = person.rank;
    json!({
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": offset_s(&person.tz, now),
        "is_admin": rank.is_admin(),
        "is_owner": rank == Rank::Owner,
        "is_primary_owner": false,
        "is_restricted": rank.is_guest(),
        "is_ultra_restricted": rank == Rank::SingleChannelGuest,
        "is_email_confirmed": !person.is_bot,
    })
}

/// Returns a channel as Slack's API shows it to the bot.
pub(crate) fn describe_channel(workspace: &Workspace, channel: &Channel, bot: &UserId) -> Value {
    let is_shared = workspace.is_shared(channel);
    let mut shown = json!({
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": false,
        "is_mpim": false,
        "is_org_shared": false,
        "updated": channel.created * 1000,
    });
    if let Kind::Direct(user) = &channel.kind {
        let person = workspace.person(user.as_str());
        shown["is_im"] = json!(true);
        shown["user"] = json!(user);
        shown["is_user_deleted"] = json!(person.is_some_and(|person| person.is_deleted));
        return shown;
    }
    shown["name"] = json!(channel.name);
    shown["name_normalized"] = json!(channel.name);
    shown["is_channel"] = json!(channel.kind == Kind::Public);
    shown["is_group"] = json!(channel.kind == Kind::Private);
    shown["is_private"] = json!(channel.kind == Kind::Private);
    shown["is_general"] = json!(channel.name == "general");
    shown["is_shared"] = json!(is_shared);
    shown["is_ext_shared"] = json!(is_shared);
    shown["is_member"] = json!(channel.has_member(bot));
    shown["num_members"] = json!(channel.members.len());
    shown
}

/// Returns how far a zone is ahead of UTC, in seconds; 0 for a name that is no zone.
fn offset_s(zone: &str, now: DateTime<Utc>) -> i64 {
    Zone::parse(zone).map_or(0, |zone| (zone.local_of(now) - now.naive_utc()).num_seconds())
}
