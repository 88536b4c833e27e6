#![doc = include_str!("../README.md")]

mod bell;
mod manual;
mod worker;

pub use bell::Bell;
pub use manual::{Busy, Loan};
pub use worker::{Woken, Worker};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use manual::Manual;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The longest that a task sleeps on the system clock before it looks again.
///
/// A machine that was suspended, or whose clock was set, would else wake too late.
const LONGEST_NAP: std::time::Duration = std::time::Duration::from_secs(5);

/// A source of time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { offset_us: Arc<AtomicI64>, ahead: TimeDelta },
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
        Self::system_ahead(TimeDelta::zero())
    }

    /// Returns the machine's clock, set ahead by so much, whatever corrects it: for tests that start a process hours later.
    #[must_use]
    pub fn system_ahead(ahead: TimeDelta) -> Self {
        Self(Kind::System { offset_us: Arc::new(AtomicI64::new(0)), ahead })
    }

    /// Returns a clock that stands at `at` until it is moved.
    #[must_use]
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self(Kind::Manual(Manual::new(at.trunc_subsecs(6))))
    }

    /// Returns the time, cut to microseconds: what PostgreSQL keeps.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place where time enters")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Kind::System { offset_us, ahead } => {
                let offset = TimeDelta::microseconds(offset_us.load(Ordering::Relaxed));
                (Utc::now() + offset + *ahead).trunc_subsecs(6)
            }
            Kind::Manual(manual) => manual.now(),
        }
    }

    /// Returns whether this clock is moved by hand.
    #[must_use]
    pub const fn is_manual(&self) -> bool {
        matches!(self.0, Kind::Manual(_))
    }

    /// Corrects the system clock: `offset` is what the database's clock is ahead of the machine's.
    ///
    /// The manual clock has no offset.
    pub fn set_offset(&self, offset: TimeDelta) {
        if let Kind::System { offset_us, .. } = &self.0 {
            offset_us.store(offset.num_microseconds().unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Returns the correction that is in force.
    #[must_use]
    pub fn offset(&self) -> TimeDelta {
        match &self.0 {
            Kind::System { offset_us, .. } => {
                TimeDelta::microseconds(offset_us.load(Ordering::Relaxed))
            }
            Kind::Manual(_) => TimeDelta::zero(),
        }
    }

    /// Returns by how much the clock was set ahead, which is no fault of the machine's.
    #[must_use]
    pub const fn ahead(&self) -> TimeDelta {
        match &self.0 {
            Kind::System { ahead, .. } => *ahead,
            Kind::Manual(_) => TimeDelta::zero(),
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
            Kind::System { .. } => {
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
            Kind::System { .. } => Err(MoveRefused::NotManual),
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
            Kind::System { .. } => Busy::uncounted(),
            Kind::Manual(manual) => manual.busy(),
        }
    }

    /// Gives back the token of a caller that is being kept waiting on purpose, so that the caller's timeout can come.
    ///
    /// Hold the loan for as long as the caller is kept waiting.
    pub fn lend(&self) -> Loan {
        match &self.0 {
            Kind::System { .. } => Loan::none(),
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
            Kind::System { .. } => Alarm::System { clock: self.clone(), at },
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
