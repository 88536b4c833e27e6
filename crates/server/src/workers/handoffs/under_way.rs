//! Which workspaces are being worked on, and which rotations failed and wait for their next try.

use chrono::{DateTime, TimeDelta, Utc};
use clock::Bell;
use domain::ids::{RotationId, WorkspaceId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a rotation waits after its first failure; after each further one twice as long.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(15);

/// How often that doubles: up to 32 minutes.
const DOUBLINGS: u32 = 7;

/// How many rotations are handed over in one transaction at most. On SQLite all other writers wait for it, and it is
/// rolled back where it takes longer than a tenth of a second.
const TOGETHER: usize = if cfg!(debug_assertions) { 10 } else { 25 };

/// What one process is at. It is kept in memory: after a restart everything that is due is tried at once.
#[derive(Debug, Default)]
pub(super) struct UnderWay(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    workspaces: HashMap<WorkspaceId, Work>,
    failed: HashMap<(WorkspaceId, RotationId), Failed>,
    /// Until when nothing is begun, since the database did not answer.
    waits_until: Option<DateTime<Utc>>,
    /// How many rotations fewer than at most go together: after weeks without the service each takes longer.
    fewer: usize,
}

/// A workspace that is worked on.
#[derive(Debug)]
struct Work {
    /// Wakes whoever works on it.
    bell: Bell,
    /// Whether something was found due since: whoever works on it may have asked the database before.
    again: bool,
}

/// A rotation that could not be handed over.
#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    again_at: DateTime<Utc>,
}

impl UnderWay {
    /// Begins with a workspace and returns the bell that wakes whoever works on it; `None` where somebody does already,
    /// who then looks once more before it ends.
    pub(super) fn begin(
        &self,
        workspace: WorkspaceId,
        bell: impl FnOnce() -> Bell,
    ) -> Option<Bell> {
        match self.lock().workspaces.entry(workspace) {
            Entry::Occupied(mut work) => {
                work.get_mut().again = true;
                None
            }
            Entry::Vacant(place) => {
                let bell = bell();
                place.insert(Work { bell: bell.clone(), again: false });
                Some(bell)
            }
        }
    }

    /// Ends with a workspace and returns true; false where more was found due meanwhile.
    pub(super) fn end(&self, workspace: WorkspaceId) -> bool {
        let mut state = self.lock();
        if let Some(work) = state.workspaces.get_mut(&workspace)
            && std::mem::take(&mut work.again)
        {
            return false;
        }
        state.workspaces.remove(&workspace);
        true
    }

    /// Ends with a workspace, whatever was found due.
    pub(super) fn give_up(&self, workspace: WorkspaceId) {
        self.lock().workspaces.remove(&workspace);
    }

    /// Wakes all who work on a workspace and wait.
    pub(super) fn ring(&self) {
        for work in self.lock().workspaces.values() {
            work.bell.ring();
        }
    }

    /// Records that a rotation could not be handed over; returns how often in a row that was so.
    pub(super) fn failed(
        &self,
        workspace: WorkspaceId,
        rotation: RotationId,
        now: DateTime<Utc>,
    ) -> u32 {
        let mut state = self.lock();
        let failed =
            state.failed.entry((workspace, rotation)).or_insert(Failed { times: 0, again_at: now });
        failed.again_at = now + FIRST_WAIT * (1 << failed.times.min(DOUBLINGS));
        failed.times = failed.times.saturating_add(1);
        failed.times
    }

    /// Records that a rotation is as it should be.
    pub(super) fn went_well(&self, workspace: WorkspaceId, rotation: RotationId) {
        self.lock().failed.remove(&(workspace, rotation));
    }

    /// Returns whether a rotation failed before.
    pub(super) fn has_failed(&self, workspace: WorkspaceId, rotation: RotationId) -> bool {
        self.lock().failed.contains_key(&(workspace, rotation))
    }

    /// Returns whether a rotation failed and still waits for its next try.
    pub(super) fn waits(
        &self,
        workspace: WorkspaceId,
        rotation: RotationId,
        now: DateTime<Utc>,
    ) -> bool {
        let state = self.lock();
        let failed = state.failed.get(&(workspace, rotation));
        failed.is_some_and(|failed| now < failed.again_at)
    }

    /// Returns how many rotations are handed over in one transaction.
    pub(super) fn together(&self) -> usize {
        TOGETHER - self.lock().fewer
    }

    /// Records that so many rotations took too long together.
    pub(super) fn took_too_long(&self, together: usize) {
        let mut state = self.lock();
        state.fewer = state.fewer.max(TOGETHER - (together / 2).clamp(1, TOGETHER));
    }

    /// Records that so many rotations did not take too long together.
    pub(super) fn went_together(&self, together: usize) {
        let mut state = self.lock();
        if TOGETHER - state.fewer <= together {
            state.fewer = state.fewer.saturating_sub(1);
        }
    }

    /// Returns how many rotations failed and wait for their next try.
    pub(super) fn set_aside(&self, now: DateTime<Utc>) -> u64 {
        let state = self.lock();
        let waiting = state.failed.values().filter(|failed| now < failed.again_at);
        u64::try_from(waiting.count()).unwrap_or(u64::MAX)
    }

    /// Lets nothing be begun until an instant.
    pub(super) fn wait_until(&self, until: DateTime<Utc>) {
        self.lock().waits_until = Some(until);
    }

    /// Returns whether nothing is to be begun now.
    pub(super) fn is_waiting(&self, now: DateTime<Utc>) -> bool {
        self.lock().waits_until.is_some_and(|until| now < until)
    }

    /// Returns when something that waits is to be tried again.
    pub(super) fn next_try(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let state = self.lock();
        let tries = state.failed.values().map(|failed| failed.again_at).chain(state.waits_until);
        tries.filter(|again_at| now < *again_at).min()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::TeamId;
    use uuid::Uuid;

    #[test]
    fn what_fails_waits_longer_each_time_and_is_forgotten_when_it_went_well() {
        let it = UnderWay::default();
        let (workspace, rotation) =
            (WorkspaceId::of_team(&TeamId::new("T1")), RotationId::new(Uuid::from_u128(1)));
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();

        assert_eq!(it.failed(workspace, rotation, now), 1);
        assert_eq!(it.next_try(now), Some(now + TimeDelta::seconds(15)));
        assert!(it.waits(workspace, rotation, now) && it.set_aside(now) == 1);
        let later = now + TimeDelta::seconds(15);
        assert!(!it.waits(workspace, rotation, later) && it.has_failed(workspace, rotation));
        assert_eq!(it.failed(workspace, rotation, later), 2);
        assert_eq!(it.next_try(later), Some(later + TimeDelta::seconds(30)));
        for _ in 0..20 {
            it.failed(workspace, rotation, now);
        }
        assert_eq!(it.next_try(now), Some(now + TimeDelta::minutes(32)));

        it.went_well(workspace, rotation);

        assert_eq!((it.next_try(now), it.set_aside(now)), (None, 0));
        assert!(!it.has_failed(workspace, rotation));
    }

    #[test]
    fn what_is_found_due_while_somebody_is_at_it_is_looked_for_before_the_end() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let clock = clock::Clock::manual(now);
        let (it, workspace) = (UnderWay::default(), WorkspaceId::of_team(&TeamId::new("T1")));
        assert!(it.begin(workspace, || clock.bell()).is_some());

        assert!(it.begin(workspace, || clock.bell()).is_none());

        assert!(!it.end(workspace), "it was found due again");
        assert!(it.end(workspace));
        assert!(it.begin(workspace, || clock.bell()).is_some());
    }

    #[test]
    fn as_many_go_together_as_do_not_take_too_long() {
        let it = UnderWay::default();
        assert_eq!(it.together(), TOGETHER);

        it.took_too_long(TOGETHER);
        // Another that began with as many says nothing new.
        it.took_too_long(TOGETHER);

        assert_eq!(it.together(), TOGETHER / 2);
        it.went_together(TOGETHER / 2 - 1);
        assert_eq!(it.together(), TOGETHER / 2, "fewer were due");
        it.went_together(TOGETHER / 2);
        assert_eq!(it.together(), TOGETHER / 2 + 1);
        for _ in 0..TOGETHER {
            it.went_together(TOGETHER);
        }
        assert_eq!(it.together(), TOGETHER);
        for _ in 0..TOGETHER {
            it.took_too_long(it.together());
        }
        assert_eq!(it.together(), 1);
    }
}
