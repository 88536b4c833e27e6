//! Asks Slack who people are.

use crate::bot::Bot;
use crate::dead_token;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{UserId, WorkspaceId};
use slack::{NotSentKind, Outcome, PersonFacts};
use std::time::Duration;
use store::PersonRecord;

/// How long to wait after a failure for which Slack names no time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// For how long it is believed what Slack said of somebody who asks.
const BELIEVED: TimeDelta = TimeDelta::days(1);

/// How long somebody who asks waits at most until it is known who they are.
const MEETING: Duration = Duration::from_secs(1);

/// Learns who somebody is who asks for something that depends on it: their zone, or that they are an admin.
///
/// Where Slack does not say it in time, they are answered with what is known.
pub(crate) async fn meet(bot: &Bot, workspace: WorkspaceId, user: &UserId) {
    let since = bot.clock.now() - BELIEVED;
    let met = async {
        let users = vec![user.clone()];
        let users = app::people::not_seen_since(&bot.store, workspace, users, since).await?;
        if !users.is_empty() {
            refresh(bot, workspace, &users).await?;
        }
        Ok::<(), AppError>(())
    };
    match tokio::time::timeout(MEETING, met).await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::warn!(error = %fault, "It could not be learnt who asks."),
        Err(_) => tracing::warn!("Slack took too long to say who asks."),
    }
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
    let Some(token) = app::install::bot_token(&bot.store, workspace).await? else {
        return Ok(None);
    };
    let mut people = Vec::with_capacity(users.len());
    let mut wait = None;
    for user in users {
        match bot.api.users_info(&token, user).await {
            Outcome::Done(facts) => people.push(record(facts, bot.clock.now())),
            Outcome::NotSent(reason) if reason.kind == NotSentKind::DeadToken => {
                if dead_token::ends_install(bot, workspace).await? {
                    break;
                }
                wait = Some(RETRY);
            }
            Outcome::NotSent(reason) if reason.kind == NotSentKind::Permanent => {
                tracing::warn!(code = reason.code, "Slack would not say who somebody is.");
            }
            Outcome::NotSent(reason) => wait = Some(reason.retry_after.unwrap_or(RETRY)),
            Outcome::Ambiguous { .. } => wait = Some(RETRY),
        }
        if wait.is_some() {
            break;
        }
    }
    app::people::store_people(&bot.store, workspace, &people).await?;
    Ok(wait)
}

fn record(facts: PersonFacts, now: DateTime<Utc>) -> PersonRecord {
    PersonRecord {
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
