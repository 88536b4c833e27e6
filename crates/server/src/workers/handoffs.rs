//! Finds the handoffs that are due, be it a second or three weeks late, and has them carried out.
//!
//! Each workspace with something due gets a task of its own, so that none waits for another: not for Slack and its absence
//! sources to be asked, and not for what fails.

mod ask;
mod carry_out;
mod under_way;

use super::POLL;
use crate::bot::Bot;
use carry_out::carry_out;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use std::sync::Arc;
use store::StoreError;
use under_way::UnderWay;

/// How long after a failure the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(2);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let under_way = Arc::new(UnderWay::default());
    loop {
        let next = match look(&bot, &under_way).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "The handoffs that are due could not be read.");
                Some(bot.clock.now() + AFTER_FAILURE)
            }
        };
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.handoffs, next, POLL) => {}
        }
    }
}

/// Begins with the workspaces in which something is due, and returns when to look again.
async fn look(
    bot: &Arc<Bot>,
    under_way: &Arc<UnderWay>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let system = bot.store.system();
    let now = bot.clock.now();
    let due = system.list_due_handoffs(now).await?;
    let waiting: u64 = due.iter().map(|due| due.count).sum();
    bot.metrics.catch_up.found(waiting.saturating_sub(under_way.set_aside(now)));
    let due = if under_way.is_waiting(now) { Vec::new() } else { due };
    for due in due {
        if let Some(bell) = under_way.begin(due.workspace, || bot.clock.bell()) {
            let worker = bot.clock.worker();
            let task = carry_out(Arc::clone(bot), Arc::clone(under_way), due, (worker, bell));
            bot.supervisor.spawn(task);
        }
    }
    // Those who wait for a sync hear that something ended.
    under_way.ring();
    let next = system.earliest_handoff_after(now).await?;
    Ok(next.into_iter().chain(under_way.next_try(now)).min())
}
