//! The window of a plan: which of its shifts are shown.

use super::instants::{parse_day, parse_instant, parse_local_time};
use crate::fault::Fault;
use crate::zone::Zone;
use chrono::{DateTime, NaiveTime, Utc};

/// How many shifts are shown where nothing else is said.
pub const DEFAULT_COUNT: usize = 10;

/// The most shifts that can be shown.
pub const MAX_COUNT: usize = 100_000;

/// Which shifts are shown. It only cuts the list: the plan is always made from the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Shifts that end at this instant or before are left out; `None` means from the anchor on.
    pub from: Option<DateTime<Utc>>,
    /// Where the list ends.
    pub reach: Reach,
}

/// Where the list of shifts ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Shifts that begin at this instant or later are left out; a shift is never cut.
    Until(DateTime<Utc>),
    /// After so many shifts, 1 to [`MAX_COUNT`].
    Count(usize),
}

impl Window {
    /// Reads the window as it is typed after `--from`, `--until` and `--count`.
    ///
    /// A time is an instant (`2026-01-05T08:00:00Z`), a local time in the rotation's zone (`2026-01-05T09:00`) or the
    /// beginning of a day there (`2026-01-05`).
    ///
    /// # Errors
    ///
    /// A fault for each time that cannot be read, an end that is not after the beginning, a count out of its bounds, and
    /// for an end together with a count. The path is the option.
    pub fn read(
        from: Option<&str>,
        until: Option<&str>,
        count: Option<usize>,
        zone: &Zone,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let from = read_time("--from", from, zone, &mut faults);
        let until_at = read_time("--until", until, zone, &mut faults);
        if until.is_some() && count.is_some() {
            faults.push(Fault::new("--count", "cannot go with --until; use one of the two"));
        }
        if from.zip(until_at).is_some_and(|(from, until)| until <= from) {
            faults.push(Fault::new("--until", "must be later than --from"));
        }
        if count.is_some_and(|count| !(1..=MAX_COUNT).contains(&count)) {
            faults.push(Fault::new("--count", format!("must be from 1 to {MAX_COUNT}")));
        }
        let reach =
            until_at.map_or_else(|| Reach::Count(count.unwrap_or(DEFAULT_COUNT)), Reach::Until);
        if faults.is_empty() { Ok(Self { from, reach }) } else { Err(faults) }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self { from: None, reach: Reach::Count(DEFAULT_COUNT) }
    }
}

fn read_time(
    option: &str,
    text: Option<&str>,
    zone: &Zone,
    faults: &mut Vec<Fault>,
) -> Option<DateTime<Utc>> {
    let text = text?.trim();
    let local = || {
        let midnight = parse_day(text).map(|day| day.and_time(NaiveTime::MIN));
        parse_local_time(text).or(midnight).map(|local| zone.instant_of(local))
    };
    let at = parse_instant(text).or_else(local);
    if at.is_none() {
        let text = "is not a time; write it as 2026-01-05T08:00:00Z, or as 2026-01-05T09:00 or \
                    2026-01-05 in the rotation's zone";
        faults.push(Fault::new(option, text));
    }
    at
}
