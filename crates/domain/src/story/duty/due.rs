//! When somebody is reminded of a duty, and when it is looked at whether a duty was seen.

use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

/// When the day ends on which somebody is reminded of the next day's duty, on their own wall clock.
const EVENING: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).expect("a time of day");

/// Returns when somebody is to be reminded of the turn that begins at `handoff`; nobody is of turns shorter than a day.
///
/// Turns longer than a day are told of a day before, at the same wall-clock time; daily ones on the evening before, in
/// the reader's own zone.
#[must_use]
pub fn reminder_due_at(
    rules: &Rules,
    reader: &Zone,
    handoff: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let (length, day) = (rules.cadence.length(), TimeDelta::days(1));
    if length < day {
        return None;
    }
    if length > day {
        return Some(rules.zone.instant_of(rules.zone.local_of(handoff) - day));
    }
    Some(reader.instant_of((reader.date_of(handoff) - day).and_time(EVENING)))
}

/// Returns until when a reminder that was due at `due` is worth saying: for the first half of the time to the handoff.
#[must_use]
pub fn reminder_useful_until(due: DateTime<Utc>, handoff: DateTime<Utc>) -> DateTime<Utc> {
    due + (handoff - due) / 2
}

/// Returns when it is looked at whether a duty was seen of which somebody knows since `told_at`: so many hours after
/// both, and in duty time. `None` where the turn has no such time any more.
#[must_use]
pub fn seen_check_due_at(
    active: &[Interval],
    told_at: DateTime<Utc>,
    hours: u8,
) -> Option<DateTime<Utc>> {
    let began_at = first_duty_time(active, told_at)?;
    first_duty_time(active, began_at + TimeDelta::hours(hours.into()))
}

fn first_duty_time(active: &[Interval], from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    active.iter().find(|window| from < window.end()).map(|window| window.start().max(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadence::{Cadence, Unit};
    use crate::fixtures::at;

    fn rules(every: u32, unit: Unit) -> Rules {
        let anchor = "2026-03-23T09:00:00".parse().unwrap();
        let cadence = Cadence { every, unit, anchor, weekdays: None, nth_weekday: None };
        Rules::new(Zone::parse("Europe/Berlin").unwrap(), cadence)
    }

    #[track_caller]
    fn check(every: u32, unit: Unit, reader: &str, due: Option<&str>) {
        let reader = Zone::parse(reader).unwrap();
        // Monday, 09:00, in Berlin: the clocks were set forward on Sunday at 02:00.
        let handoff = at("2026-03-30T07:00Z");

        assert_eq!(reminder_due_at(&rules(every, unit), &reader, handoff), due.map(at));
    }

    #[test]
    fn long_turns_are_told_of_a_day_before_and_daily_ones_in_the_readers_evening() {
        check(1, Unit::Week, "Asia/Tokyo", Some("2026-03-29T07:00Z"));
        check(2, Unit::Day, "Asia/Tokyo", Some("2026-03-29T07:00Z"));
        check(1, Unit::Day, "Europe/Berlin", Some("2026-03-29T15:00Z"));
        check(1, Unit::Day, "Asia/Tokyo", Some("2026-03-29T08:00Z"));
        check(24, Unit::Hour, "Europe/Berlin", Some("2026-03-29T15:00Z"));
        check(8, Unit::Hour, "Europe/Berlin", None);
    }

    #[test]
    fn a_duty_is_looked_at_so_many_hours_later_in_duty_time() {
        let window = |start, end| Interval::new(at(start), at(end)).unwrap();
        let active = [
            window("2026-06-08T07:00Z", "2026-06-08T15:00Z"),
            window("2026-06-09T07:00Z", "2026-06-09T15:00Z"),
        ];
        let due = |told_at, hours| seen_check_due_at(&active, at(told_at), hours);

        assert_eq!(due("2026-06-08T07:00Z", 4), Some(at("2026-06-08T11:00Z")));
        assert_eq!(due("2026-06-08T05:00Z", 4), Some(at("2026-06-08T11:00Z")));
        assert_eq!(due("2026-06-08T13:00Z", 4), Some(at("2026-06-09T07:00Z")));
        assert_eq!(due("2026-06-09T13:00Z", 4), None);
    }
}
