//! When a backup is due: one a day.

use chrono::{DateTime, Days, NaiveTime, Utc};

/// From when on the day's backup is made, in UTC: when least is written.
const FROM: NaiveTime = NaiveTime::from_hms_opt(2, 30, 0).expect("a time of the day");

/// Returns since when a backup must have been made, for none to be due now.
pub(crate) fn due_since(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.date_naive().and_time(FROM).and_utc();
    if today <= now { today } else { today.checked_sub_days(Days::new(1)).unwrap_or(today) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_due_from_half_past_two_on() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };

        for (now, since) in [
            ("2026-11-23T02:29:59Z", "2026-11-22T02:30:00Z"),
            ("2026-11-23T02:30:00Z", "2026-11-23T02:30:00Z"),
            ("2026-11-23T23:59:59Z", "2026-11-23T02:30:00Z"),
            ("2027-01-01T00:00:00Z", "2026-12-31T02:30:00Z"),
        ] {
            assert_eq!(due_since(at(now)), at(since), "{now}");
        }
    }
}
