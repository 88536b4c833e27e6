//! What becomes of a delivery after Slack was called.

use crate::bot::Bot;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient};
use domain::ids::{ChannelId, NoteId};
use slack::{NotSent, NotSentKind, Outcome};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};
use store::{Claim, DeliveryRecord, GivenUp, StoreError, Tx};

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

/// Where a message is: its channel and `ts`.
pub(super) struct Placed {
    pub(super) channel: ChannelId,
    pub(super) ts: String,
}

/// Writes down what a call came to, as soon as the database lets it.
///
/// What is not written down is not known after the lease, and would be said twice.
pub(super) async fn record(
    bot: &Bot,
    claim: &Claim,
    (record, notes): (&DeliveryRecord, &[NoteId]),
    outcome: Outcome<Placed>,
) -> Result<(), StoreError> {
    let mut patience = Patience { began: Instant::now(), pause: FIRST_PAUSE };
    loop {
        let written = try_record(bot, claim, (record, notes), &outcome).await;
        if !patience.asks_again_after(&written).await {
            return written;
        }
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

async fn try_record(
    bot: &Bot,
    claim: &Claim,
    (record, notes): (&DeliveryRecord, &[NoteId]),
    outcome: &Outcome<Placed>,
) -> Result<(), StoreError> {
    let now = bot.clock.now();
    if let Outcome::NotSent(NotSent { kind: NotSentKind::DeadToken, .. }) = outcome {
        return park(bot, claim).await;
    }
    let mut tx = bot.store.write(claim.workspace).await?;
    match outcome {
        Outcome::Done(placed) => {
            tx.record_sent(claim.delivery, claim.fence, &placed.channel, &placed.ts, now).await?;
            if let Recipient::Person(user) = &record.envelope.to {
                carried_out(app::note::told(&mut tx, user, notes, now).await)?;
            }
            if matches!(record.envelope.to, Recipient::Channel(_)) {
                carried_out(app::announce::found_open(&mut tx, &record.envelope, now).await)?;
            }
        }
        Outcome::Ambiguous { code } => {
            tracing::warn!(code, delivery.id = %claim.delivery, "It is not known whether a message arrived; it is held.");
            tx.record_ambiguous(claim.delivery, claim.fence, now + HOLD, code, now).await?;
        }
        // Somebody who is not in the channel any more needs no answer there.
        Outcome::NotSent(NotSent { code, kind: NotSentKind::Permanent, .. })
            if matches!(record.envelope.to, Recipient::Only { .. }) =>
        {
            tracing::info!(code, delivery.id = %claim.delivery, "One person could not be shown a message.");
            let (id, fence) = (claim.delivery, claim.fence);
            tx.record_given_up(id, fence, GivenUp::Dropped, code, now).await?;
        }
        Outcome::NotSent(refused @ NotSent { code, retry_after, kind }) => {
            tracing::warn!(code, delivery.id = %claim.delivery, "A message was not sent.");
            let wait = match kind {
                NotSentKind::Permanent => None,
                NotSentKind::Transient | NotSentKind::DeadToken => {
                    Some(retry_after.unwrap_or_else(|| backoff(claim, record.attempts)))
                }
            };
            if let Some(wait) = wait {
                tx.record_not_sent(claim.delivery, claim.fence, now + wait, code, now).await?;
            } else {
                let (id, fence) = (claim.delivery, claim.fence);
                tx.record_given_up(id, fence, GivenUp::Failed, code, now).await?;
                tell_of_refusal(&mut tx, &record.envelope, refused, now).await?;
            }
        }
    }
    let gives_work = tx.gives_work();
    tx.commit().await?;
    if gives_work {
        // What follows from a refusal may be work of the inbox; the outbox is looked at anyway.
        bot.bells.inbox.ring();
    }
    Ok(())
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

/// Leaves a delivery to the next installation of its workspace; until then it may outlive its use.
pub(super) async fn park(bot: &Bot, claim: &Claim) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let (id, code) = (claim.delivery, app::install::NOT_INSTALLED);
    tracing::info!(delivery.id = %id, "A delivery waits for the app to be installed again.");
    let mut tx = bot.store.write(claim.workspace).await?;
    tx.record_not_sent(id, claim.fence, now + NEXT_LOOK, code, now).await?;
    tx.commit().await
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
