//! What is asked before late handoffs: who is still there, and who is away. Of that nobody told a bot that was down.

use super::super::POLL;
use crate::bot::Bot;
use crate::people::refresh;
use app::absence_source::{ask_late, is_awaited};
use app::people::{is_late, members_to_check};
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Bell, Worker};
use domain::ids::WorkspaceId;
use store::DueHandoffs;
use tokio::sync::Semaphore;

/// How long the handoffs of a workspace wait for answers at most; then they go on with what is known.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

/// How often is looked whether a sync is over that a handoff waits for.
const LOOK_AGAIN: TimeDelta = TimeDelta::milliseconds(250);

/// How many people of a workspace Slack is asked about at most: it answers a hundred times a minute. Whoever may be seated
/// first comes first, and the others are looked up in the night.
const MOST: usize = 90;

/// How many people are asked about before what was learnt is stored.
const AT_A_TIME: usize = 15;

/// How many workspaces ask Slack at once; each asks one thing after the other.
static ROOM: Semaphore = Semaphore::const_new(64);

/// How many workspaces look at once into the database whom there is to ask about: requests need connections as well.
static LOOKING: Semaphore = Semaphore::const_new(4);

/// Asks about the people of a workspace whose handoffs are late. A failure is no reason not to hand over.
pub(super) async fn ask(bot: &Bot, due: &DueHandoffs, waiting: (&mut Worker, &Bell)) {
    let now = bot.clock.now();
    let until = now + PATIENCE;
    let looking = LOOKING.acquire().await;
    let is_asked = ask_late(&bot.store, due.workspace, now).await;
    drop(looking);
    let is_synced = match is_asked {
        Ok(is_asked) => {
            if is_asked {
                bot.bells.absences.ring();
            }
            !is_asked
        }
        Err(fault) => {
            tracing::warn!(error = %fault, workspace.id = %due.workspace, "Absences could not be synced before a late handoff.");
            true
        }
    };
    if is_late(due.since, now)
        && bot.clock.timeout(PATIENCE, check_members(bot, due.workspace, now)).await.is_err()
    {
        tracing::warn!(workspace.id = %due.workspace, "Slack took too long to say who is still there; the handoffs go on without.");
    }
    if !is_synced {
        wait_for_sync(bot, due.workspace, until, waiting).await;
    }
}

/// Asks Slack who of the members of rotations that are caught up with is still there.
async fn check_members(bot: &Bot, workspace: WorkspaceId, now: DateTime<Utc>) {
    let looking = LOOKING.acquire().await;
    let users = members_to_check(&bot.store, workspace, now).await;
    drop(looking);
    let mut users = match users {
        Ok(users) => users,
        Err(fault) => return not_checked(workspace, &fault),
    };
    if users.is_empty() {
        return;
    }
    users.truncate(MOST);
    let _room = ROOM.acquire().await;
    for some in users.chunks(AT_A_TIME) {
        match refresh(bot, workspace, some).await {
            Ok(None) => {}
            // Slack has no time now.
            Ok(Some(_)) => return,
            Err(fault) => return not_checked(workspace, &fault),
        }
    }
}

fn not_checked(workspace: WorkspaceId, fault: &app::AppError) {
    tracing::warn!(error = %fault, workspace.id = %workspace, "Members could not be checked before a late handoff.");
}

async fn wait_for_sync(
    bot: &Bot,
    workspace: WorkspaceId,
    until: DateTime<Utc>,
    (worker, bell): (&mut Worker, &Bell),
) {
    while is_awaited(&bot.store, workspace).await.unwrap_or(false) {
        let now = bot.clock.now();
        if until <= now || bot.supervisor.is_stopping() {
            tracing::warn!(workspace.id = %workspace, "It took too long to learn who is away; the handoffs go on without.");
            return;
        }
        // Whatever ends rings for the handoffs, and that rings here.
        worker.wait(bell, Some(now + LOOK_AGAIN), POLL).await;
    }
}
