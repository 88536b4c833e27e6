//! The auditor: asks every minute what is overdue, which must be nothing, and says so where somebody listens.
//!
//! It shares no question and no state with the workers: whatever is wrong with them, it is seen here. Where it cannot ask,
//! it says nothing, and a dead-man's switch outside notices the silence.

use crate::bot::Bot;
use crate::metrics::seconds;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use connect::Ping;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Overdue;

/// How often it asks.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// How long the database may take.
const LIMIT: Duration = Duration::from_secs(20);

/// What it found, and whom it tells.
#[derive(Debug, Default)]
pub(crate) struct Auditor {
    /// The dead-man's switch outside, where there is one.
    switch: Option<Ping>,
    found: Mutex<Findings>,
}

/// What was found when it asked last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// When the database last answered; `None` where it never did.
    pub(crate) audited_at: Option<DateTime<Utc>>,
    /// What was overdue then.
    pub(crate) overdue: Overdue,
    /// When the switch was last told that all is well.
    pub(crate) told_at: Option<DateTime<Utc>>,
}

impl Auditor {
    pub(crate) fn new(switch: Option<Ping>) -> Self {
        Self { switch, found: Mutex::default() }
    }

    /// Returns what was found last.
    pub(crate) fn findings(&self) -> Findings {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Findings> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Audits until the service stops.
pub(crate) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    loop {
        let next = bot.clock.now() + EVERY;
        audit(&bot).await;
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.sleep_until(next) => {}
        }
    }
}

async fn audit(bot: &Bot) {
    let now = bot.clock.now();
    let asked = tokio::time::timeout(LIMIT, bot.store.system().count_overdue(now)).await;
    let overdue = match asked {
        Ok(Ok(overdue)) => overdue,
        Ok(Err(fault)) => {
            tracing::error!(error = %fault, "It could not be seen whether anything is overdue.");
            return;
        }
        Err(_) => {
            tracing::error!("The database took too long to say whether anything is overdue.");
            return;
        }
    };
    let before = {
        let mut found = bot.auditor.lock();
        let before = found.overdue;
        (found.audited_at, found.overdue) = (Some(now), overdue);
        before
    };
    let seen = &bot.metrics.seen;
    for (kind, count) in overdue.named() {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        seen.overdue.get_or_create(&[("kind", kind)]).set(count);
    }
    seen.audited_at.set(seconds(now - DateTime::UNIX_EPOCH));
    if !overdue.is_nothing() {
        let Overdue { outbox, inbox, handoffs, syncs } = overdue;
        tracing::error!(
            outbox,
            inbox,
            handoffs,
            syncs,
            "Work is overdue: it was due five minutes ago and nothing says why it waits."
        );
        return;
    }
    if !before.is_nothing() {
        tracing::info!("Nothing is overdue any more.");
    }
    tell(bot, now).await;
}

/// Tells the switch that all is well.
async fn tell(bot: &Bot, now: DateTime<Utc>) {
    let Some(switch) = &bot.auditor.switch else { return };
    match switch.send().await {
        Ok(()) => bot.auditor.lock().told_at = Some(now),
        Err(fault) => tracing::warn!(error = %fault, "A sign of life did not arrive."),
    }
}
