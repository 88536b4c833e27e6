//! Delivers the outbox to Slack: finds the workspaces that have something to say and gives each a desk that says it.

use super::POLL;
use super::desk::Desk;
use crate::bot::Bot;
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Bell, Woken, Worker};
use domain::ids::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::StoreError;
use tokio::sync::{Notify, Semaphore};
use tracing::Instrument;

/// How many deliveries are under way at once, of all workspaces.
const IN_FLIGHT: usize = 160;

/// How many desks talk to the database at once; the rest of its connections are for people.
const AT_THE_DATABASE: usize = 8;

/// How many desks lease at once while many handoffs are due: what is not committed yet comes first.
const BESIDE_HANDOFFS: usize = 2;

/// How often leases are looked for whose holders died.
const COUNT: TimeDelta = TimeDelta::seconds(5);

/// For how many times as long as a look took the next one waits at least, on a clock that runs: where much happens, what is
/// new is found for all of it at once, and looking costs a fifth of one processor at most.
const REST: u32 = 4;

/// The longest of these waits.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// How long after a failure of the database the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

/// What all desks share.
pub(super) struct Hall {
    /// A permit for each delivery that is under way.
    pub(super) free: Arc<Semaphore>,
    /// A permit for each desk that talks to the database.
    pub(super) database: Semaphore,
    /// A permit for each desk that leases while many handoffs are due.
    pub(super) beside_handoffs: Semaphore,
    /// A permit for the one delivery under way over which a worker died before.
    pub(super) alone: Arc<Semaphore>,
    desks: Mutex<HashMap<WorkspaceId, Seat>>,
    /// What was leased and could neither be sent nor given back, with the names of the leases.
    left_behind: Mutex<Vec<(WorkspaceId, String)>>,
    /// Rung when a desk has nothing left to do.
    ended: Bell,
}

/// What is known of a workspace's desk.
#[derive(Clone, Debug)]
enum Seat {
    /// It works, and is told of what may be new; it looks once more before it ends.
    Taken { again: bool, nudge: Arc<Notify> },
    /// It ended, and there is nothing to do before this instant.
    WaitsUntil(DateTime<Utc>),
}

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let hall = Arc::new(Hall {
        free: Arc::new(Semaphore::new(IN_FLIGHT)),
        database: Semaphore::new(AT_THE_DATABASE),
        beside_handoffs: Semaphore::new(BESIDE_HANDOFFS),
        alone: Arc::new(Semaphore::new(1)),
        desks: Mutex::default(),
        left_behind: Mutex::default(),
        ended: bot.clock.bell(),
    });
    // What may be new is looked at in every workspace; what only had to wait, where the wait is over.
    let mut is_new = true;
    let mut count_at = bot.clock.now();
    loop {
        let began = Instant::now();
        let (next, has_failed) = match look(&bot, &hall, is_new, &mut count_at).await {
            Ok(change) => (change, false),
            Err(fault) => {
                tracing::error!(error = %fault, "The outbox could not be read.");
                (Some(bot.clock.now() + AFTER_FAILURE), true)
            }
        };
        if !bot.clock.is_manual() {
            let rest = tokio::time::sleep((began.elapsed() * REST).min(LONGEST_REST));
            tokio::select! {
                biased;
                () = bot.supervisor.stopping() => return,
                () = rest => {}
            }
        }
        loop {
            let at = next.into_iter().chain(hall.earliest_wait()).min();
            let woken = tokio::select! {
                biased;
                () = bot.supervisor.stopping() => return,
                woken = worker.wait_for_either(&bot.bells.deliveries, &hall.ended, at, POLL) => woken,
            };
            // A desk that ended left word when it is to be asked again.
            if woken != Woken::BySecond {
                let is_poll = at.is_none_or(|at| bot.clock.now() < at);
                // What was new to a look that failed is new still.
                is_new = woken != Woken::ByTime || is_poll || (is_new && has_failed);
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
    count_at: &mut DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let now = bot.clock.now();
    hall.forget_waits(is_new, now);
    give_back(bot, hall).await?;
    let system = bot.store.system();
    // Where the clock went back it is counted at once.
    if *count_at <= now || now + COUNT < *count_at || bot.clock.is_manual() {
        let crashed = system.count_delivery_crashes(now).await?;
        if crashed > 0 {
            tracing::warn!(count = crashed, "Deliveries were found whose worker had died.");
        }
        *count_at = now + COUNT;
    }
    for workspace in system.list_due_workspaces(now).await? {
        if let Some(nudge) = hall.seat(workspace, is_new) {
            start(bot, hall, workspace, nudge);
        }
    }
    system.next_delivery_change(now).await
}

/// Gives back what was leased while the database went away: nobody died over it.
async fn give_back(bot: &Bot, hall: &Hall) -> Result<(), StoreError> {
    while let Some((workspace, by)) = hall.last_left_behind() {
        let mut tx = bot.store.write(workspace).await?;
        tx.release_batch(&by).await?;
        tx.commit().await?;
        hall.left_behind().retain(|left| left.1 != by);
    }
    Ok(())
}

fn start(bot: &Arc<Bot>, hall: &Arc<Hall>, workspace: WorkspaceId, nudge: Arc<Notify>) {
    let busy = bot.clock.busy();
    let leaving = Leaving { hall: Arc::clone(hall), workspace };
    let desk = Desk::new(Arc::clone(bot), Arc::clone(hall), workspace, nudge, busy);
    let span = tracing::info_span!("deliveries", workspace.id = %workspace);
    bot.supervisor.spawn(sit(desk, leaving).instrument(span));
}

async fn sit(mut desk: Desk, leaving: Leaving) {
    loop {
        let until = match desk.work().await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "A workspace's deliveries could not be read or written down.");
                Some(desk.now() + AFTER_FAILURE)
            }
        };
        if leaving.hall.is_left(leaving.workspace, until) {
            return;
        }
    }
}

/// Frees a desk when it ends, also where it ends by a panic.
struct Leaving {
    hall: Arc<Hall>,
    workspace: WorkspaceId,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        {
            let mut desks = self.hall.desks();
            if matches!(desks.get(&self.workspace), Some(Seat::Taken { .. })) {
                desks.remove(&self.workspace);
            }
        }
        self.hall.ended.ring();
    }
}

impl Hall {
    /// Returns what a workspace's new desk is told by, where it gets one now; one that works is told to look once more.
    fn seat(&self, workspace: WorkspaceId, is_new: bool) -> Option<Arc<Notify>> {
        let mut desks = self.desks();
        match desks.get_mut(&workspace) {
            Some(Seat::Taken { again, nudge }) => {
                if is_new {
                    *again = true;
                    nudge.notify_one();
                }
                None
            }
            // Waits that something new may have ended were forgotten before this look: one that is here all the same was
            // left since, and whoever left it may not have seen what is new.
            Some(Seat::WaitsUntil(_)) if !is_new => None,
            Some(Seat::WaitsUntil(_)) | None => {
                let nudge = Arc::<Notify>::default();
                let seat = Seat::Taken { again: false, nudge: Arc::clone(&nudge) };
                desks.insert(workspace, seat);
                Some(nudge)
            }
        }
    }

    /// Frees the desk of a workspace where nothing was left, and returns true; false where there may be more by now.
    fn is_left(&self, workspace: WorkspaceId, until: Option<DateTime<Utc>>) -> bool {
        let mut desks = self.desks();
        if let Some(Seat::Taken { again, .. }) = desks.get_mut(&workspace)
            && std::mem::take(again)
        {
            return false;
        }
        match until {
            Some(at) => drop(desks.insert(workspace, Seat::WaitsUntil(at))),
            None => drop(desks.remove(&workspace)),
        }
        true
    }

    /// Remembers what was leased under a name and has to be given back.
    pub(super) fn leave_behind(&self, workspace: WorkspaceId, by: String) {
        self.left_behind().push((workspace, by));
    }

    fn last_left_behind(&self) -> Option<(WorkspaceId, String)> {
        self.left_behind().last().cloned()
    }

    fn left_behind(&self) -> MutexGuard<'_, Vec<(WorkspaceId, String)>> {
        self.left_behind.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Clock;
    use domain::ids::TeamId;

    fn hall(clock: &Clock) -> Hall {
        Hall {
            free: Arc::new(Semaphore::new(1)),
            database: Semaphore::new(1),
            beside_handoffs: Semaphore::new(1),
            alone: Arc::new(Semaphore::new(1)),
            desks: Mutex::default(),
            left_behind: Mutex::default(),
            ended: clock.bell(),
        }
    }

    #[test]
    fn who_leaves_while_it_is_looked_for_what_is_new_is_called_back() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let hall = hall(&Clock::manual(now));
        let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
        assert!(hall.seat(workspace, true).is_some());

        // A look begins, since something was stored; the desk asked the database before that, and leaves.
        hall.forget_waits(true, now);
        assert!(hall.is_left(workspace, Some(now + TimeDelta::days(1))));

        assert!(hall.seat(workspace, true).is_some(), "what is new does not wait for a day");
        assert!(hall.is_left(workspace, Some(now + TimeDelta::days(1))));
        hall.forget_waits(false, now);
        assert!(hall.seat(workspace, false).is_none(), "nothing is new, and the time has not come");
    }

    #[test]
    fn who_is_told_of_something_new_looks_once_more_before_it_leaves() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let hall = hall(&Clock::manual(now));
        let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
        assert!(hall.seat(workspace, true).is_some());

        assert!(hall.seat(workspace, true).is_none(), "one desk for each");

        assert!(!hall.is_left(workspace, None));
        assert!(hall.is_left(workspace, None));
    }
}
