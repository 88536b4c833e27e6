//! When the summary of the week is said.

use crate::zone::Zone;
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};

/// The wall-clock time of the summary.
const NINE: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("a time of day");

/// Returns the first Monday, 09:00, in a zone strictly after an instant.
#[must_use]
pub fn next_summary_at(zone: &Zone, after: DateTime<Utc>) -> DateTime<Utc> {
    let today = zone.date_of(after);
    let monday = today - TimeDelta::days(today.weekday().days_since(Weekday::Mon).into());
    let weeks = (0..).map(|week| zone.instant_of((monday + TimeDelta::weeks(week)).and_time(NINE)));
    weeks.into_iter().find(|at| after < *at).unwrap_or(after + TimeDelta::weeks(1))
}

/// Returns until when a summary is worth saying: on the Monday itself, for half a day.
#[must_use]
pub fn summary_useful_until(at: DateTime<Utc>) -> DateTime<Utc> {
    at + TimeDelta::hours(12)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::at;

    #[test]
    fn the_summary_comes_on_monday_at_nine_of_the_rotations_own_clock() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let next = |after| next_summary_at(&berlin, at(after));

        assert_eq!(next("2026-06-05T10:00Z"), at("2026-06-08T07:00Z"));
        assert_eq!(next("2026-06-08T06:59Z"), at("2026-06-08T07:00Z"));
        assert_eq!(next("2026-06-08T07:00Z"), at("2026-06-15T07:00Z"));
        assert_eq!(next("2026-10-19T07:00Z"), at("2026-10-26T08:00Z"));
    }
}
