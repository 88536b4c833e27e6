//! What becomes of a delivery after Slack was called.

use super::deliveries::Hall;
use super::desk::Held;
use super::send::{Parcel, Sent};
use crate::bot::Bot;
use crate::metrics::CallEnd;
use crate::sending::Placed;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Busy;
use domain::effect::{Envelope, Recipient};
use domain::ids::WorkspaceId;
use slack::{NotSent, NotSentKind, Outcome};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Claim, ClaimedDelivery, GivenUp, SentDelivery, StoreError, Tx};

/// How long an ambiguous delivery waits for its own echo before it is sent once more.
const HOLD: TimeDelta = TimeDelta::minutes(2);

/// How long a delivery of a workspace without an installation is left alone; a new installation releases it at once.
const NEXT_LOOK: TimeDelta = TimeDelta::hours(1);

/// The longest wait between two tries.
const LONGEST_BACKOFF: TimeDelta = TimeDelta::minutes(5);

/// How long it is tried to write down what Slack said: with the call before it, less than the lease.
const PERSISTENCE: Duration = Duration::from_secs(30);

/// The pause after the first try that failed; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A delivery that is not under way any more.
pub(super) struct Ended {
    pub(super) parcel: Arc<Parcel>,
    pub(super) sent: Sent,
    pub(super) held: Held,
    #[expect(dead_code, reason = "the clock stands still until the outcome is written down")]
    pub(super) busy: Busy,
}

/// Writes down what calls of one workspace came to, as soon as the database lets it.
///
/// What is not written down is not known after the lease, and would be said twice.
pub(super) async fn record_all(bot: &Bot, hall: &Hall, workspace: WorkspaceId, ended: Vec<Ended>) {
    if ended.is_empty() {
        return;
    }
    let mut patience = Patience { began: Instant::now(), pause: FIRST_PAUSE };
    loop {
        let written = {
            let _database = hall.database.acquire().await;
            try_record(bot, workspace, &ended).await
        };
        if patience.asks_again_after(&written).await {
            continue;
        }
        let Err(fault) = written else { return };
        if ended.len() == 1 {
            tracing::error!(error = %fault, "A delivery's outcome could not be written down.");
            return;
        }
        // One that cannot be written down costs the others nothing.
        for ended in ended.chunks(1) {
            if let Err(fault) = try_record(bot, workspace, ended).await {
                tracing::error!(error = %fault, "A delivery's outcome could not be written down.");
            }
        }
        return;
    }
}

/// How long is waited for a database that is away for a moment.
struct Patience {
    began: Instant,
    pause: Duration,
}

impl Patience {
    /// Waits and returns true where another try may succeed; returns false at once where there is to be none.
    async fn asks_again_after(&mut self, written: &Result<(), StoreError>) -> bool {
        let is_curable =
            matches!(written, Err(StoreError::Unavailable { .. } | StoreError::TookTooLong));
        if !is_curable || self.began.elapsed() + self.pause >= PERSISTENCE {
            return false;
        }
        // Of the real clock: the manual one stands still while a delivery is under way.
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

async fn try_record(bot: &Bot, workspace: WorkspaceId, ended: &[Ended]) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.write(workspace).await?;
    record_all_done(&mut tx, ended, now).await?;
    for ended in ended {
        let (parcel, id, fence) =
            (&ended.parcel, ended.parcel.claim.delivery, ended.parcel.claim.fence);
        match &ended.sent {
            Sent::Called(Outcome::Done(_)) => {}
            Sent::Called(Outcome::Ambiguous { code }) => {
                tracing::warn!(code, delivery.id = %id, "It is not known whether a message arrived; it is held.");
                tx.record_ambiguous(id, fence, now + HOLD, code, now).await?;
            }
            Sent::Called(Outcome::NotSent(refused)) => {
                let call = parcel.record.envelope.call().as_str();
                record_refused(&mut tx, parcel, refused, call, now).await?;
            }
            Sent::Before { method, refused } => {
                record_refused(&mut tx, parcel, refused, method, now).await?;
            }
            Sent::Pointless(code) => {
                tracing::info!(code, delivery.id = %id, "A delivery had nothing left to say.");
                tx.record_given_up(id, fence, GivenUp::Dropped, code, now).await?;
            }
        }
    }
    let gives_work = tx.gives_work();
    tx.commit().await?;
    for ended in ended {
        if matches!(ended.sent, Sent::Called(Outcome::Done(_))) {
            ended.held.being_sent.is_written();
        }
    }
    count(bot, ended, now);
    if gives_work {
        // What follows from a refusal may be work of the inbox; the outbox is looked at anyway.
        bot.bells.inbox.ring();
    }
    Ok(())
}

/// Counts what the calls came to, for those who watch the service.
fn count(bot: &Bot, ended: &[Ended], now: DateTime<Utc>) {
    for Ended { parcel, sent, .. } in ended {
        let call = parcel.record.envelope.call();
        let (outcome, method) = match sent {
            Sent::Pointless(_) => continue,
            Sent::Called(outcome) => (outcome.as_ref(), None),
            Sent::Before { method, refused } => (Outcome::NotSent(refused.clone()), Some(*method)),
        };
        let end = match outcome {
            Outcome::Done(_) => {
                bot.metrics.delivered(call, now - parcel.record.due_at);
                CallEnd::Accepted
            }
            Outcome::Ambiguous { .. } => CallEnd::Ambiguous,
            Outcome::NotSent(NotSent { code, .. }) if code == slack::PACED => continue,
            Outcome::NotSent(NotSent { code, .. }) if code == slack::RATE_LIMITED => {
                bot.metrics.limited(method.unwrap_or(call.as_str()));
                CallEnd::Limited
            }
            Outcome::NotSent(NotSent { kind: NotSentKind::Permanent, .. }) => CallEnd::Refused,
            Outcome::NotSent(_) => CallEnd::TriedAgain,
        };
        bot.metrics.called(call, end);
    }
}

/// Writes down what Slack took, and what follows from that.
async fn record_all_done(
    tx: &mut Tx,
    ended: &[Ended],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = ended.iter().filter_map(|ended| match &ended.sent {
        Sent::Called(Outcome::Done(placed)) => Some((&*ended.parcel, placed)),
        _ => None,
    });
    let done: Vec<(&Parcel, &Placed)> = done.collect();
    if done.is_empty() {
        return Ok(());
    }
    let sent = |(parcel, placed): &(&Parcel, &Placed)| SentDelivery {
        claim: parcel.claim,
        channel: placed.channel.clone(),
        ts: placed.ts.clone(),
    };
    let sent: Vec<SentDelivery> = done.iter().map(sent).collect();
    tx.record_all_sent(&sent, now).await?;
    for (parcel, placed) in &done {
        if let Recipient::Person(user) = &parcel.record.envelope.to {
            if parcel.direct.as_ref() != Some(&placed.channel) && parcel.replaces.is_none() {
                tx.record_direct(user, Some(&placed.channel)).await?;
            }
            carried_out(app::note::told(tx, user, &parcel.notes, now).await)?;
        }
    }
    let told: Vec<&Envelope> = done.iter().map(|(parcel, _)| &parcel.record.envelope).collect();
    carried_out(app::announce::found_open(tx, &told, now).await)
}

/// Writes down that Slack refused, and keeps to the wait that it asked for.
async fn record_refused(
    tx: &mut Tx,
    parcel: &Parcel,
    refused: &NotSent,
    method: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let NotSent { code, retry_after, kind } = refused;
    let (id, fence) = (parcel.claim.delivery, parcel.claim.fence);
    let envelope = &parcel.record.envelope;
    match kind {
        NotSentKind::DeadToken => park_one(tx, &parcel.claim, now).await,
        NotSentKind::Transient if code == slack::PACED => {
            tracing::debug!(method, delivery.id = %id, "A message waits for its turn.");
            let at = now + retry_after.unwrap_or(TimeDelta::seconds(1));
            tx.record_paced(id, fence, at, code, now).await.map(drop)
        }
        NotSentKind::Transient => {
            tracing::warn!(code, method, delivery.id = %id, "A message was not sent yet.");
            if let Some(wait) = retry_after
                && code == slack::RATE_LIMITED
            {
                tx.record_limit(method, now + *wait).await?;
            }
            let wait =
                retry_after.unwrap_or_else(|| backoff(&parcel.claim, parcel.record.attempts));
            tx.record_not_sent(id, fence, now + wait, code, now).await.map(drop)
        }
        // Somebody who is not in the channel any more needs no answer there.
        NotSentKind::Permanent if matches!(envelope.to, Recipient::Only { .. }) => {
            tracing::info!(code, delivery.id = %id, "One person could not be shown a message.");
            tx.record_given_up(id, fence, GivenUp::Dropped, code, now).await.map(drop)
        }
        NotSentKind::Permanent => {
            tracing::warn!(code, delivery.id = %id, "A message was refused.");
            tx.record_given_up(id, fence, GivenUp::Failed, code, now).await?;
            tell_of_refusal(tx, envelope, refused, now).await
        }
    }
}

/// Lets those know who must, where Slack refuses a message because of who or where it is for.
async fn tell_of_refusal(
    tx: &mut Tx,
    envelope: &Envelope,
    refused: &NotSent,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let told = match &envelope.to {
        Recipient::Person(_) => match refused.silence() {
            Some(why) => app::duty::tell_managers(tx, envelope, why, now).await,
            None => Ok(()),
        },
        Recipient::Channel(_) => match refused.channel_fault() {
            Some(fault) => app::announce::refused(tx, envelope, fault, now).await,
            None => Ok(()),
        },
        Recipient::Home(_) | Recipient::Only { .. } => Ok(()),
    };
    carried_out(told)
}

/// What follows from a message is no reason not to write down what became of it.
pub(super) fn carried_out(told: Result<(), AppError>) -> Result<(), StoreError> {
    match told {
        Ok(()) => Ok(()),
        Err(AppError::Store(fault)) => Err(fault),
        Err(fault) => {
            tracing::error!(error = %fault, "What follows from a message could not be carried out.");
            Ok(())
        }
    }
}

/// Leaves deliveries to the next installation of their workspace; until then they may outlive their use.
pub(super) async fn park(
    bot: &Bot,
    workspace: WorkspaceId,
    claimed: &[ClaimedDelivery],
) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.write(workspace).await?;
    for ClaimedDelivery { claim, record } in claimed {
        if record.expires_at <= now {
            let (id, fence) = (claim.delivery, claim.fence);
            tx.record_given_up(id, fence, GivenUp::Expired, "expired", now).await?;
        } else {
            park_one(&mut tx, claim, now).await?;
        }
    }
    tx.commit().await
}

async fn park_one(tx: &mut Tx, claim: &Claim, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (id, code) = (claim.delivery, app::install::NOT_INSTALLED);
    tracing::info!(delivery.id = %id, "A delivery waits for the app to be installed again.");
    tx.record_not_sent(id, claim.fence, now + NEXT_LOOK, code, now).await.map(drop)
}

/// Returns a wait between nothing and a bound that doubles with each try (full jitter).
///
/// The chance comes from the row itself, so a delivery waits the same in every run of a test.
fn backoff(claim: &Claim, attempts: u32) -> TimeDelta {
    let bound = TimeDelta::seconds(1_i64 << attempts.clamp(1, 9)).min(LONGEST_BACKOFF);
    let mut hasher = DefaultHasher::new();
    (claim.delivery, attempts).hash(&mut hasher);
    let per_mille = i64::try_from(hasher.finish() % 1000).unwrap_or(0);
    TimeDelta::milliseconds(bound.num_milliseconds() * per_mille / 1000)
        .max(TimeDelta::milliseconds(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asks_again(began: Instant, written: Result<(), StoreError>) -> bool {
        Patience { began, pause: Duration::ZERO }.asks_again_after(&written).await
    }

    #[tokio::test]
    async fn what_slack_said_is_kept_while_the_database_is_away_for_a_moment() {
        let away = || StoreError::Unavailable { reason: String::from("no connection in time") };
        let now = Instant::now();

        assert!(asks_again(now, Err(away())).await);
        assert!(asks_again(now, Err(StoreError::TookTooLong)).await);
        assert!(!asks_again(now, Ok(())).await);
        let long_ago = now.checked_sub(PERSISTENCE).unwrap();
        assert!(!asks_again(long_ago, Err(away())).await, "the lease would run out");
    }

    #[tokio::test]
    async fn a_fault_that_no_repetition_cures_is_told_at_once() {
        let fault = StoreError::Refused { code: String::from("42501"), constraint: None };

        assert!(!asks_again(Instant::now(), Err(fault)).await);
    }
}
