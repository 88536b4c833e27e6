//! Delivers the outbox to Slack: claimed, marked as being sent, sent, and written down, never in one transaction.

use super::POLL;
use super::outcome::{self, Placed};
use super::pace::Pace;
use super::send::{Content, Page, Parcel, Sent, send};
use crate::bot::Bot;
use crate::dead_token;
use app::deliver::{Composed, compose};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::effect::Recipient;
use domain::ids::DeliveryId;
use slack::Outcome;
use std::sync::Arc;
use store::{Claim, GivenUp, StoreError};
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
    if is_ours && let Content::Home(Page { user, changes_at: Some(at), .. }) = &parcel.content {
        outcome::carried_out(app::home::show_again(&mut tx, user, *at, now).await)?;
    }
    tx.commit().await?;
    if !is_ours {
        return Ok(());
    }
    faults::point!("deliveries.call.before", claim.delivery);
    let outcome = match send(bot, claim, &parcel).await {
        Sent::Pointless(code) => return give_up(bot, claim, GivenUp::Dropped, code).await,
        Sent::Called(Outcome::NotSent(refusal)) => {
            Outcome::NotSent(dead_token::confirm(bot, claim.workspace, refusal).await)
        }
        Sent::Called(outcome) => outcome,
    };
    faults::point!("deliveries.call.after");
    outcome::record(bot, claim, (&parcel.record, &parcel.notes), outcome).await
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
    faults::point!("deliveries.compose", claim.delivery);
    let composed = compose(&mut tx, &record.envelope.effect, now).await;
    match composed {
        Ok(Composed::Say(message)) => {
            let notes = message.notes();
            let content = Content::Message(slack::render_message(&message, now));
            Ok(Ok(Parcel { record, token, content, notes, replaces, replies_to }))
        }
        Ok(Composed::Home(user, mut home)) => {
            home.offer(crate::perform::absence_source::offered());
            let view = slack::render_home(&home, now);
            let content = Content::Home(Page { user, view, changes_at: home.changes_at });
            Ok(Ok(Parcel { record, token, content, notes: Vec::new(), replaces, replies_to }))
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
