//! The seats at one instant, and who comes to sit in them.

use crate::engine::{Seat, SeatedBy, Seating, Stretch};
use crate::ids::UserId;
use crate::shift::{Right, Served};
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// The seat that a swap gives to somebody else.
#[derive(Clone, Copy, Debug)]
pub(super) struct SwappedSeat<'x> {
    /// Its place in the seating.
    pub(super) place: usize,
    /// Who serves.
    pub(super) by: &'x UserId,
    /// When the swap ends.
    pub(super) until: DateTime<Utc>,
}

/// The seats of a stretch at one instant.
#[derive(Debug)]
pub(super) struct Seats<'x> {
    places: Vec<Place<'x>>,
    /// How many seats nobody has.
    free: usize,
    on_duty: HashSet<&'x UserId>,
}

/// One seat with the one who serves in it.
#[derive(Debug)]
struct Place<'x> {
    user: &'x UserId,
    /// `None` for a seat that nobody has by order.
    seat: Option<&'x Seat>,
    is_covered: bool,
}

/// A seat that somebody may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// That of a holder, by its place in the seating.
    Held(usize),
    /// One that nobody has.
    Free,
}

impl<'x> Seats<'x> {
    /// Returns the seats of a stretch before any cover; `wanted` is how many serve at once.
    pub(super) fn new(
        stretch: &'x Stretch,
        wanted: usize,
        swapped: Option<SwappedSeat<'x>>,
    ) -> Self {
        let seat = |seat| Place::held(seat);
        let mut places: Vec<Place> = stretch.seats().iter().map(seat).collect();
        if let Some(swapped) = swapped {
            places[swapped.place].user = swapped.by;
        }
        let free = match stretch.seating {
            Seating::Paused => 0,
            Seating::On(_) => wanted.saturating_sub(places.len()),
        };
        let on_duty = places.iter().map(|place| place.user).collect();
        Self { places, free, on_duty }
    }

    pub(super) fn has_free(&self) -> bool {
        self.free > 0
    }

    pub(super) fn is_on_duty(&self, user: &UserId) -> bool {
        self.on_duty.contains(user)
    }

    /// Returns whether a cover has taken the seat, or for free seats whether none is left.
    pub(super) fn is_taken(&self, spot: Spot) -> bool {
        match spot {
            Spot::Held(place) => self.places[place].is_covered,
            Spot::Free => self.free == 0,
        }
    }

    /// Returns the seat that cover of somebody works on; of nobody, a free one.
    pub(super) fn spot_of(&self, of: Option<&UserId>) -> Option<Spot> {
        let Some(of) = of else { return self.has_free().then_some(Spot::Free) };
        self.places.iter().position(|place| place.is_of(of)).map(Spot::Held)
    }

    /// Returns the people whose cover works here with their seats; before any cover.
    pub(super) fn people(&self) -> impl Iterator<Item = (&'x UserId, Spot)> {
        self.places.iter().enumerate().flat_map(|(number, place)| {
            let holder = place.seat.map(|seat| &seat.user).filter(|holder| *holder != place.user);
            std::iter::once(place.user).chain(holder).map(move |user| (user, Spot::Held(number)))
        })
    }

    /// Lets somebody who is not on duty serve in a seat that no cover has taken.
    pub(super) fn put(&mut self, spot: Spot, by: &'x UserId) {
        self.on_duty.insert(by);
        match spot {
            Spot::Held(number) => {
                let place = &mut self.places[number];
                self.on_duty.remove(place.user);
                place.user = by;
                place.is_covered = true;
            }
            Spot::Free => {
                self.free = self.free.saturating_sub(1);
                self.places.push(Place { user: by, seat: None, is_covered: true });
            }
        }
    }

    pub(super) fn into_served(self) -> Vec<Served> {
        let served = |place: Place| Served { user: place.user.clone(), right: place.right() };
        self.places.into_iter().map(served).collect()
    }
}

impl<'x> Place<'x> {
    fn held(seat: &'x Seat) -> Self {
        Self { user: &seat.user, seat: Some(seat), is_covered: false }
    }

    /// Returns whether the seat is that of somebody, by order or by a swap.
    fn is_of(&self, of: &UserId) -> bool {
        let is_holder = self.seat.is_some_and(|seat| seat.user == *of);
        is_holder || !self.is_covered && self.user == of
    }

    fn right(&self) -> Right {
        match self.seat {
            None => Right::Taken,
            Some(seat) if seat.user == *self.user => Right::Own(seat.by),
            Some(seat) => Right::CoverOf(seat.user.clone()),
        }
    }
}

/// Returns the seat of a turn's first holder that a swap can exchange: one that the handoff gave.
pub(super) fn is_of_handoff(seat: &Seat) -> bool {
    matches!(seat.by, SeatedBy::Order | SeatedBy::MakeUp)
}
