//! A plan as a calendar (RFC 5545), in UTC, so that it needs no zone data.

use super::{Plan, served_in_words, skips_in_words};
use crate::shift::{Shift, ShiftState};
use chrono::{DateTime, SecondsFormat, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use uuid::Uuid;

/// The namespace of the UIDs of planned shifts.
const NAMESPACE: Uuid = Uuid::from_u128(0x0d3b_7c52_8f0e_5a4b_9a51_6c2e_4f1d_88a7);

/// The longest line of a calendar, in octets without its end.
const MAX_OCTETS: usize = 75;

/// Returns the whole plan.
pub(super) fn to_ics(plan: &Plan, now: DateTime<Utc>) -> String {
    let name = &plan.request.name;
    shifts_to_ics(name, [(name.as_str(), plan.shifts.as_slice())], now)
}

/// Returns shifts of rotations, each with its name, as one calendar of a name; `now` is when it is made.
pub fn shifts_to_ics<'a>(
    calendar_name: &str,
    rotations: impl IntoIterator<Item = (&'a str, &'a [Shift])>,
    now: DateTime<Utc>,
) -> String {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Asyncbot//plan//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", calendar_name),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    for (name, shifts) in rotations {
        for shift in shifts.iter().filter(|shift| shift.state != ShiftState::OffHours) {
            calendar.push(event(shift, name, now));
        }
    }
    folded(&calendar.to_string())
}

/// Folds what is longer than 75 octets (RFC 5545, 3.1); the calendar's own folding can be one octet late.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split_inclusive("\r\n") {
        let mut octets = 0;
        for letter in line.trim_end_matches("\r\n").chars() {
            if octets + letter.len_utf8() > MAX_OCTETS {
                folded.push_str("\r\n ");
                octets = 1;
            }
            octets += letter.len_utf8();
            folded.push(letter);
        }
        folded.push_str("\r\n");
    }
    folded
}

fn event(shift: &Shift, name: &str, now: DateTime<Utc>) -> Event {
    let (who, status) = match shift.state {
        ShiftState::Planned => (served_in_words(&shift.seats), EventStatus::Confirmed),
        ShiftState::Paused => (String::from("paused"), EventStatus::Tentative),
        ShiftState::Unassigned | ShiftState::OffHours => {
            (String::from("nobody"), EventStatus::Tentative)
        }
    };
    let mut event = Event::new();
    event
        .uid(&uid(shift, name))
        .timestamp(now)
        .starts(shift.window.start())
        .ends(shift.window.end())
        .summary(&format!("{name}: {who}"))
        .status(status)
        // Being on duty is no meeting: the person's time stays free.
        .add_property("TRANSP", "TRANSPARENT");
    if !shift.skipped.is_empty() {
        event.description(&format!("Skipped: {}", skips_in_words(&shift.skipped)));
    }
    event.done()
}

/// Returns the same UID for the same time of the same rotation, whoever serves then.
fn uid(shift: &Shift, name: &str) -> String {
    let start = shift.window.start().to_rfc3339_opts(SecondsFormat::Secs, true);
    Uuid::new_v5(&NAMESPACE, format!("{start} {name}").as_bytes()).to_string()
}
