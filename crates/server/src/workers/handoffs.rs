//! Finds the handoffs that are due, be it a second or three weeks late, and carries them out.

use super::POLL;
use crate::bot::Bot;
use crate::people::refresh;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::ids::{RotationId, WorkspaceId};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::StoreError;

/// How many rotations one look takes on.
const BATCH: u32 = 200;

/// How long one look asks for people and their absences at most before it hands over with what is known.
const ASKING: TimeDelta = TimeDelta::seconds(30);

/// How often is looked whether a sync is over that a handoff waits for.
const LOOK_AGAIN: TimeDelta = TimeDelta::milliseconds(250);

/// How long after a failure the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(15);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    loop {
        let next = match look(&bot, &mut worker).await {
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

/// Carries out what is due and returns when to look again.
async fn look(bot: &Bot, worker: &mut Worker) -> Result<Option<DateTime<Utc>>, StoreError> {
    loop {
        let now = bot.clock.now();
        let due = bot.store.system().list_due_handoffs(now, BATCH).await?;
        let asking = check_members(bot, &due, now);
        if bot.clock.timeout(ASKING, asking).await.is_err() {
            tracing::warn!(
                "Slack took too long to say who is still there; the handoffs go on without."
            );
        }
        sync_absences(bot, worker, &due).await;
        let mut failures = 0;
        for (workspace, rotation) in &due {
            if bot.supervisor.is_stopping() {
                return Ok(None);
            }
            let now = bot.clock.now();
            match app::hand_over::hand_over(&bot.store, *workspace, *rotation, now).await {
                Ok(_) => {
                    bot.bells.deliveries.ring();
                    bot.bells.inbox.ring();
                }
                Err(fault) => {
                    failures += 1;
                    tracing::error!(
                        error = %fault,
                        workspace.id = %workspace,
                        rotation.id = %rotation,
                        "A handoff could not be carried out; it stays due."
                    );
                }
            }
        }
        if failures > 0 {
            return Ok(Some(now + AFTER_FAILURE));
        }
        if due.len() < BATCH as usize {
            let next = bot.store.system().earliest_handoff_at().await?;
            if next.is_none_or(|at| at > now) {
                return Ok(next);
            }
        }
    }
}

/// Asks Slack who of the members of rotations that are caught up with is still there: of those who left while the bot was
/// down nobody told it. A failure is no reason not to hand over.
async fn check_members(bot: &Bot, due: &[(WorkspaceId, RotationId)], now: DateTime<Utc>) {
    for (workspace, rotation) in due {
        let users = app::people::members_to_check(&bot.store, *workspace, *rotation, now).await;
        let checked = match users {
            Ok(users) if users.is_empty() => continue,
            Ok(users) => refresh(bot, *workspace, &users).await.map(drop),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = checked {
            tracing::warn!(error = %fault, workspace.id = %workspace, "Members could not be checked before a late handoff.");
        }
    }
}

/// Has absences synced of which nobody asked for long, since the bot was down, and waits until that is over, or for as long
/// as a late handoff can wait. A failure is no reason not to hand over.
async fn sync_absences(bot: &Bot, worker: &mut Worker, due: &[(WorkspaceId, RotationId)]) {
    let until = bot.clock.now() + ASKING;
    let workspaces: BTreeSet<WorkspaceId> = due.iter().map(|(workspace, _)| *workspace).collect();
    let mut asked = Vec::new();
    for workspace in &workspaces {
        match app::absence_source::ask_late(&bot.store, *workspace, bot.clock.now()).await {
            Ok(is_asked) => asked.extend(is_asked.then_some(*workspace)),
            Err(fault) => {
                tracing::warn!(error = %fault, workspace.id = %workspace, "Absences could not be synced before a late handoff.");
            }
        }
    }
    if !asked.is_empty() {
        bot.bells.absences.ring();
    }
    for workspace in asked {
        while app::absence_source::is_awaited(&bot.store, workspace).await.unwrap_or(false) {
            if until <= bot.clock.now() || bot.supervisor.is_stopping() {
                tracing::warn!(workspace.id = %workspace, "It took too long to learn who is away; the handoffs go on without.");
                return;
            }
            worker.sleep_until(bot.clock.now() + LOOK_AGAIN).await;
        }
    }
}
