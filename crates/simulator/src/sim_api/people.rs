//! What a change to a person does, as an event of Slack tells it.

use crate::to_bot::event::describe_person;
use crate::world::World;
use crate::world::workspace::{InstallState, Person};
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId};
use serde_json::{Value, json};

/// Makes true in the world what an event tells, and returns the event in full.
///
/// What Slack would tell in more words than the script did is added: the whole person, the time stamp, the tokens.
pub(crate) fn make_true(
    world: &mut World,
    team: &TeamId,
    mut event: Value,
    now: DateTime<Utc>,
) -> Value {
    let Some(workspace) = world.find_mut(team) else { return event };
    if event["event_ts"].is_null() {
        event["event_ts"] = json!(workspace.next_ts(now));
    }
    let with_email =
        workspace.install().is_some_and(|install| install.has_scope("users:read.email"));
    match event["type"].as_str().unwrap_or_default() {
        "user_change" | "team_join" | "user_profile_changed" => {
            let id = event["user"]["id"].as_str().unwrap_or_default().to_owned();
            if !id.is_empty() {
                if workspace.person(&id).is_none() {
                    workspace.people.push(new_person(&id));
                }
                if let Some(person) = workspace.person_mut(&id) {
                    change(person, &event["user"], now);
                    let person = person.clone();
                    event["user"] = describe_person(team, &person, with_email, now);
                    event["cache_ts"] = json!(now.timestamp());
                }
            }
        }
        "app_uninstalled" => {
            workspace.end_install(InstallState::Uninstalled);
        }
        // Where tokens of people are revoked, the bot's own goes on.
        "tokens_revoked" if names_only_people(&event) => {}
        "tokens_revoked" => {
            let ended = workspace.end_install(InstallState::Revoked);
            if event["tokens"].is_null() {
                let bots: Vec<UserId> = ended.into_iter().map(|install| install.bot_user).collect();
                event["tokens"] = json!({"oauth": [], "bot": bots});
            }
        }
        "channel_archive" | "group_archive" => archive(workspace, &event, true),
        "channel_unarchive" | "group_unarchive" => archive(workspace, &event, false),
        _ => {}
    }
    event
}

fn names_only_people(event: &Value) -> bool {
    event["tokens"].is_object() && event["tokens"]["bot"].as_array().is_none_or(Vec::is_empty)
}

fn archive(workspace: &mut crate::world::workspace::Workspace, event: &Value, is_archived: bool) {
    let id = event["channel"].as_str().unwrap_or_default();
    if let Some(channel) = workspace.channel_mut(id) {
        channel.is_archived = is_archived;
    }
}

fn new_person(id: &str) -> Person {
    Person {
        id: UserId::new(id),
        name: id.into(),
        email: None,
        tz: "Etc/UTC".into(),
        is_admin: false,
        is_deleted: false,
        is_bot: false,
        updated: 0,
    }
}

/// Takes over what the script said of a person.
fn change(person: &mut Person, said: &Value, now: DateTime<Utc>) {
    let profile = &said["profile"];
    let names = [&profile["display_name"], &said["real_name"], &said["name"]];
    if let Some(name) = names.into_iter().filter_map(Value::as_str).find(|name| !name.is_empty()) {
        name.clone_into(&mut person.name);
    }
    if let Some(tz) = said["tz"].as_str() {
        tz.clone_into(&mut person.tz);
    }
    if let Some(email) = profile["email"].as_str().or(said["email"].as_str()) {
        person.email = Some(email.into());
    }
    if let Some(is_deleted) = said["deleted"].as_bool() {
        person.is_deleted = is_deleted;
    }
    if let Some(is_admin) = said["is_admin"].as_bool() {
        person.is_admin = is_admin;
    }
    person.updated = now.timestamp();
}
