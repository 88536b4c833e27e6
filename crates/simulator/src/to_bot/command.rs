//! Slash commands: what a person types, in the form that Slack sends it.

use super::{Exchange, envelope, post};
use crate::sim::Sim;
use crate::world::workspace::Workspace;
use crate::world::{APP_ID, World};
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::json;
use std::collections::BTreeMap;

/// A command that a person typed in a channel.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) channel: ChannelId,
    pub(crate) command: String,
    pub(crate) text: String,
}

/// Sends a command and returns its trigger and what became of it.
pub(crate) async fn send(sim: &Sim, typed: &Typed) -> (String, Exchange) {
    let url = sim.url().clone();
    let (trigger, body) = sim.change(|world, now| write_form(world, typed, url.as_str(), now));
    if sim.is_in_socket_mode() {
        // The same fields, as an object in JSON.
        let fields: BTreeMap<_, _> = form_urlencoded::parse(body.as_bytes()).collect();
        let exchange = envelope::send(sim, "slash_commands", &json!(fields), None).await;
        return (trigger, exchange);
    }
    let exchange =
        post(sim, "slack/commands", "application/x-www-form-urlencoded", &body, &[]).await;
    (trigger, exchange)
}

fn write_form(world: &mut World, typed: &Typed, url: &str, now: DateTime<Utc>) -> (String, String) {
    let trigger = hand_out_trigger(world, &typed.team, &typed.user, now);
    let place = (&typed.team, &typed.channel, &typed.user);
    let response_url = hand_out_hook(world, place, None, url, now);
    let workspace = world.find(&typed.team);
    let channel_name = workspace.and_then(|one| one.channel(typed.channel.as_str()));
    let channel_name = channel_name.map_or("", |channel| channel.name_in_command());
    let user_name =
        workspace.map(|one| one.name_of(&typed.user).to_lowercase()).unwrap_or_default();
    let text = workspace.map_or_else(String::new, |one| with_mentions(one, &typed.text, true));
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", "deprecated-verification-token")
        .append_pair("team_id", typed.team.as_str())
        .append_pair("team_domain", workspace.map_or("", |one| &one.domain))
        .append_pair("channel_id", typed.channel.as_str())
        .append_pair("channel_name", channel_name)
        .append_pair("user_id", typed.user.as_str())
        .append_pair("user_name", &user_name)
        .append_pair("command", &typed.command)
        .append_pair("text", &text)
        .append_pair("api_app_id", APP_ID)
        .append_pair("is_enterprise_install", "false")
        .append_pair("response_url", &response_url)
        .append_pair("trigger_id", &trigger)
        .finish();
    (trigger, body)
}

/// Returns a new trigger for something that a person does now.
pub(crate) fn hand_out_trigger(
    world: &mut World,
    team: &TeamId,
    user: &UserId,
    now: DateTime<Utc>,
) -> String {
    let trigger =
        format!("{}.{}.{}", world.secrets.count(), now.timestamp(), world.secrets.next("trigger"));
    world.passes.hand_out_trigger(trigger.clone(), (team, user), now);
    trigger
}

/// Returns a new address for answers to something that a person does now.
pub(crate) fn hand_out_hook(
    world: &mut World,
    place: (&TeamId, &ChannelId, &UserId),
    message_ts: Option<String>,
    url: &str,
    now: DateTime<Utc>,
) -> String {
    let secret = world.secrets.next("hook");
    world.passes.hand_out_hook(secret.clone(), place, message_ts, now);
    format!("{url}slack/hooks/{}/{secret}", place.0)
}

/// Returns a text with `@name` and `#channel` as Slack's client turns them into mentions.
///
/// A name that nobody has stays as it was typed.
pub(crate) fn with_mentions(workspace: &Workspace, text: &str, with_names: bool) -> String {
    let words = text.split(' ').map(|word| {
        let (name, rest) =
            word.split_at(word.find([',', ';', '?', '!', ')']).unwrap_or(word.len()));
        let mention = match name.split_at_checked(1) {
            Some(("@", name)) => workspace
                .people
                .iter()
                .find(|one| one.name.to_lowercase() == name.to_lowercase())
                .map(|one| ('@', one.id.to_string(), one.name.to_lowercase())),
            Some(("#", name)) => workspace
                .channel_by_id_or_name(name)
                .map(|one| ('#', one.id.to_string(), one.name.clone())),
            _ => None,
        };
        match mention {
            Some((sign, id, name)) if with_names => format!("<{sign}{id}|{name}>{rest}"),
            Some((sign, id, _)) => format!("<{sign}{id}>{rest}"),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
