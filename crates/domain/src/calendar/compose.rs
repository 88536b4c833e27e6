//! The text of a calendar.

use super::zones::{definition, times};
use super::{ALARM_BEFORE, Entry, Published, REFRESH};
use crate::interval::Interval;
use crate::plan::folded;
use crate::zone::Zone;
use icalendar::{Alarm, Calendar, Component, Event, EventLike, EventStatus, Property};

/// A calendar to be written.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it is, in a sentence.
    pub about: &'a str,
    /// The zone in which a program that asks for one shows it.
    pub zone: Option<&'a Zone>,
    /// What is in it.
    pub entries: &'a [Entry],
}

/// Returns the text of a calendar, with each entry in the revision in which it was published.
///
/// The same entries in the same revisions give the same text, byte for byte. No `METHOD` stands in it, so that `DTSTAMP` is
/// when an entry was revised last (RFC 5545, 3.8.7.2) and not when somebody asked.
#[must_use]
pub fn compose(feed: &Feed<'_>, published: &Published) -> String {
    let mut calendar = Calendar::empty();
    let minutes = format!("PT{}M", REFRESH.num_minutes());
    let mut refresh = Property::new("REFRESH-INTERVAL", minutes.as_str());
    refresh.add_parameter("VALUE", "DURATION");
    for (key, value) in
        [("VERSION", "2.0"), ("PRODID", "-//Asyncbot//calendar//EN"), ("CALSCALE", "GREGORIAN")]
    {
        calendar.append_property(Property::new(key, value));
    }
    // RFC 7986 names the first of each pair, and older programs know the second.
    for (key, value) in [
        ("NAME", feed.name),
        ("X-WR-CALNAME", feed.name),
        ("DESCRIPTION", feed.about),
        ("X-WR-CALDESC", feed.about),
    ] {
        calendar.append_property(text(key, value));
    }
    calendar.append_property(refresh);
    calendar.append_property(Property::new("X-PUBLISHED-TTL", minutes));
    if let Some(zone) = feed.zone {
        calendar.append_property(Property::new("X-WR-TIMEZONE", zone.name()));
    }
    for entry in feed.entries {
        calendar.push(event(entry, published));
    }
    folded(&with_zones(&without_additions(&calendar.to_string()), feed.entries))
}

/// Returns a property whose value is a text, with what a comma or a semicolon would mean taken from it.
fn text(key: &str, value: &str) -> Property {
    let mut property = Property::new(key, value);
    if property.value_type() != Some(icalendar::ValueType::Text) {
        property = Property::new(key, escaped(value));
    }
    property
}

fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '\\' | ',' | ';' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn event(entry: &Entry, published: &Published) -> Event {
    let mut event = Event::new();
    event.uid(&entry.uid.to_string()).summary(&entry.summary);
    let status = if entry.is_served { EventStatus::Confirmed } else { EventStatus::Tentative };
    // Being on duty is no meeting: the person's time stays free.
    event.status(status).add_property("TRANSP", "TRANSPARENT");
    for property in times(entry.window, &entry.zone) {
        event.append_property(property);
    }
    if let Some(revision) = published.revision_of(entry) {
        event.timestamp(revision.at()).last_modified(revision.at());
        event.add_property("SEQUENCE", revision.number().to_string());
    }
    if !entry.description.is_empty() {
        event.description(&entry.description);
    }
    if let Some(words) = &entry.alarm {
        let before = format!("-PT{}M", ALARM_BEFORE.num_minutes());
        let mut alarm = Alarm::display(words, -ALARM_BEFORE);
        event.alarm(alarm.append_property(Property::new("TRIGGER", before)).done());
    }
    event.done()
}

/// Takes out what the writer of calendars adds to alarms: a stamp of now and a random UID, different each time.
fn without_additions(text: &str) -> String {
    let mut inner = Vec::new();
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive("\r\n") {
        match line.trim_end().split_once(':') {
            Some(("BEGIN", name)) => inner.push(name),
            Some(("END", _)) => drop(inner.pop()),
            Some(("DTSTAMP" | "UID", _)) if inner.last() == Some(&"VALARM") => continue,
            _ => {}
        }
        kept.push_str(line);
    }
    kept
}

/// Puts the definitions of the zones before the first entry.
fn with_zones(text: &str, entries: &[Entry]) -> String {
    let mut zones: Vec<(&Zone, Interval)> = Vec::new();
    for Entry { zone, window, .. } in entries {
        match zones.iter_mut().find(|(known, _)| *known == zone) {
            Some((_, all)) => *all = spanning(*all, *window),
            None => zones.push((zone, *window)),
        }
    }
    let definitions: String = zones.iter().map(|(zone, all)| definition(zone, *all)).collect();
    match text.find("BEGIN:VEVENT") {
        Some(at) => [&text[..at], &definitions, &text[at..]].concat(),
        None => text.to_owned(),
    }
}

fn spanning(one: Interval, other: Interval) -> Interval {
    let start = if other.start() < one.start() { other } else { one };
    start.up_to(one.end().max(other.end()))
}
