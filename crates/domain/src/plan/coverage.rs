//! The coverage and the swaps of a plan's file, read.

use super::instants::read_window;
use super::people::People;
use super::reader::{Faults, Fields, Place};
use crate::coverage::{Coverage, Swap};
use crate::interval::Interval;

/// The most windows of coverage that a file may have.
const MAX_COVERAGE: usize = 2_000;

/// The most swaps that a file may have.
const MAX_SWAPS: usize = 2_000;

/// The highest number of a turn that a plan can reach.
const MAX_TURN: u64 = 199_999;

/// Reads the coverage, in the order of the file: of two for one seat the first wins.
pub(super) fn read_coverage(place: &Place, people: &People, faults: &mut Faults) -> Vec<Coverage> {
    let coverage = place.list(MAX_COVERAGE, faults).unwrap_or_default();
    coverage.iter().filter_map(|cover| read_cover(cover, people, faults)).collect()
}

fn read_cover(place: &Place, people: &People, faults: &mut Faults) -> Option<Coverage> {
    let fields = place.fields(&["by", "of", "start", "end"], faults)?;
    let by = fields.require("by", faults).and_then(|by| people.read(&by, faults));
    let of = fields.get("of").map(|of| people.read(&of, faults));
    let window = read_window(&fields, faults);
    // Cover has an end: whoever takes over for good is a change of the roster.
    fields.require("end", faults);
    let (start, end) = window?;
    let window = Interval::new(start, end?)?;
    Some(Coverage { by: by?, of: of.map_or(Some(None), |of| of.map(Some))?, window })
}

/// Reads the swaps, in the order of the file.
pub(super) fn read_swaps(place: &Place, faults: &mut Faults) -> Vec<Swap> {
    let swaps = place.list(MAX_SWAPS, faults).unwrap_or_default();
    swaps.iter().filter_map(|swap| read_swap(swap, faults)).collect()
}

fn read_swap(place: &Place, faults: &mut Faults) -> Option<Swap> {
    let fields = place.fields(&["turn", "with"], faults)?;
    let (turn, with) = (read_turn(&fields, "turn", faults), read_turn(&fields, "with", faults));
    let (turn, with) = (turn?, with?);
    if turn == with {
        faults.note(&fields.path_of("with"), "is the same turn; a swap is between two");
        return None;
    }
    Some(Swap { turn, with })
}

fn read_turn(fields: &Fields, key: &str, faults: &mut Faults) -> Option<u64> {
    let place = fields.require(key, faults)?;
    let number = u64::try_from(place.integer(faults)?).ok();
    let turn = number.filter(|number| *number <= MAX_TURN);
    if turn.is_none() {
        faults.note(&place.path, format!("must be the number of a turn, 0 to {MAX_TURN}"));
    }
    turn
}
