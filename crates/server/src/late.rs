//! Answers that come when the request was answered long ago: to the request's `response_url`, else as a direct message.

use crate::bot::Bot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{DeliveryId, UserId, WorkspaceId};
use domain::reply::Reply;
use slack::{Outcome, Rendered};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long an address takes answers; Slack says 30 minutes.
const LIFE: TimeDelta = TimeDelta::minutes(29);

/// How long to wait after a failure for which Slack names no time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// The most addresses that are kept; beyond, answers go to direct messages.
const MOST: usize = 10_000;

/// The addresses of requests that are still being worked on.
///
/// They let anybody who has them speak in Slack, so they are not stored: after a restart, or on another replica, the answer
/// is a direct message.
#[derive(Debug, Default)]
pub(crate) struct LateAnswers(Mutex<HashMap<String, (String, DateTime<Utc>)>>);

impl LateAnswers {
    /// Keeps the address of a request.
    pub(crate) fn keep(&self, key: &str, response_url: &str, now: DateTime<Utc>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, since)| now - *since < LIFE);
        if kept.len() < MOST {
            kept.insert(key.to_owned(), (response_url.to_owned(), now));
        }
    }

    /// Returns the address of a request, once.
    fn take(&self, key: &str, now: DateTime<Utc>) -> Option<String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (url, since) = kept.remove(key)?;
        (now - since < LIFE).then_some(url)
    }
}

/// Answers a request of which only the key is known any more; returns how long to wait where it must be tried again.
pub(crate) async fn answer(
    bot: &Bot,
    workspace: WorkspaceId,
    user: &UserId,
    key: &str,
    reply: &Reply,
) -> Option<TimeDelta> {
    let now = bot.clock.now();
    if let Some(url) = bot.late.take(key, now)
        && respond(bot, &url, reply).await
    {
        return None;
    }
    tell(bot, workspace, user, key, reply).await
}

/// Sends a reply to a `response_url`; returns whether Slack took it.
pub(crate) async fn respond(bot: &Bot, response_url: &str, reply: &Reply) -> bool {
    let message = slack::render_reply(reply, bot.clock.now());
    let outcome = bot.api.respond(response_url, &message).await;
    let Some(code) = outcome.code() else { return true };
    tracing::warn!(code, "A late answer could not be delivered to its address.");
    false
}

/// Tells a person directly what became of the request with this key; returns how long to wait where it must be tried again.
pub(crate) async fn tell(
    bot: &Bot,
    workspace: WorkspaceId,
    user: &UserId,
    key: &str,
    reply: &Reply,
) -> Option<TimeDelta> {
    let mut message = slack::render_reply(reply, bot.clock.now());
    let Ok(Some(token)) = app::install::bot_token(&bot.store, workspace).await else {
        tracing::warn!(workspace.id = %workspace, "A late answer has no token to be sent with.");
        return None;
    };
    let text = message["text"].as_str().unwrap_or_default().to_owned();
    let said = Rendered { text, blocks: message["blocks"].take() };
    let channel = match bot.api.open_dm(&token, user).await {
        Outcome::Done(direct) => direct.into_channel(),
        refused => return wait_after(&refused),
    };
    let delivery = DeliveryId::of_parts(&["late_answer", &workspace.to_string(), key]);
    let posted = bot.api.post_message(&token, &channel, &said, delivery).await;
    wait_after(&posted)
}

/// Returns how long to wait before the next try; nothing where it was said, may have been said, or never can be.
fn wait_after<T>(outcome: &Outcome<T>) -> Option<TimeDelta> {
    let code = outcome.code()?;
    tracing::warn!(code, "A late answer could not be delivered.");
    match outcome {
        Outcome::NotSent(reason) if reason.kind == slack::NotSentKind::Transient => {
            Some(reason.retry_after.unwrap_or(RETRY))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_once_and_while_slack_listens() {
        let late = LateAnswers::default();
        let now: DateTime<Utc> = "2026-06-08T07:00:00Z".parse().unwrap();
        late.keep("a", "https://hooks.slack.com/a", now);
        late.keep("b", "https://hooks.slack.com/b", now);

        assert_eq!(late.take("a", now).as_deref(), Some("https://hooks.slack.com/a"));
        assert_eq!(late.take("a", now), None);
        assert_eq!(late.take("b", now + TimeDelta::minutes(30)), None);
        assert_eq!(late.take("c", now), None);
    }
}
