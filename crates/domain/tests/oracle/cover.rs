//! The final view: who really serves, after swaps and coverage, in slices in which nothing changes.

use crate::active::{Stretch, list_active};
use crate::model::{Cover, Instant, Name, Rotation};
use crate::order::{How, Seat};
use crate::timeline::{Move, State, Timeline, Turn};

/// A stretch of a turn in which nothing changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slice {
    pub(crate) turn: usize,
    pub(crate) time: Stretch,
    pub(crate) view: View,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum View {
    OffHours,
    Paused,
    Seats(Vec<Served>),
}

/// A seat with the one who serves; the seats of the order come first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Served {
    pub(crate) by: Name,
    /// Whose time it is, where that is somebody else.
    pub(crate) instead_of: Option<Name>,
    /// Whether the holder serves who was seated at the handoff, by the order or for a turn owed.
    pub(crate) is_own: bool,
    by_cover: bool,
}

/// What the arrangements did.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// For each cover whether it had an effect anywhere.
    pub(crate) has_effect: Vec<bool>,
    /// For each cover the stretches, with their turns, in which it had none since the coverer was on duty.
    pub(crate) hindered: Vec<Vec<(usize, Stretch)>>,
}

/// Somebody serves in another's first seat of a turn, until one of the two leaves.
struct Exchange {
    turn: usize,
    holder: Name,
    by: Name,
    until: Instant,
}

/// Returns the final view of all turns, and what the covers did.
pub(crate) fn list_slices(rotation: &Rotation, timeline: &Timeline) -> (Vec<Slice>, Effects) {
    let exchanges = list_exchanges(rotation, timeline);
    let mut effects = Effects {
        has_effect: vec![false; rotation.coverage.len()],
        hindered: vec![Vec::new(); rotation.coverage.len()],
    };
    let mut slices = Vec::new();
    for turn in &timeline.turns {
        let active = list_active(&timeline.rules, &rotation.duty_hours, (turn.start, turn.end));
        for part in &turn.parts {
            for time in cut(part.time, &active, rotation, &exchanges, timeline) {
                let view = if !active.iter().any(|(start, end)| (*start..*end).contains(&time.0)) {
                    View::OffHours
                } else if let State::Seats(seats) = &part.state {
                    let mut served = serve(turn, seats, &exchanges, time.0);
                    cover(rotation, timeline, (turn.number, time), &mut served, &mut effects);
                    View::Seats(served)
                } else {
                    View::Paused
                };
                slices.push(Slice { turn: turn.number, time, view });
            }
        }
    }
    (slices, effects)
}

/// Returns whether a swap exchanges anything.
pub(crate) fn has_effect(swap: (usize, usize), timeline: &Timeline) -> bool {
    exchange(swap, timeline).is_some()
}

fn list_exchanges(rotation: &Rotation, timeline: &Timeline) -> Vec<Exchange> {
    rotation.swaps.iter().filter_map(|swap| exchange(*swap, timeline)).flatten().collect()
}

fn exchange((a, b): (usize, usize), timeline: &Timeline) -> Option<[Exchange; 2]> {
    let (one, other) = (timeline.turns.get(a)?, timeline.turns.get(b)?);
    let (holder, by) = (one.first?, other.first?);
    let is_seated = |turn: &Turn, name: Name| match &turn.parts[0].state {
        State::Paused => false,
        State::Seats(seats) => seats.iter().any(|seat| seat.holder == name),
    };
    let since = one.start.min(other.start);
    let until = until_gone(timeline, holder, since).min(until_gone(timeline, by, since));
    let is_possible =
        holder != by && !is_seated(one, by) && !is_seated(other, holder) && since < until;
    let exchanges = [
        Exchange { turn: a, holder, by, until },
        Exchange { turn: b, holder: by, by: holder, until },
    ];
    is_possible.then_some(exchanges)
}

/// Returns the first instant from `since` on at which somebody has left; `since` itself where they left before.
fn until_gone(timeline: &Timeline, name: Name, since: Instant) -> Instant {
    let moves: Vec<_> = timeline.moves.iter().filter(|(_, moved, _)| *moved == name).collect();
    let before = moves.iter().rev().find(|(at, ..)| *at <= since);
    if before.is_some_and(|(.., what)| *what == Move::Left) {
        return since;
    }
    let leave = moves.iter().find(|(at, _, what)| *at > since && *what == Move::Left);
    leave.map_or(Instant::MAX, |(at, ..)| *at)
}

/// Cuts a stretch wherever anything may change in it.
fn cut(
    (start, end): Stretch,
    active: &[Stretch],
    rotation: &Rotation,
    exchanges: &[Exchange],
    timeline: &Timeline,
) -> Vec<Stretch> {
    let mut cuts = vec![start, end];
    cuts.extend(active.iter().flat_map(|(start, end)| [*start, *end]));
    cuts.extend(rotation.coverage.iter().flat_map(|cover| [cover.start, cover.end]));
    cuts.extend(exchanges.iter().map(|exchange| exchange.until));
    cuts.extend(timeline.moves.iter().map(|(at, ..)| *at));
    cuts.retain(|at| (start..=end).contains(at));
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|cut| (cut[0], cut[1])).collect()
}

/// Returns who serves by the order and the swaps.
fn serve(turn: &Turn, seats: &[Seat], exchanges: &[Exchange], at: Instant) -> Vec<Served> {
    let serve = |seat: &Seat| {
        let is_of_order = matches!(seat.how, How::Order | How::MakeUp);
        let exchange = exchanges.iter().find(|exchange| {
            let is_here = exchange.turn == turn.number && at < exchange.until;
            let is_first = is_of_order && turn.first == Some(seat.holder);
            // Nobody serves twice, so a swap rests while its person has a seat of their own in the turn.
            let is_free = seats.iter().all(|other| other.holder != exchange.by);
            is_here && is_first && exchange.holder == seat.holder && is_free
        });
        match exchange {
            Some(exchange) => Served {
                by: exchange.by,
                instead_of: Some(seat.holder),
                is_own: false,
                by_cover: false,
            },
            None => {
                Served { by: seat.holder, instead_of: None, is_own: is_of_order, by_cover: false }
            }
        }
    };
    seats.iter().map(serve).collect()
}

/// Lays the covers over the seats, the first in the list first.
fn cover(
    rotation: &Rotation,
    timeline: &Timeline,
    (turn, time): (usize, Stretch),
    seats: &mut Vec<Served>,
    effects: &mut Effects,
) {
    for (index, cover) in rotation.coverage.iter().enumerate() {
        if !(cover.start <= time.0 && time.1 <= cover_end(cover, timeline)) {
            continue;
        }
        let is_for = |seat: &Served| {
            let is_of = cover.of == Some(seat.by) || cover.of == seat.instead_of;
            !seat.by_cover && cover.of.is_some() && is_of
        };
        let seat = seats.iter().position(is_for);
        if seat.is_none() && (cover.of.is_some() || seats.len() == rotation.seats) {
            continue;
        }
        if seats.iter().any(|seat| seat.by == cover.by) {
            effects.hindered[index].push((turn, time));
            continue;
        }
        effects.has_effect[index] = true;
        let holder = seat.map(|seat| seats[seat].instead_of.unwrap_or(seats[seat].by));
        // Whoever covers the one with whom they swapped this turn serves their own time again.
        let is_own = holder == Some(cover.by);
        let instead_of = holder.filter(|_| !is_own);
        let served = Served { by: cover.by, instead_of, is_own, by_cover: true };
        match seat {
            Some(seat) => seats[seat] = served,
            None => seats.push(served),
        }
    }
}

/// Returns when a cover ends: at its end, or when the coverer leaves; one that begins while they are gone never begins.
fn cover_end(cover: &Cover, timeline: &Timeline) -> Instant {
    cover.end.min(until_gone(timeline, cover.by, cover.start))
}
