//! Versions: whether what was read of a workspace is still what would be read.
//!
//! Counted is every write of what answers are made of: the workspace, people, rotations, turns, coverage, absences and
//! preferences. The queues, request keys and the audit log are not counted.

use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How many counters there are: with more workspaces some share one, which then counts too often and never too rarely.
const COUNTERS: usize = 16_384;

/// The state of a workspace at a time; two that are equal stand for the same state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The installation during which it was counted, in microseconds: a workspace that was erased and came back begins
    /// anew.
    installed_at: i64,
    count: u64,
}

/// How often each workspace was written: for the engine of which one process has all the writers.
#[derive(Debug)]
pub(crate) struct Versions(Box<[AtomicU64]>);

/// The counts of the files that are open in this process: all who open a file count together.
static FILES: Mutex<Option<HashMap<PathBuf, Weak<Versions>>>> = Mutex::new(None);

impl Version {
    /// Returns what the database has counted.
    pub(crate) const fn stored(installed_at: DateTime<Utc>, count: u64) -> Self {
        Self { installed_at: installed_at.timestamp_micros(), count }
    }

    /// Returns whether one write led from `before` to this, and nothing else.
    #[must_use]
    pub fn is_next_of(self, before: Self) -> bool {
        self.installed_at == before.installed_at && before.count.checked_add(1) == Some(self.count)
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self((0..COUNTERS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Versions {
    /// Returns the counts of a file, which is there.
    pub(crate) fn of_file(file: &Path) -> Arc<Self> {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        let files = files.get_or_insert_default();
        files.retain(|_, counts| counts.strong_count() > 0);
        if let Some(counts) = files.get(&file).and_then(Weak::upgrade) {
            return counts;
        }
        let counts = Arc::<Self>::default();
        files.insert(file, Arc::downgrade(&counts));
        counts
    }

    /// Returns the version of a workspace.
    pub(crate) fn of(&self, workspace: WorkspaceId) -> Version {
        Version { installed_at: 0, count: self.counter(workspace).load(Ordering::SeqCst) }
    }

    /// Counts a write that is saved, and returns the version that it made.
    pub(crate) fn count(&self, workspace: WorkspaceId) -> Version {
        let before = self.counter(workspace).fetch_add(1, Ordering::SeqCst);
        Version { installed_at: 0, count: before.wrapping_add(1) }
    }

    fn counter(&self, workspace: WorkspaceId) -> &AtomicU64 {
        // The id is a hash already.
        let [.., high, low] = *workspace.as_uuid().as_bytes();
        &self.0[usize::from(u16::from_be_bytes([high, low])) % COUNTERS]
    }
}
