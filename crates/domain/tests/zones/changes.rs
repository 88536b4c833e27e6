//! The changes of a zone's offset, asked of the zone database itself.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::HashSet;

/// An instant at which the offset of a zone changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Change {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What the clocks would show then had they not been changed.
    pub(crate) shown_before: NaiveDateTime,
    /// What they show then.
    pub(crate) shown_after: NaiveDateTime,
}

/// Returns the zones of the compiled-in database; of those with the same changes only one.
pub(crate) fn zone_names() -> Vec<String> {
    let mut names: Vec<String> =
        TimeZoneDatabase::bundled().available().map(|name| name.as_str().into()).collect();
    names.retain(|name| Zone::parse(name).is_ok());
    names.sort();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(changes_of(name)));
    names
}

/// Returns the changes of a zone's offset from 1970 to the end of 2037, the earliest first.
pub(crate) fn changes_of(name: &str) -> Vec<Change> {
    let zone = TimeZone::get(name).expect("the name comes from the database");
    let (from, until) = (Timestamp::UNIX_EPOCH, 2_145_916_800);
    let mut before = zone.to_offset(from).seconds();
    let mut changes = Vec::new();
    for change in zone.following(from) {
        let (second, after) = (change.timestamp().as_second(), change.offset().seconds());
        if second >= until {
            break;
        }
        if after != before {
            let at = DateTime::from_timestamp(second, 0).expect("an instant of these years");
            let shown = |offset: i32| at.naive_utc() + TimeDelta::seconds(offset.into());
            changes.push(Change { at, shown_before: shown(before), shown_after: shown(after) });
        }
        before = after;
    }
    changes
}
