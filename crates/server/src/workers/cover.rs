//! What is due of a request for cover.

use crate::bot::Bot;
use app::{AppError, cover};
use chrono::TimeDelta;
use domain::ids::{ChannelId, CoverRequestId, WorkspaceId};
use slack::Outcome;
use store::CoverStep;

/// Carries out a step; returns how long to wait before it can be. Before a request is posted Slack is asked whether its channel is public: only there are replies read.
pub(super) async fn step(
    bot: &Bot,
    workspace: WorkspaceId,
    (request, occasion): (CoverRequestId, u32),
    step: CoverStep,
) -> Result<Option<TimeDelta>, AppError> {
    let channel = match step {
        CoverStep::Post => cover::may_post(&bot.store, workspace, request, occasion).await?,
        _ => None,
    };
    let reads_replies = match channel {
        Some(channel) => is_public(bot, workspace, &channel).await?,
        None => false,
    };
    let (of, now) = ((request, occasion), bot.clock.now());
    let wait = cover::step(&bot.store, workspace, of, step, reads_replies, now).await?;
    bot.bells.deliveries.ring();
    bot.bells.inbox.ring();
    Ok(wait)
}

/// Returns whether a channel is known to be public; whoever cannot be asked is answered as if it were not.
async fn is_public(
    bot: &Bot,
    workspace: WorkspaceId,
    channel: &ChannelId,
) -> Result<bool, AppError> {
    let Some(token) = app::install::bot_token(&bot.store, workspace).await? else {
        return Ok(false);
    };
    let found = bot.api.is_public(&token, channel).await;
    tracing::debug!(
        code = found.code(),
        "A channel was looked up before cover is asked for in it."
    );
    Ok(matches!(found, Outcome::Done(true)))
}
