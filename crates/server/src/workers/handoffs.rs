//! Finds the handoffs that are due, be it a second or three weeks late, and carries them out.

use super::POLL;
use crate::bot::Bot;
use crate::people::refresh;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::ids::{RotationId, WorkspaceId};
use std::sync::Arc;
use store::StoreError;

/// How many rotations one look takes on.
const BATCH: u32 = 200;

/// How long one look asks Slack for people at most before it hands over with what is known.
const ASKING: TimeDelta = TimeDelta::seconds(30);

/// How long after a failure the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(15);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    loop {
        let next = match look(&bot).await {
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
async fn look(bot: &Bot) -> Result<Option<DateTime<Utc>>, StoreError> {
    loop {
        let now = bot.clock.now();
        let due = bot.store.system().list_due_handoffs(now, BATCH).await?;
        let asking = check_members(bot, &due, now);
        if bot.clock.timeout(ASKING, asking).await.is_err() {
            tracing::warn!(
                "Slack took too long to say who is still there; the handoffs go on without."
            );
        }
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
