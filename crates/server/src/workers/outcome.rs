//! What becomes of a delivery after Slack was called.

use crate::bot::Bot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ChannelId;
use slack::{NotSent, NotSentKind, Outcome};
use std::hash::{DefaultHasher, Hash, Hasher};
use store::{Claim, GivenUp, StoreError};

/// How long an ambiguous delivery waits for its own echo before it is sent once more.
const HOLD: TimeDelta = TimeDelta::minutes(2);

/// How long a delivery waits for a workspace whose token is dead: for a new installation.
const DEAD_TOKEN: TimeDelta = TimeDelta::hours(1);

/// The longest wait between two tries.
const LONGEST_BACKOFF: TimeDelta = TimeDelta::minutes(5);

/// Where a message is: its channel and `ts`.
pub(super) struct Placed {
    pub(super) channel: ChannelId,
    pub(super) ts: String,
}

/// Writes down what a call came to.
pub(super) async fn record(
    bot: &Bot,
    claim: &Claim,
    attempts: u32,
    outcome: Outcome<Placed>,
) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.write(claim.workspace).await?;
    match outcome {
        Outcome::Done(placed) => {
            tx.record_sent(claim.delivery, claim.fence, &placed.channel, &placed.ts, now).await?;
        }
        Outcome::Ambiguous { code } => {
            tracing::warn!(code, delivery.id = %claim.delivery, "It is not known whether a message arrived; it is held.");
            tx.record_ambiguous(claim.delivery, claim.fence, now + HOLD, &code, now).await?;
        }
        Outcome::NotSent(NotSent { code, retry_after, kind }) => {
            tracing::warn!(code, delivery.id = %claim.delivery, "A message was not sent.");
            let wait = match kind {
                NotSentKind::Permanent => None,
                NotSentKind::DeadToken => Some(DEAD_TOKEN),
                NotSentKind::Transient => {
                    Some(retry_after.unwrap_or_else(|| backoff(claim, attempts)))
                }
            };
            match wait {
                Some(wait) => {
                    tx.record_not_sent(claim.delivery, claim.fence, now + wait, &code, now).await?;
                }
                None => {
                    tx.record_given_up(claim.delivery, claim.fence, GivenUp::Failed, &code, now)
                        .await?;
                }
            }
        }
    }
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

/// Returns when a delivery is useless, given what is stored with it.
pub(super) fn has_expired(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    expires_at <= now
}
