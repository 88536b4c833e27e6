//! The units in which a cadence counts.

use serde::{Deserialize, Serialize};

/// A unit of wall-clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours on the wall: eight-hourly from 02:00 is 02, 10 and 18 o'clock for ever.
    Hour,
    /// Calendar days.
    Day,
    /// Calendar weeks, which begin on Monday.
    Week,
    /// Calendar months.
    Month,
}

impl Unit {
    /// Returns the word for one of them.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}
