//! Asks Slack who people are.

use crate::bot::Bot;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{UserId, WorkspaceId};
use slack::{NotSentKind, Outcome, PersonFacts};
use store::PersonRecord;

/// How long to wait after a failure for which Slack names no time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// Asks Slack who these people are and stores names, zones and whether they are still there.
///
/// Returns how long to wait before the rest can be asked about, if Slack did not answer for all: the first that it has no
/// time for ends the round.
pub(super) async fn refresh(
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
            Outcome::NotSent(reason) if reason.kind != NotSentKind::Transient => {
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
        refreshed_at: now,
    }
}
