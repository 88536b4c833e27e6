//! What runs by itself. Each worker may run twice, late, or on several replicas at once.

mod absences;
mod cover;
mod deliveries;
mod handoffs;
mod home;
mod housekeeping;
mod inbox;
mod outcome;
mod pace;
mod roster;
mod send;
mod timekeeping;

pub(crate) use timekeeping::begin as tell_the_time;

use crate::bot::Bot;
use std::sync::Arc;
use std::time::Duration;

/// How long a worker sleeps at most before it looks by itself: the bell is a hint, the database is the truth.
const POLL: Duration = Duration::from_secs(2);

/// Starts all of them. Each counts as busy from now on, not only once its task is first run.
pub(crate) fn start(bot: &Arc<Bot>) {
    let (supervisor, clock) = (&bot.supervisor, &bot.clock);
    supervisor.spawn(handoffs::run(Arc::clone(bot), clock.worker()));
    supervisor.spawn(deliveries::run(Arc::clone(bot), clock.worker()));
    supervisor.spawn(inbox::run(Arc::clone(bot), clock.worker()));
    supervisor.spawn(absences::run(Arc::clone(bot), clock.worker()));
    supervisor.spawn(housekeeping::run(Arc::clone(bot), clock.worker()));
    if !clock.is_manual() {
        supervisor.spawn(timekeeping::run(Arc::clone(bot), clock.worker()));
    }
}
