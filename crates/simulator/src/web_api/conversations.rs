//! `conversations.*`: channels, their members and what was said in them.

use super::answer::{Outcome, Refusal};
use super::context::{Context, Part};
use crate::to_bot::told::{self, describe_channel};
use crate::world::message::Message;
use crate::world::workspace::{Channel, Kind};
use domain::ids::UserId;
use serde_json::{Value, json};

/// The most that an app sold outside the Marketplace reads at once.
const MOST_HISTORY: i64 = 15;

pub(crate) fn open(context: &mut Context<'_>) -> Outcome {
    if let Some(id) = context.arguments.text("channel") {
        let channel =
            context.workspace().channel(id).filter(|one| matches!(one.kind, Kind::Direct(_)));
        let channel = channel.ok_or_else(|| {
            Refusal::new("channel_not_found", format!("no direct messages {id:?}"))
        })?;
        return Ok(json!({"channel": {"id": channel.id}}));
    }
    let users: Vec<String> = context
        .arguments
        .text("users")
        .unwrap_or_default()
        .split(',')
        .map(|id| id.trim().into())
        .collect();
    let [user] = users.as_slice() else {
        // With several people it would be a group, which is another scope.
        context.need_scope("mpim:write")?;
        return Err(Refusal::new(
            "too_many_users",
            "the simulator opens direct messages with one person",
        ));
    };
    if user.is_empty() {
        return Err(Refusal::new("users_list_not_supplied", "the argument \"users\" is missing"));
    }
    context.need_scope("im:write")?;
    let person = context.workspace().person(user).cloned();
    let person =
        person.ok_or_else(|| Refusal::new("user_not_found", format!("no person {user:?}")))?;
    if person.is_deleted {
        return Err(Refusal::new("user_disabled", format!("{user} is deactivated")));
    }
    if person.is_bot {
        return Err(Refusal::new("cannot_dm_bot", format!("{user} is a bot")));
    }
    if person.has_closed_dms {
        return Err(Refusal::new("user_not_visible", format!("{user} takes no direct messages")));
    }
    let now = context.now;
    let already_open = context.workspace().direct_channel(&person.id).is_some();
    let id = context.workspace_mut().ensure_direct_channel(&person.id, now);
    if already_open {
        return Ok(json!({"no_op": true, "already_open": true, "channel": {"id": id}}));
    }
    Ok(json!({"channel": {"id": id}}))
}

pub(crate) fn list(context: &mut Context<'_>) -> Outcome {
    let channels = listed(context, None)?;
    answer_channels(context, channels)
}

/// `users.conversations`.
pub(crate) fn of_user(context: &mut Context<'_>) -> Outcome {
    let user = context.arguments.text("user").map(UserId::new);
    let user = user.unwrap_or_else(|| context.install.bot_user.clone());
    let channels = listed(context, Some(&user))?;
    answer_channels(context, channels)
}

fn listed(context: &Context<'_>, member: Option<&UserId>) -> Result<Vec<Channel>, Refusal> {
    let mut families = Vec::new();
    for kind in context.arguments.text("types").unwrap_or("public_channel").split(',') {
        let family = match kind.trim() {
            "public_channel" => "channels",
            "private_channel" => "groups",
            "im" => "im",
            "mpim" => "mpim",
            other => return Err(Refusal::new("invalid_types", format!("no type {other:?}"))),
        };
        context.need_scope(&format!("{family}:read"))?;
        families.push(family);
    }
    let bot = &context.install.bot_user;
    let without_archived = context.arguments.flag("exclude_archived");
    let workspace = context.workspace();
    let channels = workspace
        .channels
        .iter()
        .filter(|one| families.contains(&one.family()) && workspace.can_see(bot, one))
        .filter(|one| !(without_archived && one.is_archived))
        .filter(|one| member.is_none_or(|user| one.has_member(user)));
    Ok(channels.cloned().collect())
}

fn answer_channels(context: &Context<'_>, channels: Vec<Channel>) -> Outcome {
    let Part { items, next_cursor } = context.part(channels, 100, 999)?;
    let (workspace, bot) = (context.workspace(), &context.install.bot_user);
    let items: Vec<Value> = items.iter().map(|one| describe_channel(workspace, one, bot)).collect();
    Ok(json!({"channels": items, "response_metadata": {"next_cursor": next_cursor}}))
}

pub(crate) fn join(context: &mut Context<'_>) -> Outcome {
    context.need_scope("channels:join")?;
    let channel = context.channel()?;
    if channel.kind != Kind::Public {
        return Err(Refusal::new(
            "method_not_supported_for_channel_type",
            "only public channels can be joined",
        ));
    }
    if channel.is_archived {
        return Err(Refusal::new("is_archived", format!("#{} is archived", channel.name)));
    }
    let bot = context.install.bot_user.clone();
    if channel.has_member(&bot) {
        let shown = describe_channel(context.workspace(), &channel, &bot);
        return Ok(json!({"channel": shown, "warning": "already_in_channel"}));
    }
    let now = context.now;
    let workspace = context.workspace_mut();
    if let Some(channel) = workspace.channel_mut(channel.id.as_str()) {
        channel.members.push(bot.clone());
    }
    let event = told::joined(workspace, &channel.id, &bot, None, now);
    context.events.extend(event);
    let channel = context.channel()?;
    Ok(json!({"channel": describe_channel(context.workspace(), &channel, &bot)}))
}

pub(crate) fn info(context: &mut Context<'_>) -> Outcome {
    let channel = context.channel()?;
    context.need_scope(&format!("{}:read", channel.family()))?;
    let mut shown = describe_channel(context.workspace(), &channel, &context.install.bot_user);
    if !context.arguments.flag("include_num_members")
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("num_members");
    }
    Ok(json!({"channel": shown}))
}

pub(crate) fn members(context: &mut Context<'_>) -> Outcome {
    let channel = context.channel()?;
    context.need_scope(&format!("{}:read", channel.family()))?;
    let Part { items, next_cursor } = context.part(channel.members, 100, 1000)?;
    Ok(json!({"members": items, "response_metadata": {"next_cursor": next_cursor}}))
}

pub(crate) fn history(context: &mut Context<'_>) -> Outcome {
    let channel = readable_channel(context)?;
    let is_top =
        |message: &&Message| message.thread_ts.as_ref().is_none_or(|thread| thread == &message.ts);
    let messages = messages_between(context, &channel)?;
    let mut messages: Vec<&Message> = messages.into_iter().filter(is_top).collect();
    messages.reverse();
    answer_messages(context, &messages)
}

pub(crate) fn replies(context: &mut Context<'_>) -> Outcome {
    let channel = readable_channel(context)?;
    let ts = context.text("ts")?;
    if context.workspace().message(&channel.id, ts).is_none() {
        return Err(Refusal::new("thread_not_found", format!("no message {ts} in this channel")));
    }
    let messages = messages_between(context, &channel)?;
    let in_thread =
        |message: &&Message| message.ts == ts || message.thread_ts.as_deref() == Some(ts);
    let messages: Vec<&Message> = messages.into_iter().filter(in_thread).collect();
    answer_messages(context, &messages)
}

fn readable_channel(context: &Context<'_>) -> Result<Channel, Refusal> {
    let channel = context.channel()?;
    context.need_scope(&format!("{}:history", channel.family()))?;
    if !channel.has_member(&context.install.bot_user) {
        return Err(Refusal::new("not_in_channel", format!("the bot is not in #{}", channel.name)));
    }
    Ok(channel)
}

fn messages_between<'a>(
    context: &'a Context<'_>,
    channel: &Channel,
) -> Result<Vec<&'a Message>, Refusal> {
    let bound = |name: &str, code: &'static str| match context.arguments.text(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<f64>()
            .map(|_| Some(text.to_owned()))
            .map_err(|_| Refusal::new(code, format!("{name} is no time stamp"))),
    };
    let (oldest, latest) =
        (bound("oldest", "invalid_ts_oldest")?, bound("latest", "invalid_ts_latest")?);
    let inclusive = context.arguments.flag("inclusive");
    let order = |a: &str, b: &str| micros_of(a).cmp(&micros_of(b));
    let is_within = |ts: &str| {
        let after = oldest.as_deref().is_none_or(|from| match order(ts, from) {
            std::cmp::Ordering::Equal => inclusive,
            other => other.is_gt(),
        });
        let before = latest.as_deref().is_none_or(|until| match order(ts, until) {
            std::cmp::Ordering::Equal => inclusive,
            other => other.is_lt(),
        });
        after && before
    };
    let messages = context.workspace().messages.iter();
    let seen = messages.filter(|one| {
        one.channel == channel.id
            && one.ephemeral_to.is_none()
            && !one.is_deleted
            && is_within(&one.ts)
    });
    Ok(seen.collect())
}

/// Returns a time stamp in microseconds; what stands after the sixth decimal counts for nothing.
fn micros_of(ts: &str) -> i64 {
    let (seconds, decimals) = ts.split_once('.').unwrap_or((ts, ""));
    let decimals: String = decimals.chars().chain("000000".chars()).take(6).collect();
    seconds.parse::<i64>().unwrap_or(0) * 1_000_000 + decimals.parse::<i64>().unwrap_or(0)
}

fn answer_messages(context: &Context<'_>, messages: &[&Message]) -> Outcome {
    let with_metadata = context.arguments.flag("include_all_metadata");
    let limit = context.arguments.number("limit").unwrap_or(MOST_HISTORY);
    // Above the most it may, such an app simply gets the most.
    let most = limit.clamp(MOST_HISTORY, 999);
    let shown: Vec<Value> = messages
        .iter()
        .map(|message| context.workspace().message_for_bot(message, with_metadata))
        .collect();
    let Part { mut items, mut next_cursor } = context.part(shown, MOST_HISTORY, most)?;
    let cut = usize::try_from(MOST_HISTORY).unwrap_or(usize::MAX);
    if items.len() > cut {
        items.truncate(cut);
        let from: usize = context
            .arguments
            .text("cursor")
            .and_then(|cursor| cursor.strip_prefix("after:")?.parse().ok())
            .unwrap_or(0);
        next_cursor = format!("after:{}", from + cut);
    }
    Ok(json!({
        "messages": items,
        "has_more": !next_cursor.is_empty(),
        "response_metadata": {"next_cursor": next_cursor},
    }))
}
