//! The clock that is moved by hand, and the tokens by which it knows that all due work is done.

use crate::MoveRefused;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, Notify, oneshot};

#[derive(Debug)]
pub(crate) struct Manual {
    state: Mutex<State>,
    quiet: Notify,
    moving: AsyncMutex<()>,
}

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    busy: i64,
    loans: u64,
    next_timer: u64,
    timers: BTreeMap<(DateTime<Utc>, u64), oneshot::Sender<Busy>>,
}

/// A token: while one lives, a manual clock does not move.
#[derive(Debug)]
#[must_use = "a token that is dropped at once counts nothing"]
pub struct Busy(Option<Arc<Manual>>);

/// A caller's token, given back while it is kept waiting on purpose.
#[derive(Debug)]
#[must_use = "the loan must be held for as long as the caller waits"]
pub struct Loan(Option<Arc<Manual>>);

impl Busy {
    pub(crate) const fn uncounted() -> Self {
        Self(None)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(manual) = self.0.take() {
            manual.change(|state| state.busy -= 1);
        }
    }
}

impl Loan {
    pub(crate) const fn none() -> Self {
        Self(None)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(manual) = self.0.take() {
            manual.change(|state| {
                if state.loans > 0 {
                    state.loans -= 1;
                    state.busy += 1;
                }
            });
        }
    }
}

impl Manual {
    pub(crate) fn new(at: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                now: at,
                busy: 0,
                loans: 0,
                next_timer: 0,
                timers: BTreeMap::new(),
            }),
            quiet: Notify::new(),
            moving: AsyncMutex::new(()),
        })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.lock().now
    }

    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.lock().busy += 1;
        Busy(Some(Arc::clone(self)))
    }

    pub(crate) fn lend(self: &Arc<Self>) -> Loan {
        self.change(|state| {
            state.loans += 1;
            state.busy -= 1;
        });
        Loan(Some(Arc::clone(self)))
    }

    /// Takes a timeout's token as the repayment of the loan that let the clock reach it.
    pub(crate) fn repay(&self, mut token: Busy) {
        let mut state = self.lock();
        if state.loans > 0 {
            state.loans -= 1;
            token.0 = None;
        }
    }

    /// Sets a timer for `at`, from this call on; its token keeps the clock there.
    pub(crate) fn timer(self: &Arc<Self>, at: DateTime<Utc>) -> Timer {
        let (fire, fired) = oneshot::channel();
        let mut state = self.lock();
        let id = state.next_timer;
        state.next_timer += 1;
        if at <= state.now {
            state.busy += 1;
            // The receiver is right here, so the token arrives.
            drop(fire.send(Busy(Some(Arc::clone(self)))));
        } else {
            state.timers.insert((at, id), fire);
        }
        Timer { manual: Arc::clone(self), key: (at, id), fired }
    }

    pub(crate) async fn settle(&self) {
        loop {
            let mut changed = pin!(self.quiet.notified());
            changed.as_mut().enable();
            if self.lock().busy <= 0 {
                return;
            }
            changed.await;
        }
    }

    pub(crate) async fn advance_to(
        self: &Arc<Self>,
        to: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, MoveRefused> {
        let _one_at_a_time = self.moving.lock().await;
        if to < self.now() {
            return Err(MoveRefused::Backwards);
        }
        loop {
            self.settle().await;
            let due = self.step(to);
            if due.is_empty() {
                self.settle().await;
                return Ok(self.now());
            }
            for (fire, token) in due {
                // Who waited may have gone: then the token comes back and counts no more.
                drop(fire.send(token));
            }
        }
    }

    /// Moves to the next timer, at most to `to`, and returns who waits for it, each with a token.
    fn step(self: &Arc<Self>, to: DateTime<Utc>) -> Vec<(oneshot::Sender<Busy>, Busy)> {
        let mut state = self.lock();
        let next = state.timers.keys().next().map_or(to, |(at, _)| to.min(*at));
        let now = state.now.max(next);
        state.now = now;
        let mut due = Vec::new();
        while let Some(entry) = state.timers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let fire = entry.remove();
            state.busy += 1;
            due.push((fire, Busy(Some(Arc::clone(self)))));
        }
        due
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let is_quiet = {
            let mut state = self.lock();
            change(&mut state);
            state.busy <= 0
        };
        if is_quiet {
            self.quiet.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A timer that takes itself off the clock when nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Timer {
    manual: Arc<Manual>,
    key: (DateTime<Utc>, u64),
    fired: oneshot::Receiver<Busy>,
}

impl Timer {
    /// Waits until the clock is there.
    pub(crate) async fn wait(mut self) -> Busy {
        (&mut self.fired).await.unwrap_or_else(|_| Busy::uncounted())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.manual.lock().timers.remove(&self.key);
    }
}
