//! What the bot's answers do: messages that it gives back, and what it says to a submission.

use crate::block_kit::view::{ViewFault, check_view};
use crate::block_kit::{Surface, check_blocks, with_ids};
use crate::views::{make_view, replace_view};
use crate::world::World;
use crate::world::message::Message;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::{Map, Value, json};

/// The fields that Slack knows in an answer with a message.
const KNOWN: [&str; 11] = [
    "attachments",
    "blocks",
    "delete_original",
    "metadata",
    "mrkdwn",
    "replace_original",
    "response_type",
    "text",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
];

/// Where an answer with a message goes.
pub(crate) struct Place<'a> {
    pub(crate) team: &'a TeamId,
    pub(crate) channel: &'a ChannelId,
    pub(crate) user: &'a UserId,
    /// The message that the person acted in.
    pub(crate) original: Option<&'a str>,
    /// The command that the person typed.
    pub(crate) command: Option<String>,
}

/// Shows the message that the bot gave as an answer, and returns what the bot is told in consequence.
///
/// # Errors
///
/// Why Slack would not show it.
pub(crate) fn show_answer(
    world: &mut World,
    place: &Place<'_>,
    answer: &Value,
    now: DateTime<Utc>,
) -> Result<Option<Value>, String> {
    let answer = match answer {
        Value::Null => return Ok(None),
        Value::String(text) => &json!({"text": text}),
        answer => answer,
    };
    let object = answer.as_object().ok_or("the answer is neither a text nor an object")?;
    if let Some(name) = object.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("the answer has an unknown field {name:?}"));
    }
    let workspace = world.find_mut(place.team).ok_or("the workspace is gone")?;
    let original = place.original.and_then(|ts| workspace.message(place.channel, ts)).cloned();
    if answer["delete_original"] == json!(true) {
        let Some(original) = original else { return Ok(None) };
        if let Some(message) = workspace.message_mut(place.channel, &original.ts) {
            message.delete();
        }
        return Ok(workspace.changed_event(&original, now));
    }
    let text = answer["text"].as_str().unwrap_or_default();
    let blocks = answer.get("blocks").filter(|blocks| !blocks.is_null()).cloned();
    let is_in_channel = match answer["response_type"].as_str() {
        None | Some("ephemeral") => false,
        Some("in_channel") => true,
        Some(other) => return Err(format!("there is no response_type {other:?}")),
    };
    if text.is_empty() && blocks.is_none() {
        // The type alone shows the command that was typed; an empty object shows nothing.
        if !is_in_channel {
            return Ok(None);
        }
        if place.command.is_none() {
            return Err("the answer has neither text nor blocks".into());
        }
    }
    let blocks = match blocks {
        None => None,
        Some(blocks) => {
            check_blocks(&blocks, Surface::Message)?;
            let secrets = &mut world.secrets;
            Some(with_ids(blocks, || secrets.next("block")[..5].to_owned()))
        }
    };
    let workspace = world.find_mut(place.team).ok_or("the workspace is gone")?;
    if answer["replace_original"] == json!(true)
        && let Some(original) = original
    {
        let edited = workspace.next_ts(now);
        if let Some(message) = workspace.message_mut(place.channel, &original.ts) {
            text.clone_into(&mut message.text);
            message.blocks = blocks;
            message.edited = Some(edited);
        }
        return Ok(workspace.changed_event(&original, now));
    }
    let bot = workspace.ensure_bot();
    let ts = workspace.next_ts(now);
    let mut message = Message::new(place.channel, ts, &bot, text);
    message.is_by_bot = true;
    message.blocks = blocks;
    message.thread_ts = answer["thread_ts"].as_str().map(str::to_owned);
    if is_in_channel {
        message.command.clone_from(&place.command);
    } else {
        message.ephemeral_to = Some(place.user.clone());
    }
    let event = workspace.message_event(&message);
    workspace.messages.push(message);
    Ok(event)
}

/// Does what the bot answered to a submission of a view: close, show errors, change, push or clear.
///
/// Returns the ids of the views that it opened or changed.
///
/// # Errors
///
/// Why Slack would show the person that something went wrong; the view stays open then.
pub(crate) fn react_to_submission(
    world: &mut World,
    (team, user): (&TeamId, &UserId),
    view_id: &str,
    answer: &Value,
    now: DateTime<Utc>,
) -> Result<Vec<String>, String> {
    let action = match answer {
        Value::Null => None,
        Value::Object(object) if object.is_empty() => None,
        Value::Object(object) => match object.get("response_action").and_then(Value::as_str) {
            Some(action) => Some(action),
            None => return Err("the answer to a submission has no response_action".into()),
        },
        Value::String(_) => return Err("the answer to a submission is not JSON".into()),
        _ => return Err("the answer to a submission is no object".into()),
    };
    let workspace = world.find_mut(team).ok_or("the workspace is gone")?;
    match action {
        None => {
            let stack = workspace.modals.entry(user.clone()).or_default();
            stack.retain(|view| view.id != view_id);
            Ok(Vec::new())
        }
        Some("clear") => {
            workspace.modals.remove(user);
            Ok(Vec::new())
        }
        Some("errors") => {
            let view = workspace.view_mut(view_id).ok_or("the view is gone")?;
            view.errors = checked_errors(view.blocks(), &answer["errors"])?;
            Ok(Vec::new())
        }
        Some("update") => {
            check_answered_view(&answer["view"])?;
            let view = replace_view(world, team, view_id, answer["view"].clone(), now);
            Ok(view.into_iter().map(|view| view.id).collect())
        }
        Some("push") => {
            check_answered_view(&answer["view"])?;
            let stack = workspace.modals_of(user);
            if stack.len() >= 3 {
                return Err("three modals lie on each other already".into());
            }
            let below = stack.last().map(|view| (view.id.clone(), view.root.clone()));
            let view = make_view(world, answer["view"].clone(), false, below, now);
            let id = view.id.clone();
            if let Some(workspace) = world.find_mut(team) {
                workspace.modals.entry(user.clone()).or_default().push(view);
            }
            Ok(vec![id])
        }
        Some(other) => Err(format!("there is no response_action {other:?}")),
    }
}

fn check_answered_view(view: &Value) -> Result<(), String> {
    check_view(view, Surface::Modal).map_err(|fault| match fault {
        ViewFault::TooLarge => "the view is larger than 250 KB".into(),
        ViewFault::Invalid(fault) => fault,
    })
}

/// Returns the errors, each for an input block of the view.
fn checked_errors(blocks: &Value, errors: &Value) -> Result<Map<String, Value>, String> {
    let errors = errors.as_object().filter(|errors| !errors.is_empty());
    let errors = errors.ok_or("the errors are no object, or an empty one")?;
    for (id, text) in errors {
        let mut inputs =
            blocks.as_array().into_iter().flatten().filter(|one| one["type"] == "input");
        if !inputs.any(|block| block["block_id"] == id.as_str()) {
            return Err(format!("an error is for {id:?}, which is no input block of the view"));
        }
        if text.as_str().is_none_or(str::is_empty) {
            return Err(format!("the error of {id:?} is no text"));
        }
    }
    Ok(errors.clone())
}
