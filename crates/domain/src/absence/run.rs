//! Runs: stretches without a break in which one person is away.

use crate::interval::Interval;
use chrono::{DateTime, Utc};

/// A stretch without a break in which one person is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: DateTime<Utc>,
    /// `None` where the end is open.
    pub(super) end: Option<DateTime<Utc>>,
}

impl Run {
    pub(super) fn is_over_at(self, at: DateTime<Utc>) -> bool {
        self.end.is_some_and(|end| end <= at)
    }

    pub(super) fn within(self, window: Interval) -> Option<Interval> {
        let end = self.end.map_or(window.end(), |end| end.min(window.end()));
        Interval::new(self.start.max(window.start()), end)
    }

    /// Returns what is left before and after a window.
    pub(super) fn without(self, window: Interval) -> [Option<Self>; 2] {
        let before = self.end.map_or(window.start(), |end| end.min(window.start()));
        let after = self.start.max(window.end());
        [
            (self.start < before).then_some(Self { start: self.start, end: Some(before) }),
            self.end.is_none_or(|end| after < end).then_some(Self { start: after, end: self.end }),
        ]
    }
}

/// Sorts the runs and joins those that overlap or touch.
pub(super) fn unite(runs: &mut Vec<Run>) {
    runs.sort_by_key(|run| run.start);
    runs.dedup_by(|later, earlier| {
        let is_joined = earlier.end.is_none_or(|end| later.start <= end);
        if is_joined {
            earlier.end = earlier.end.zip(later.end).map(|(a, b)| a.max(b));
        }
        is_joined
    });
}

/// Returns what is left of windows without another one.
pub(super) fn without(windows: &[Interval], taken: Interval) -> Vec<Interval> {
    let left = windows.iter().flat_map(|window| {
        let before = Interval::new(window.start(), window.end().min(taken.start()));
        let after = Interval::new(window.start().max(taken.end()), window.end());
        [before, after]
    });
    left.flatten().collect()
}
