//! Keeps the clock: on PostgreSQL true to the database's, and everywhere aware of jumps of the machine's.

use crate::bot::Bot;
use chrono::TimeDelta;
use clock::{Clock, Measured, Worker};
use std::sync::Arc;
use store::{Store, StoreError};

/// How often the database's time is measured.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// A clock that is this far from the database's is worth a line in the log.
const SKEW_NOTICED: TimeDelta = TimeDelta::seconds(2);

/// Measures the database's time before anything is due by it.
///
/// # Errors
///
/// What the database says: without it, it is not known what time it is.
pub(crate) async fn begin(store: &Store, clock: &Clock) -> Result<(), StoreError> {
    measure(store, clock).await.map(|measured| say(measured, clock))
}

/// Measures every minute and after each jump until the service stops.
pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    loop {
        let next = bot.clock.now() + EVERY;
        let has_jumped = tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            by = bot.clock.jumped() => Some(by),
            () = worker.sleep_until(next) => None,
        };
        let measured = measure(&bot.store, &bot.clock).await;
        if let Some(by) = has_jumped {
            tell_of_jump(by, bot.clock.report().is_measured);
            // What is due may be something else now.
            bot.bells.ring_after_write();
        }
        match measured {
            Ok(measured) => say(measured, &bot.clock),
            Err(fault) => {
                tracing::warn!(error = %fault, "The database's time could not be read; it goes on as it was.");
            }
        }
    }
}

/// Asks the database for the time; returns nothing where it has none of its own.
async fn measure(store: &Store, clock: &Clock) -> Result<Option<Measured>, StoreError> {
    let Some(began) = clock.read() else { return Ok(None) };
    let time = store.server_time().await?;
    Ok(time.map(|time| clock.measured(began, time)))
}

fn say(measured: Option<Measured>, clock: &Clock) {
    match measured {
        Some(Measured::Taken(offset)) if offset.abs() > SKEW_NOTICED => {
            tracing::warn!(
                offset_ms = offset.num_milliseconds(),
                "This machine's clock is wrong; the database's time is used."
            );
        }
        Some(Measured::TooSlow(took)) => {
            tracing::warn!(
                duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                offset_ms = clock.report().offset.num_milliseconds(),
                "The database took too long to say what time it is; the time goes on as it was."
            );
        }
        _ => {}
    }
}

fn tell_of_jump(by: TimeDelta, is_measured: bool) {
    let by_ms = by.num_milliseconds();
    if is_measured {
        tracing::warn!(
            by_ms,
            "This machine's clock was set, or it slept; the database's time is used, so nothing changes."
        );
    } else {
        tracing::warn!(
            by_ms,
            "This machine's clock was set, or it slept; the new time is followed."
        );
    }
}
