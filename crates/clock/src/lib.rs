#![doc = include_str!("../README.md")]

mod bell;
mod manual;
mod system;
mod worker;

pub use bell::Bell;
pub use manual::{Busy, Loan};
pub use system::{Machine, Measured, Reading, Report};
pub use worker::{Woken, Worker};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use manual::Manual;
use std::future::Future;
use std::sync::Arc;
use system::System;

/// The longest that a task sleeps on the system clock before it looks again.
///
/// A machine that was suspended, or whose clock was set, would else wake too late.
const LONGEST_NAP: std::time::Duration = std::time::Duration::from_secs(5);

/// A source of time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System(Arc<System>),
    Manual(Arc<Manual>),
}

/// The time that a call was given has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Why a clock was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveRefused {
    /// It is the system clock.
    NotManual,
    /// Time does not run backwards.
    Backwards,
}

impl std::fmt::Display for MoveRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotManual => "this clock is the machine's own and cannot be moved",
            Self::Backwards => "the clock can only be moved forward",
        })
    }
}

impl std::error::Error for MoveRefused {}

impl Clock {
    /// Returns the machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System(Arc::new(System::here())))
    }

    /// Returns the machine's clock, set ahead: what it says is later by this much, whatever corrects it.
    ///
    /// For tests that start a process hours later.
    #[must_use]
    pub fn system_ahead(by: TimeDelta) -> Self {
        let clock = Self::system();
        clock.set_ahead(by);
        clock
    }

    /// Returns the clock of another machine; for tests, which can set it.
    #[must_use]
    pub fn system_of(machine: Arc<dyn Machine>) -> Self {
        Self(Kind::System(Arc::new(System::of(machine))))
    }

    /// Returns a clock that stands at `at` until it is moved.
    #[must_use]
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self(Kind::Manual(Manual::new(at.trunc_subsecs(6))))
    }

    /// Returns the time, cut to microseconds: what PostgreSQL keeps.
    ///
    /// On the system clock it does not run backwards, but where it has to go back by more than a minute.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Kind::System(system) => system.now(),
            Kind::Manual(manual) => manual.now(),
        }
    }

    /// Returns whether this clock is moved by hand.
    #[must_use]
    pub const fn is_manual(&self) -> bool {
        matches!(self.0, Kind::Manual(_))
    }

    /// Returns what the machine says right now, before a database is asked for the time; `None` on the manual clock,
    /// which nothing corrects.
    #[must_use]
    pub fn read(&self) -> Option<Reading> {
        match &self.0 {
            Kind::System(system) => Some(system.read()),
            Kind::Manual(_) => None,
        }
    }

    /// Makes the database's time the time, from now on: asked at `began`, it has just answered `server`.
    ///
    /// A measurement that took longer than a second is not used, unless it is the first.
    #[expect(clippy::must_use_candidate, reason = "it is asked for what it does")]
    pub fn measured(&self, began: Reading, server: DateTime<Utc>) -> Measured {
        match &self.0 {
            Kind::System(system) => system.measured(began, server),
            Kind::Manual(_) => Measured::Taken(TimeDelta::zero()),
        }
    }

    /// Returns how the system clock stands.
    #[must_use]
    pub fn report(&self) -> Report {
        match &self.0 {
            Kind::System(system) => system.report(),
            Kind::Manual(_) => Report::default(),
        }
    }

    /// Waits until the machine's clock has jumped, by more than two seconds, and returns by how much.
    ///
    /// Somebody set it, or the machine was suspended. It is noticed when the time is next asked for. One waits at a time.
    pub async fn jumped(&self) -> TimeDelta {
        match &self.0 {
            Kind::System(system) => system.jumped().await,
            Kind::Manual(_) => std::future::pending().await,
        }
    }

    /// Returns what was added to the time by [`Clock::set_ahead`].
    #[must_use]
    pub fn ahead(&self) -> TimeDelta {
        match &self.0 {
            Kind::System(system) => system.ahead(),
            Kind::Manual(_) => TimeDelta::zero(),
        }
    }

    /// Sets the system clock ahead, for all who share it: no correction takes that away. For tests.
    pub fn set_ahead(&self, by: TimeDelta) {
        if let Kind::System(system) = &self.0 {
            system.set_ahead(by);
        }
    }

    /// Waits until `at`; returns at once where that has passed.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        drop(self.alarm(at).wait().await);
    }

    /// Waits for `f`, but no longer than `limit` on this clock.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] when the time passed first; `f` is dropped then.
    pub async fn timeout<T>(
        &self,
        limit: TimeDelta,
        f: impl Future<Output = T>,
    ) -> Result<T, Elapsed> {
        match &self.0 {
            Kind::System(_) => {
                let limit = limit.to_std().unwrap_or_default();
                tokio::time::timeout(limit, f).await.map_err(|_| Elapsed)
            }
            Kind::Manual(manual) => {
                tokio::select! {
                    biased;
                    done = f => Ok(done),
                    token = manual.timer(manual.now() + limit).wait() => {
                        manual.repay(token);
                        Err(Elapsed)
                    }
                }
            }
        }
    }

    /// Moves a manual clock to `to`, stopping at every timer on the way until the work that it woke is done.
    ///
    /// Returns the new time.
    ///
    /// # Errors
    ///
    /// [`MoveRefused`] for the system clock, and for a time in the past.
    pub async fn advance_to(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>, MoveRefused> {
        match &self.0 {
            Kind::System(_) => Err(MoveRefused::NotManual),
            Kind::Manual(manual) => manual.advance_to(to.trunc_subsecs(6)).await,
        }
    }

    /// Waits until no counted work is under way; on the system clock nothing is counted.
    pub async fn settle(&self) {
        if let Kind::Manual(manual) = &self.0 {
            manual.settle().await;
        }
    }

    /// Returns a token that keeps a manual clock where it is.
    pub fn busy(&self) -> Busy {
        match &self.0 {
            Kind::System(_) => Busy::uncounted(),
            Kind::Manual(manual) => manual.busy(),
        }
    }

    /// Gives back the token of a caller that is being kept waiting on purpose, so that the caller's timeout can come.
    ///
    /// Hold the loan for as long as the caller is kept waiting.
    pub fn lend(&self) -> Loan {
        match &self.0 {
            Kind::System(_) => Loan::none(),
            Kind::Manual(manual) => manual.lend(),
        }
    }

    /// Returns a new bell on this clock.
    #[must_use]
    pub fn bell(&self) -> Bell {
        Bell::new(self.clone())
    }

    /// Returns a worker on this clock, busy until it first waits.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker::new(self.clone())
    }

    /// Sets an alarm for `at`, from this call on.
    fn alarm(&self, at: DateTime<Utc>) -> Alarm {
        match &self.0 {
            Kind::System(_) => Alarm::System { clock: self.clone(), at },
            Kind::Manual(manual) => Alarm::Manual(manual.timer(at)),
        }
    }
}

/// An alarm that is set.
#[derive(Debug)]
enum Alarm {
    System { clock: Clock, at: DateTime<Utc> },
    Manual(manual::Timer),
}

impl Alarm {
    /// Waits until the time has come and returns the token of what is to be done then.
    async fn wait(self) -> Busy {
        match self {
            Self::System { clock, at } => loop {
                let left = (at - clock.now()).to_std().unwrap_or_default();
                if left.is_zero() {
                    return Busy::uncounted();
                }
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            },
            Self::Manual(timer) => timer.wait().await,
        }
    }
}
