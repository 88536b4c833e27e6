//! The rule that a task holds at most one writing transaction, checked in debug builds.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

/// Who is writing: a task, or the thread that drives a future which is no task.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Writer {
    Task(tokio::task::Id),
    Thread(ThreadId),
}

/// The proof that this task writes once. A second one at the same time would wait for itself for ever on SQLite.
pub(crate) struct OneWrite {
    store: usize,
    writer: Writer,
}

static WRITING: Mutex<Option<HashSet<(usize, Writer)>>> = Mutex::new(None);

impl OneWrite {
    /// Returns the proof in debug builds, and nothing in release builds.
    ///
    /// # Panics
    ///
    /// In debug builds where this task holds a writing transaction of the same store (named by its address) already.
    #[track_caller]
    pub(crate) fn begin(store: usize) -> Option<Self> {
        if !cfg!(debug_assertions) {
            return None;
        }
        let writer = tokio::task::try_id()
            .map_or_else(|| Writer::Thread(std::thread::current().id()), Writer::Task);
        let is_first = WRITING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_default()
            .insert((store, writer));
        assert!(
            is_first,
            "this task holds a writing transaction already; commit or drop it before the next"
        );
        Some(Self { store, writer })
    }
}

impl Drop for OneWrite {
    fn drop(&mut self) {
        let mut writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writing) = writing.as_mut() {
            writing.remove(&(self.store, self.writer));
        }
    }
}
