//! Sends a delivery: opens or joins where it goes, looks up where it was, and calls Slack.

use super::home;
use super::outcome::Placed;
use crate::bot::Bot;
use chrono::{DateTime, Utc};
use domain::effect::{Effect, Envelope, LifecycleEffect, Recipient, RequestEffect, StartEffect};
use domain::ids::{ChannelId, NoteId, UserId};
use secrecy::SecretString;
use serde_json::Value;
use slack::{Direct, NotSent, NotSentKind, Outcome, Rendered};
use store::{Claim, DeliveryRecord};

/// A message with its token and its place, ready to be sent.
pub(super) struct Parcel {
    pub(super) record: DeliveryRecord,
    pub(super) token: SecretString,
    pub(super) content: Content,
    /// The notes that a person is told by it.
    pub(super) notes: Vec<NoteId>,
    pub(super) replaces: Option<Placed>,
    /// The message in whose thread it is posted.
    pub(super) replies_to: Option<Placed>,
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
    /// There is nobody to whom it would say anything, and never will be; with a code that is safe to store.
    Pointless(&'static str),
}

/// Sends what was packed.
pub(super) async fn send(bot: &Bot, claim: &Claim, parcel: &Parcel) -> Sent {
    let rendered = match &parcel.content {
        Content::Message(rendered) => rendered,
        Content::Home(Page { user, view, .. }) => {
            let workspace = claim.workspace;
            return Sent::Called(home::publish(bot, workspace, &parcel.token, user, view).await);
        }
    };
    match &parcel.replaces {
        Some(placed) => replace(bot, parcel, placed, rendered).await,
        None => Sent::Called(post(bot, claim, parcel, rendered).await),
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
            Outcome::NotSent(refused) => return Sent::Called(Outcome::NotSent(refused)),
            Outcome::Ambiguous { code } => return Sent::Called(Outcome::NotSent(again(code))),
        }
    }
    let updated = bot.api.update_message(&parcel.token, channel, ts, rendered).await;
    Sent::Called(updated.map(|()| Placed { channel: channel.clone(), ts: ts.clone() }))
}

/// Posts a message; where the bot has to be in the channel for it, it comes in first.
async fn post(bot: &Bot, claim: &Claim, parcel: &Parcel, rendered: &Rendered) -> Outcome<Placed> {
    let channel = match channel(bot, parcel).await {
        Ok(channel) => channel,
        Err(outcome) => return outcome,
    };
    if is_for_a_new_channel(&parcel.record.envelope) {
        // In a channel that it is in, the bot hears what becomes of the channel and of its own messages.
        let joined = bot.api.join_channel(&parcel.token, &channel).await;
        tracing::debug!(code = joined.code(), "A rotation's new channel was joined.");
    }
    let thread = parcel.replies_to.as_ref().map(|original| original.ts.as_str());
    let post = async || {
        let (api, token) = (&bot.api, &parcel.token);
        match (&parcel.record.envelope.to, thread) {
            (Recipient::Only { user, .. }, _) => {
                api.post_ephemeral(token, &channel, thread, user, rendered).await
            }
            (_, Some(thread)) => {
                api.post_reply(token, &channel, thread, rendered, claim.delivery).await
            }
            (_, None) => api.post_message(token, &channel, rendered, claim.delivery).await,
        }
    };
    let is_for_a_channel = matches!(parcel.record.envelope.to, Recipient::Channel(_));
    let posted = match post().await {
        Outcome::NotSent(refused) if is_for_a_channel && refused.asks_to_join() => {
            match bot.api.join_channel(&parcel.token, &channel).await {
                Outcome::Done(()) => post().await,
                Outcome::NotSent(reason) => Outcome::NotSent(refused.after_joining(reason)),
                Outcome::Ambiguous { code } => Outcome::NotSent(again(code)),
            }
        }
        posted => posted,
    };
    posted.map(|posted| Placed { channel: posted.channel, ts: posted.ts })
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
async fn channel(bot: &Bot, parcel: &Parcel) -> Result<ChannelId, Outcome<Placed>> {
    if let Some(original) = &parcel.replies_to {
        return Ok(original.channel.clone());
    }
    match &parcel.record.envelope.to {
        Recipient::Channel(channel) | Recipient::Only { channel, .. } => Ok(channel.clone()),
        Recipient::Person(user) | Recipient::Home(user) => {
            match bot.api.open_dm(&parcel.token, user).await {
                Outcome::Done(direct) => Ok(direct.into_channel()),
                Outcome::NotSent(reason) => Err(Outcome::NotSent(reason)),
                Outcome::Ambiguous { code } => Err(Outcome::NotSent(again(code))),
            }
        }
    }
}

/// Returns what became of a message before which something was asked that changes nothing when it is asked twice.
fn again(code: String) -> NotSent {
    NotSent { code, retry_after: None, kind: NotSentKind::Transient }
}
