//! What is done for one item of the inbox. Each may be done twice: the first time may not have been written down.

use crate::bot::Bot;
use crate::people::refresh;
use crate::perform::checked;
use app::AppError;
use app::cover::Written;
use chrono::TimeDelta;
use domain::ids::{UserId, WorkspaceId};
use store::{CoverStep, InboxClaim, InboxItem, InboxRecord};

/// Returns whether Slack is asked for an item, which takes its time; all others need the database only.
pub(super) const fn asks_slack(item: &InboxItem) -> bool {
    matches!(
        item,
        InboxItem::AddEveryone { .. }
            | InboxItem::CheckJoiners { .. }
            | InboxItem::Checked { .. }
            | InboxItem::CoverRequest { step: CoverStep::Post, .. }
            | InboxItem::HomeOpened { .. }
            | InboxItem::RefreshPeople { .. }
            | InboxItem::UserChanged { .. }
    )
}

/// Returns nothing when the item is done, else how long to wait before the next try.
pub(super) async fn carry_out(
    bot: &Bot,
    claim: &InboxClaim,
    record: InboxRecord,
) -> Result<Option<TimeDelta>, AppError> {
    match record.item {
        InboxItem::AppUninstalled { at } | InboxItem::TokensRevoked { at, bot: true } => {
            app::install::uninstall(&bot.store, claim.workspace, at, bot.clock.now()).await?;
            bot.bells.billing.ring();
            Ok(None)
        }
        InboxItem::TokensRevoked { bot: false, .. }
        | InboxItem::OwnMessage { delivery: None, .. } => Ok(None),
        InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } => {
            let (place, now) = ((&channel, ts.as_str()), bot.clock.now());
            app::inbox::hear(&bot.store, claim.workspace, delivery, place, now).await?;
            bot.bells.deliveries.ring();
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
        InboxItem::PlanChanged { rotation } => {
            let now = bot.clock.now();
            app::billing::settle(&bot.store, claim.workspace, rotation, now).await?;
            bot.bells.ring_after_write();
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
