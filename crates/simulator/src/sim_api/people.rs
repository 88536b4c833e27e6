//! The life of people: they come, change and go.

use crate::to_bot::told::{describe_person, joined};
use crate::world::person::Person;
use crate::world::workspace::Workspace;
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId};
use serde_json::{Value, json};

/// Takes over what an event says of a person, and returns what the bot is told of it.
///
/// An event that names nobody is sent as it is.
pub(super) fn change(
    workspace: &mut Workspace,
    mut event: Value,
    now: DateTime<Utc>,
) -> Vec<Value> {
    let word = event["user"]["id"].as_str().unwrap_or_default();
    if word.is_empty() {
        return vec![event];
    }
    let id = workspace.person_by_id_or_name(word).map_or(UserId::new(word), |one| one.id.clone());
    let is_new = workspace.person(id.as_str()).is_none();
    if is_new {
        workspace.people.push(Person::new(id.clone(), id.as_str()));
    }
    let own = workspace.team.clone();
    let Some(person) = workspace.person_mut(id.as_str()) else { return Vec::new() };
    take_over(person, &event["user"], &own, now);
    let person = person.clone();
    let scopes = |scope: &str| workspace.install().is_some_and(|install| install.has_scope(scope));
    let mut told = Vec::new();
    if scopes("users:read") {
        let with_email = scopes("users:read.email");
        event["user"] = describe_person(&own, &person, with_email, now);
        event["cache_ts"] = json!(now.timestamp());
        told.push(event);
    }
    if is_new && person.sees_public_channels() && !person.is_bot {
        told.extend(enter_general(workspace, &person.id, now));
    }
    told
}

/// Takes someone new into the channel in which everybody is.
fn enter_general(workspace: &mut Workspace, user: &UserId, now: DateTime<Utc>) -> Option<Value> {
    let general = workspace.channel_by_id_or_name("general")?.id.clone();
    workspace.channel_mut(general.as_str())?.members.push(user.clone());
    joined(workspace, &general, user, None, now)
}

fn take_over(person: &mut Person, said: &Value, own: &TeamId, now: DateTime<Utc>) {
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
    if let Some(is_bot) = said["is_bot"].as_bool() {
        person.is_bot = is_bot;
    }
    if let Some(team) = said["team_id"].as_str() {
        person.home = Some(TeamId::new(team)).filter(|team| team != own);
    }
    person.rank = person.rank.with_flags(said);
    person.updated = now.timestamp();
}
