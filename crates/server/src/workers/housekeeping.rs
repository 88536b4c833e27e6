//! Maintenance: deletes what has served its time, and has members looked up.
//!
//! The cron scheduler only ticks, in UTC; nothing that people wait for depends on it.

use crate::bot::Bot;
use chrono::TimeDelta;
use clock::Worker;
use std::sync::Arc;
use std::time::Duration;
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
                looked_up_on = today;
            }
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
    let workspaces = match bot.store.system().list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(fault) => {
            tracing::error!(error = %fault, "The workspaces could not be listed; members are looked up another day.");
            return;
        }
    };
    for workspace in workspaces.iter().filter(|workspace| workspace.is_active) {
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
    let workspaces = match bot.store.system().list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(fault) => {
            tracing::error!(error = %fault, "The workspaces could not be listed; deleted rotations are erased another day.");
            return;
        }
    };
    for workspace in workspaces {
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

/// Deletes the handoff notes whose time is over.
async fn forget_notes(bot: &Bot) {
    let workspaces = match bot.store.system().list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(fault) => {
            tracing::error!(error = %fault, "The workspaces could not be listed; old notes are deleted another day.");
            return;
        }
    };
    for workspace in workspaces {
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
