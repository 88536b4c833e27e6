//! What runs by itself. Each worker may run twice, late, or on several replicas at once.

mod deliveries;
mod handoffs;
mod housekeeping;
mod inbox;
mod outcome;
mod pace;

use crate::bot::Bot;
use std::sync::Arc;
use std::time::Duration;

/// How long a worker sleeps at most before it looks by itself: the bell is a hint, the database is the truth.
const POLL: Duration = Duration::from_secs(2);

/// Starts all of them.
pub(crate) fn start(bot: &Arc<Bot>) {
    let supervisor = &bot.supervisor;
    supervisor.spawn(handoffs::run(Arc::clone(bot)));
    supervisor.spawn(deliveries::run(Arc::clone(bot)));
    supervisor.spawn(inbox::run(Arc::clone(bot)));
    supervisor.spawn(housekeeping::run(Arc::clone(bot)));
}
