//! What a wall clock's time is as an instant.

use crate::model::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Returns the time zone of a name.
pub(crate) fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).expect("is a zone")
}

/// Returns when it is that time in a zone: one that is skipped comes later by what was skipped, one that comes twice
/// counts the first time.
pub(crate) fn instant_of(zone: &TimeZone, local: DateTime) -> Instant {
    zone.to_ambiguous_timestamp(local).compatible().expect("is in the calendar").as_second()
}

/// Returns when a day's clock shows a time.
pub(crate) fn instant_on(zone: &TimeZone, day: Date, time: Time) -> Instant {
    instant_of(zone, day.to_datetime(time))
}

/// Returns the local day of an instant.
pub(crate) fn day_of(zone: &TimeZone, at: Instant) -> Date {
    zone.to_datetime(Timestamp::from_second(at).expect("is in the calendar")).date()
}
