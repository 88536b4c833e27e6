//! How long what is kept: `docs/DATA.md` says the same, and a test compares the two.

use chrono::{DateTime, Months, TimeDelta, Utc};

/// How many months a turn is kept after its end, with all that belongs to it.
pub const TURNS_KEPT_MONTHS: u32 = 13;

/// How long an absence is kept after its end.
pub const ABSENCES_KEPT: TimeDelta = TimeDelta::days(30);

/// How long a delivery stays in the outbox after it was sent.
pub const SENT_KEPT: TimeDelta = TimeDelta::days(7);

/// How long a delivery stays in the outbox that was not sent, or of which that is not known.
pub const UNSENT_KEPT: TimeDelta = TimeDelta::days(30);

/// How long it is known after that what was said, so that it can be replaced and is not said again: a turn may last a
/// quarter.
pub const SAID_KEPT: TimeDelta = TimeDelta::days(100);

/// How long a notice to the admins is kept.
pub const NOTICES_KEPT: TimeDelta = TimeDelta::days(30);

/// How long what an uninstalled workspace left is kept, unless somebody asked for longer.
pub const GRACE: TimeDelta = TimeDelta::days(30);

/// Returns the instant before which turns have served their time.
#[must_use]
pub fn turns_kept_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_months(Months::new(TURNS_KEPT_MONTHS)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_months_are_counted_on_the_calendar() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();

        assert_eq!(turns_kept_since(at("2026-07-31T12:00:00Z")), at("2025-06-30T12:00:00Z"));
        assert_eq!(turns_kept_since(DateTime::<Utc>::MIN_UTC), DateTime::<Utc>::MIN_UTC);
    }
}
