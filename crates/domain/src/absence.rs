//! Absences: when people cannot serve, united per person and measured against windows.

use crate::ids::UserId;
use crate::interval::Interval;
use crate::skip::{SkipRule, share_of};
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use std::collections::HashMap;

/// The step between two instants that can be stored: a microsecond.
const STEP: TimeDelta = TimeDelta::microseconds(1);

/// An interval in which a person cannot serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Who.
    pub user: UserId,
    /// The first instant.
    pub start: DateTime<Utc>,
    /// The first instant after it; `None` while nobody knows the end.
    pub end: Option<DateTime<Utc>>,
}

/// The absences of several people, those of one person united.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbsenceBook {
    runs: HashMap<UserId, Vec<Run>>,
}

/// A stretch without a break in which one person is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    start: DateTime<Utc>,
    /// `None` where the end is open.
    end: Option<DateTime<Utc>>,
}

/// Returns the window of whole days in a zone, both days included.
///
/// Days that the zone does not have (the day that Apia skipped) still give a window: the day after it. Days in the
/// wrong order are read as the right one.
#[must_use]
pub fn whole_days(zone: &Zone, from: NaiveDate, to: NaiveDate) -> Interval {
    let midnight = |date: NaiveDate| zone.instant_of(date.and_time(NaiveTime::MIN));
    let (first, last) = (from.min(to), from.max(to));
    (1..=3)
        .filter_map(|days| last.checked_add_signed(TimeDelta::days(days)))
        .find_map(|after| Interval::new(midnight(first), midnight(after)))
        .unwrap_or_else(|| last_day_of_the_calendar(midnight(first)))
}

impl AbsenceBook {
    /// Returns the book of these absences; one that does not end later than it starts is none.
    #[must_use]
    pub fn new(absences: impl IntoIterator<Item = Absence>) -> Self {
        let mut runs: HashMap<UserId, Vec<Run>> = HashMap::new();
        for Absence { user, start, end } in absences {
            if end.is_none_or(|end| start < end) {
                runs.entry(user).or_default().push(Run { start, end });
            }
        }
        for of_one in runs.values_mut() {
            unite(of_one);
        }
        Self { runs }
    }

    /// Returns how much of the windows the person is away; the windows do not overlap.
    #[must_use]
    pub fn missed(&self, user: &UserId, windows: &[Interval]) -> TimeDelta {
        self.away_in(user, windows).map(Interval::length).sum()
    }

    /// Returns whether the person counts as away for the windows, which take `time` together.
    #[must_use]
    pub fn is_away(
        &self,
        user: &UserId,
        windows: &[Interval],
        time: TimeDelta,
        rule: SkipRule,
    ) -> bool {
        rule.is_away(self.missed(user, windows), time)
    }

    /// Returns the share of the windows' time in which the person is away, 0 to 1; 0 where there is no time.
    #[must_use]
    pub fn share(&self, user: &UserId, windows: &[Interval]) -> f64 {
        let time = windows.iter().map(|window| window.length()).sum();
        share_of(self.missed(user, windows), time)
    }

    /// Returns the last instant, to the microsecond, of the unbroken absence in which `at` lies.
    ///
    /// It lies on the last day of the absence, where the end itself may be the midnight after it. `None` where the end
    /// is open or the person is not away at `at`.
    #[must_use]
    pub fn last_instant_of_run(&self, user: &UserId, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let runs = self.runs_of(user);
        let run = runs.get(runs.partition_point(|run| run.is_over_at(at)))?;
        run.end.filter(|_| run.start <= at)?.checked_sub_signed(STEP)
    }

    /// Returns the last instant of the last absence that touches the windows, as [`AbsenceBook::last_instant_of_run`].
    #[must_use]
    pub fn last_instant_in(&self, user: &UserId, windows: &[Interval]) -> Option<DateTime<Utc>> {
        let last = self.away_in(user, windows).last()?;
        self.last_instant_of_run(user, last.start())
    }

    /// Returns the parts of the windows in which the person is away.
    fn away_in(&self, user: &UserId, windows: &[Interval]) -> impl Iterator<Item = Interval> {
        let runs = self.runs_of(user);
        windows.iter().flat_map(move |window| {
            let first = runs.partition_point(|run| run.is_over_at(window.start()));
            runs[first..].iter().map_while(|run| run.within(*window))
        })
    }

    fn runs_of(&self, user: &UserId) -> &[Run] {
        self.runs.get(user).map_or(&[], Vec::as_slice)
    }
}

impl Run {
    fn is_over_at(self, at: DateTime<Utc>) -> bool {
        self.end.is_some_and(|end| end <= at)
    }

    fn within(self, window: Interval) -> Option<Interval> {
        let end = self.end.map_or(window.end(), |end| end.min(window.end()));
        Interval::new(self.start.max(window.start()), end)
    }
}

/// Sorts the runs and joins those that overlap or touch.
fn unite(runs: &mut Vec<Run>) {
    runs.sort_by_key(|run| run.start);
    runs.dedup_by(|later, earlier| {
        let is_joined = earlier.end.is_none_or(|end| later.start <= end);
        if is_joined {
            earlier.end = earlier.end.zip(later.end).map(|(a, b)| a.max(b));
        }
        is_joined
    });
}

/// Returns a window at the very end of what instants can say, which no real date reaches.
fn last_day_of_the_calendar(from: DateTime<Utc>) -> Interval {
    let end = NaiveDateTime::MAX.and_utc();
    let start = from.min(end - TimeDelta::days(1));
    Interval::new(start, end).expect("the start was just put a day before the end")
}

#[cfg(test)]
mod tests;
