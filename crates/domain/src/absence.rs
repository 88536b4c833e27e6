//! Absences: when people cannot serve, united per person and measured against windows.

mod part_day;
mod run;
mod span;

pub use part_day::PartDay;
pub use span::{Amount, Half, Span};

use crate::duty_hours::DutyHours;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::skip::{SkipRule, share_of};
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use part_day::{Count, Day};
use run::{Run, unite, without};
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

/// A window in which a person says to be available, whatever a synced source knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Who.
    pub user: UserId,
    /// When.
    pub window: Interval,
}

/// What is known of when people cannot serve, by where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What people entered.
    pub manual: Vec<Absence>,
    /// What other systems say.
    pub synced: Vec<Absence>,
    /// What other systems say without clock times.
    pub part_days: Vec<PartDay>,
    /// What wins over all that other systems say, and not over what people entered.
    pub available: Vec<Availability>,
}

/// The absences of several people, those of one person united.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbsenceBook {
    runs: HashMap<UserId, Vec<Run>>,
    /// The days of which only an amount is known; hardly anybody has one.
    days: HashMap<UserId, Vec<Day>>,
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
        let mut book = Self::default();
        book.add(absences);
        book.unite();
        book
    }

    /// Returns the book with one absence more.
    #[must_use]
    pub fn with(&self, absence: Absence) -> Self {
        let mut book = self.clone();
        let user = absence.user.clone();
        book.add([absence]);
        if let Some(runs) = book.runs.get_mut(&user) {
            unite(runs);
        }
        book
    }

    /// Returns the book of what is known (specification, Who is next 4).
    ///
    /// Days are those of `zone`, that of the rotation, and a part of a day is measured against its `duty_hours`.
    #[must_use]
    pub fn of(known: Known, zone: &Zone, duty_hours: Option<&DutyHours>) -> Self {
        let mut book = Self::default();
        book.add(known.synced);
        book.days = part_day::days_by_user(known.part_days, zone, duty_hours);
        for Availability { user, window } in &known.available {
            if let Some(runs) = book.runs.get_mut(user) {
                *runs = runs.iter().flat_map(|run| run.without(*window)).flatten().collect();
            }
            for day in book.days.get_mut(user).into_iter().flatten() {
                day.open = without(&day.open, *window);
            }
        }
        book.add(known.manual);
        book.unite();
        book
    }

    /// Returns how much of the windows the person is away; the windows do not overlap.
    ///
    /// An amount of a day counts as its share of the day's duty time, taken of the windows' part of the day; where the
    /// absences of that day are longer, they count instead.
    #[must_use]
    pub fn missed(&self, user: &UserId, windows: &[Interval]) -> TimeDelta {
        self.counted(user, windows, Count::Share)
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
        rule.is_away(self.missed_by_rule(user, windows, rule), time)
    }

    /// Returns how much of the windows the rule says that the person misses.
    ///
    /// It differs from [`AbsenceBook::missed`] where hours are counted: then an amount of a day is so many hours.
    #[must_use]
    pub fn missed_by_rule(&self, user: &UserId, windows: &[Interval], rule: SkipRule) -> TimeDelta {
        let count = match rule {
            SkipRule::AtLeastHours(_) => Count::Hours,
            SkipRule::OverShare(_) | SkipRule::Any | SkipRule::Never => Count::Share,
        };
        self.counted(user, windows, count)
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
    ///
    /// Where only an amount is known it is the last instant of the day.
    #[must_use]
    pub fn last_instant_in(&self, user: &UserId, windows: &[Interval]) -> Option<DateTime<Utc>> {
        let last = self.away_in(user, windows).last();
        let of_run = last.map(|last| self.last_instant_of_run(user, last.start()));
        let days = windows.iter().rev().flat_map(|window| self.days_in(user, *window).iter().rev());
        let of_day = days
            .filter(|day| !day.open.is_empty())
            .map(|day| day.window.end().checked_sub_signed(STEP))
            .next();
        // An open end is later than any day.
        of_run.into_iter().chain(of_day).reduce(|run, day| run?.max(day?).into()).flatten()
    }

    fn add(&mut self, absences: impl IntoIterator<Item = Absence>) {
        for Absence { user, start, end } in absences {
            if end.is_none_or(|end| start < end) {
                self.runs.entry(user).or_default().push(Run { start, end });
            }
        }
    }

    fn unite(&mut self) {
        for of_one in self.runs.values_mut() {
            unite(of_one);
        }
    }

    fn counted(&self, user: &UserId, windows: &[Interval], count: Count) -> TimeDelta {
        let away = self.away_in(user, windows).map(Interval::length).sum();
        if self.days.is_empty() { away } else { away + self.missed_besides(user, windows, count) }
    }

    /// Returns what the amounts of days count for beyond the absences of these days.
    fn missed_besides(&self, user: &UserId, windows: &[Interval], count: Count) -> TimeDelta {
        let (Some(first), Some(last)) = (windows.first(), windows.last()) else {
            return TimeDelta::zero();
        };
        let Some(around) = Interval::new(first.start(), last.end()) else {
            return TimeDelta::zero();
        };
        let beyond = self.days_in(user, around).iter().map(|day| {
            let active = common(windows, &[day.window]);
            let open: TimeDelta =
                common(&active, &day.open).into_iter().map(Interval::length).sum();
            let away: TimeDelta = self.away_in(user, &active).map(Interval::length).sum();
            let active = active.into_iter().map(Interval::length).sum();
            (day.missed(active, open, count) - away).max(TimeDelta::zero())
        });
        beyond.sum()
    }

    /// Returns the parts of the windows in which the person is away, as far as times are known.
    pub fn away_in(&self, user: &UserId, windows: &[Interval]) -> impl Iterator<Item = Interval> {
        let runs = self.runs_of(user);
        windows.iter().flat_map(move |window| {
            let first = runs.partition_point(|run| run.is_over_at(window.start()));
            runs[first..].iter().map_while(|run| run.within(*window))
        })
    }

    fn runs_of(&self, user: &UserId) -> &[Run] {
        self.runs.get(user).map_or(&[], Vec::as_slice)
    }

    /// Returns the days with an amount that a window touches.
    fn days_in(&self, user: &UserId, window: Interval) -> &[Day] {
        let days = self.days.get(user).map_or(&[][..], Vec::as_slice);
        let first = days.partition_point(|day| day.window.end() <= window.start());
        let after = days.partition_point(|day| day.window.start() < window.end());
        &days[first..after.max(first)]
    }
}

/// Returns what two lists of windows share.
fn common(windows: &[Interval], others: &[Interval]) -> Vec<Interval> {
    let shared =
        windows.iter().flat_map(|window| others.iter().map(|other| window.intersection(*other)));
    shared.flatten().collect()
}

/// Returns a window at the very end of what instants can say, which no real date reaches.
fn last_day_of_the_calendar(from: DateTime<Utc>) -> Interval {
    let end = NaiveDateTime::MAX.and_utc();
    let start = from.min(end - TimeDelta::days(1));
    Interval::new(start, end).expect("the start was just put a day before the end")
}

#[cfg(test)]
mod tests;
