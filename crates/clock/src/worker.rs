//! A worker: a task whose work is counted, from one wait to the next.

use crate::{Alarm, Bell, Busy, Clock};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// A task's hold on the clock.
#[derive(Debug)]
pub struct Worker {
    clock: Clock,
    token: Option<Busy>,
}

impl Worker {
    pub(crate) fn new(clock: Clock) -> Self {
        let token = Some(clock.busy());
        Self { clock, token }
    }

    /// Waits until `at`, without counting as busy meanwhile.
    pub async fn sleep_until(&mut self, at: DateTime<Utc>) {
        // Set first, let go then: else the clock could run past the instant in between.
        let alarm = self.clock.alarm(at);
        self.token = None;
        self.token = Some(alarm.wait().await);
    }

    /// Waits until the bell is rung or `at` comes, whichever is first.
    ///
    /// On the system clock it returns after `poll` at the latest: the bell is a hint, the database is the truth.
    /// A manual clock moves from due instant to due instant, so there is nothing to poll for.
    pub async fn wait(&mut self, bell: &Bell, at: Option<DateTime<Utc>>, poll: Duration) {
        let alarm = self.alarm(at, poll);
        self.token = None;
        let token = match alarm {
            None => bell.heard().await,
            Some(alarm) => tokio::select! {
                biased;
                token = bell.heard() => token,
                token = alarm.wait() => token,
            },
        };
        self.token = Some(token);
    }

    /// Waits as [`Worker::wait`] does, for one of two bells, and returns what ended it.
    pub async fn wait_for_either(
        &mut self,
        first: &Bell,
        second: &Bell,
        at: Option<DateTime<Utc>>,
        poll: Duration,
    ) -> Woken {
        let alarm = self.alarm(at, poll);
        self.token = None;
        let time = async {
            match alarm {
                Some(alarm) => alarm.wait().await,
                None => std::future::pending().await,
            }
        };
        let (woken, token) = tokio::select! {
            biased;
            token = first.heard() => (Woken::ByFirst, token),
            token = second.heard() => (Woken::BySecond, token),
            token = time => (Woken::ByTime, token),
        };
        self.token = Some(token);
        woken
    }

    fn alarm(&self, at: Option<DateTime<Utc>>, poll: Duration) -> Option<Alarm> {
        let at = if self.clock.is_manual() {
            at
        } else {
            let poll = self.clock.now() + TimeDelta::from_std(poll).unwrap_or(TimeDelta::MAX);
            Some(at.map_or(poll, |at| at.min(poll)))
        };
        at.map(|at| self.clock.alarm(at))
    }
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The first bell.
    ByFirst,
    /// The second bell.
    BySecond,
    /// The time.
    ByTime,
}
