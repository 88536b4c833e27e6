//! Carries out what is due in one workspace: many rotations in one transaction, and one by one those that do not go
//! together.

use super::ask::ask;
use super::under_way::UnderWay;
use crate::bot::Bot;
use app::AppError;
use app::hand_over::{hand_over, hand_over_together};
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Bell, Worker};
use domain::ids::{RotationId, WorkspaceId};
use std::sync::Arc;
use store::{DueHandoffs, StoreError};
use tokio::sync::Semaphore;

/// How many transactions are under way at once.
static ROOM: Semaphore = Semaphore::const_new(4);

/// How long the handoffs wait where the database does not answer.
const DATABASE_IS_AWAY: TimeDelta = TimeDelta::seconds(2);

/// Why a rotation was not handed over.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Nothing is wrong with the rotation.
    #[error(transparent)]
    DatabaseIsAway(StoreError),
    #[error(transparent)]
    Fault(AppError),
    #[error("it panicked")]
    Panic,
}

/// Hands over all rotations of a workspace that are due.
pub(super) async fn carry_out(
    bot: Arc<Bot>,
    under_way: Arc<UnderWay>,
    due: DueHandoffs,
    (mut worker, bell): (Worker, Bell),
) {
    // Whatever happens here, a later look begins anew.
    let ending = Ending { bot: &bot, under_way: &under_way, workspace: due.workspace };
    let here = Here { bot: &bot, under_way: &under_way, workspace: due.workspace };
    if here.has_work().await {
        ask(&bot, &due, (&mut worker, &bell)).await;
    }
    let mut tried = false;
    loop {
        match here.hand_over_all().await {
            Ok(more) => tried |= more,
            Err(fault) => {
                tracing::warn!(error = %fault, workspace.id = %due.workspace, "The handoffs wait for the database.");
                under_way.wait_until(bot.clock.now() + DATABASE_IS_AWAY);
                tried = true;
            }
        }
        if under_way.end(due.workspace) {
            break;
        }
    }
    drop(ending);
    if tried {
        // More may be due by now, and the next try of what failed is known.
        bot.bells.handoffs.ring();
    }
    drop(worker);
}

/// Gives up the work on a workspace where that panics.
struct Ending<'a> {
    bot: &'a Bot,
    under_way: &'a UnderWay,
    workspace: WorkspaceId,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.under_way.give_up(self.workspace);
            // Not at once: it may happen again.
            self.under_way.wait_until(self.bot.clock.now() + DATABASE_IS_AWAY);
            self.bot.bells.handoffs.ring();
        }
    }
}

/// A workspace that is worked on.
#[derive(Clone, Copy)]
struct Here<'a> {
    bot: &'a Arc<Bot>,
    under_way: &'a UnderWay,
    workspace: WorkspaceId,
}

impl Here<'_> {
    /// Hands over what is due until nothing is, but for what failed; returns whether anything was tried.
    async fn hand_over_all(self) -> Result<bool, StoreError> {
        let mut tried = false;
        let mut left = Vec::new();
        loop {
            let (together, alone) = self.list_due(&left).await?;
            if together.is_empty() && alone.is_empty() {
                return Ok(tried);
            }
            tried = true;
            let mut groups = vec![together.as_slice()];
            while let Some(group) = groups.pop().filter(|group| !group.is_empty()) {
                if self.bot.supervisor.is_stopping() {
                    return Ok(tried);
                }
                let most = self.under_way.together();
                if most < group.len() {
                    let (first, rest) = group.split_at(most);
                    groups.extend([rest, first]);
                } else if let [rotation] = group {
                    self.alone(*rotation).await?;
                } else if !self.together(group).await? {
                    let (first, second) = group.split_at(group.len() / 2);
                    groups.extend([second, first]);
                }
            }
            for rotation in alone {
                if self.bot.supervisor.is_stopping() {
                    return Ok(tried);
                }
                self.alone(rotation).await?;
            }
            // Whoever held one of them may have left it due; then it is waited for.
            left = together;
        }
    }

    /// Returns whether something is due that does not wait for its next try.
    async fn has_work(self) -> bool {
        let due = self.list_due(&[]).await;
        due.is_ok_and(|(together, alone)| !together.is_empty() || !alone.is_empty())
    }

    /// Returns the rotations that are due: those that go together, and those that are tried alone.
    async fn list_due(
        self,
        left: &[RotationId],
    ) -> Result<(Vec<RotationId>, Vec<RotationId>), StoreError> {
        let now = self.bot.clock.now();
        // It is never closed.
        let room = ROOM.acquire().await;
        let mut tx = self.bot.store.read(self.workspace).await?;
        let mut due = tx.list_due_rotations(now).await?;
        drop((tx, room));
        due.retain(|rotation| !self.under_way.waits(self.workspace, *rotation, now));
        let is_alone = |rotation: &RotationId| {
            left.contains(rotation) || self.under_way.has_failed(self.workspace, *rotation)
        };
        let (alone, together) = due.into_iter().partition(is_alone);
        Ok((together, alone))
    }

    /// Hands over several at once; returns `false` where that failed, and nothing was changed.
    async fn together(self, rotations: &[RotationId]) -> Result<bool, StoreError> {
        let (store, workspace) = (self.bot.store.clone(), self.workspace);
        let (now, ids) = (self.bot.clock.now(), rotations.to_vec());
        let done =
            self.in_a_task(async move { hand_over_together(&store, workspace, &ids, now).await });
        match done.await {
            Ok(planned) => {
                self.under_way.went_together(rotations.len());
                self.count(&planned, now);
                Ok(true)
            }
            Err(Failure::DatabaseIsAway(fault)) => Err(fault),
            Err(Failure::Fault(AppError::Store(StoreError::TookTooLong))) => {
                self.under_way.took_too_long(rotations.len());
                Ok(false)
            }
            Err(failure) => {
                tracing::warn!(error = %failure, workspace.id = %workspace, "Handoffs did not go together; fewer are tried at once.");
                Ok(false)
            }
        }
    }

    async fn alone(self, rotation: RotationId) -> Result<(), StoreError> {
        let (store, workspace, now) =
            (self.bot.store.clone(), self.workspace, self.bot.clock.now());
        let done = self.in_a_task(async move { hand_over(&store, workspace, rotation, now).await });
        match done.await {
            Ok(planned) => {
                self.under_way.went_well(workspace, rotation);
                self.count(planned.as_slice(), now);
            }
            Err(Failure::DatabaseIsAway(fault)) => return Err(fault),
            Err(failure) => {
                let times = self.under_way.failed(workspace, rotation, self.bot.clock.now());
                tracing::error!(
                    error = %failure,
                    times,
                    workspace.id = %workspace,
                    rotation.id = %rotation,
                    "A handoff could not be carried out; it stays due and is tried again later."
                );
            }
        }
        Ok(())
    }

    /// Does something that may fail in whatever way, when there is room.
    async fn in_a_task<T: Send + 'static>(
        self,
        act: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, Failure> {
        // It is never closed.
        let _room = ROOM.acquire().await;
        match self.bot.supervisor.spawn(act).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(AppError::Store(fault @ StoreError::Unavailable { .. })))
                if !fault.is_of_the_rows() =>
            {
                Err(Failure::DatabaseIsAway(fault))
            }
            Ok(Err(fault)) => Err(Failure::Fault(fault)),
            Err(_) => Err(Failure::Panic),
        }
    }

    fn count(self, planned: &[DateTime<Utc>], now: DateTime<Utc>) {
        if planned.is_empty() {
            return;
        }
        for at in planned {
            self.bot.metrics.handed_over(now - *at);
        }
        self.bot.metrics.catch_up.did(u64::try_from(planned.len()).unwrap_or(0));
        self.bot.bells.deliveries.ring();
        self.bot.bells.inbox.ring();
    }
}
