//! Cadences, times and windows as the cases write them.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::grid::Grid;
use domain::zone::Zone;
use serde::Deserialize;
use serde_json::{Value, json};

/// A cadence with its zone; a year is twelve months.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Calendar {
    #[serde(default = "utc_by_name")]
    zone: String,
    anchor: String,
    every: u32,
    unit: String,
    weekdays: Option<Vec<String>>,
    anchor_moved: Option<Moved>,
}

/// Says that the case's own anchor lies so many turns later.
///
/// The peer counts on before its anchor; here nothing comes before turn 0, and the same grid is anchored earlier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    from: String,
    turns: u64,
}

/// A window of time.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instants {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl Calendar {
    /// Returns a cadence in UTC without weekdays.
    pub(crate) fn of(anchor: &str, every: u32, unit: &str) -> Self {
        let (zone, anchor, unit) = (utc_by_name(), anchor.into(), unit.into());
        Self { zone, anchor, every, unit, weekdays: None, anchor_moved: None }
    }

    pub(crate) fn with_weekdays(self, weekdays: Option<Vec<String>>) -> Self {
        Self { weekdays, ..self }
    }

    pub(crate) fn in_zone(self, zone: &str) -> Self {
        Self { zone: zone.into(), ..self }
    }

    pub(crate) fn zone(&self) -> Zone {
        Zone::parse(&self.zone).expect("the case names a zone")
    }

    /// Returns the wall-clock time of the anchor.
    pub(crate) fn anchor(&self) -> NaiveDateTime {
        parse_local(&self.anchor)
    }

    /// Returns the rule as it stands in a plan's file.
    pub(crate) fn cadence(&self) -> Value {
        let (every, unit) = match self.unit.as_str() {
            "year" => (self.every * 12, "month"),
            unit => (self.every, unit),
        };
        let days = self.weekdays.as_ref().map(|days| days.iter().map(|day| three_letters(day)));
        let days: Option<Vec<String>> = days.map(Iterator::collect);
        json!({"every": every, "unit": unit, "anchor": self.anchor, "weekdays": days})
    }

    pub(crate) fn grid(&self) -> Grid {
        let cadence = serde_json::from_value(self.cadence()).expect("the case has a cadence");
        Grid::of(&cadence, &self.zone())
    }

    /// Returns the zone's name.
    pub(crate) fn zone_name(&self) -> &str {
        &self.zone
    }

    /// Checks, where the anchor was moved, that the case's own anchor begins the turn of that number, and that there is
    /// none before it.
    pub(crate) fn check_that_nothing_precedes_the_first_anchor(&self, at: DateTime<Utc>) {
        let Some(moved) = &self.anchor_moved else { return };
        let start = self.zone().instant_of(parse_local(&moved.from));
        assert_eq!(self.grid().turn_at(start), Some(moved.turns), "the same grid");
        if at < start {
            let as_it_was = Self { anchor: moved.from.clone(), anchor_moved: None, ..self.clone() };
            assert_eq!(as_it_was.grid().turn_at(at), None);
        }
    }
}

/// Returns the first three letters of a weekday that a peer writes with two, three or all of them.
pub(crate) fn three_letters(day: &str) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let known = DAYS.into_iter().find(|known| day.to_lowercase().starts_with(&known[..2]));
    known.expect("the case names a weekday").into()
}

/// Returns the instant that is written there.
pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("the case names an instant")
}

/// Returns the wall-clock time that is written there, to the minute.
pub(crate) fn parse_local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, LOCAL).expect("the case names a wall-clock time")
}

/// Returns the wall-clock time of an instant as it is written.
pub(crate) fn local(zone: &Zone, at: DateTime<Utc>) -> String {
    written(zone.local_of(at))
}

/// Returns a wall-clock time as it is written.
pub(crate) fn written(local: NaiveDateTime) -> String {
    local.format(LOCAL).to_string()
}

const LOCAL: &str = "%Y-%m-%dT%H:%M";

fn utc_by_name() -> String {
    "UTC".into()
}
