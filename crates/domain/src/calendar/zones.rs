//! Times of a calendar in the zone of a rotation, with what a reader needs to know of the zone.

use crate::interval::Interval;
use crate::zone::{Observance, Zone};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use icalendar::Property;
use std::fmt::Write;

/// Returns `DTSTART` and `DTEND` of a window.
///
/// They stand in wall-clock time of the zone, but where a reader would take them for another instant: of an hour that the
/// clocks show twice, wall-clock time means the first (RFC 5545, 3.3.5), so the second one is said in UTC.
pub(super) fn times(window: Interval, zone: &Zone) -> [Property; 2] {
    let whole = |at: DateTime<Utc>| DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at);
    let (start, end) = (whole(window.start()), whole(window.end()));
    let is_plain = [start, end].iter().all(|at| zone.instant_of(zone.local_of(*at)) == *at);
    let is_local = is_plain && !is_utc(zone);
    [("DTSTART", start), ("DTEND", end)].map(|(key, at)| {
        if !is_local {
            return Property::new(key, format!("{}Z", written(at.naive_utc())));
        }
        let mut property = Property::new(key, written(zone.local_of(at)));
        property.add_parameter("TZID", zone.name());
        property
    })
}

/// Returns the definition of a zone for a window, in lines; nothing for UTC, which needs none.
pub(super) fn definition(zone: &Zone, window: Interval) -> String {
    let mut text = String::new();
    if is_utc(zone) {
        return text;
    }
    let mut line = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{key}:{value}\r\n");
    };
    line("BEGIN", "VTIMEZONE");
    line("TZID", zone.name());
    for Observance { from, offset_before, offset, name, is_summer } in zone.observances(window) {
        let kind = if is_summer { "DAYLIGHT" } else { "STANDARD" };
        line("BEGIN", kind);
        line("DTSTART", &written(from));
        line("TZOFFSETFROM", &offset_in_digits(offset_before));
        line("TZOFFSETTO", &offset_in_digits(offset));
        line("TZNAME", &name);
        line("END", kind);
    }
    line("END", "VTIMEZONE");
    text
}

fn is_utc(zone: &Zone) -> bool {
    *zone == Zone::utc()
}

fn written(local: NaiveDateTime) -> String {
    local.format("%Y%m%dT%H%M%S").to_string()
}

/// Returns an offset as `+0100`, or `-001502` where it has seconds.
fn offset_in_digits(offset: TimeDelta) -> String {
    let seconds = offset.num_seconds();
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}
