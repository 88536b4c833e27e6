//! Sends a delivery: opens or joins where it goes, looks up where it was, and calls Slack.

use super::home;
use crate::bot::Bot;
use crate::dead_token;
use crate::sending::Placed;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Effect, Envelope, LifecycleEffect, Recipient, RequestEffect, StartEffect};
use domain::ids::{ChannelId, NoteId, UserId};
use secrecy::SecretString;
use serde_json::Value;
use slack::{Direct, DirectChannel, Found, NotSent, NotSentKind, Outcome, Posted, Rendered};
use store::{Claim, DeliveryRecord};

/// How long before a message was due Slack may say that it was posted: its clock is not ours.
const BEFORE_IT_WAS_DUE: TimeDelta = TimeDelta::minutes(5);

/// How long it is waited for Slack to say whether a message arrived.
const LOOKED_FOR: TimeDelta = TimeDelta::minutes(10);

/// A message with its token and its place, ready to be sent.
pub(super) struct Parcel {
    pub(super) claim: Claim,
    pub(super) record: DeliveryRecord,
    pub(super) token: SecretString,
    pub(super) content: Content,
    /// The notes that a person is told by it.
    pub(super) notes: Vec<NoteId>,
    pub(super) replaces: Option<Placed>,
    /// The message in whose thread it is posted.
    pub(super) replies_to: Option<Placed>,
    /// The person's direct messages, where they are known.
    pub(super) direct: Option<ChannelId>,
}

/// What is sent.
pub(super) enum Content {
    /// A message.
    Message(Rendered),
    /// A person's home view.
    Home(Page),
}

/// A home view.
pub(super) struct Page {
    pub(super) user: UserId,
    pub(super) view: Value,
    /// When it reads otherwise by itself.
    pub(super) changes_at: Option<DateTime<Utc>>,
}

/// What sending came to.
pub(super) enum Sent {
    /// Slack was called.
    Called(Outcome<Placed>),
    /// What has to be asked before was not answered: nothing was sent.
    Before {
        /// The method that was asked.
        method: &'static str,
        /// Why there was no answer.
        refused: NotSent,
    },
    /// There is nobody to whom it would say anything, and never will be; with a code that is safe to store.
    Pointless(&'static str),
}

impl Sent {
    /// Returns in one word what it came to.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Called(Outcome::Done(_)) => "sent",
            Self::Called(Outcome::Ambiguous { .. }) => "ambiguous",
            Self::Called(Outcome::NotSent(_)) => "not_sent",
            Self::Before { .. } => "not_asked",
            Self::Pointless(_) => "pointless",
        }
    }
}

/// Sends what was packed.
pub(super) async fn send(bot: &Bot, parcel: &Parcel) -> Sent {
    let workspace = parcel.claim.workspace;
    let sent = match &parcel.content {
        Content::Home(Page { user, view, .. }) => {
            Sent::Called(home::publish(bot, workspace, &parcel.token, user, view).await)
        }
        Content::Message(rendered) => match &parcel.replaces {
            Some(placed) => replace(bot, parcel, placed, rendered).await,
            None => post(bot, parcel, rendered).await,
        },
    };
    match sent {
        Sent::Called(Outcome::NotSent(refusal)) => {
            Sent::Called(Outcome::NotSent(dead_token::confirm(bot, workspace, refusal).await))
        }
        Sent::Before { method, refused } => {
            let refused = dead_token::confirm(bot, workspace, refused).await;
            Sent::Before { method, refused }
        }
        sent => sent,
    }
}

/// Replaces a message; one in direct messages only while these are still open, and with the same person.
async fn replace(bot: &Bot, parcel: &Parcel, placed: &Placed, rendered: &Rendered) -> Sent {
    let Placed { channel, ts } = placed;
    if let Recipient::Person(user) = &parcel.record.envelope.to {
        match bot.api.look_up_direct(&parcel.token, channel, user).await {
            Outcome::Done(Direct::Open) => {}
            Outcome::Done(Direct::Gone) => return Sent::Pointless("dm_gone"),
            Outcome::Done(Direct::Closed) => return Sent::Pointless("dm_closed"),
            Outcome::Done(Direct::Strange) => return Sent::Pointless("dm_strange"),
            Outcome::NotSent(refused) if refused.kind == NotSentKind::Permanent => {
                // An installation without the scope still gets its buttons taken away: Slack refuses what cannot be.
                tracing::warn!(
                    code = refused.code,
                    "Direct messages could not be looked up before an update."
                );
            }
            Outcome::NotSent(refused) => {
                return Sent::Before { method: "conversations.info", refused };
            }
            Outcome::Ambiguous { code } => {
                return Sent::Before { method: "conversations.info", refused: again(code) };
            }
        }
    }
    let updated = bot.api.update_message(&parcel.token, channel, ts, rendered).await;
    let updated = updated.map(|()| Placed { channel: channel.clone(), ts: ts.clone() });
    Sent::Called(match updated {
        // It reads the same however often it is replaced.
        Outcome::Ambiguous { code } => Outcome::NotSent(again(code)),
        updated => updated,
    })
}

/// Posts a message; where the bot has to be in the channel for it, it comes in first.
async fn post(bot: &Bot, parcel: &Parcel, rendered: &Rendered) -> Sent {
    if let Some(sent) = look_for(bot, parcel).await {
        return sent;
    }
    let channel = match channel(bot, parcel).await {
        Ok(channel) => channel,
        Err(refused) => return Sent::Before { method: "conversations.open", refused },
    };
    let posted = match &parcel.record.envelope.to {
        Recipient::Channel(_) => match post_in_channel(bot, parcel, &channel, rendered).await {
            Ok(posted) => posted,
            Err(refused) => return Sent::Before { method: "conversations.join", refused },
        },
        Recipient::Person(user) => {
            let posted = post_to(bot, parcel, &channel, rendered).await;
            match &posted {
                // What was remembered of their direct messages is not so any more.
                Outcome::NotSent(refused) if parcel.direct.is_some() && is_gone(refused) => {
                    match open(bot, parcel, user).await {
                        Ok(channel) => post_to(bot, parcel, &channel, rendered).await,
                        Err(refused) => {
                            return Sent::Before { method: "conversations.open", refused };
                        }
                    }
                }
                _ => posted,
            }
        }
        Recipient::Home(_) | Recipient::Only { .. } => {
            post_to(bot, parcel, &channel, rendered).await
        }
    };
    Sent::Called(posted.map(|posted| Placed { channel: posted.channel, ts: posted.ts }))
}

/// Looks whether an earlier attempt arrived that nobody could tell of, where that can be seen: in a person's direct
/// messages with the bot. Channels tell by the echo of our message, and are never read.
async fn look_for(bot: &Bot, parcel: &Parcel) -> Option<Sent> {
    let record = &parcel.record;
    let Recipient::Person(user) = &record.envelope.to else { return None };
    if !record.is_resend {
        return None;
    }
    let direct = match parcel.direct.clone().and_then(DirectChannel::kept) {
        Some(direct) => direct,
        None => match bot.api.open_dm(&parcel.token, user).await {
            Outcome::Done(direct) => direct,
            Outcome::NotSent(refused) => {
                return Some(Sent::Before { method: "conversations.open", refused });
            }
            Outcome::Ambiguous { code } => {
                return Some(Sent::Before { method: "conversations.open", refused: again(code) });
            }
        },
    };
    let oldest = record.due_at - BEFORE_IT_WAS_DUE;
    match bot.api.find_in_direct(&parcel.token, &direct, record.id, oldest).await {
        Found::At(ts) => {
            tracing::info!(delivery.id = %record.id, "A message was found that nobody could tell of; it is not repeated.");
            let channel = direct.into_channel();
            Some(Sent::Called(Outcome::Done(Placed { channel, ts })))
        }
        // Slack lets itself be asked once a minute; for ever nobody waits.
        Found::Limited(refused) if refused.retry_after.is_some_and(|wait| wait <= LOOKED_FOR) => {
            Some(Sent::Before { method: slack::LOOKED_UP_BY, refused })
        }
        Found::NotThere | Found::Limited(_) => None,
        Found::Unknown(code) => {
            tracing::warn!(code, delivery.id = %record.id, "It could not be seen whether a message arrived; it is sent once more.");
            None
        }
    }
}

/// Posts in a channel, and comes in first where Slack asks for that; an error is why it could not come in yet.
async fn post_in_channel(
    bot: &Bot,
    parcel: &Parcel,
    channel: &ChannelId,
    rendered: &Rendered,
) -> Result<Outcome<Posted>, NotSent> {
    if is_for_a_new_channel(&parcel.record.envelope) {
        // In a channel that it is in, the bot hears what becomes of the channel and of its own messages.
        let joined = bot.api.join_channel(&parcel.token, channel).await;
        tracing::debug!(code = joined.code(), "A rotation's new channel was joined.");
    }
    match post_to(bot, parcel, channel, rendered).await {
        Outcome::NotSent(refused) if refused.asks_to_join() => {
            match bot.api.join_channel(&parcel.token, channel).await {
                Outcome::Done(()) => Ok(post_to(bot, parcel, channel, rendered).await),
                // It may come in later.
                Outcome::NotSent(reason) if reason.retry_after.is_some() => Err(reason),
                Outcome::NotSent(reason) => Ok(Outcome::NotSent(refused.after_joining(reason))),
                Outcome::Ambiguous { code } => Err(again(code)),
            }
        }
        posted => Ok(posted),
    }
}

async fn post_to(
    bot: &Bot,
    parcel: &Parcel,
    channel: &ChannelId,
    rendered: &Rendered,
) -> Outcome<Posted> {
    let thread = parcel.replies_to.as_ref().map(|original| original.ts.as_str());
    let (api, token, delivery) = (&bot.api, &parcel.token, parcel.record.id);
    match (&parcel.record.envelope.to, thread) {
        (Recipient::Only { user, .. }, _) => {
            api.post_ephemeral(token, channel, thread, user, rendered).await
        }
        (_, Some(thread)) => api.post_reply(token, channel, thread, rendered, delivery).await,
        (_, None) => api.post_message(token, channel, rendered, delivery).await,
    }
}

fn is_gone(refused: &NotSent) -> bool {
    refused.kind == NotSentKind::Permanent && refused.code == "channel_not_found"
}

/// Returns whether it may be the word with which a rotation comes into a channel.
fn is_for_a_new_channel(envelope: &Envelope) -> bool {
    match &envelope.effect {
        // Replies to a request are heard only where it is in.
        Effect::Start(StartEffect::RotationCreated { .. })
        | Effect::Request(RequestEffect::CoverRequested { .. }) => true,
        Effect::Lifecycle(LifecycleEffect::ChannelChanged { into, .. }) => {
            envelope.to == Recipient::Channel(into.clone())
        }
        _ => false,
    }
}

/// Returns where it is posted: a thread stays where it is, though its rotation may speak elsewhere now.
async fn channel(bot: &Bot, parcel: &Parcel) -> Result<ChannelId, NotSent> {
    if let Some(original) = &parcel.replies_to {
        return Ok(original.channel.clone());
    }
    match (&parcel.record.envelope.to, &parcel.direct) {
        (Recipient::Channel(channel) | Recipient::Only { channel, .. }, _) => Ok(channel.clone()),
        (Recipient::Person(_), Some(direct)) => Ok(direct.clone()),
        (Recipient::Person(user) | Recipient::Home(user), _) => open(bot, parcel, user).await,
    }
}

async fn open(bot: &Bot, parcel: &Parcel, user: &UserId) -> Result<ChannelId, NotSent> {
    match bot.api.open_dm(&parcel.token, user).await {
        Outcome::Done(direct) => Ok(direct.into_channel()),
        Outcome::NotSent(reason) => Err(reason),
        Outcome::Ambiguous { code } => Err(again(code)),
    }
}

/// Returns what became of a message before which something was asked that changes nothing when it is asked twice.
fn again(code: String) -> NotSent {
    NotSent { code, retry_after: None, kind: NotSentKind::Transient }
}
