//! Works off what Slack told us.

use super::POLL;
use crate::bot::Bot;
use crate::people::refresh;
use crate::perform::checked;
use app::AppError;
use app::cover::Written;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::ids::{ChannelId, DeliveryId, UserId, WorkspaceId};
use std::sync::Arc;
use store::{InboxClaim, InboxItem, InboxRecord, StoreError};

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
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.inbox, next, POLL) => {}
        }
    }
}

/// Works off what is due and returns when to look again.
async fn look(bot: &Bot, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let system = bot.store.system();
    loop {
        if bot.supervisor.is_stopping() {
            return Ok(None);
        }
        let now = bot.clock.now();
        let claims = system.claim_inbox(name, now, now + LEASE, BATCH).await?;
        if claims.is_empty() {
            let next = system.earliest_inbox_at().await?;
            return Ok(next.map(|at| at.max(now + TimeDelta::milliseconds(100))));
        }
        for claim in &claims {
            // One that cannot be read or written down waits for its lease; the others do not wait with it.
            if let Err(fault) = work_off(bot, claim).await {
                tracing::error!(error = %fault, workspace.id = %claim.workspace, "What became of an event could not be written down.");
            }
        }
    }
}

async fn work_off(bot: &Bot, claim: &InboxClaim) -> Result<(), StoreError> {
    faults::point!("inbox.work", claim.inbox);
    let item = bot.store.read(claim.workspace).await?.find_inbox(claim.inbox).await?;
    let done = match item {
        None => Ok(None),
        Some(record) => carry_out(bot, claim, record).await,
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
    record: InboxRecord,
) -> Result<Option<TimeDelta>, AppError> {
    match record.item {
        InboxItem::AppUninstalled { at } | InboxItem::TokensRevoked { at, bot: true } => {
            app::install::uninstall(&bot.store, claim.workspace, at, bot.clock.now()).await?;
            Ok(None)
        }
        InboxItem::TokensRevoked { bot: false, .. }
        | InboxItem::OwnMessage { delivery: None, .. } => Ok(None),
        InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } => {
            hear(bot, claim.workspace, delivery, (&channel, &ts)).await?;
            Ok(None)
        }
        InboxItem::HomeOpened { user } => {
            // Who they are decides what they see; where Slack does not say it now, what is known does.
            if let Err(fault) = refresh(bot, claim.workspace, std::slice::from_ref(&user)).await {
                tracing::warn!(error = %fault, "It could not be learnt who opened their home.");
            }
            app::home::open(&bot.store, claim.workspace, &user, bot.clock.now()).await?;
            bot.bells.deliveries.ring();
            Ok(None)
        }
        InboxItem::ChannelLeft { user, channel, at } => {
            let now = bot.clock.now();
            let of = (&user, &channel);
            app::life::channel_left(&bot.store, claim.workspace, of, at, now).await?;
            bot.bells.deliveries.ring();
            Ok(None)
        }
        InboxItem::Checked { ref actor } => checked::work_off(bot, claim, &record, actor).await,
        InboxItem::UserChanged { user } => refresh(bot, claim.workspace, &[user]).await,
        InboxItem::RefreshPeople { users } => {
            // Whom an earlier try or another worker asked about meanwhile is not asked about again.
            let since = record.created_at;
            let users =
                app::people::not_seen_since(&bot.store, claim.workspace, users, since).await?;
            refresh(bot, claim.workspace, &users).await
        }
        InboxItem::CheckJoiners { rotation, users, by, added_at } => {
            let joiners = (rotation, users.as_slice());
            super::roster::check_joiners(bot, claim.workspace, joiners, &by, added_at).await
        }
        InboxItem::AddEveryone { rotation, by, key } => {
            super::roster::add_everyone(bot, claim, rotation, &by, &key).await
        }
        InboxItem::ChannelChanged { channel, change } => {
            let now = bot.clock.now();
            app::announce::change(&bot.store, claim.workspace, &channel, &change, now).await?;
            bot.bells.deliveries.ring();
            Ok(None)
        }
        InboxItem::JoinedChannel { channel, user } => {
            let now = bot.clock.now();
            app::announce::bot_joined(&bot.store, claim.workspace, &channel, &user, now).await?;
            bot.bells.deliveries.ring();
            Ok(None)
        }
        InboxItem::CoverRequest { request, occasion, step } => {
            super::cover::step(bot, claim.workspace, (request, occasion), step).await
        }
        InboxItem::ThreadReply { channel, thread_ts, user, ts } => {
            let written = Written { channel: &channel, thread_ts: &thread_ts, ts: &ts };
            offered(bot, claim.workspace, written, &user).await
        }
        InboxItem::AbsencesChanged { rotation, ref users, ref first_turns } => {
            let (key, now) = (record.id.to_string(), bot.clock.now());
            let about = (rotation, key.as_str());
            let of = (users.as_slice(), first_turns.as_slice());
            let when = (record.created_at, now);
            app::absence_source::settle(&bot.store, claim.workspace, about, of, when).await?;
            bot.bells.ring_after_write();
            Ok(None)
        }
        InboxItem::SourcePoked { ref source } => {
            let now = bot.clock.now();
            app::absence_source::poked(&bot.store, claim.workspace, source, now).await?;
            bot.bells.absences.ring();
            Ok(None)
        }
        ref item @ (InboxItem::RemindNext { .. }
        | InboxItem::CheckSeen { .. }
        | InboxItem::SummarizeWeek { .. }
        | InboxItem::CoverEdge { .. }
        | InboxItem::AskForNote { .. }
        | InboxItem::CheckSwaps { .. }
        | InboxItem::SwapBegins { .. }) => on_time(bot, claim.workspace, item).await,
    }
}

/// Does what waited for its time; of any other item nothing is done.
async fn on_time(
    bot: &Bot,
    workspace: WorkspaceId,
    item: &InboxItem,
) -> Result<Option<TimeDelta>, AppError> {
    let (store, now) = (&bot.store, bot.clock.now());
    match item {
        InboxItem::RemindNext { rotation, planned_at } => {
            app::duty::remind(store, workspace, *rotation, *planned_at, now).await?;
        }
        InboxItem::CheckSeen { rotation, planned_at, user, since } => {
            let turn = (*rotation, *planned_at);
            app::duty::check_seen(store, workspace, turn, user, *since, now).await?;
        }
        InboxItem::SummarizeWeek { rotation, at } => {
            app::announce::summarize(store, workspace, *rotation, *at, now).await?;
        }
        InboxItem::CoverEdge { rotation, at } => {
            app::cover::edge(store, workspace, *rotation, *at, now).await?;
        }
        InboxItem::AskForNote { rotation, at } => {
            app::note::ask(store, workspace, *rotation, *at, now).await?;
        }
        InboxItem::CheckSwaps { rotation } => {
            app::swap::check(store, workspace, *rotation, now).await?;
        }
        InboxItem::SwapBegins { swap } => {
            app::swap::begins(store, workspace, *swap, now).await?;
        }
        _ => {}
    }
    bot.bells.deliveries.ring();
    Ok(None)
}

/// Answers an offer that somebody made in a thread.
async fn offered(
    bot: &Bot,
    workspace: WorkspaceId,
    written: Written<'_>,
    user: &UserId,
) -> Result<Option<TimeDelta>, AppError> {
    app::cover::offered(&bot.store, workspace, written, user, bot.clock.now()).await?;
    bot.bells.deliveries.ring();
    Ok(None)
}

/// Notes that a message of ours was seen where it was posted.
async fn hear(
    bot: &Bot,
    workspace: WorkspaceId,
    delivery: DeliveryId,
    (channel, ts): (&ChannelId, &str),
) -> Result<(), AppError> {
    let mut tx = bot.store.write(workspace).await?;
    app::note::arrived(&mut tx, delivery, ts, bot.clock.now()).await?;
    tx.record_echo(delivery, channel, ts, bot.clock.now()).await?;
    tx.commit().await?;
    bot.bells.deliveries.ring();
    Ok(())
}
