//! Swaps: two members serve each other's turns (specification, Coverage 5).

use super::seats::{SwappedSeat, is_of_handoff};
use crate::coverage::Swap;
use crate::engine::{Seat, Stretch};
use crate::finding::{Finding, FindingKind};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::presence::Presence;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// How the turns begin that swaps name; gathered on a walk before that of the view.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    turns: HashMap<u64, Option<Opening>>,
    last: Option<u64>,
}

/// How a turn begins.
#[derive(Clone, Debug)]
struct Opening {
    at: DateTime<Utc>,
    seats: Vec<Seat>,
}

/// What a swap is to one of its turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapPart {
    /// Whose turn it is by order.
    pub holder: UserId,
    /// Who serves instead.
    pub by: UserId,
    /// The number of the turn that goes the other way.
    pub with: u64,
    /// When the earlier of the two turns begins; the swap ends when one of the two leaves from then on.
    pub since: DateTime<Utc>,
}

/// The swaps of a rotation, each with its two people.
#[derive(Clone, Debug, Default)]
pub struct Swaps {
    parts: HashMap<u64, SwapPart>,
    /// Those without effect, by their earlier turn.
    without_effect: HashMap<u64, Vec<WithoutEffect>>,
}

#[derive(Clone, Debug)]
struct WithoutEffect {
    with: u64,
    reason: String,
    /// The part of the earlier turn that was looked at.
    window: Option<Interval>,
}

impl Openings {
    /// Returns what is to be gathered for these swaps.
    #[must_use]
    pub fn wanted_by(swaps: &[Swap]) -> Self {
        let turns = || swaps.iter().flat_map(|swap| [swap.turn, swap.with]);
        Self { turns: turns().map(|turn| (turn, None)).collect(), last: turns().max() }
    }

    /// Returns the last turn that is wanted; a walk need not go further.
    #[must_use]
    pub fn last_turn(&self) -> Option<u64> {
        self.last
    }

    /// Notes a stretch, if a turn that is wanted begins with it.
    pub fn note(&mut self, stretch: &Stretch) {
        if stretch.is_first
            && let Some(opening) = self.turns.get_mut(&stretch.turn)
        {
            let (at, seats) = (stretch.window.start(), stretch.seats().to_vec());
            *opening = Some(Opening { at, seats });
        }
    }

    /// Returns a turn that begins with somebody seated by order or make-up.
    ///
    /// # Errors
    ///
    /// Why there is none, in words.
    fn held(&self, turn: u64) -> Result<(&Opening, &UserId), String> {
        let opening = self.turns.get(&turn).and_then(Option::as_ref);
        let opening = opening.ok_or_else(|| format!("there is no turn {turn}"))?;
        let first = opening.seats.first().filter(|seat| is_of_handoff(seat));
        let first = first.ok_or_else(|| format!("turn {turn} has no member whose turn it is"))?;
        Ok((opening, &first.user))
    }
}

impl Opening {
    fn seats(&self, user: &UserId) -> bool {
        self.seats.iter().any(|seat| seat.user == *user)
    }
}

impl Swaps {
    /// Returns the swaps, the first made first; of several with one turn the first that can have an effect counts.
    #[must_use]
    pub fn new(swaps: &[Swap], openings: &Openings) -> Self {
        let mut made = Self::default();
        for Swap { turn, with } in swaps {
            let (turn, with) = (*turn.min(with), *turn.max(with));
            match made.parts_of(turn, with, openings) {
                Ok((part, other)) => {
                    made.parts.insert(turn, part);
                    made.parts.insert(with, other);
                }
                Err(reason) => made.fail(turn, with, reason),
            }
        }
        made
    }

    /// Returns the swaps that were agreed, by the numbers of their turns, each under both.
    ///
    /// Whoever stored them has looked at the turns before both agreed, and voids them where a change takes a turn from one
    /// of the two; so no walk gathers [`Openings`] for them. One whose turn begins without the one who would serve is
    /// dropped all the same, and the shifts are those of [`Swaps::new`].
    #[must_use]
    pub fn agreed(parts: HashMap<u64, SwapPart>) -> Self {
        Self { parts, without_effect: HashMap::new() }
    }

    /// Returns what a swap is to a turn, if there is one.
    #[must_use]
    pub fn part_of(&self, turn: u64) -> Option<&SwapPart> {
        self.parts.get(&turn)
    }

    /// Returns the seat that is another's in a stretch.
    pub(super) fn seat_in(
        &mut self,
        stretch: &Stretch,
        presence: &Presence,
    ) -> Option<SwappedSeat<'_>> {
        if self.parts.is_empty() && self.without_effect.is_empty() {
            return None;
        }
        self.find_missing(stretch, presence);
        for swap in self.without_effect.get_mut(&stretch.turn).into_iter().flatten() {
            swap.window = Some(swap.window.unwrap_or(stretch.window).up_to(stretch.window.end()));
        }
        self.parts.get(&stretch.turn)?.seat_in(stretch, presence)
    }

    /// Returns a finding for each swap without effect whose earlier turn was looked at.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        self.without_effect.iter().flat_map(|(turn, swaps)| {
            swaps.iter().filter_map(move |swap| {
                Some(Finding {
                    kind: FindingKind::SwapWithoutEffect,
                    turn: *turn,
                    window: swap.window?,
                    text: format!(
                        "The swap of turns {turn} and {} has no effect: {}.",
                        swap.with, swap.reason
                    ),
                })
            })
        })
    }

    fn parts_of(
        &self,
        turn: u64,
        with: u64,
        openings: &Openings,
    ) -> Result<(SwapPart, SwapPart), String> {
        if let Some(taken) = [turn, with].iter().find(|turn| self.parts.contains_key(turn)) {
            return Err(format!("turn {taken} is swapped already"));
        }
        let ((opening, holder), (other, other_holder)) =
            (openings.held(turn)?, openings.held(with)?);
        if holder == other_holder {
            return Err(format!("both are turns of {holder}"));
        }
        for (opening, user, turn) in [(other, holder, with), (opening, other_holder, turn)] {
            if opening.seats(user) {
                return Err(format!("{user} has another seat in turn {turn}"));
            }
        }
        let since = opening.at;
        let part = |holder: &UserId, by: &UserId, with| SwapPart {
            holder: holder.clone(),
            by: by.clone(),
            with,
            since,
        };
        Ok((part(holder, other_holder, with), part(other_holder, holder, turn)))
    }

    /// Drops the swap of a turn that begins without the one who would serve.
    fn find_missing(&mut self, stretch: &Stretch, presence: &Presence) {
        let Some(SwapPart { by, with, since, .. }) = self.parts.get(&stretch.turn) else { return };
        if *since == stretch.window.start() && presence.is_gone_at(by, *since) {
            let (with, reason) = (*with, format!("{by} has left by then"));
            self.parts.remove(&stretch.turn);
            self.parts.remove(&with);
            self.fail(stretch.turn, with, reason);
        }
    }

    fn fail(&mut self, turn: u64, with: u64, reason: String) {
        let failed = WithoutEffect { with, reason, window: None };
        self.without_effect.entry(turn).or_default().push(failed);
    }
}

impl SwapPart {
    /// Returns the seat that is another's in a stretch of the turn; none where the two have parted, or where the other
    /// has a seat of their own.
    pub(super) fn seat_in<'x>(
        &'x self,
        stretch: &Stretch,
        presence: &Presence,
    ) -> Option<SwappedSeat<'x>> {
        let known = Interval::new(self.since, stretch.window.end())?;
        let stay = presence.stay_within(&self.holder, known)?;
        let until = presence.stay_within(&self.by, stay)?.end();
        let seats = stretch.seats();
        let is_seated = seats.iter().any(|seat| seat.user == self.by);
        if until <= stretch.window.start() || is_seated {
            return None;
        }
        let is_exchanged = |seat: &Seat| seat.user == self.holder && is_of_handoff(seat);
        let place = seats.iter().position(is_exchanged)?;
        Some(SwappedSeat { place, by: &self.by, until })
    }
}
