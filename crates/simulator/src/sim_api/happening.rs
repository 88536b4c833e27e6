//! What happens in Slack by itself, as scripts tell it in the form of Slack's events.

use super::refused::Refused;
use super::{channels, people};
use crate::world::World;
use crate::world::workspace::InstallState;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::{Value, json};

/// Makes true in the world what an event tells, and returns the events, in full, that the bot is sent in consequence.
///
/// What Slack would tell in more words than the script did is added: the whole person, the time stamp, the tokens.
/// There are no events where Slack would send the bot none, by its scopes and by where it is.
///
/// # Errors
///
/// A sentence for people where it cannot happen.
pub(crate) fn make_true(
    world: &mut World,
    team: &TeamId,
    mut event: Value,
    now: DateTime<Utc>,
) -> Result<Vec<Value>, Refused> {
    let Some(workspace) = world.find_mut(team) else { return Ok(vec![event]) };
    if event["event_ts"].is_null() {
        event["event_ts"] = json!(workspace.next_ts(now));
    }
    match event["type"].as_str().unwrap_or_default() {
        "user_change" | "team_join" | "user_profile_changed" => {
            Ok(people::change(workspace, event, now))
        }
        "app_uninstalled" => {
            workspace.end_install(InstallState::Uninstalled);
            Ok(vec![event])
        }
        // Where tokens of people are revoked, the bot's own goes on.
        "tokens_revoked" if names_only_people(&event) => Ok(vec![event]),
        "tokens_revoked" => {
            let ended = workspace.end_install(InstallState::Revoked);
            if event["tokens"].is_null() {
                let bots: Vec<UserId> = ended.into_iter().map(|install| install.bot_user).collect();
                event["tokens"] = json!({"oauth": [], "bot": bots});
            }
            Ok(vec![event])
        }
        _ => {
            let told = channels::change(workspace, event, now)?;
            for event in told.iter().filter(|event| event["type"] == "channel_id_changed") {
                let id = |name: &str| ChannelId::new(event[name].as_str().unwrap_or_default());
                world.passes.follow_channel(team, &id("old_channel_id"), &id("new_channel_id"));
            }
            Ok(told)
        }
    }
}

fn names_only_people(event: &Value) -> bool {
    event["tokens"].is_object() && event["tokens"]["bot"].as_array().is_none_or(Vec::is_empty)
}
