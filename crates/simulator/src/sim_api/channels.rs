//! The life of channels: they are made, renamed, archived and deleted, and people come and go.

use super::refused::Refused;
use super::workspaces::first_free;
use crate::to_bot::told::{joined, left};
use crate::world::workspace::{Channel, Kind, Workspace};
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, UserId};
use serde_json::{Value, json};

/// Makes true what an event says of a channel, and returns what the bot is told of it.
///
/// The event may name channels and people by name, and a channel as public where it is private: what is told is put right.
/// An event of another kind is sent as it is.
///
/// # Errors
///
/// A sentence for people where there is no such channel or person, or where it is so already.
pub(super) fn change(
    workspace: &mut Workspace,
    event: Value,
    now: DateTime<Utc>,
) -> Result<Vec<Value>, Refused> {
    let told = match event["type"].as_str().unwrap_or_default() {
        "channel_created" => create(workspace, &event, now)?,
        "channel_archive" | "group_archive" => archive(workspace, &event, true)?,
        "channel_unarchive" | "group_unarchive" => archive(workspace, &event, false)?,
        "channel_rename" | "group_rename" => rename(workspace, &event)?,
        "channel_deleted" | "group_deleted" => delete(workspace, &event)?,
        "channel_convert_to_private" => make_private(workspace, &event)?,
        "channel_id_changed" => change_id(workspace, &event)?,
        "member_joined_channel" => enter(workspace, &event, now)?,
        "member_left_channel" | "channel_left" | "group_left" => leave(workspace, &event, now)?,
        _ => Some(event),
    };
    Ok(told.into_iter().collect())
}

/// Returns the channel that an event names by its id or name.
fn find(workspace: &Workspace, word: &Value) -> Result<Channel, Refused> {
    let word = word["id"].as_str().or(word.as_str()).unwrap_or_default();
    let found = workspace.channel_by_id_or_name(word);
    let found = found.filter(|one| !matches!(one.kind, Kind::Direct(_)));
    found.cloned().ok_or_else(|| Refused::not_found(format!("There is no channel {word:?}.")))
}

fn find_mut<'a>(
    workspace: &'a mut Workspace,
    channel: &Channel,
) -> Result<&'a mut Channel, Refused> {
    let gone = || Refused::not_found(format!("#{} is gone.", channel.name));
    workspace.channel_mut(channel.id.as_str()).ok_or_else(gone)
}

/// Returns the person whom an event names by id or name; `bot` is the app's own.
fn find_person(workspace: &mut Workspace, word: &Value) -> Result<UserId, Refused> {
    let word = word.as_str().unwrap_or_default();
    if word == "bot" {
        return Ok(workspace.ensure_bot());
    }
    let found = workspace.person_by_id_or_name(word).map(|person| person.id.clone());
    found.ok_or_else(|| Refused::not_found(format!("There is no person {word:?}.")))
}

/// Returns who did it: whom the event names, else an admin.
fn find_actor(workspace: &mut Workspace, word: &Value) -> Result<UserId, Refused> {
    if !word.is_null() {
        return find_person(workspace, word);
    }
    let admin = crate::authorize::installer(workspace).map(|person| person.id.clone());
    admin.ok_or_else(|| Refused::conflict("Nobody here could have done it."))
}

/// Returns the kind of an event by the kind of its channel.
fn kind_of(channel: &Channel, what: &str) -> String {
    let family = if channel.kind == Kind::Private { "group" } else { "channel" };
    format!("{family}_{what}")
}

fn create(
    workspace: &mut Workspace,
    event: &Value,
    now: DateTime<Utc>,
) -> Result<Option<Value>, Refused> {
    let said = &event["channel"];
    let name = said["name"].as_str().unwrap_or_default().trim_start_matches('#');
    if name.is_empty() {
        return Err(Refused::unfit("A channel needs a name."));
    }
    if workspace.channel_by_id_or_name(name).is_some() {
        return Err(Refused::conflict(format!("There is a channel #{name} already.")));
    }
    let is_taken = |id: &str| workspace.channel(id).is_some();
    let id = said["id"].as_str().map_or_else(|| first_free("C0", name, is_taken), str::to_owned);
    if is_taken(&id) {
        return Err(Refused::conflict(format!("There is a channel {id} already.")));
    }
    let is_private = said["is_private"].as_bool().unwrap_or(false);
    let creator = find_actor(workspace, &said["creator"])?;
    let mut members = vec![creator.clone()];
    for word in said["members"].as_array().into_iter().flatten() {
        let member = find_person(workspace, word)?;
        if !members.contains(&member) {
            members.push(member);
        }
    }
    let channel = Channel {
        id: ChannelId::new(&id),
        name: name.into(),
        kind: if is_private { Kind::Private } else { Kind::Public },
        is_archived: false,
        members,
        created: now.timestamp(),
    };
    workspace.channels.push(channel.clone());
    // Of a private channel Slack tells nobody that it was made.
    Ok((!is_private && workspace.is_known(&channel)).then(|| {
        json!({
            "type": "channel_created",
            "channel": {
                "id": channel.id,
                "name": channel.name,
                "name_normalized": channel.name,
                "created": channel.created,
                "creator": creator,
                "is_channel": true,
                "is_archived": false,
                "is_private": false,
                "is_shared": false,
                "is_org_shared": false,
                "context_team_id": workspace.team,
            },
            "event_ts": event["event_ts"],
        })
    }))
}

fn archive(
    workspace: &mut Workspace,
    event: &Value,
    is_archived: bool,
) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["channel"])?;
    if channel.is_archived == is_archived {
        let word = if is_archived { "archived" } else { "in use" };
        return Err(Refused::conflict(format!("#{} is {word} already.", channel.name)));
    }
    let actor = find_actor(workspace, &event["user"])?;
    find_mut(workspace, &channel)?.is_archived = is_archived;
    Ok(workspace.is_known(&channel).then(|| {
        let kind = kind_of(&channel, if is_archived { "archive" } else { "unarchive" });
        let mut told = json!({
            "type": kind,
            "channel": channel.id,
            "user": actor,
            "event_ts": event["event_ts"],
        });
        if is_archived {
            told["is_moved"] = json!(0);
        }
        told
    }))
}

fn rename(workspace: &mut Workspace, event: &Value) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["channel"])?;
    let name = event["channel"]["name"].as_str().or(event["name"].as_str()).unwrap_or_default();
    let name = name.trim_start_matches('#');
    if name.is_empty() {
        return Err(Refused::unfit("A channel needs a name."));
    }
    if workspace.channel_by_id_or_name(name).is_some_and(|other| other.id != channel.id) {
        return Err(Refused::conflict(format!("There is a channel #{name} already.")));
    }
    name.clone_into(&mut find_mut(workspace, &channel)?.name);
    Ok(workspace.is_known(&channel).then(|| {
        let is_private = channel.kind == Kind::Private;
        let flag = if is_private { "is_group" } else { "is_channel" };
        json!({
            "type": kind_of(&channel, "rename"),
            "channel": {
                "id": channel.id,
                "name": name,
                "name_normalized": name,
                "created": channel.created,
                "is_mpim": false,
                flag: true,
            },
            "event_ts": event["event_ts"],
        })
    }))
}

/// Direct messages are deleted by their id, and Slack tells an app nothing of it.
fn delete(workspace: &mut Workspace, event: &Value) -> Result<Option<Value>, Refused> {
    let direct = workspace.channel(event["channel"].as_str().unwrap_or_default());
    if let Some(id) = direct.filter(|one| one.family() == "im").map(|one| one.id.clone()) {
        workspace.channels.retain(|one| one.id != id);
        return Ok(None);
    }
    let channel = find(workspace, &event["channel"])?;
    let actor = find_actor(workspace, &event["actor_id"])?;
    let is_known = workspace.is_known(&channel);
    workspace.channels.retain(|one| one.id != channel.id);
    Ok(is_known.then(|| {
        json!({
            "type": kind_of(&channel, "deleted"),
            "channel": channel.id,
            "actor_id": actor,
            "event_ts": event["event_ts"],
        })
    }))
}

/// Slack tells of it by a message in the channel, which an app may not read once it is private.
fn make_private(workspace: &mut Workspace, event: &Value) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["channel"])?;
    if channel.kind == Kind::Private {
        return Err(Refused::conflict(format!("#{} is private already.", channel.name)));
    }
    find_mut(workspace, &channel)?.kind = Kind::Private;
    Ok(None)
}

fn change_id(workspace: &mut Workspace, event: &Value) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["old_channel_id"])?;
    let is_taken = |id: &str| workspace.channel(id).is_some();
    let new = event["new_channel_id"].as_str().map(str::to_owned);
    let new = new.unwrap_or_else(|| first_free("C0", &format!("{}B", channel.name), is_taken));
    if is_taken(&new) {
        return Err(Refused::conflict(format!("There is a channel {new} already.")));
    }
    let new = ChannelId::new(&new);
    find_mut(workspace, &channel)?.id = new.clone();
    for message in workspace.messages.iter_mut().filter(|one| one.channel == channel.id) {
        message.channel = new.clone();
    }
    // It needs no scope, so it is told of every channel that the bot can see.
    let is_seen = workspace.install().is_some_and(|install| {
        channel.kind == Kind::Public || channel.has_member(&install.bot_user)
    });
    Ok(is_seen.then(|| {
        json!({
            "type": "channel_id_changed",
            "old_channel_id": channel.id,
            "new_channel_id": new,
            "event_ts": event["event_ts"],
        })
    }))
}

fn enter(
    workspace: &mut Workspace,
    event: &Value,
    now: DateTime<Utc>,
) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["channel"])?;
    let user = find_person(workspace, &event["user"])?;
    let inviter = match &event["inviter"] {
        Value::Null => None,
        word => Some(find_person(workspace, word)?),
    };
    if channel.is_archived {
        return Err(Refused::conflict(format!("#{} is archived.", channel.name)));
    }
    if channel.has_member(&user) {
        let name = workspace.name_of(&user);
        return Err(Refused::conflict(format!("{name} is in #{} already.", channel.name)));
    }
    find_mut(workspace, &channel)?.members.push(user.clone());
    Ok(joined(workspace, &channel.id, &user, inviter.as_ref(), now))
}

fn leave(
    workspace: &mut Workspace,
    event: &Value,
    now: DateTime<Utc>,
) -> Result<Option<Value>, Refused> {
    let channel = find(workspace, &event["channel"])?;
    let is_own = event["type"] != "member_left_channel";
    let own = json!("bot");
    let user = find_person(workspace, if is_own { &own } else { &event["user"] })?;
    if !channel.has_member(&user) {
        let name = workspace.name_of(&user);
        return Err(Refused::conflict(format!("{name} is not in #{}.", channel.name)));
    }
    let actor = find_actor(workspace, &event["actor_id"])?;
    find_mut(workspace, &channel)?.members.retain(|one| one != &user);
    Ok(left(workspace, &channel.id, &user, &actor, now))
}
