//! Who is on duty at one instant, for a rotation of which the running stretch is known.

use super::seats::Seats;
use super::{SwapPart, state_of};
use crate::coverage::Coverage;
use crate::engine::Stretch;
use crate::presence::Presence;
use crate::shift::{Served, ShiftState};
use chrono::{DateTime, Utc};

/// What is laid over a stretch.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// Covers, the first made first; those that do not touch the stretch may be left out.
    pub coverage: &'a [Coverage],
    /// The swap of the stretch's turn.
    pub swap: Option<&'a SwapPart>,
    /// Who has left.
    pub presence: &'a Presence,
    /// How many serve at once.
    pub seats: u16,
}

/// Who is on duty at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDuty {
    /// They, in the order of seating.
    pub seats: Vec<Served>,
    /// Whether anybody is, else why not.
    pub state: ShiftState,
}

/// Returns who is on duty at an instant of the stretch's window, the same as the [final view](super::FinalView).
#[must_use]
pub fn on_duty_at(stretch: &Stretch, layers: &Layers, at: DateTime<Utc>) -> OnDuty {
    let window = stretch.active.partition_point(|window| window.end() <= at);
    if !stretch.active.get(window).is_some_and(|window| window.contains(at)) {
        return OnDuty { seats: Vec::new(), state: ShiftState::OffHours };
    }
    let Layers { coverage, swap, presence, seats } = *layers;
    let swapped = swap.and_then(|swap| swap.seat_in(stretch, presence));
    let swapped = swapped.filter(|swapped| at < swapped.until);
    let mut seats = Seats::new(stretch, usize::from(seats), swapped);
    for Coverage { by, of, window } in coverage.iter().filter(|cover| cover.window.contains(at)) {
        let spot = seats.spot_of(of.as_ref()).filter(|spot| !seats.is_taken(*spot));
        if let Some(spot) = spot
            && of.as_ref() != Some(by)
            && !seats.is_on_duty(by)
            && presence.stay_within(by, *window).is_some_and(|stay| stay.contains(at))
        {
            seats.put(spot, by);
        }
    }
    let seats = seats.into_served();
    OnDuty { state: state_of(&stretch.seating, &seats), seats }
}
