//! Duty hours: the weekly windows in which somebody is on duty (specification, The handoff grid 7).

use crate::cadence::Weekdays;
use crate::fault::Fault;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

/// How long a week is where no clocks change.
const WEEK: TimeDelta = TimeDelta::days(7);

/// The weekly windows of duty, in the rotation's zone; windows that abut or overlap join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DutyHours(Vec<DutyWindow>);

/// A window of duty on some weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyWindow {
    /// The days on which it begins.
    pub days: Weekdays,
    /// When it begins, to the minute.
    #[serde(with = "minute")]
    pub from: NaiveTime,
    /// When it ends, to the minute; at or before `from` it is a time of the next day.
    #[serde(with = "minute")]
    pub to: NaiveTime,
}

impl DutyHours {
    /// Returns the duty hours of these windows.
    #[must_use]
    pub fn new(windows: Vec<DutyWindow>) -> Self {
        Self(windows)
    }

    /// Returns the windows as they were given.
    #[must_use]
    pub fn windows(&self) -> &[DutyWindow] {
        &self.0
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    ///
    /// No window at all, or one without a weekday, each with its place such as `[1].days`.
    pub fn validate(&self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            let text = "name at least one window, or leave the duty hours out";
            return Err(vec![Fault::new("", text)]);
        }
        let without_day = self.0.iter().enumerate().filter(|(_, window)| window.days.is_empty());
        let faults: Vec<Fault> = without_day
            .map(|(at, _)| Fault::new(format!("[{at}].days"), "name at least one weekday"))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Returns how much duty time the windows give that begin on a weekday, where no clocks change.
    ///
    /// A window over midnight counts for the day on which it begins, and time that several windows share counts once.
    #[must_use]
    pub fn hours_on(&self, day: Weekday) -> TimeDelta {
        let mut spans: Vec<(TimeDelta, TimeDelta)> =
            self.0.iter().filter(|window| window.days.contains(day)).map(span).collect();
        spans.sort_unstable();
        let counted =
            spans.iter().fold((TimeDelta::zero(), TimeDelta::zero()), |(sum, until), span| {
                let (start, end) = (span.0.max(until), span.1.max(until));
                (sum + (end - start), end)
            });
        counted.0
    }

    /// Returns whether some duty time lies in days that begin at a time on some weekdays, where no clocks change.
    pub(crate) fn meets(&self, weekdays: Weekdays, time: NaiveTime) -> bool {
        let day = TimeDelta::days(1);
        let since_midnight = time - NaiveTime::MIN;
        let starts = |days: Weekdays, time: TimeDelta| {
            days.iter().map(move |on| TimeDelta::days(on.num_days_from_monday().into()) + time)
        };
        self.0.iter().any(|window| {
            let (from, to) = span(window);
            starts(window.days, from).any(|start| {
                starts(weekdays, since_midnight).any(|active| {
                    // A week is a ring: Sunday's night is before Monday's morning.
                    [-WEEK, TimeDelta::zero(), WEEK].iter().any(|round| {
                        let active = active + *round;
                        active < start + (to - from) && start < active + day
                    })
                })
            })
        })
    }
}

impl DutyWindow {
    /// Returns the wall-clock times at which the window of a day begins and ends; `None` past the end of the calendar.
    pub(crate) fn on(&self, date: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let last = if self.to <= self.from { date.checked_add_days(Days::new(1))? } else { date };
        Some((date.and_time(self.from), last.and_time(self.to)))
    }
}

/// Returns when a window begins and ends, counted from the midnight before it.
fn span(window: &DutyWindow) -> (TimeDelta, TimeDelta) {
    let (from, to) = (window.from - NaiveTime::MIN, window.to - NaiveTime::MIN);
    (from, if to <= from { to + TimeDelta::days(1) } else { to })
}

/// A time of day as text: `09:00`.
mod minute {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            serde::de::Error::custom(format!("“{shown}” is not a time of day; write it as 09:00"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Weekday::{Fri, Mon, Sat, Sun, Tue};

    fn hours(json: &str) -> DutyHours {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_duty_time_of_a_day_is_that_of_the_windows_that_begin_on_it() {
        let hours = hours(
            r#"[{"days": ["mon", "tue"], "from": "09:00", "to": "13:00"},
                {"days": ["mon"], "from": "12:00", "to": "17:30"},
                {"days": ["fri"], "from": "22:00", "to": "06:00"},
                {"days": ["sun"], "from": "08:00", "to": "08:00"}]"#,
        );

        let minutes = [Mon, Tue, Fri, Sat, Sun].map(|day| hours.hours_on(day).num_minutes());

        assert_eq!(minutes, [8 * 60 + 30, 4 * 60, 8 * 60, 0, 24 * 60]);
    }

    #[track_caller]
    fn check_meeting(window: (&[Weekday], &str, &str), active: (&[Weekday], &str), expected: bool) {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        let days = |days: &[Weekday]| days.iter().copied().collect();
        let hours = DutyHours::new(vec![DutyWindow {
            days: days(window.0),
            from: time(window.1),
            to: time(window.2),
        }]);

        assert_eq!(hours.meets(days(active.0), time(active.1)), expected);
    }

    #[test]
    fn weekdays_and_duty_hours_meet_where_they_share_a_minute_of_the_week() {
        check_meeting((&[Mon], "09:00", "17:00"), (&[Mon], "09:00"), true);
        check_meeting((&[Sat], "09:00", "17:00"), (&[Mon, Fri], "09:00"), false);
        // Friday ends on Saturday at the handoff time.
        check_meeting((&[Sat], "08:00", "08:30"), (&[Fri], "09:00"), true);
        check_meeting((&[Sat], "09:00", "17:00"), (&[Fri], "09:00"), false);
        // The night of Sunday ends on Monday.
        check_meeting((&[Sun], "22:00", "06:00"), (&[Mon], "05:59"), true);
        check_meeting((&[Sun], "22:00", "06:00"), (&[Mon], "06:00"), false);
        check_meeting((&[Mon], "00:00", "01:00"), (&[Sun], "09:00"), true);
    }
}
