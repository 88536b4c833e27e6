//! When a rest ends, in people's words.

use super::Refusal as Lifecycle;
use crate::date_words::parse_date;
use crate::refusal::Refusal;
use crate::zone::Zone;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// The longest rest with an end, in days.
const LONGEST: Days = Days::new(731);

/// Returns the instant at which a rest ends: the beginning of the day that was typed, in the person's zone.
///
/// # Errors
///
/// [`Refusal::UnreadableDate`]; a day that is not after today, or more than two years ahead.
pub fn read_rest_end(
    typed: &str,
    zone: &Zone,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Refusal> {
    let today = zone.date_of(now);
    beginning_of(parse_date(typed, today)?, today, zone).map_err(Refusal::Lifecycle)
}

/// Returns the instant at which a rest ends, of a day picked in a modal.
///
/// # Errors
///
/// A sentence to stand beside the field.
pub fn read_last_day(
    picked: &str,
    zone: &Zone,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, String> {
    let today = zone.date_of(now);
    let day = NaiveDate::parse_from_str(picked.trim(), "%Y-%m-%d");
    let day = day.map_err(|_| String::from("Choose the day on which the pause ends."))?;
    beginning_of(day, today, zone).map_err(|refusal| refusal.to_string())
}

fn beginning_of(day: NaiveDate, today: NaiveDate, zone: &Zone) -> Result<DateTime<Utc>, Lifecycle> {
    if day <= today {
        return Err(Lifecycle::RestEndsTooSoon);
    }
    if today.checked_add_days(LONGEST).is_none_or(|last| last < day) {
        return Err(Lifecycle::RestTooLong);
    }
    Ok(zone.instant_of(day.and_time(NaiveTime::MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Result<&str, Lifecycle>) {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        // Friday noon.
        let end = read_rest_end(typed, &zone, "2026-06-05T10:00:00Z".parse().unwrap());

        let expected = expected.map(|at| at.parse().unwrap()).map_err(Refusal::Lifecycle);
        assert_eq!(end, expected);
    }

    #[test]
    fn a_rest_ends_where_its_day_begins() {
        check("monday", Ok("2026-06-07T22:00:00Z"));
        check("24 Dec", Ok("2026-12-23T23:00:00Z"));
        check("tomorrow", Ok("2026-06-05T22:00:00Z"));
    }

    #[test]
    fn a_rest_ends_neither_today_nor_in_a_far_future() {
        check("today", Err(Lifecycle::RestEndsTooSoon));
        check("2026-06-01", Err(Lifecycle::RestEndsTooSoon));
        check("2029-01-01", Err(Lifecycle::RestTooLong));
    }
}
