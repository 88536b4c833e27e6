//! Delivers the outbox to Slack: claimed, marked as being sent, sent, and written down, never in one transaction.

use super::POLL;
use super::home;
use super::outcome::{self, Placed};
use super::pace::Pace;
use crate::bot::Bot;
use crate::dead_token;
use app::deliver::{Composed, compose};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::effect::{Effect, Recipient};
use domain::ids::{ChannelId, DeliveryId, UserId};
use secrecy::SecretString;
use serde_json::Value;
use slack::{NotSent, NotSentKind, Outcome, Rendered};
use std::sync::Arc;
use store::{Claim, DeliveryRecord, GivenUp, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument;

/// How many deliveries are under way at once.
const IN_FLIGHT: usize = 32;

/// How long a delivery belongs to the worker that claimed it; the longest call takes 10 seconds.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How long after a failure of the database the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let name = format!("deliveries-{}", uuid::Uuid::new_v4().simple());
    let free = Arc::new(Semaphore::new(IN_FLIGHT));
    let pace = Arc::new(Pace::default());
    loop {
        let next = match look(&bot, &name, &free, &pace).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "The outbox could not be read.");
                Some(bot.clock.now() + AFTER_FAILURE)
            }
        };
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.deliveries, next, POLL) => {}
        }
    }
}

/// Starts what is due, as far as there is room, and returns when to look again.
async fn look(
    bot: &Arc<Bot>,
    name: &str,
    free: &Arc<Semaphore>,
    pace: &Arc<Pace>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut permits = Vec::new();
    while let Ok(permit) = Arc::clone(free).try_acquire_owned() {
        permits.push(permit);
    }
    if permits.is_empty() {
        return Ok(None);
    }
    let now = bot.clock.now();
    let system = bot.store.system();
    let room = u32::try_from(permits.len()).unwrap_or(u32::MAX);
    let claims = system.claim_deliveries(name, now, now + LEASE, room).await?;
    let claimed = claims.len();
    for (claim, permit) in claims.into_iter().zip(permits) {
        start(bot, pace, claim, permit);
    }
    if claimed > 0 {
        // Each that ends rings the bell, and the next look finds what it left.
        return Ok(None);
    }
    let next = system.earliest_delivery_at(now).await?;
    Ok(next.map(|at| at.max(now + TimeDelta::milliseconds(100))))
}

fn start(bot: &Arc<Bot>, pace: &Arc<Pace>, claim: Claim, permit: OwnedSemaphorePermit) {
    let busy = bot.clock.busy();
    let (its_bot, its_pace) = (Arc::clone(bot), Arc::clone(pace));
    let span = tracing::info_span!(
        "delivery",
        workspace.id = %claim.workspace,
        delivery.id = %claim.delivery,
    );
    let task = async move {
        let _busy = busy;
        if let Err(fault) = deliver(&its_bot, &its_pace, &claim).await {
            tracing::error!(error = %fault, "A delivery's outcome could not be written down.");
        }
        drop(permit);
        its_bot.bells.deliveries.ring();
    };
    bot.supervisor.spawn(task.instrument(span));
}

async fn deliver(bot: &Bot, pace: &Pace, claim: &Claim) -> Result<(), StoreError> {
    let parcel = match pack(bot, claim).await? {
        Ok(parcel) => parcel,
        Err(Unpackable::Over(state, code)) => return give_up(bot, claim, state, code).await,
        Err(Unpackable::NotInstalled) => return outcome::park(bot, claim).await,
    };
    let now = bot.clock.now();
    if let Recipient::Channel(channel) = &parcel.record.envelope.to
        && let Err(free_at) = pace.take(claim.workspace, channel.as_str(), now)
    {
        let mut tx = bot.store.write(claim.workspace).await?;
        tx.record_not_sent(claim.delivery, claim.fence, free_at, "paced", now).await?;
        return tx.commit().await;
    }
    let mut tx = bot.store.write(claim.workspace).await?;
    let is_ours = tx.record_sending(claim.delivery, claim.fence, now).await?;
    tx.commit().await?;
    if !is_ours {
        return Ok(());
    }
    let outcome = match send(bot, claim, &parcel).await {
        Outcome::NotSent(refusal) => {
            Outcome::NotSent(dead_token::confirm(bot, claim.workspace, refusal).await)
        }
        outcome => outcome,
    };
    outcome::record(bot, claim, &parcel.record, outcome).await
}

/// A message with its token and its place, ready to be sent.
struct Parcel {
    record: DeliveryRecord,
    token: SecretString,
    content: Content,
    replaces: Option<Placed>,
    /// The message in whose thread it is posted.
    replies_to: Option<Placed>,
}

/// What is sent.
enum Content {
    /// A message.
    Message(Rendered),
    /// A person's home view.
    Home(UserId, Value),
}

/// Why there is nothing to be sent.
enum Unpackable {
    /// It never will be.
    Over(GivenUp, &'static str),
    /// The workspace has no working installation.
    NotInstalled,
}

/// Reads what the delivery says now, or why there is nothing to say.
async fn pack(bot: &Bot, claim: &Claim) -> Result<Result<Parcel, Unpackable>, StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.read(claim.workspace).await?;
    let Some(record) = tx.find_delivery(claim.delivery).await? else {
        return Ok(Err(Unpackable::Over(GivenUp::Dropped, "delivery_gone")));
    };
    if record.expires_at <= now {
        return Ok(Err(Unpackable::Over(GivenUp::Expired, "expired")));
    }
    let Some(token) = tx.find_bot_token().await? else {
        return Ok(Err(Unpackable::NotInstalled));
    };
    let updates = record.envelope.updates(claim.workspace);
    let replaces = match placed(&mut tx, updates, "nothing_to_replace").await? {
        Ok(replaces) => replaces,
        Err(reason) => return Ok(Err(reason)),
    };
    let thread = record.envelope.replies_to(claim.workspace);
    let replies_to = match placed(&mut tx, thread, "nothing_to_reply_to").await? {
        Ok(replies_to) => replies_to,
        Err(reason) => return Ok(Err(reason)),
    };
    let composed = compose(&mut tx, &record.envelope.effect, now).await;
    match composed {
        Ok(Composed::Say(message)) => {
            let content = Content::Message(slack::render_message(&message, now));
            Ok(Ok(Parcel { record, token, content, replaces, replies_to }))
        }
        Ok(Composed::Home(user, home)) => {
            let content = Content::Home(user, slack::render_home(&home, now));
            Ok(Ok(Parcel { record, token, content, replaces, replies_to }))
        }
        Ok(Composed::Nothing(code)) => Ok(Err(Unpackable::Over(GivenUp::Dropped, code))),
        Ok(Composed::TooLate) => Ok(Err(Unpackable::Over(GivenUp::Expired, "turn_over"))),
        Err(app::AppError::Store(fault)) => Err(fault),
        Err(fault) => {
            tracing::error!(error = %fault, "A message could not be composed.");
            Ok(Err(Unpackable::Over(GivenUp::Failed, "not_composed")))
        }
    }
}

/// Returns where the message of another delivery is, which this one needs; without it there is nothing to say.
async fn placed(
    tx: &mut store::Tx,
    original: Option<DeliveryId>,
    code: &'static str,
) -> Result<Result<Option<Placed>, Unpackable>, StoreError> {
    let Some(original) = original else {
        return Ok(Ok(None));
    };
    let original = tx.find_delivery(original).await?;
    let placed =
        original.and_then(|record| Some(Placed { channel: record.channel?, ts: record.ts? }));
    Ok(placed.map(Some).ok_or(Unpackable::Over(GivenUp::Dropped, code)))
}

async fn give_up(
    bot: &Bot,
    claim: &Claim,
    state: GivenUp,
    code: &'static str,
) -> Result<(), StoreError> {
    match state {
        GivenUp::Dropped => tracing::info!(code, "A delivery had nothing left to say."),
        GivenUp::Expired => tracing::warn!(code, "A message came too late and is not sent."),
        GivenUp::Failed => tracing::error!(code, "A message cannot be sent."),
    }
    let mut tx = bot.store.write(claim.workspace).await?;
    tx.record_given_up(claim.delivery, claim.fence, state, code, bot.clock.now()).await?;
    tx.commit().await
}

async fn send(bot: &Bot, claim: &Claim, parcel: &Parcel) -> Outcome<Placed> {
    let rendered = match &parcel.content {
        Content::Message(rendered) => rendered,
        Content::Home(user, view) => {
            return home::publish(bot, claim.workspace, &parcel.token, user, view).await;
        }
    };
    if let Some(Placed { channel, ts }) = &parcel.replaces {
        let updated = bot.api.update_message(&parcel.token, channel, ts, rendered).await;
        return updated.map(|()| Placed { channel: channel.clone(), ts: ts.clone() });
    }
    let channel = match channel(bot, parcel).await {
        Ok(channel) => channel,
        Err(outcome) => return outcome,
    };
    if matches!(parcel.record.envelope.effect, Effect::RotationCreated { .. }) {
        // In a channel that it is in, the bot hears what becomes of the channel and of its own messages.
        let joined = bot.api.join_channel(&parcel.token, &channel).await;
        tracing::debug!(code = joined.code(), "The channel of a new rotation was joined.");
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
    let mut posted = post().await;
    if matches!(&posted, Outcome::NotSent(refused) if refused.asks_to_join())
        && bot.api.join_channel(&parcel.token, &channel).await.done().is_some()
    {
        posted = post().await;
    }
    posted.map(|posted| Placed { channel: posted.channel, ts: posted.ts })
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
                Outcome::Done(channel) => Ok(channel),
                Outcome::NotSent(reason) => Err(Outcome::NotSent(reason)),
                // To open a conversation twice changes nothing, so nothing was sent.
                Outcome::Ambiguous { code } => Err(Outcome::NotSent(NotSent {
                    code,
                    retry_after: None,
                    kind: NotSentKind::Transient,
                })),
            }
        }
    }
}
