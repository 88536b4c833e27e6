//! Reminders: when those who have not answered a request for cover are asked again (specification, Coverage 4).

use chrono::{DateTime, TimeDelta, Utc};

/// How long before the window people are reminded, in hours, the longest first.
const LEADS_HOURS: [u16; 8] = [4 * WEEK, 3 * WEEK, 2 * WEEK, WEEK, 3 * DAY, 2 * DAY, DAY, 12];

const DAY: u16 = 24;
const WEEK: u16 = 7 * DAY;

/// A reminder that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// When people are reminded.
    pub at: DateTime<Utc>,
    /// How long before the window that is; it tells the reminders of one request apart.
    pub lead_hours: u16,
}

/// Returns the first reminder after `now` of a request for a window from `window_start` on, made at `made_at`.
///
/// A reminder whose instant has passed is dropped, not made up for; so is one that falls on the request itself.
#[must_use]
pub fn next_reminder(
    window_start: DateTime<Utc>,
    made_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Reminder> {
    let after = made_at.max(now);
    LEADS_HOURS.iter().find_map(|lead_hours| {
        let at = window_start.checked_sub_signed(TimeDelta::hours((*lead_hours).into()))?;
        (at > after).then_some(Reminder { at, lead_hours: *lead_hours })
    })
}

/// Returns how long before the window, in hours, the reminders were that came until `now`, of a request made at `made_at`.
#[must_use]
pub fn passed_reminders(
    window_start: DateTime<Utc>,
    made_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<u16> {
    let has_come = |lead_hours: &u16| {
        let at = window_start.checked_sub_signed(TimeDelta::hours((*lead_hours).into()));
        at.is_some_and(|at| made_at < at && at <= now)
    };
    LEADS_HOURS.into_iter().filter(has_come).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, shown};

    #[track_caller]
    fn check(made_at: &str, now: &str, expected: Option<(&str, u16)>) {
        let next = next_reminder(at("2026-03-30T08:00Z"), at(made_at), at(now));

        let next = next.map(|reminder| (shown(reminder.at), reminder.lead_hours));
        assert_eq!(next, expected.map(|(at, lead)| (at.into(), lead)));
    }

    #[test]
    fn every_reminder_comes_in_its_turn() {
        let mut now = at("2026-01-01T00:00Z");
        let mut leads = Vec::new();
        while let Some(reminder) = next_reminder(at("2026-03-30T08:00Z"), now, now) {
            leads.push(reminder.lead_hours);
            now = reminder.at;
        }

        assert_eq!(leads, [672, 504, 336, 168, 72, 48, 24, 12]);
    }

    #[test]
    fn those_that_came_are_those_between_the_request_and_now() {
        let passed = |made_at: &str, now: &str| {
            passed_reminders(at("2026-03-30T08:00Z"), at(made_at), at(now))
        };

        assert_eq!(passed("2026-03-20T12:00Z", "2026-03-28T08:00Z"), [168, 72, 48]);
        assert!(passed("2026-03-23T08:00Z", "2026-03-27T07:59Z").is_empty());
        assert!(passed("2026-03-29T21:00Z", "2026-04-27T07:59Z").is_empty());
    }

    #[test]
    fn what_has_passed_is_dropped() {
        let made = "2026-03-20T12:00Z";
        check(made, made, Some(("2026-03-23T08:00Z", 168)));
        check(made, "2026-03-28T09:00Z", Some(("2026-03-29T08:00Z", 24)));
        check(made, "2026-03-29T20:00Z", None);
        check(made, "2026-04-29T20:00Z", None);
    }

    #[test]
    fn a_request_made_just_a_week_before_is_its_own_reminder() {
        let made = "2026-03-23T08:00Z";
        check(made, "2026-03-01T08:00Z", Some(("2026-03-27T08:00Z", 72)));
    }
}
