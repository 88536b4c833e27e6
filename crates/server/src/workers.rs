//! What runs by itself. Each worker may run twice, late, or on several replicas at once.

mod absences;
mod backups;
mod billing;
mod chaining;
mod cover;
mod deliveries;
mod desk;
mod handoffs;
mod home;
mod housekeeping;
mod inbox;
mod item;
mod outcome;
mod pack;
mod roster;
mod send;
mod setbacks;
mod timekeeping;

pub(crate) use setbacks::{remember as remember_sightings, told as setbacks_told};
pub(crate) use timekeeping::begin as tell_the_time;

use crate::bot::Bot;
use clock::Worker;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How long a worker sleeps at most before it looks by itself: the bell is a hint, the database is the truth.
const POLL: Duration = Duration::from_secs(2);

/// How long after a panic a worker is started again.
const AFTER_PANIC: Duration = Duration::from_millis(200);

/// Starts all of them. Each counts as busy from now on, not only once its task is first run.
pub(crate) fn start(bot: &Arc<Bot>) {
    keep(bot, "handoffs", handoffs::run);
    keep(bot, "deliveries", deliveries::run);
    keep(bot, "inbox", inbox::run);
    keep(bot, "absences", absences::run);
    keep(bot, "billing", billing::run);
    keep(bot, "housekeeping", housekeeping::run);
    keep(bot, "chaining", chaining::run);
    if !bot.clock.is_manual() {
        keep(bot, "timekeeping", timekeeping::run);
        keep(bot, "sightings", setbacks::watch);
        keep(bot, "setbacks", setbacks::run);
        keep(bot, "backups", backups::run);
    }
}

/// Runs a worker until the service stops: one that panics is started again, since without it the bot would fall silent.
fn keep<F, R>(bot: &Arc<Bot>, name: &'static str, run: F)
where
    F: Fn(Arc<Bot>, Worker) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let (its_bot, mut worker) = (Arc::clone(bot), bot.clock.worker());
    bot.supervisor.spawn(async move {
        let bot = its_bot;
        while bot.supervisor.spawn(run(Arc::clone(&bot), worker)).await.is_err() {
            tracing::error!(worker = name, "A worker panicked; it is started again.");
            // Of the real clock: a manual one may stand still.
            tokio::time::sleep(AFTER_PANIC).await;
            worker = bot.clock.worker();
            if bot.supervisor.is_stopping() {
                return;
            }
        }
    });
}
