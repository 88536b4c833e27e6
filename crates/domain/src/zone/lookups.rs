//! A count of how often zones were asked, so that a test can tell a walk from a search without a stopwatch.

use std::cell::Cell;

thread_local! {
    static LOOKUPS: Cell<u64> = const { Cell::new(0) };
}

/// Counts one more question of this thread.
pub(super) fn note() {
    LOOKUPS.set(LOOKUPS.get() + 1);
}

/// Returns how many questions something asked.
pub(crate) fn during(something: impl FnOnce()) -> u64 {
    let before = LOOKUPS.get();
    something();
    LOOKUPS.get() - before
}
