//! `chat.*`: posting, editing and deleting messages.

use super::answer::{Outcome, Refusal};
use super::context::Context;
use crate::block_kit::{MOST_TEXT, Surface, check_blocks, length_of_texts, with_ids};
use crate::world::message::Message;
use crate::world::person::Person;
use crate::world::workspace::{Channel, Kind};
use domain::ids::UserId;
use serde_json::{Value, json};

/// Longer texts are cut.
const LONGEST_TEXT: usize = 40_000;

/// What a message says.
struct Content {
    text: Option<String>,
    blocks: Option<Value>,
    metadata: Option<Value>,
}

impl Content {
    fn is_empty(&self) -> bool {
        self.text.is_none() && self.blocks.as_ref().is_none_or(|blocks| blocks == &json!([]))
    }
}

pub(crate) fn post_message(context: &mut Context<'_>) -> Outcome {
    let channel = writable_channel(context)?;
    let said = read_content(context)?;
    if said.is_empty() {
        return Err(Refusal::new("no_text", "a message needs a text or blocks"));
    }
    let thread_ts = thread(context, &channel)?;
    let now = context.now;
    let bot = context.install.bot_user.clone();
    let workspace = context.workspace_mut();
    let ts = workspace.next_ts(now);
    let mut message = Message::new(&channel.id, ts.clone(), &bot, &said.text.unwrap_or_default());
    message.is_by_bot = true;
    message.thread_ts = thread_ts;
    message.blocks = said.blocks;
    message.metadata = said.metadata;
    let echoed = workspace.message_for_bot(&message, true);
    let event = workspace.message_event(&message);
    workspace.messages.push(message);
    context.events.extend(event);
    Ok(json!({"channel": channel.id, "ts": ts, "message": echoed}))
}

pub(crate) fn post_ephemeral(context: &mut Context<'_>) -> Outcome {
    let channel = writable_channel(context)?;
    let said = read_content(context)?;
    if said.is_empty() {
        return Err(Refusal::new("no_text", "a message needs a text or blocks"));
    }
    let user = UserId::new(context.text("user")?);
    if !channel.has_member(&user) {
        return Err(Refusal::new("user_not_in_channel", format!("{user} is not in the channel")));
    }
    let thread_ts = thread(context, &channel)?;
    let now = context.now;
    let bot = context.install.bot_user.clone();
    let workspace = context.workspace_mut();
    let ts = workspace.next_ts(now);
    let mut message = Message::new(&channel.id, ts.clone(), &bot, &said.text.unwrap_or_default());
    message.is_by_bot = true;
    message.thread_ts = thread_ts;
    message.blocks = said.blocks;
    message.ephemeral_to = Some(user);
    workspace.messages.push(message);
    Ok(json!({"message_ts": ts}))
}

pub(crate) fn update(context: &mut Context<'_>) -> Outcome {
    let channel = context.channel()?;
    let said = read_content(context)?;
    if said.text.is_none() && said.blocks.is_none() {
        return Err(Refusal::new("no_text", "an update needs a text or blocks"));
    }
    if said.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT - 1) {
        return Err(Refusal::new("msg_too_long", "the text is too long"));
    }
    if channel.is_archived || is_with_deactivated(context, &channel) {
        return Err(Refusal::new("is_inactive", "nothing in an archived channel is changed"));
    }
    let old = own_message(context, &channel, "cant_update_message")?;
    let now = context.now;
    let workspace = context.workspace_mut();
    let edited = workspace.next_ts(now);
    let Some(message) = workspace.message_mut(&channel.id, &old.ts) else {
        return Err(Refusal::new("message_not_found", "it is gone"));
    };
    if let Some(text) = said.text {
        message.text = text;
    }
    // Slack keeps the old blocks where none are given, and takes them away for an empty list.
    if let Some(blocks) = said.blocks {
        message.blocks =
            Some(blocks).filter(|blocks| blocks.as_array().is_some_and(|list| !list.is_empty()));
    }
    if said.metadata.is_some() {
        message.metadata = said.metadata;
    }
    message.edited = Some(edited);
    let message = message.clone();
    let shown = workspace.message_for_bot(&message, true);
    let event = workspace.changed_event(&old, now);
    context.events.extend(event);
    Ok(json!({"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}))
}

pub(crate) fn delete(context: &mut Context<'_>) -> Outcome {
    let channel = context.channel()?;
    let old = own_message(context, &channel, "cant_delete_message")?;
    let now = context.now;
    let workspace = context.workspace_mut();
    if let Some(message) = workspace.message_mut(&channel.id, &old.ts) {
        message.delete();
    }
    let event = workspace.changed_event(&old, now);
    context.events.extend(event);
    Ok(json!({"channel": channel.id, "ts": old.ts}))
}

pub(crate) fn get_permalink(context: &mut Context<'_>) -> Outcome {
    let channel = context.channel()?;
    let ts = context.text("message_ts")?;
    let workspace = context.workspace();
    if workspace.message(&channel.id, ts).is_none() {
        return Err(Refusal::new("message_not_found", format!("no message {ts} in this channel")));
    }
    let link = format!(
        "https://{}.slack.com/archives/{}/p{}",
        workspace.domain,
        channel.id,
        ts.replace('.', "")
    );
    Ok(json!({"channel": channel.id, "permalink": link}))
}

/// Returns the channel to post to; a person's id stands for the direct messages with them.
fn writable_channel(context: &mut Context<'_>) -> Result<Channel, Refusal> {
    let id = context.text("channel")?.to_owned();
    let channel = match context.workspace().person(&id).cloned() {
        Some(person) => direct_channel(context, &person)?,
        None => context.channel()?,
    };
    if channel.is_archived || is_with_deactivated(context, &channel) {
        return Err(Refusal::new("is_archived", format!("#{} is archived", channel.name)));
    }
    let is_member = channel.has_member(&context.install.bot_user);
    if !is_member && !context.install.has_scope("chat:write.public") {
        let why = format!("the bot is not in #{} and has no chat:write.public", channel.name);
        return Err(Refusal::new("not_in_channel", why));
    }
    Ok(channel)
}

/// Returns the direct messages with a person, opened where they were not.
fn direct_channel(context: &mut Context<'_>, person: &Person) -> Result<Channel, Refusal> {
    if person.is_bot {
        return Err(Refusal::new("cannot_dm_bot", format!("{} is a bot", person.id)));
    }
    let is_open = context.workspace().direct_channel(&person.id).is_some();
    if person.has_closed_dms || (!is_open && person.is_deleted) {
        let why = format!("no direct messages can be opened with {}", person.id);
        return Err(Refusal::new("channel_not_found", why));
    }
    let now = context.now;
    let id = context.workspace_mut().ensure_direct_channel(&person.id, now);
    let found = context.workspace().channel(id.as_str()).cloned();
    found.ok_or_else(|| Refusal::new("channel_not_found", "it could not be opened"))
}

/// Returns whether it is the direct messages with someone who is deactivated.
fn is_with_deactivated(context: &Context<'_>, channel: &Channel) -> bool {
    let Kind::Direct(user) = &channel.kind else { return false };
    context.workspace().person(user.as_str()).is_some_and(|person| person.is_deleted)
}

fn thread(context: &Context<'_>, channel: &Channel) -> Result<Option<String>, Refusal> {
    let Some(ts) = context.arguments.text("thread_ts") else { return Ok(None) };
    if context.workspace().message(&channel.id, ts).is_none() {
        return Err(Refusal::new(
            "cannot_reply_to_message",
            format!("no message {ts} in this channel"),
        ));
    }
    Ok(Some(ts.to_owned()))
}

fn own_message(
    context: &Context<'_>,
    channel: &Channel,
    code: &'static str,
) -> Result<Message, Refusal> {
    let ts = context.text("ts")?;
    let found = context.workspace().message(&channel.id, ts);
    let found = found.filter(|message| message.ephemeral_to.is_none());
    let found = found.ok_or_else(|| {
        Refusal::new("message_not_found", format!("no message {ts} in this channel"))
    })?;
    if !found.is_by_bot {
        return Err(Refusal::new(code, "it is not the bot's own message"));
    }
    Ok(found.clone())
}

fn read_content(context: &mut Context<'_>) -> Result<Content, Refusal> {
    let arguments = &context.arguments;
    let mut text = arguments.text("text").map(str::to_owned);
    let blocks = arguments.json("blocks").cloned();
    if let Some(markdown) = arguments.text("markdown_text") {
        if text.is_some() || blocks.is_some() {
            return Err(Refusal::new(
                "markdown_text_conflict",
                "markdown_text goes with neither text nor blocks",
            ));
        }
        text = Some(markdown.to_owned());
    }
    let text = text.map(|text| text.chars().take(LONGEST_TEXT).collect());
    let metadata = arguments.json("metadata").cloned();
    if let Some(metadata) = &metadata {
        check_metadata(metadata)?;
    }
    let blocks = match blocks {
        Some(blocks) => Some(checked_blocks(context, blocks)?),
        None => None,
    };
    Ok(Content { text, blocks, metadata })
}

fn checked_blocks(context: &mut Context<'_>, blocks: Value) -> Result<Value, Refusal> {
    check_blocks(&blocks, Surface::Message)
        .map_err(|fault| Refusal::of_blocks("invalid_blocks", &fault))?;
    let length = length_of_texts(&blocks);
    if length > MOST_TEXT {
        let why = format!("the blocks hold {length} characters of text");
        return Err(Refusal::new("msg_blocks_too_long", why));
    }
    let secrets = &mut context.world.secrets;
    Ok(with_ids(blocks, || secrets.next("block")[..5].to_owned()))
}

fn check_metadata(metadata: &Value) -> Result<(), Refusal> {
    let bad = |why: &str| Err(Refusal::new("invalid_metadata_format", why));
    if metadata["event_type"].as_str().is_none_or(str::is_empty) {
        return bad("metadata needs an event_type");
    }
    if !metadata["event_payload"].is_object() {
        return bad("metadata needs an event_payload, an object");
    }
    Ok(())
}
