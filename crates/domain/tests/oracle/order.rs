//! The order of a rotation: the ring of people, whom a handoff takes, and what is owed.

use crate::active::Stretch;
use crate::away::share_away;
use crate::model::{Name, Rotation};

/// A place in the ring; that of somebody who left is kept while they are the last one who had a turn.
#[derive(Clone, Debug)]
struct Place {
    name: Name,
    is_member: bool,
    is_last: bool,
}

/// Somebody on duty in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) holder: Name,
    pub(crate) how: How,
}

/// How somebody came to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Order,
    MakeUp,
    /// Chosen by the order when the turn had begun already.
    Late,
    Fallback,
}

/// Somebody passed over; with the share missed where they are away, else they have a make-up seat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Skip {
    pub(crate) member: Name,
    pub(crate) share: Option<f64>,
}

/// The order as it stands.
#[derive(Debug)]
pub(crate) struct Order<'r> {
    rotation: &'r Rotation,
    ring: Vec<Place>,
    /// Who is owed a turn, and since which.
    owed: Vec<(Name, usize)>,
}

impl<'r> Order<'r> {
    pub(crate) fn new(rotation: &'r Rotation) -> Self {
        let place = |name: &Name| Place {
            name,
            is_member: true,
            is_last: rotation.last_turn == Some(*name),
        };
        Self { rotation, ring: rotation.members.iter().map(place).collect(), owed: Vec::new() }
    }

    pub(crate) fn members(&self) -> Vec<Name> {
        self.ring.iter().filter(|place| place.is_member).map(|place| place.name).collect()
    }

    /// Chooses for a turn that begins; `active` is its active time as planned.
    pub(crate) fn hand_over(&mut self, turn: usize, active: &[Stretch]) -> (Vec<Seat>, Vec<Skip>) {
        let count = self.members().len();
        self.owed.retain(|(_, since)| turn - since <= count);
        let mut to_ask = self.members_after_last();
        let mut seats: Vec<Seat> = Vec::new();
        let mut skips = Vec::new();
        for (member, _) in self.owed.clone() {
            if seats.len() == self.rotation.seats || self.share_away(member, active).is_some() {
                continue;
            }
            let next = to_ask.iter().position(|asked| {
                self.share_away(asked, active).is_none() && !is_seated(&seats, asked)
            });
            if next.is_some_and(|next| to_ask[next] == member) {
                let one = self.ask(&mut to_ask, active, &seats, &mut skips);
                seats.extend(one.map(|holder| Seat { holder, how: How::Order }));
            } else {
                seats.push(Seat { holder: member, how: How::MakeUp });
            }
            self.owed.retain(|(owed, _)| *owed != member);
        }
        while seats.len() < self.rotation.seats {
            let Some(holder) = self.ask(&mut to_ask, active, &seats, &mut skips) else { break };
            self.owed.retain(|(owed, _)| *owed != holder);
            seats.push(Seat { holder, how: How::Order });
        }
        if seats.is_empty() {
            seats.extend(self.fallback(active));
        } else if self.rotation.make_up {
            for skip in skips.iter().filter(|skip| skip.share.is_some()) {
                if self.owed.iter().all(|(owed, _)| *owed != skip.member) {
                    self.owed.push((skip.member, turn));
                }
            }
        }
        (seats, skips)
    }

    /// Chooses one more person for a running turn, of which `active` is left.
    pub(crate) fn replace(&mut self, active: &[Stretch], seats: &[Seat]) -> Option<Seat> {
        let mut to_ask = self.members_after_last();
        let holder = self.ask(&mut to_ask, active, seats, &mut Vec::new());
        holder.map(|holder| Seat { holder, how: How::Late })
    }

    /// Returns the seat of the fallback, where there is one who is free.
    pub(crate) fn fallback(&self, active: &[Stretch]) -> Option<Seat> {
        let fallback = self.rotation.fallback?;
        let is_free = self.share_away(fallback, active).is_none();
        is_free.then_some(Seat { holder: fallback, how: How::Fallback })
    }

    pub(crate) fn add(&mut self, name: Name, before: Option<Name>, seats: &[Seat]) {
        let first = seats.iter().find(|seat| seat.how != How::Fallback).map(|seat| seat.holder);
        let member =
            |name: Name| self.ring.iter().position(|place| place.is_member && place.name == name);
        let last = || self.ring.iter().position(|place| place.is_last);
        let index = before.and_then(member).or_else(|| first.and_then(member)).or_else(last);
        let place = Place { name, is_member: true, is_last: false };
        self.ring.insert(index.unwrap_or(self.ring.len()), place);
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.owed.retain(|(owed, _)| *owed != name);
        for place in self.ring.iter_mut().filter(|place| place.name == name) {
            place.is_member = false;
        }
        self.ring.retain(|place| place.is_member || place.is_last);
    }

    /// Puts the members into another order; a place that is only kept stays before the one it stood before.
    pub(crate) fn reorder(&mut self, names: &[Name]) {
        let kept = self.ring.iter().position(|place| !place.is_member);
        let kept = kept
            .map(|index| (self.ring[index].clone(), self.members_after_last().first().copied()));
        let mut ring = Vec::new();
        for name in names {
            if let Some((place, _)) = kept.iter().find(|(_, next)| *next == Some(*name)) {
                ring.push(place.clone());
            }
            ring.extend(
                self.ring.iter().find(|place| place.is_member && place.name == *name).cloned(),
            );
        }
        self.ring = ring;
    }

    fn share_away(&self, member: Name, active: &[Stretch]) -> Option<f64> {
        share_away(self.rotation, member, active)
    }

    /// Returns everybody once, in the order in which they are asked.
    fn members_after_last(&self) -> Vec<Name> {
        let first = self.ring.iter().position(|place| place.is_last).map_or(0, |last| last + 1);
        let places = self.ring[first..].iter().chain(&self.ring[..first]);
        places.filter(|place| place.is_member).map(|place| place.name).collect()
    }

    /// Asks one after the other until somebody is free, who is the last one who had a turn from then on.
    fn ask(
        &mut self,
        to_ask: &mut Vec<Name>,
        active: &[Stretch],
        seats: &[Seat],
        skips: &mut Vec<Skip>,
    ) -> Option<Name> {
        while !to_ask.is_empty() {
            let member = to_ask.remove(0);
            let share = self.share_away(member, active);
            if share.is_none() && !is_seated(seats, member) {
                self.move_last(member);
                return Some(member);
            }
            skips.push(Skip { member, share });
        }
        None
    }

    fn move_last(&mut self, to: Name) {
        self.ring.retain(|place| place.is_member);
        for place in &mut self.ring {
            place.is_last = place.name == to;
        }
    }
}

fn is_seated(seats: &[Seat], name: Name) -> bool {
    seats.iter().any(|seat| seat.holder == name)
}
