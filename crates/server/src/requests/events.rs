//! Events: stored in the inbox, acknowledged, worked off later.

use crate::bot::Bot;
use crate::inbound::TooMany;
use crate::people::record;
use crate::sending::Placed;
use app::AppError;
use app::inbox::Received;
use domain::ids::WorkspaceId;
use slack::{Event, EventKind, Inbound};
use store::InboxItem;

/// Why an event must not be acknowledged: Slack sends it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotKept {
    /// It could not be stored.
    NotStored,
    /// Its workspace sends more than its share.
    TooMany(TooMany),
}

/// Stores an event, so that it may be acknowledged; what is no event of ours is dropped.
///
/// # Errors
///
/// [`NotKept`]; where it is for the database, the log says why.
pub(crate) async fn keep(bot: &Bot, inbound: Inbound) -> Result<(), NotKept> {
    let Inbound::Event(event) = inbound else {
        return Ok(());
    };
    let workspace = WorkspaceId::of_team(&event.team);
    let Some(item) = item(&event) else {
        return Ok(());
    };
    bot.door.let_in_from(workspace).map_err(NotKept::TooMany)?;
    match concerns_us(bot, workspace, event.kind).await {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %workspace, "It could not be found out whether an event concerns us.");
            return Err(NotKept::NotStored);
        }
    }
    if let InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) } = &item {
        let placed = Placed { channel: channel.clone(), ts: ts.clone() };
        if bot.sending.hear(*delivery, placed).await {
            return Ok(());
        }
    }
    match app::inbox::receive(&bot.store, workspace, &item, &event.event_id, bot.clock.now()).await
    {
        Ok(Received::Stored) => {
            bot.bells.inbox.ring();
            Ok(())
        }
        Ok(Received::Heard { frees }) => {
            if frees {
                bot.bells.deliveries.ring();
            }
            Ok(())
        }
        Ok(Received::KnownAlready | Received::NotInstalled) => Ok(()),
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %workspace, "An event could not be stored.");
            Err(NotKept::NotStored)
        }
    }
}

/// Returns whether anything follows from an event; of most people and channels of a workspace nothing is known.
async fn concerns_us(bot: &Bot, workspace: WorkspaceId, kind: EventKind) -> Result<bool, AppError> {
    match kind {
        EventKind::UserChanged { said } => {
            let said = record(*said, workspace, bot.clock.now());
            app::people::is_news(&bot.store, workspace, &said).await
        }
        EventKind::ChannelLeft { user, channel } => {
            app::life::is_member_told_in(&bot.store, workspace, &user, &channel).await
        }
        EventKind::ThreadOffer { channel, thread_ts, .. } => {
            let request =
                app::cover::request_at(&bot.store, workspace, &channel, &thread_ts).await?;
            Ok(request.is_some())
        }
        _ => Ok(true),
    }
}

fn item(event: &Event) -> Option<InboxItem> {
    match &event.kind {
        EventKind::AppUninstalled => Some(InboxItem::AppUninstalled { at: event.at }),
        EventKind::TokensRevoked { bot: true } => {
            Some(InboxItem::TokensRevoked { at: event.at, bot: true })
        }
        EventKind::HomeOpened { user } => Some(InboxItem::HomeOpened { user: user.clone() }),
        EventKind::UserChanged { said } => Some(InboxItem::UserChanged { user: said.user.clone() }),
        EventKind::ChannelLeft { user, channel } => Some(InboxItem::ChannelLeft {
            user: user.clone(),
            channel: channel.clone(),
            at: event.at,
        }),
        EventKind::OwnMessage { channel, ts, delivery: Some(delivery) } => {
            Some(InboxItem::OwnMessage {
                channel: channel.clone(),
                ts: ts.clone(),
                delivery: Some(*delivery),
            })
        }
        EventKind::ChannelChanged { channel, change } => {
            let (channel, change) = (channel.clone(), change.clone());
            Some(InboxItem::ChannelChanged { channel, change })
        }
        EventKind::JoinedChannel { channel, user } => {
            Some(InboxItem::JoinedChannel { channel: channel.clone(), user: user.clone() })
        }
        EventKind::ThreadOffer { channel, thread_ts, user, ts } => Some(InboxItem::ThreadReply {
            channel: channel.clone(),
            thread_ts: thread_ts.clone(),
            user: user.clone(),
            ts: ts.clone(),
        }),
        EventKind::OwnMessage { delivery: None, .. }
        | EventKind::TokensRevoked { bot: false }
        | EventKind::Other => None,
    }
}
