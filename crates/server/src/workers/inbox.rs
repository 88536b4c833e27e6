//! Works off what Slack told us.

use super::POLL;
use crate::bot::Bot;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::ids::UserId;
use slack::{NotSentKind, Outcome, PersonFacts};
use std::sync::Arc;
use store::{InboxClaim, InboxItem, PersonRecord, StoreError};

/// How many items one look takes on.
const BATCH: u32 = 20;

/// How long an item belongs to the worker that claimed it.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// How long an item waits after a failure.
const RETRY: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let name = format!("inbox-{}", uuid::Uuid::new_v4().simple());
    loop {
        let next = match look(&bot, &name).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "The inbox could not be read.");
                Some(bot.clock.now() + RETRY)
            }
        };
        tokio::select! {
            () = worker.wait(&bot.bells.inbox, next, POLL) => {}
            () = bot.supervisor.stopping() => return,
        }
    }
}

/// Works off what is due and returns when to look again.
async fn look(bot: &Bot, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let system = bot.store.system();
    loop {
        let now = bot.clock.now();
        let claims = system.claim_inbox(name, now, now + LEASE, BATCH).await?;
        if claims.is_empty() || bot.supervisor.is_stopping() {
            let next = system.earliest_inbox_at().await?;
            return Ok(next.map(|at| at.max(now + TimeDelta::milliseconds(100))));
        }
        for claim in &claims {
            work_off(bot, claim).await?;
        }
    }
}

async fn work_off(bot: &Bot, claim: &InboxClaim) -> Result<(), StoreError> {
    let item = bot.store.read(claim.workspace).await?.find_inbox(claim.inbox).await?;
    let done = match item {
        None => Ok(None),
        Some(record) => carry_out(bot, claim, record.item).await,
    };
    let mut tx = bot.store.write(claim.workspace).await?;
    match done {
        Ok(None) => tx.finish_inbox(claim.inbox, claim.fence, bot.clock.now()).await?,
        Ok(Some(wait)) => tx.retry_inbox(claim.inbox, claim.fence, bot.clock.now() + wait).await?,
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %claim.workspace, "An event could not be worked off; it is tried again.");
            tx.retry_inbox(claim.inbox, claim.fence, bot.clock.now() + RETRY).await?
        }
    };
    tx.commit().await
}

/// Returns nothing when the item is done, else how long to wait before the next try.
async fn carry_out(
    bot: &Bot,
    claim: &InboxClaim,
    item: InboxItem,
) -> Result<Option<TimeDelta>, AppError> {
    match item {
        InboxItem::AppUninstalled { at } | InboxItem::TokensRevoked { at, bot: true } => {
            app::install::uninstall(&bot.store, claim.workspace, at, bot.clock.now()).await?;
            Ok(None)
        }
        InboxItem::TokensRevoked { bot: false, .. }
        | InboxItem::OwnMessage { delivery: None, .. } => Ok(None),
        InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } => {
            let mut tx = bot.store.write(claim.workspace).await?;
            tx.record_echo(delivery, &channel, &ts, bot.clock.now()).await?;
            tx.commit().await?;
            bot.bells.deliveries.ring();
            Ok(None)
        }
        InboxItem::UserChanged { user } => refresh(bot, claim, &[user]).await,
        InboxItem::RefreshPeople { users } => refresh(bot, claim, &users).await,
    }
}

/// Asks Slack who these people are and stores names, zones and whether they are still there.
async fn refresh(
    bot: &Bot,
    claim: &InboxClaim,
    users: &[UserId],
) -> Result<Option<TimeDelta>, AppError> {
    let Some(token) = app::install::bot_token(&bot.store, claim.workspace).await? else {
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
    }
    app::people::store_people(&bot.store, claim.workspace, &people).await?;
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
