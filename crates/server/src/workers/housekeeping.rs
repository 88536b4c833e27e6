//! Maintenance: deletes what has served its time, and has members looked up.
//!
//! The cron scheduler only ticks, in UTC; nothing that people wait for depends on it.

use crate::bot::Bot;
use crate::cli::end_in_words;
use crate::erasure;
use app::retention::Retired;
use chrono::TimeDelta;
use clock::Worker;
use std::sync::Arc;
use std::time::Duration;
use store::WorkspaceListing;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every minute, at the full minute.
const EVERY_MINUTE: &str = "0 * * * * *";

/// How often old rows are deleted.
const SWEEP: TimeDelta = TimeDelta::hours(1);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let ticks = if bot.clock.is_manual() { None } else { start_ticks(&bot).await };
    look_up_members(&bot, &format!("start {}", bot.clock.now().timestamp_micros())).await;
    forget_notes(&bot).await;
    let mut looked_up_on = bot.clock.now().date_naive();
    let mut next_sweep = bot.clock.now() + SWEEP;
    loop {
        tokio::select! {
            () = worker.wait(&bot.bells.housekeeping, Some(next_sweep), Duration::from_secs(90)) => {}
            () = bot.supervisor.stopping() => break,
        }
        if next_sweep <= bot.clock.now() {
            sweep(&bot).await;
            let today = bot.clock.now().date_naive();
            if looked_up_on != today {
                look_up_members(&bot, &today.to_string()).await;
                erase_deleted(&bot).await;
                forget_notes(&bot).await;
                retire(&bot).await;
                looked_up_on = today;
            }
            purge(&bot).await;
            // A clock that is moved by hand lets nobody look by itself.
            bot.bells.chaining.ring();
            next_sweep = bot.clock.now() + SWEEP;
        }
    }
    if let Some(mut ticks) = ticks
        && let Err(fault) = ticks.shutdown().await
    {
        tracing::warn!(error = %fault, "The scheduler did not stop cleanly.");
    }
}

async fn start_ticks(bot: &Arc<Bot>) -> Option<JobScheduler> {
    match try_start_ticks(bot).await {
        Ok(ticks) => Some(ticks),
        Err(fault) => {
            tracing::error!(error = %fault, "The scheduler did not start; maintenance runs on its own poll.");
            None
        }
    }
}

async fn try_start_ticks(bot: &Arc<Bot>) -> Result<JobScheduler, JobSchedulerError> {
    let ticks = JobScheduler::new().await?;
    let bell = bot.bells.housekeeping.clone();
    ticks.add(Job::new(EVERY_MINUTE, move |_, _| bell.ring())?).await?;
    ticks.start().await?;
    Ok(ticks)
}

async fn sweep(bot: &Bot) {
    if let Err(fault) = bot.store.system().delete_expired(bot.clock.now()).await {
        tracing::error!(error = %fault, "Old rows could not be deleted; the next sweep tries again.");
    }
}

/// Has all members looked up at the start and nightly: Slack does not tell of a change that is hours old.
async fn look_up_members(bot: &Bot, occasion: &str) {
    for workspace in listed(bot).await.iter().filter(|workspace| workspace.is_active) {
        let now = bot.clock.now();
        let asked = app::people::look_up_members(&bot.store, workspace.id, occasion, now).await;
        if let Err(fault) = asked {
            tracing::error!(error = %fault, workspace.id = %workspace.id, "Members could not be looked up.");
        }
    }
    bot.bells.inbox.ring();
}

/// Erases the rotations that were deleted so long ago that nobody can bring them back.
async fn erase_deleted(bot: &Bot) {
    for workspace in listed(bot).await {
        let now = bot.clock.now();
        match app::lifecycle::erase_deleted(&bot.store, workspace.id, now).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, workspace.id = %workspace.id, "Deleted rotations were erased.");
            }
            Err(fault) => {
                tracing::error!(error = %fault, workspace.id = %workspace.id, "Deleted rotations could not be erased.");
            }
        }
    }
}

/// Retires what has served its time in each workspace, and writes into the log where its audit log ends: whoever keeps the
/// log notices when that end is cut off.
async fn retire(bot: &Bot) {
    for workspace in listed(bot).await {
        let (id, now) = (workspace.id, bot.clock.now());
        match app::retention::retire(&bot.store, id, now).await {
            Ok(retired) if retired == Retired::default() => {}
            Ok(retired) => {
                tracing::info!(?retired, workspace.id = %id, "What has served its time was deleted.");
            }
            Err(fault) => {
                tracing::error!(error = %fault, workspace.id = %id, "What has served its time could not be deleted; it is tried again tomorrow.");
            }
        }
        if let Ok(Some((number, hash))) = bot.store.find_audit_end(id).await {
            let end = end_in_words(number, &hash);
            tracing::info!(%end, workspace.id = %id, "The audit log ends here today.");
        }
    }
}

/// Deletes for good what uninstalled workspaces left, when their time is over.
async fn purge(bot: &Bot) {
    for workspace in listed(bot).await {
        let now = bot.clock.now();
        if erasure::due_at(&workspace).is_none_or(|at| now < at) {
            continue;
        }
        match app::subscription::may_be_forgotten(&bot.store, workspace.id).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::error!(workspace.id = %workspace.id, "What an uninstalled workspace left is not deleted yet: its subscription would go on being charged, and Stripe has not ended it; it is tried again in an hour.");
                continue;
            }
            Err(fault) => {
                tracing::error!(error = %fault, workspace.id = %workspace.id, "It could not be seen whether an uninstalled workspace still pays.");
                continue;
            }
        }
        match erasure::erase(&bot.store, &bot.ledger, workspace.id, now).await {
            Ok(()) => {
                tracing::info!(workspace.id = %workspace.id, "What an uninstalled workspace left was deleted for good.");
            }
            Err(fault) => {
                tracing::error!(error = %fault, workspace.id = %workspace.id, "What an uninstalled workspace left could not be deleted; it is tried again in an hour.");
            }
        }
    }
}

async fn listed(bot: &Bot) -> Vec<WorkspaceListing> {
    match bot.store.system().list_workspaces().await {
        Ok(listed) => listed,
        Err(fault) => {
            tracing::error!(error = %fault, "The workspaces could not be listed; what is to be done in each is done another day.");
            Vec::new()
        }
    }
}

/// Deletes the handoff notes whose time is over.
async fn forget_notes(bot: &Bot) {
    for workspace in listed(bot).await {
        let now = bot.clock.now();
        match app::note::forget_old(&bot.store, workspace.id, now).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, workspace.id = %workspace.id, "Old handoff notes were deleted.");
            }
            Err(fault) => {
                tracing::error!(error = %fault, workspace.id = %workspace.id, "Old handoff notes could not be deleted.");
            }
        }
    }
}
