//! How far the service is with what was due when it started or woke up.

use std::sync::atomic::{AtomicU64, Ordering};

/// So many rotations were due at once, and so many of them are done; both are 0 where nothing is being caught up.
#[derive(Debug, Default)]
pub(crate) struct CatchUp {
    total: AtomicU64,
    done: AtomicU64,
}

impl CatchUp {
    /// Says that so many rotations are due that were not begun with.
    pub(crate) fn found(&self, waiting: u64) {
        if waiting == 0 {
            self.total.store(0, Ordering::Relaxed);
            self.done.store(0, Ordering::Relaxed);
        } else {
            let total = self.done.load(Ordering::Relaxed).saturating_add(waiting);
            self.total.store(total, Ordering::Relaxed);
        }
    }

    /// Says that so many of them are done.
    pub(crate) fn did(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// Returns how many are left to do.
    pub(crate) fn waiting(&self) -> u64 {
        let (done, total) = self.progress();
        total - done
    }

    /// Returns how many are done and of how many.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let total = self.total.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed).min(total), total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_later_counts_as_well_and_an_empty_look_ends_it() {
        let it = CatchUp::default();
        it.found(100);
        it.did(30);
        assert_eq!(it.progress(), (30, 100));
        assert_eq!(it.waiting(), 70);

        it.found(80);
        it.did(80);
        assert_eq!(it.progress(), (110, 110));

        it.found(0);
        assert_eq!(it.progress(), (0, 0));
    }
}
