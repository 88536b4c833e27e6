//! The duty hours of a plan's file, read.

use super::cadence::read_weekdays;
use super::instants::parse_time;
use super::reader::{Faults, Place};
use crate::cadence::Weekdays;
use crate::duty_hours::{DutyHours, DutyWindow};

/// The most windows that duty hours may have: each hour of a week, each half in a window of its own.
const MAX_WINDOWS: usize = 336;

/// Reads the duty hours; what [`DutyHours::validate`] would find is left to it.
///
/// `None` where a window could not be read.
pub(super) fn read_duty_hours(place: &Place, faults: &mut Faults) -> Option<DutyHours> {
    let windows = place.list(MAX_WINDOWS, faults)?;
    let windows: Vec<_> = windows.iter().map(|window| read_window(window, faults)).collect();
    windows.into_iter().collect::<Option<_>>().map(DutyHours::new)
}

fn read_window(place: &Place, faults: &mut Faults) -> Option<DutyWindow> {
    let fields = place.fields(&["days", "from", "to"], faults)?;
    let days = fields.require("days", faults);
    let days: Option<Weekdays> = days.and_then(|days| read_weekdays(&days, faults));
    let mut time = |key| {
        let wanted = "a time of day; write it as 09:00, and midnight as 00:00";
        fields.require(key, faults)?.parsed(parse_time, wanted, faults)
    };
    let (from, to) = (time("from"), time("to"));
    Some(DutyWindow { days: days?, from: from?, to: to? })
}
