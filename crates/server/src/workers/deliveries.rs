//! Delivers the outbox to Slack: finds the workspaces that have something to say and gives each a desk that says it.

use super::POLL;
use super::desk::Desk;
use crate::bot::Bot;
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Bell, Busy, Woken, Worker};
use domain::ids::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::StoreError;
use tokio::sync::Semaphore;
use tracing::Instrument;

/// How many deliveries are under way at once, of all workspaces.
const IN_FLIGHT: usize = 160;

/// How many desks talk to the database at once; the rest of its connections are for people.
const AT_THE_DATABASE: usize = 8;

/// How long after a failure of the database the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

/// What all desks share.
pub(super) struct Hall {
    /// A permit for each delivery that is under way.
    pub(super) free: Arc<Semaphore>,
    /// A permit for each desk that talks to the database.
    pub(super) database: Semaphore,
    /// A permit for the one delivery under way over which a worker died before.
    pub(super) alone: Arc<Semaphore>,
    desks: Mutex<HashMap<WorkspaceId, Seat>>,
    /// Rung when a desk has nothing left to do.
    ended: Bell,
}

/// What is known of a workspace's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    /// It works; it looks once more before it ends where there may be more.
    Taken { again: bool },
    /// It ended, and there is nothing to do before this instant.
    WaitsUntil(DateTime<Utc>),
}

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let hall = Arc::new(Hall {
        free: Arc::new(Semaphore::new(IN_FLIGHT)),
        database: Semaphore::new(AT_THE_DATABASE),
        alone: Arc::new(Semaphore::new(1)),
        desks: Mutex::default(),
        ended: bot.clock.bell(),
    });
    // What may be new is looked at in every workspace; what only had to wait, where the wait is over.
    let mut is_new = true;
    loop {
        let next = match look(&bot, &hall, is_new).await {
            Ok(change) => change,
            Err(fault) => {
                tracing::error!(error = %fault, "The outbox could not be read.");
                Some(bot.clock.now() + AFTER_FAILURE)
            }
        };
        loop {
            let at = next.into_iter().chain(hall.earliest_wait()).min();
            let woken = tokio::select! {
                biased;
                () = bot.supervisor.stopping() => return,
                woken = worker.wait_for_either(&bot.bells.deliveries, &hall.ended, at, POLL) => woken,
            };
            // A desk that ended left word when it is to be asked again.
            if woken != Woken::BySecond {
                is_new = woken != Woken::ByTime || at.is_none_or(|at| bot.clock.now() < at);
                break;
            }
        }
    }
}

/// Gives each workspace with something to say a desk, and returns when something else is due.
async fn look(
    bot: &Arc<Bot>,
    hall: &Arc<Hall>,
    is_new: bool,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let now = bot.clock.now();
    hall.forget_waits(is_new, now);
    let system = bot.store.system();
    let crashed = system.count_delivery_crashes(now).await?;
    if crashed > 0 {
        tracing::warn!(count = crashed, "Deliveries were found whose worker had died.");
    }
    for workspace in system.list_due_workspaces(now).await? {
        if hall.seat(workspace, is_new) {
            start(bot, hall, workspace);
        }
    }
    system.next_delivery_change(now).await
}

fn start(bot: &Arc<Bot>, hall: &Arc<Hall>, workspace: WorkspaceId) {
    let busy = bot.clock.busy();
    let leaving = Leaving { hall: Arc::clone(hall), workspace, until: None, _busy: busy };
    let desk = Desk::new(Arc::clone(bot), Arc::clone(hall), workspace);
    let span = tracing::info_span!("deliveries", workspace.id = %workspace);
    bot.supervisor.spawn(sit(desk, leaving).instrument(span));
}

async fn sit(mut desk: Desk, mut leaving: Leaving) {
    loop {
        match desk.work().await {
            Ok(next) => leaving.until = next,
            Err(fault) => {
                tracing::error!(error = %fault, "A workspace's deliveries could not be read or written down.");
                leaving.until = Some(desk.now() + AFTER_FAILURE);
                return;
            }
        }
        if !leaving.hall.is_asked_again(leaving.workspace) {
            return;
        }
    }
}

/// Frees a desk when it ends, also where it ends by a panic.
struct Leaving {
    hall: Arc<Hall>,
    workspace: WorkspaceId,
    until: Option<DateTime<Utc>>,
    _busy: Busy,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.hall.leave(self.workspace, self.until);
    }
}

impl Hall {
    /// Returns whether a workspace gets a desk now; one that works is told to look once more.
    fn seat(&self, workspace: WorkspaceId, is_new: bool) -> bool {
        let mut desks = self.desks();
        match desks.get_mut(&workspace) {
            Some(Seat::Taken { again }) => {
                *again |= is_new;
                false
            }
            Some(Seat::WaitsUntil(_)) => false,
            None => {
                desks.insert(workspace, Seat::Taken { again: false });
                true
            }
        }
    }

    /// Returns whether there may be more for a desk that found nothing left.
    fn is_asked_again(&self, workspace: WorkspaceId) -> bool {
        match self.desks().get_mut(&workspace) {
            Some(Seat::Taken { again }) => std::mem::take(again),
            _ => false,
        }
    }

    fn leave(&self, workspace: WorkspaceId, until: Option<DateTime<Utc>>) {
        {
            let mut desks = self.desks();
            match until {
                Some(at) => drop(desks.insert(workspace, Seat::WaitsUntil(at))),
                None => drop(desks.remove(&workspace)),
            }
        }
        self.ended.ring();
    }

    /// Forgets the waits that are over; where there may be something new in any workspace, all of them.
    fn forget_waits(&self, is_new: bool, now: DateTime<Utc>) {
        self.desks().retain(|_, seat| match seat {
            Seat::Taken { .. } => true,
            Seat::WaitsUntil(at) => !is_new && now < *at,
        });
    }

    fn earliest_wait(&self) -> Option<DateTime<Utc>> {
        let waits = self.desks();
        let waits = waits.values().filter_map(|seat| match seat {
            Seat::WaitsUntil(at) => Some(*at),
            Seat::Taken { .. } => None,
        });
        waits.min()
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Seat>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
