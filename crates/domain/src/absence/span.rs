//! When an absence is, as it was entered or as a source says it.

use super::whole_days;
use crate::interval::Interval;
use crate::zone::Zone;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The most days of which each has a window or an amount of its own: two years.
const MOST_DAYS: u64 = 732;

/// Half of a day; noon is 12:00 by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// From midnight to noon.
    Morning,
    /// From noon to midnight.
    Afternoon,
}

/// How much of a day somebody misses, where nobody knows when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// So many minutes, more than none and at most those of a day.
    Minutes(u32),
    /// So many thousandths of the duty time of the day, 1 to 1000.
    Thousandths(u32),
}

/// When an absence is. Days are those of a zone that stands beside it.
///
/// It is stored as JSON; a variant is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Span {
    /// Days, both inclusive.
    Days {
        /// The first.
        first: NaiveDate,
        /// The last; `None` while nobody knows it.
        last: Option<NaiveDate>,
        /// Whether it begins at noon of the first day.
        #[serde(default)]
        from_noon: bool,
        /// Whether it ends at noon of the last day; of no meaning where that is not known.
        #[serde(default)]
        until_noon: bool,
    },
    /// The same half of each of some days, both inclusive.
    Halves {
        /// The first.
        first: NaiveDate,
        /// The last.
        last: NaiveDate,
        /// Which half.
        half: Half,
    },
    /// From an instant to another.
    Clock {
        /// The first instant.
        start: DateTime<Utc>,
        /// The first instant after it; `None` while nobody knows it.
        end: Option<DateTime<Utc>>,
    },
    /// So much of each of some days, both inclusive, and nobody knows when.
    Part {
        /// The first.
        first: NaiveDate,
        /// The last.
        last: NaiveDate,
        /// How much of each.
        of_day: Amount,
    },
}

impl Span {
    /// Returns whole days, both inclusive; days in the wrong order are read as the right one.
    #[must_use]
    pub fn days(first: NaiveDate, last: NaiveDate) -> Self {
        let (first, last) = (first.min(last), Some(first.max(last)));
        Self::Days { first, last, from_noon: false, until_noon: false }
    }

    /// Returns half of a day.
    #[must_use]
    pub const fn half(day: NaiveDate, half: Half) -> Self {
        Self::Halves { first: day, last: day, half }
    }

    /// Returns the first and the last day that it touches, by the clocks of the zone; the last is `None` where nobody
    /// knows it.
    #[must_use]
    pub fn dates(&self, zone: &Zone) -> (NaiveDate, Option<NaiveDate>) {
        match *self {
            Self::Days { first, last, .. } => (first, last),
            Self::Halves { first, last, .. } | Self::Part { first, last, .. } => {
                (first, Some(last))
            }
            Self::Clock { start, end } => {
                let last = end.map(|end| zone.date_of(end - TimeDelta::microseconds(1)));
                let first = zone.date_of(start);
                (first, last.map(|last| last.max(first)))
            }
        }
    }

    /// Returns when it begins and when it ends at most; the end is `None` where nobody knows it.
    #[must_use]
    pub fn bounds(&self, zone: &Zone) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        let whole = |first, last| {
            let window = whole_days(zone, first, last);
            (window.start(), Some(window.end()))
        };
        match *self {
            Self::Days { first, last: Some(last), .. } => {
                let whole = whole_days(zone, first, last);
                let window = self.windows(zone).next().unwrap_or(whole);
                (window.start(), Some(window.end()))
            }
            Self::Days { first, last: None, from_noon, .. } => {
                let start = if from_noon { noon(zone, first) } else { midnight(zone, first) };
                (start, None)
            }
            Self::Clock { start, end } => (start, end),
            Self::Halves { first, last, .. } | Self::Part { first, last, .. } => whole(first, last),
        }
    }

    /// Returns the windows of known days and times, the earliest first: none where the end is not known or only an amount
    /// is.
    pub fn windows(&self, zone: &Zone) -> impl Iterator<Item = Interval> + use<> {
        let (one, halves) = match *self {
            Self::Days { first, last: Some(last), from_noon, until_noon } => {
                let whole = whole_days(zone, first, last);
                let start = if from_noon { noon(zone, first) } else { whole.start() };
                let end = if until_noon { noon(zone, last) } else { whole.end() };
                // A day without its morning and without its afternoon is nothing that anybody means.
                (Some(Interval::new(start, end).unwrap_or(whole)), None)
            }
            Self::Clock { start, end: Some(end) } => (Interval::new(start, end), None),
            Self::Halves { first, last, half } => (None, Some((first, last, half))),
            Self::Days { last: None, .. } | Self::Clock { end: None, .. } | Self::Part { .. } => {
                (None, None)
            }
        };
        let zone = zone.clone();
        let halves = halves.into_iter().flat_map(move |(first, last, half)| {
            let zone = zone.clone();
            each_day(first, last).filter_map(move |day| {
                let whole = whole_days(&zone, day, day);
                let noon = noon(&zone, day);
                match half {
                    Half::Morning => Interval::new(whole.start(), noon),
                    Half::Afternoon => Interval::new(noon, whole.end()),
                }
            })
        });
        one.into_iter().chain(halves)
    }

    /// Returns the days of which an amount is missed, each with how much; none where the times are known.
    pub fn amounts(&self) -> impl Iterator<Item = (NaiveDate, Amount)> + use<> {
        let of = match *self {
            Self::Part { first, last, of_day } => Some((first, last, of_day)),
            _ => None,
        };
        of.into_iter()
            .flat_map(|(first, last, of_day)| each_day(first, last).map(move |day| (day, of_day)))
    }
}

fn each_day(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..MOST_DAYS)
        .map_while(move |days| first.checked_add_days(Days::new(days)))
        .take_while(move |day| *day <= last)
}

fn midnight(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    zone.instant_of(day.and_time(NaiveTime::MIN))
}

fn noon(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    zone.instant_of(day.and_time(NaiveTime::MIN) + TimeDelta::hours(12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").unwrap()
    }

    fn windows(span: Span) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        span.windows(&berlin()).map(|window| (window.start(), window.end())).collect()
    }

    #[test]
    fn days_begin_and_end_at_noon_where_that_was_said() {
        let (first, last) = (day("2026-01-05"), Some(day("2026-01-07")));
        let span = Span::Days { first, last, from_noon: true, until_noon: true };

        assert_eq!(windows(span), [(at("2026-01-05T11:00:00Z"), at("2026-01-07T11:00:00Z"))]);
    }

    #[test]
    fn a_day_of_which_nothing_would_be_left_is_whole() {
        let first = day("2026-01-05");
        let span = Span::Days { first, last: Some(first), from_noon: true, until_noon: true };

        assert_eq!(windows(span), [(at("2026-01-04T23:00:00Z"), at("2026-01-05T23:00:00Z"))]);
    }

    #[test]
    fn an_open_end_has_no_window_and_begins_when_it_was_said() {
        let span =
            Span::Days { first: day("2026-01-05"), last: None, from_noon: true, until_noon: false };

        assert_eq!(windows(span), []);
        assert_eq!(span.bounds(&berlin()), (at("2026-01-05T11:00:00Z"), None));
        assert_eq!(span.dates(&berlin()), (day("2026-01-05"), None));
    }

    #[test]
    fn mornings_are_one_window_each_and_follow_the_clocks() {
        let span =
            Span::Halves { first: day("2026-03-28"), last: day("2026-03-30"), half: Half::Morning };

        assert_eq!(
            windows(span),
            [
                (at("2026-03-27T23:00:00Z"), at("2026-03-28T11:00:00Z")),
                (at("2026-03-28T23:00:00Z"), at("2026-03-29T10:00:00Z")),
                (at("2026-03-29T22:00:00Z"), at("2026-03-30T10:00:00Z")),
            ]
        );
    }

    #[test]
    fn clock_times_touch_the_days_of_the_zone() {
        let (start, end) = (at("2026-01-05T22:30:00Z"), Some(at("2026-01-06T23:00:00Z")));

        let span = Span::Clock { start, end };

        assert_eq!(span.dates(&berlin()), (day("2026-01-05"), Some(day("2026-01-06"))));
        assert_eq!(windows(span), [(start, end.unwrap())]);
    }

    #[test]
    fn amounts_are_of_each_day() {
        let of_day = Amount::Minutes(180);
        let span = Span::Part { first: day("2026-01-05"), last: day("2026-01-06"), of_day };

        assert_eq!(
            span.amounts().collect::<Vec<_>>(),
            [(day("2026-01-05"), of_day), (day("2026-01-06"), of_day)]
        );
        assert_eq!(windows(span), []);
        assert_eq!(
            span.bounds(&berlin()),
            (at("2026-01-04T23:00:00Z"), Some(at("2026-01-06T23:00:00Z")))
        );
    }

    #[test]
    fn a_range_without_sense_has_an_end_of_days() {
        let (first, last) = (NaiveDate::MIN, NaiveDate::MAX);
        let span = Span::Halves { first, last, half: Half::Afternoon };

        assert!(span.windows(&berlin()).count() <= 732);
        assert_eq!(windows(Span::Halves { first: last, last: first, half: Half::Morning }), []);
    }
}
