//! Duty hours: the weekly windows in which somebody is on duty (specification, The handoff grid 7).

use crate::cadence::Weekdays;
use crate::fault::Fault;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

/// The weekly windows of duty, in the rotation's zone; windows that abut or overlap join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DutyHours(Vec<DutyWindow>);

/// A window of duty on some weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyWindow {
    /// The days on which it begins.
    pub days: Weekdays,
    /// When it begins, to the minute.
    #[serde(with = "minute")]
    pub from: NaiveTime,
    /// When it ends, to the minute; at or before `from` it is a time of the next day.
    #[serde(with = "minute")]
    pub to: NaiveTime,
}

impl DutyHours {
    /// Returns the duty hours of these windows.
    #[must_use]
    pub fn new(windows: Vec<DutyWindow>) -> Self {
        Self(windows)
    }

    /// Returns the windows as they were given.
    #[must_use]
    pub fn windows(&self) -> &[DutyWindow] {
        &self.0
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    ///
    /// No window at all, or one without a weekday, each with its place such as `[1].days`.
    pub fn validate(&self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            let text = "name at least one window, or leave the duty hours out";
            return Err(vec![Fault::new("", text)]);
        }
        let without_day = self.0.iter().enumerate().filter(|(_, window)| window.days.is_empty());
        let faults: Vec<Fault> = without_day
            .map(|(at, _)| Fault::new(format!("[{at}].days"), "name at least one weekday"))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// A time of day as text: `09:00`.
mod minute {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            serde::de::Error::custom(format!("“{shown}” is not a time of day; write it as 09:00"))
        })
    }
}
