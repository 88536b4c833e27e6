//! The pauses of a plan's file, read.

use super::instants::read_window;
use super::reader::{Faults, Place};
use crate::change::Pause;

/// The most pauses that a file may have.
const MAX_PAUSES: usize = 1000;

/// Reads the pauses, in the order of the file; they may overlap.
pub(super) fn read_pauses(place: &Place, faults: &mut Faults) -> Vec<Pause> {
    let pauses = place.list(MAX_PAUSES, faults).unwrap_or_default();
    pauses.iter().filter_map(|pause| read_pause(pause, faults)).collect()
}

fn read_pause(place: &Place, faults: &mut Faults) -> Option<Pause> {
    let fields = place.fields(&["start", "end", "start_now"], faults)?;
    let window = read_window(&fields, faults);
    let start_now = fields.get("start_now").map(|is| is.boolean(faults));
    let (start, end) = window?;
    Some(Pause { start, end, start_now: start_now.unwrap_or(Some(false))? })
}
