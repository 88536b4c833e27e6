//! What a change of a roster leaves to be asked of Slack: who somebody is, and who is in a channel.

use crate::bot::Bot;
use crate::late;
use crate::people::{keep_to_limit, refresh, refresh_joiners};
use app::{AppError, Request, roster};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ChannelId, RotationId, UserId, WorkspaceId};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::roster::Reply as Said;
use slack::{NotSentKind, Outcome};
use store::InboxClaim;

/// How long to wait after a failure for which Slack names no time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// How many people are looked up in one go: fewer than Slack answers a minute, so that others who wait get their turn.
const AT_ONCE: usize = 80;

/// How long the rest waits after that: each round reads the channel anew.
const BETWEEN: TimeDelta = TimeDelta::minutes(1);

/// The most people of a channel that are read: far more than a rotation holds.
const MOST_READ: usize = 5000;

/// Looks up people who were added before it was known who they are, and takes out again who cannot be on duty.
pub(super) async fn check_joiners(
    bot: &Bot,
    workspace: WorkspaceId,
    (rotation, users): (RotationId, &[UserId]),
    by: &UserId,
    added_at: DateTime<Utc>,
) -> Result<Option<TimeDelta>, AppError> {
    if app::install::bot_token(&bot.store, workspace).await?.is_none() {
        return Ok(None);
    }
    let unknown = roster::unknown_of(&bot.store, workspace, users).await?;
    if let Some(wait) = refresh_joiners(bot, workspace, (rotation, &unknown)).await? {
        return Ok(Some(wait));
    }
    let at = (added_at, bot.clock.now());
    roster::check_joiners(&bot.store, workspace, (rotation, users), by, at).await?;
    bot.bells.ring_after_write();
    Ok(None)
}

/// Adds everybody in a rotation's channel, and tells the one who asked for it how it went.
pub(super) async fn add_everyone(
    bot: &Bot,
    claim: &InboxClaim,
    rotation: RotationId,
    by: &UserId,
    key: &str,
) -> Result<Option<TimeDelta>, AppError> {
    let workspace = claim.workspace;
    let reply = match found(bot, workspace, rotation).await? {
        Found::Wait(wait) => return Ok(Some(wait)),
        Found::NotInstalled => return Ok(None),
        Found::Instead(reply) => reply,
        Found::People(users) => {
            let request = Request {
                workspace,
                actor: by.clone(),
                channel: None,
                key: format!("everyone;{key}"),
                now: bot.clock.now(),
            };
            let reply = roster::add_everyone(&bot.store, &request, rotation, &users).await?;
            bot.bells.ring_after_write();
            reply
        }
    };
    Ok(late::answer(bot, workspace, by, key, &reply).await)
}

/// What was found in a channel.
enum Found {
    /// These people, looked up as far as Slack says who they are.
    People(Vec<UserId>),
    /// Something else is to be said.
    Instead(Reply),
    /// Slack has no time now.
    Wait(TimeDelta),
    /// The app is gone.
    NotInstalled,
}

async fn found(bot: &Bot, workspace: WorkspaceId, rotation: RotationId) -> Result<Found, AppError> {
    let Some(channel) = roster::channel_of(&bot.store, workspace, rotation).await? else {
        return Ok(Found::Instead(Reply::Refused(Refusal::Gone)));
    };
    let users = match members(bot, workspace, &channel).await? {
        Found::People(users) => users,
        other => return Ok(other),
    };
    let unknown = roster::unknown_of(&bot.store, workspace, &users).await?;
    let part = &unknown[..unknown.len().min(AT_ONCE)];
    if let Some(wait) = refresh(bot, workspace, part).await? {
        return Ok(Found::Wait(wait.max(BETWEEN)));
    }
    let still_unknown = roster::unknown_of(&bot.store, workspace, part).await?.len();
    // Where Slack said of nobody who it is, it will not of the others.
    if unknown.len() > AT_ONCE && still_unknown < part.len() {
        return Ok(Found::Wait(BETWEEN));
    }
    Ok(Found::People(users))
}

async fn members(
    bot: &Bot,
    workspace: WorkspaceId,
    channel: &ChannelId,
) -> Result<Found, AppError> {
    let Some(token) = app::install::bot_token(&bot.store, workspace).await? else {
        return Ok(Found::NotInstalled);
    };
    let mut users = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        match bot.api.channel_members(&token, channel, cursor.as_deref()).await {
            Outcome::Done((part, next)) => {
                users.extend(part);
                cursor = next;
            }
            Outcome::NotSent(reason) if reason.kind == NotSentKind::Permanent => {
                tracing::warn!(code = reason.code, "It cannot be seen who is in a channel.");
                let channel = channel.clone();
                return Ok(Found::Instead(Reply::Roster(Said::Unseen { channel })));
            }
            Outcome::NotSent(reason) if reason.kind == NotSentKind::DeadToken => {
                let is_over = crate::dead_token::ends_install(bot, workspace).await?;
                return Ok(if is_over { Found::NotInstalled } else { Found::Wait(RETRY) });
            }
            Outcome::NotSent(reason) => {
                keep_to_limit(bot, workspace, "conversations.members", &reason).await;
                return Ok(Found::Wait(reason.retry_after.unwrap_or(RETRY)));
            }
            Outcome::Ambiguous { .. } => return Ok(Found::Wait(RETRY)),
        }
        if cursor.is_none() || users.len() > MOST_READ {
            return Ok(Found::People(users));
        }
    }
}
