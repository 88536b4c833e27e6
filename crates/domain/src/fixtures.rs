//! What the tests of several modules begin with.

use crate::absence::Absence;
use crate::cadence::Cadence;
use crate::grid::Grid;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

/// Returns the instant `2026-01-05T08:00Z`; seconds may be given.
#[track_caller]
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let padded = if text.len() == 17 { text.replace('Z', ":00Z") } else { text.into() };
    padded.parse().unwrap()
}

/// Returns the local time `2026-01-05T09:00`.
#[track_caller]
pub(crate) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
}

/// Returns an instant as tables show it.
pub(crate) fn shown(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true).replace(":00Z", "Z")
}

/// Returns a window as tables show it.
pub(crate) fn shown_window(window: Interval) -> String {
    format!("{}/{}", shown(window.start()), shown(window.end()))
}

#[track_caller]
pub(crate) fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

/// Returns a cadence from its JSON form.
#[track_caller]
pub(crate) fn cadence(json: &str) -> Cadence {
    serde_json::from_str(json).unwrap()
}

#[track_caller]
pub(crate) fn grid(zone_name: &str, json: &str) -> Grid {
    Grid::of(&cadence(json), &zone(zone_name))
}

/// Returns the rules with the skip rule that holds by default.
#[track_caller]
pub(crate) fn rules(zone_name: &str, json: &str) -> Rules {
    Rules::new(zone(zone_name), cadence(json))
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name)
}

/// Returns the roster of names that spaces part.
#[track_caller]
pub(crate) fn roster(names: &str) -> Roster {
    Roster::new(names.split(' ').map(|name| Member::present(user(name))).collect()).unwrap()
}

pub(crate) fn absence(name: &str, window: Interval) -> Absence {
    Absence { user: user(name), start: window.start(), end: Some(window.end()) }
}
