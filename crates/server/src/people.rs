//! Asks Slack who people are.

use crate::bot::Bot;
use crate::dead_token;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{RotationId, UserId, WorkspaceId};
use slack::{NotSent, NotSentKind, Outcome, PersonFacts};
use std::sync::Arc;
use store::{PersonRecord, StoreError};

/// How long to wait after a failure for which Slack names no time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// Learns who somebody is, soon and beside the answer that they are given, if that is not known or long ago.
///
/// It is not stored that this is to be done: where it fails they are asked about when they change something.
pub(crate) fn meet_later(bot: &Arc<Bot>, workspace: WorkspaceId, user: &UserId) {
    let (its_bot, busy, user) = (Arc::clone(bot), bot.clock.busy(), user.clone());
    bot.supervisor.spawn(async move {
        let _busy = busy;
        let now = its_bot.clock.now();
        let met = match app::people::is_stale(&its_bot.store, workspace, &user, now).await {
            Ok(true) => refresh(&its_bot, workspace, &[user]).await.map(drop),
            Ok(false) => Ok(()),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = met {
            tracing::warn!(error = %fault, "It could not be learnt who asks.");
        }
    });
}

/// Asks Slack who these people are and stores names, zones and whether they are still there.
///
/// Returns how long to wait before the rest can be asked about, if Slack did not answer for all: the first that it has no
/// time for ends the round.
pub(crate) async fn refresh(
    bot: &Bot,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Option<TimeDelta>, AppError> {
    ask(bot, workspace, users, None).await
}

/// Asks Slack, as [`refresh`], who the people are that were just added to a rotation, and leaves them in it: the roster's
/// story takes out who cannot be in it, and tells who added them.
pub(crate) async fn refresh_joiners(
    bot: &Bot,
    workspace: WorkspaceId,
    (rotation, users): (RotationId, &[UserId]),
) -> Result<Option<TimeDelta>, AppError> {
    ask(bot, workspace, users, Some(rotation)).await
}

async fn ask(
    bot: &Bot,
    workspace: WorkspaceId,
    users: &[UserId],
    joining: Option<RotationId>,
) -> Result<Option<TimeDelta>, AppError> {
    let Some(token) = app::install::bot_token(&bot.store, workspace).await? else {
        return Ok(None);
    };
    let mut people = Vec::with_capacity(users.len());
    let mut wait = None;
    // Nobody is behind the name of whoever was erased.
    for user in users.iter().filter(|user| !user.is_erased()) {
        match bot.api.users_info(&token, user).await {
            Outcome::Done(facts) => people.push(record(facts, workspace, bot.clock.now())),
            Outcome::NotSent(reason) if reason.kind == NotSentKind::DeadToken => {
                if dead_token::ends_install(bot, workspace).await? {
                    break;
                }
                wait = Some(RETRY);
            }
            Outcome::NotSent(reason) if reason.kind == NotSentKind::Permanent => {
                tracing::warn!(code = reason.code, "Slack would not say who somebody is.");
            }
            Outcome::NotSent(reason) => {
                keep_to_limit(bot, workspace, "users.info", &reason).await;
                wait = Some(reason.retry_after.unwrap_or(RETRY));
            }
            Outcome::Ambiguous { .. } => wait = Some(RETRY),
        }
        if wait.is_some() {
            break;
        }
    }
    app::people::store_people(&bot.store, workspace, &people, joining, bot.clock.now()).await?;
    // Somebody may have been taken out of a rotation.
    bot.bells.handoffs.ring();
    bot.bells.deliveries.ring();
    Ok(wait)
}

/// Writes down how long Slack wants a method left alone in a workspace, so that the next life of this process and every
/// other replica keep to it.
///
/// That it cannot be written down is no reason not to go on: in this process it is known.
pub(crate) async fn keep_to_limit(
    bot: &Bot,
    workspace: WorkspaceId,
    method: &'static str,
    refused: &NotSent,
) {
    let Some(wait) = refused.retry_after.filter(|_| refused.code == slack::RATE_LIMITED) else {
        return;
    };
    bot.metrics.limited(method);
    if let Err(fault) = write_limit(bot, workspace, method, wait).await {
        tracing::warn!(error = %fault, "How long Slack wants to be left alone could not be written down.");
    }
}

async fn write_limit(
    bot: &Bot,
    workspace: WorkspaceId,
    method: &str,
    wait: TimeDelta,
) -> Result<(), StoreError> {
    let mut tx = bot.store.write(workspace).await?;
    tx.record_limit(method, bot.clock.now() + wait).await?;
    tx.commit().await
}

/// Returns what is stored of what Slack said of somebody at an instant.
pub(crate) fn record(
    facts: PersonFacts,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> PersonRecord {
    PersonRecord {
        is_foreign: facts.home.is_foreign_to(workspace),
        user: facts.user,
        display_name: facts.display_name,
        zone: facts.zone,
        is_deactivated: facts.is_deactivated,
        is_admin: facts.is_admin,
        is_bot: facts.is_bot,
        is_guest: facts.is_guest,
        refreshed_at: now,
    }
}
