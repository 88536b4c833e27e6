//! What happens to a rotation, instant by instant: its turns, and who holds their seats when.

use crate::active::{Rules, Stretch, list_active};
use crate::handoffs::{list_handoffs, nominal_length};
use crate::model::{CadenceChange, Change, Instant, Leaving, Name, RosterChange, Rotation};
use crate::order::{How, Order, Seat, Skip};

/// More turns than this are not walked.
const MOST_TURNS: usize = 400;

/// What happened.
#[derive(Debug)]
pub(crate) struct Timeline {
    pub(crate) turns: Vec<Turn>,
    /// The rules of all times.
    pub(crate) rules: Vec<Rules>,
    /// Who came to the roster and who left it, in time order.
    pub(crate) moves: Vec<(Instant, Name, Move)>,
    /// How many members there are from an instant on.
    pub(crate) sizes: Vec<(Instant, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Came,
    Left,
}

#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) number: usize,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    pub(crate) skipped: Vec<Skip>,
    /// Who was seated first at the handoff, by the order or for a turn owed.
    pub(crate) first: Option<Name>,
    /// Stretches with the same state, which tile the turn.
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) time: Stretch,
    pub(crate) state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Paused,
    Seats(Vec<Seat>),
}

struct Walk<'r> {
    rotation: &'r Rotation,
    order: Order<'r>,
    rules: Vec<Rules>,
    next_handoff: Instant,
    is_paused: bool,
    leaving: Vec<Name>,
    /// The state from an instant on.
    state: (Instant, State),
    turns: Vec<Turn>,
    moves: Vec<(Instant, Name, Move)>,
    sizes: Vec<(Instant, usize)>,
}

/// Walks until so many turns are over and an instant has passed; `None` where that is too far.
pub(crate) fn walk(rotation: &Rotation, turns: usize, until: Instant) -> Option<Timeline> {
    let rules =
        Rules { since: Instant::MIN, zone: rotation.zone, cadence: rotation.cadence.clone() };
    let mut walk = Walk {
        rotation,
        order: Order::new(rotation),
        next_handoff: list_handoffs(&rotation.cadence, rotation.zone, 1)[0],
        rules: vec![rules],
        is_paused: false,
        leaving: Vec::new(),
        state: (Instant::MIN, State::Seats(Vec::new())),
        turns: Vec::new(),
        moves: Vec::new(),
        sizes: vec![(Instant::MIN, rotation.members.len())],
    };
    let pauses = united_pauses(rotation);
    let mut now = Instant::MIN;
    while walk.turns.len() <= turns || walk.turns.last()?.start < until {
        now = walk.next_instant(&pauses, now);
        walk.happen(&pauses, now);
        if walk.turns.len() > MOST_TURNS {
            return None;
        }
    }
    walk.turns.pop();
    let Walk { turns, rules, moves, sizes, .. } = walk;
    Some(Timeline { turns, rules, moves, sizes })
}

impl Walk<'_> {
    /// Returns the next instant at which anything happens.
    fn next_instant(&self, pauses: &[(Instant, Instant, bool)], after: Instant) -> Instant {
        let rotation = self.rotation;
        let mut all = vec![self.next_handoff];
        all.extend(rotation.roster_changes.iter().map(|change| change.at));
        all.extend(rotation.cadence_changes.iter().map(|change| change.at));
        all.extend(pauses.iter().flat_map(|(start, end, _)| [*start, *end]));
        all.into_iter().filter(|at| *at > after).min().expect("the next handoff is later")
    }

    fn happen(&mut self, pauses: &[(Instant, Instant, bool)], now: Instant) {
        for change in self.rotation.roster_changes.iter().filter(|change| change.at == now) {
            self.change_roster(change);
        }
        for (start, end, is_start_now) in pauses {
            if *start == now {
                self.is_paused = true;
                self.set_state(now, State::Paused);
            }
            if *end == now {
                self.is_paused = false;
                if *is_start_now && !self.turns.is_empty() && self.next_handoff > now {
                    self.start_now(now);
                }
            }
        }
        if self.next_handoff == now {
            for name in std::mem::take(&mut self.leaving) {
                self.leave(now, name);
            }
            self.hand_over(now);
        }
        for change in self.rotation.cadence_changes.iter().filter(|change| change.at == now) {
            self.change_cadence(change);
        }
    }

    fn hand_over(&mut self, now: Instant) {
        self.set_state(now, State::Seats(Vec::new()));
        if let Some(running) = self.turns.last_mut() {
            running.end = now;
        }
        self.next_handoff = self.first_on_grid(|at| at > now);
        let number = self.turns.len();
        let mut turn =
            Turn { number, start: now, end: now, skipped: vec![], first: None, parts: vec![] };
        let state = if self.is_paused {
            State::Paused
        } else {
            let active = self.active_left(now);
            let (seats, skipped) = self.order.hand_over(number, &active);
            turn.skipped = skipped;
            turn.first =
                seats.first().filter(|seat| seat.how != How::Fallback).map(|seat| seat.holder);
            State::Seats(seats)
        };
        self.turns.push(turn);
        self.set_state(now, state);
    }

    fn change_cadence(&mut self, change: &CadenceChange) {
        let now = change.at;
        let zone = change.zone.unwrap_or(self.rules.last().expect("there are rules").zone);
        self.rules.push(Rules { since: now, zone, cadence: change.cadence.clone() });
        let began = self.turns.last().map(|turn| turn.start);
        let length = nominal_length(&change.cadence);
        let is_late_enough = |at: Instant| began.is_none_or(|began| 2 * (at - began) >= length);
        self.next_handoff = self.first_on_grid(|at| at > now && is_late_enough(at));
    }

    fn change_roster(&mut self, change: &RosterChange) {
        let now = change.at;
        match &change.what {
            Change::Add { member, .. } if self.leaving.contains(member) => {
                self.leaving.retain(|leaving| leaving != member);
            }
            Change::Add { member, before } => {
                let seats = self.seats();
                self.order.add(member, *before, &seats);
                self.moves.push((now, member, Move::Came));
            }
            Change::Remove { member, how: Leaving::NextHandoff } => self.leaving.push(member),
            Change::Remove { member, .. } => self.remove_now(now, member),
            Change::Order(names) => self.order.reorder(names),
        }
        self.sizes.push((now, self.order.members().len()));
    }

    fn remove_now(&mut self, now: Instant, name: Name) {
        self.leave(now, name);
        let mut seats = self.seats();
        let count = seats.len();
        seats.retain(|seat| seat.holder != name);
        if seats.len() == count {
            return;
        }
        // At the instant of a handoff the turn is over, and without active time that is left nobody is on duty any more:
        // nobody steps in for no time at all.
        let active = self.active_left(now);
        if now < self.next_handoff && !active.is_empty() {
            let replacement = self.order.replace(&active, &seats);
            seats.extend(replacement);
            if seats.is_empty() {
                seats.extend(self.order.fallback(&active));
            }
        }
        self.set_state(now, State::Seats(seats));
    }

    fn start_now(&mut self, now: Instant) {
        let active = self.active_left(now);
        let mut seats = Vec::new();
        while seats.len() < self.rotation.seats && !active.is_empty() {
            let Some(seat) = self.order.replace(&active, &seats) else { break };
            seats.push(seat);
        }
        if seats.is_empty() && !active.is_empty() {
            seats.extend(self.order.fallback(&active));
        }
        self.set_state(now, State::Seats(seats));
    }

    fn leave(&mut self, now: Instant, name: Name) {
        self.order.remove(name);
        self.moves.push((now, name, Move::Left));
        self.sizes.push((now, self.order.members().len()));
    }

    fn seats(&self) -> Vec<Seat> {
        match &self.state.1 {
            State::Paused => Vec::new(),
            State::Seats(seats) => seats.clone(),
        }
    }

    /// Returns the active time that is left of the running turn, as it is planned now.
    fn active_left(&self, now: Instant) -> Vec<Stretch> {
        let rules = self.rules.last().expect("there are rules").clone();
        list_active(&[rules], &self.rotation.duty_hours, (now, self.next_handoff))
    }

    /// Returns the first handoff of the present grid that is wanted.
    fn first_on_grid(&self, is_wanted: impl Fn(Instant) -> bool) -> Instant {
        let rules = self.rules.last().expect("there are rules");
        let mut count = 32;
        loop {
            let grid = list_handoffs(&rules.cadence, rules.zone, count);
            if let Some(first) = grid.into_iter().find(|at| is_wanted(*at)) {
                return first;
            }
            count *= 2;
        }
    }

    fn set_state(&mut self, now: Instant, state: State) {
        let (since, before) = std::mem::replace(&mut self.state, (now, state));
        if let Some(turn) = self.turns.last_mut().filter(|_| since < now) {
            turn.parts.push(Part { time: (since, now), state: before });
        }
    }
}

/// Returns the pauses, those that overlap or touch as one; an open one ends never.
fn united_pauses(rotation: &Rotation) -> Vec<(Instant, Instant, bool)> {
    let end = |end: Option<Instant>| end.unwrap_or(Instant::MAX);
    let pauses = rotation.pauses.iter().map(|pause| (pause.start, end(pause.end), pause.start_now));
    let mut pauses: Vec<(Instant, Instant, bool)> = pauses.collect();
    pauses.sort_unstable();
    let mut united: Vec<(Instant, Instant, bool)> = Vec::new();
    for (start, end, start_now) in pauses {
        match united.last_mut() {
            Some(last) if start <= last.1 => {
                let is_start_now = (start_now && end >= last.1) || (last.2 && last.1 >= end);
                *last = (last.0, last.1.max(end), is_start_now);
            }
            _ => united.push((start, end, start_now)),
        }
    }
    united
}
