//! Interactions: clicks, submissions and closings, in the payload that Slack sends.

use super::command::{hand_out_hook, hand_out_trigger};
use super::{Exchange, envelope, post};
use crate::sim::Sim;
use crate::world::message::Message;
use crate::world::view::View;
use crate::world::workspace::Workspace;
use crate::world::{APP_ID, World};
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId};
use serde_json::{Value, json};

/// Who acts, and where.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    /// The workspace that the person belongs to; another than `team` for a guest in a shared channel.
    pub(crate) home: TeamId,
}

/// Sends a payload.
pub(crate) async fn send(sim: &Sim, payload: &Value) -> Exchange {
    if sim.is_in_socket_mode() {
        return envelope::send(sim, "interactive", payload, None).await;
    }
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    post(sim, "slack/interactions", "application/x-www-form-urlencoded", &body, &[]).await
}

/// Returns the trigger and the payload of a click in a message.
pub(crate) fn click_in_message(
    world: &mut World,
    actor: &Actor,
    message: &Message,
    action: &Value,
    (state, url, now): (&Value, &str, DateTime<Utc>),
) -> (String, Value) {
    let place = (&actor.team, &message.channel, &actor.user);
    let response_url = hand_out_hook(world, place, Some(message.ts.clone()), url, now);
    let trigger = hand_out_trigger(world, &actor.team, &actor.user, now);
    let mut payload = shared_fields(world.find(&actor.team), "block_actions", actor);
    let is_ephemeral = message.ephemeral_to.is_some();
    payload["container"] = json!({
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": is_ephemeral,
    });
    if let Some(workspace) = world.find(&actor.team) {
        let channel = workspace.channel(message.channel.as_str());
        let name = channel.map_or("", |channel| channel.name_in_command());
        payload["channel"] = json!({"id": message.channel, "name": name});
        // Slack keeps no copy of an ephemeral message, so it sends none.
        if !is_ephemeral {
            payload["message"] = workspace.message_for_bot(message, true);
        }
    }
    payload["state"] = json!({"values": state});
    payload["response_url"] = json!(response_url);
    payload["trigger_id"] = json!(trigger);
    payload["actions"] = json!([action]);
    (trigger, payload)
}

/// Returns the trigger and the payload of a click in a modal or a home.
pub(crate) fn click_in_view(
    world: &mut World,
    actor: &Actor,
    view: &View,
    action: &Value,
    (state, now): (&Value, DateTime<Utc>),
) -> (String, Value) {
    let trigger = hand_out_trigger(world, &actor.team, &actor.user, now);
    let mut payload = shared_fields(world.find(&actor.team), "block_actions", actor);
    payload["container"] = json!({"type": "view", "view_id": view.id});
    if let Some(workspace) = world.find(&actor.team) {
        payload["view"] = workspace.view_for_bot(view, state);
    }
    payload["trigger_id"] = json!(trigger);
    payload["actions"] = json!([action]);
    (trigger, payload)
}

/// Returns the trigger and the payload of a submission.
pub(crate) fn submission(
    world: &mut World,
    actor: &Actor,
    view: &View,
    (state, now): (&Value, DateTime<Utc>),
) -> (String, Value) {
    let trigger = hand_out_trigger(world, &actor.team, &actor.user, now);
    let mut payload = shared_fields(world.find(&actor.team), "view_submission", actor);
    if let Some(workspace) = world.find(&actor.team) {
        payload["view"] = workspace.view_for_bot(view, state);
    }
    payload["trigger_id"] = json!(trigger);
    payload["response_urls"] = json!([]);
    (trigger, payload)
}

/// Returns the payload of a closing.
pub(crate) fn closing(world: &World, actor: &Actor, view: &View, is_cleared: bool) -> Value {
    let mut payload = shared_fields(world.find(&actor.team), "view_closed", actor);
    if let Some(workspace) = world.find(&actor.team) {
        payload["view"] = workspace.view_for_bot(view, &json!({}));
    }
    payload["is_cleared"] = json!(is_cleared);
    payload
}

fn shared_fields(workspace: Option<&Workspace>, kind: &str, actor: &Actor) -> Value {
    let domain = workspace.map_or("", |workspace| &workspace.domain);
    let name = workspace.map(|workspace| workspace.name_of(&actor.user).to_lowercase());
    json!({
        "type": kind,
        "team": {"id": actor.team, "domain": domain},
        "user": {"id": actor.user, "username": name, "name": name, "team_id": actor.home},
        "api_app_id": APP_ID,
        "token": "deprecated-verification-token",
        "enterprise": null,
        "is_enterprise_install": false,
    })
}
