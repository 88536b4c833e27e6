//! A bell wakes a worker: rung twice before it is heard, it wakes once.

use crate::{Busy, Clock};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// A wake-up call; clones ring the same bell.
#[derive(Clone, Debug)]
pub struct Bell {
    clock: Clock,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rung: Mutex<Option<Busy>>,
    heard: Notify,
}

impl Bell {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, inner: Arc::default() }
    }

    /// Wakes the worker that waits, or the next that will.
    ///
    /// The work counts from now on, so a manual clock does not move before it is done.
    pub fn ring(&self) {
        {
            let mut rung = self.inner.rung.lock().unwrap_or_else(PoisonError::into_inner);
            if rung.is_none() {
                *rung = Some(self.clock.busy());
            }
        }
        self.inner.heard.notify_one();
    }

    /// Takes back a call that nobody is there to hear.
    pub fn silence(&self) {
        drop(self.take());
    }

    /// Waits until the bell was rung and returns the token of the work.
    pub(crate) async fn heard(&self) -> Busy {
        loop {
            if let Some(token) = self.take() {
                return token;
            }
            self.inner.heard.notified().await;
        }
    }

    fn take(&self) -> Option<Busy> {
        self.inner.rung.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
