//! The cadence: the wall-clock rule that says when the duty passes.

mod nth_weekday;
mod unit;
mod weekdays;
mod words;

pub use nth_weekday::NthWeekday;
pub use unit::Unit;
pub(crate) use weekdays::WEEK;
pub use weekdays::{Weekdays, day_code, day_name, parse_day};

use crate::fault::Fault;
use crate::grid::Grid;
use crate::zone::Zone;
use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

/// The largest number of units between two handoffs.
pub const MAX_EVERY: u32 = 9000;

/// A rule for handoffs: every so many units, counted from an anchor (specification, The handoff grid).
///
/// A value read from outside is checked by [`Cadence::validate`]; one that would not pass has an empty or short grid, it
/// never panics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    /// How many units lie between two handoffs, 1 to 9000. With day units and weekdays only active days are counted.
    pub every: u32,
    /// The unit.
    pub unit: Unit,
    /// Where the rule begins, in the rotation's zone, to the minute; its time of day is that of every handoff.
    #[serde(with = "anchor_text")]
    pub anchor: NaiveDateTime,
    /// The active weekdays, with day and week units; `None` means that every day is active.
    #[serde(default)]
    pub weekdays: Option<Weekdays>,
    /// The weekday of the month on which the handoff falls, with month units; `None` means the anchor's day of the month.
    #[serde(default)]
    pub nth_weekday: Option<NthWeekday>,
}

impl Cadence {
    /// Checks what the types leave open; afterwards there is a turn 0.
    ///
    /// # Errors
    ///
    /// One fault for each setting that is out of its bounds or does not go with the unit.
    pub fn validate(&self, zone: &Zone) -> Result<(), Vec<Fault>> {
        let faults: Vec<Fault> = [
            self.fault_of_every(),
            self.fault_of_anchor(),
            self.fault_of_weekdays(),
            self.fault_of_nth_weekday(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        match Grid::of(self, zone).turn(0) {
            Some(_) => Ok(()),
            None => Err(vec![Fault::new("anchor", "the calendar ends before the first turn does")]),
        }
    }

    /// Returns about how long a turn takes: its units as they usually are, a month being 30 days.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        let hours = match self.unit {
            Unit::Hour => 1,
            Unit::Day => 24,
            Unit::Week => 7 * 24,
            Unit::Month => 30 * 24,
        };
        TimeDelta::hours(i64::from(self.every) * hours)
    }

    /// Returns the rule in the words of people: "every week on Monday at 09:00".
    #[must_use]
    pub fn in_words(&self) -> String {
        words::in_words(self)
    }

    fn fault_of_every(&self) -> Option<Fault> {
        let every = self.every;
        (!(1..=MAX_EVERY).contains(&every))
            .then(|| Fault::new("every", format!("{every} is not between 1 and {MAX_EVERY}")))
    }

    fn fault_of_anchor(&self) -> Option<Fault> {
        let anchor = self.anchor;
        if !(1..=9999).contains(&anchor.year()) {
            return Some(Fault::new("anchor", "the year is not between 1 and 9999"));
        }
        (anchor.second() != 0 || anchor.nanosecond() != 0).then(|| {
            Fault::new("anchor", "handoffs are to the minute; leave the seconds out, as in 09:00")
        })
    }

    fn fault_of_weekdays(&self) -> Option<Fault> {
        let weekdays = self.weekdays?;
        if !matches!(self.unit, Unit::Day | Unit::Week) {
            return Some(Fault::new("weekdays", "weekdays go with the units day and week only"));
        }
        weekdays.is_empty().then(|| {
            Fault::new("weekdays", "name at least one weekday, or leave them out for every day")
        })
    }

    fn fault_of_nth_weekday(&self) -> Option<Fault> {
        let nth_weekday = self.nth_weekday?;
        if self.unit != Unit::Month {
            return Some(Fault::new(
                "nth_weekday",
                "an n-th weekday goes with the unit month only",
            ));
        }
        (!nth_weekday.is_valid()).then(|| {
            Fault::new("nth_weekday.nth", "use 1, 2, 3 or 4, or -1 for the last one of the month")
        })
    }
}

/// The anchor as text: `2026-01-05T09:00`; seconds may be given and are refused later, with a better sentence.
mod anchor_text {
    use chrono::{NaiveDateTime, Timelike};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        anchor: &NaiveDateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let is_to_the_minute = anchor.second() == 0 && anchor.nanosecond() == 0;
        let form = if is_to_the_minute { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S%.f" };
        serializer.collect_str(&anchor.format(form))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<NaiveDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"]
            .into_iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
            .ok_or_else(|| {
                let shown: String = text.chars().take(40).collect();
                serde::de::Error::custom(format!(
                    "“{shown}” is not a local time; write it as 2026-01-05T09:00, without a zone"
                ))
            })
    }
}

#[cfg(test)]
mod tests;
