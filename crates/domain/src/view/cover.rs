//! Covers: one sweep through their beginnings and ends along the stretches.

use super::seats::{Seats, Spot};
use crate::coverage::Coverage;
use crate::engine::Stretch;
use crate::finding::{Finding, FindingKind};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::presence::Presence;
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

/// The covers of a rotation, and what became of them so far.
///
/// Each beginning and end is passed once, so the cost grows with the stretches and the covers and not with their
/// product.
#[derive(Clone, Debug)]
pub(super) struct Covers<'a> {
    made: &'a [Coverage],
    edges: Vec<Edge>,
    /// How many of the edges were passed.
    passed: usize,
    /// Those whose window is open, by the one whose time it is.
    open: HashMap<Option<&'a UserId>, Queue>,
    traces: Vec<Trace>,
    last_turn: u64,
}

/// Covers by their place in the list: the first made first.
type Queue = BTreeSet<usize>;

/// The beginning or end of a cover's window.
#[derive(Clone, Copy, Debug)]
struct Edge {
    at: DateTime<Utc>,
    cover: usize,
    is_start: bool,
}

/// What became of a cover.
#[derive(Clone, Debug, Default)]
struct Trace {
    /// The turn in which its window begins, once that is known.
    turn: Option<u64>,
    has_effect: bool,
    /// Whether the coverer has left.
    has_left: bool,
    /// When it had no effect because the coverer was on duty, each with the turn in which that begins.
    blocked: Vec<(u64, Interval)>,
}

/// What became of the covers of a moment's seats.
#[derive(Debug, Default)]
struct Outcome {
    effective: Vec<usize>,
    blocked: Vec<usize>,
    gone: Vec<usize>,
}

impl<'a> Covers<'a> {
    pub(super) fn new(made: &'a [Coverage]) -> Self {
        let edges = made.iter().enumerate().flat_map(|(cover, Coverage { window, .. })| {
            let edge = |at, is_start| Edge { at, cover, is_start };
            [edge(window.start(), true), edge(window.end(), false)]
        });
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_by_key(|edge| edge.at);
        let traces = vec![Trace::default(); made.len()];
        Self { made, edges, passed: 0, open: HashMap::new(), traces, last_turn: 0 }
    }

    /// Returns whether a cover may change a window that begins where the last stretch ended.
    pub(super) fn may_touch(&self, window: Interval) -> bool {
        !self.open.is_empty() || self.next_edge().is_some_and(|edge| edge.at < window.end())
    }

    /// Seats the coverers as they are at the start of a window, and returns until when that holds.
    pub(super) fn take_seats<'x>(
        &mut self,
        seats: &mut Seats<'x>,
        window: Interval,
        turn: u64,
        presence: &Presence,
    ) -> DateTime<Utc>
    where
        'a: 'x,
    {
        while self.next_edge().is_some_and(|edge| edge.at <= window.start()) {
            self.pass_edge(turn);
        }
        let until = self.next_change(seats, window, turn);
        let (until, outcome) = self.seat(seats, window.start(), until, presence);
        if let Some(window) = Interval::new(window.start(), until) {
            self.record(&outcome, window, turn);
        }
        until
    }

    /// Passes what begins or ends in a stretch that was looked at.
    pub(super) fn pass(&mut self, stretch: &Stretch) {
        self.last_turn = stretch.turn;
        while self.next_edge().is_some_and(|edge| edge.at < stretch.window.end()) {
            self.pass_edge(stretch.turn);
        }
    }

    /// Returns a finding for each cover that has no effect, and for the times in which its coverer is on duty.
    pub(super) fn findings(&self, until: DateTime<Utc>) -> Vec<Finding> {
        let rivals = self.effective();
        let mut findings = Vec::new();
        for (place, (cover, trace)) in self.made.iter().zip(&self.traces).enumerate() {
            if !trace.has_effect && cover.window.end() <= until {
                let turn = trace.turn.unwrap_or(self.last_turn);
                let reason = self.reason(place, &rivals);
                findings.push(finding(cover, turn, cover.window, &reason));
                continue;
            }
            let blocked = trace.blocked.iter();
            findings.extend(
                blocked.map(|(turn, window)| finding(cover, *turn, *window, &on_duty(cover))),
            );
        }
        findings
    }

    fn next_edge(&self) -> Option<&Edge> {
        self.edges.get(self.passed)
    }

    fn pass_edge(&mut self, turn: u64) {
        let Some(Edge { cover: place, is_start, .. }) = self.next_edge().copied() else { return };
        self.passed += 1;
        if is_start {
            self.traces[place].turn = Some(turn);
            let Coverage { by, of, .. } = &self.made[place];
            // Nobody covers themselves.
            if of.as_ref() != Some(by) {
                self.open.entry(of.as_ref()).or_default().insert(place);
            }
        } else {
            self.close(place);
        }
    }

    fn close(&mut self, place: usize) {
        let of = self.made[place].of.as_ref();
        if let Some(queue) = self.open.get_mut(&of) {
            queue.remove(&place);
            if queue.is_empty() {
                self.open.remove(&of);
            }
        }
    }

    /// Returns when the next cover of these seats begins or ends, passing by those of others.
    fn next_change(&mut self, seats: &Seats, window: Interval, turn: u64) -> DateTime<Utc> {
        while let Some(edge) = self.next_edge().filter(|edge| edge.at < window.end()) {
            if seats.spot_of(self.made[edge.cover].of.as_ref()).is_some() {
                return edge.at;
            }
            self.pass_edge(turn);
        }
        window.end()
    }

    /// Seats the coverers of an instant, the first made first. It holds until the answer's instant, when one may leave.
    fn seat<'x>(
        &self,
        seats: &mut Seats<'x>,
        at: DateTime<Utc>,
        mut until: DateTime<Utc>,
        presence: &Presence,
    ) -> (DateTime<Utc>, Outcome)
    where
        'a: 'x,
    {
        let mut outcome = Outcome::default();
        let lanes = self.lanes(seats);
        let heads = lanes.iter().enumerate();
        let mut heads: BinaryHeap<_> =
            heads.filter_map(|(lane, (queue, _))| Some(Reverse((*queue.first()?, lane)))).collect();
        while let Some(Reverse((place, lane))) = heads.pop() {
            let (queue, spot) = lanes[lane];
            if seats.is_taken(spot) {
                continue;
            }
            let Coverage { by, window, .. } = &self.made[place];
            match presence.stay_within(by, *window).filter(|stay| at < stay.end()) {
                None => outcome.gone.push(place),
                Some(stay) => {
                    until = until.min(stay.end());
                    if seats.is_on_duty(by) {
                        outcome.blocked.push(place);
                    } else {
                        seats.put(spot, by);
                        outcome.effective.push(place);
                    }
                }
            }
            heads.extend(queue.range(place + 1..).next().map(|next| Reverse((*next, lane))));
        }
        (until, outcome)
    }

    /// Returns the open covers of these seats, those of each person apart.
    fn lanes<'s, 'x: 's>(&'s self, seats: &Seats<'x>) -> Vec<(&'s Queue, Spot)> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let people = seats.people().map(|(user, spot)| (Some(user), spot));
        let free = seats.has_free().then_some((None, Spot::Free));
        let lanes = people.chain(free).filter_map(|(of, spot)| Some((self.open.get(&of)?, spot)));
        lanes.collect()
    }

    fn record(&mut self, outcome: &Outcome, window: Interval, turn: u64) {
        for place in &outcome.effective {
            self.traces[*place].has_effect = true;
        }
        for place in &outcome.gone {
            self.traces[*place].has_left = true;
            self.close(*place);
        }
        for place in &outcome.blocked {
            let blocked = &mut self.traces[*place].blocked;
            match blocked.last_mut().filter(|(_, last)| last.end() == window.start()) {
                Some((_, last)) => {
                    *last = last.up_to(window.end());
                }
                None => blocked.push((turn, window)),
            }
        }
    }

    /// Returns the covers that have an effect, by the one whose time it is.
    fn effective(&self) -> HashMap<Option<&UserId>, Vec<usize>> {
        let mut effective: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, cover) in self.made.iter().enumerate() {
            if self.traces[place].has_effect {
                effective.entry(cover.of.as_ref()).or_default().push(place);
            }
        }
        effective
    }

    /// Returns why a cover has no effect at all.
    fn reason(&self, place: usize, effective: &HashMap<Option<&UserId>, Vec<usize>>) -> String {
        let (cover, trace) = (&self.made[place], &self.traces[place]);
        let Coverage { by, of, window } = cover;
        let earlier = effective.get(&of.as_ref()).map_or(&[][..], Vec::as_slice);
        let mut earlier = earlier.iter().take_while(|other| **other < place);
        match of {
            Some(of) if of == by => "nobody covers themselves".into(),
            _ if !trace.blocked.is_empty() => on_duty(cover),
            _ if trace.has_left => format!("{by} has left by then"),
            Some(of)
                if earlier
                    .any(|other| self.made[*other].window.intersection(*window).is_some()) =>
            {
                format!("somebody else covers {of} already")
            }
            Some(of) => format!("{of} is not on duty then"),
            None => "no seat is free then".into(),
        }
    }
}

fn on_duty(cover: &Coverage) -> String {
    format!("{} is on duty then", cover.by)
}

fn finding(cover: &Coverage, turn: u64, window: Interval, reason: &str) -> Finding {
    let Coverage { by, of, .. } = cover;
    let what = match of {
        Some(of) => format!("Cover of {of} by {by}"),
        None => format!("Cover of a free seat by {by}"),
    };
    Finding {
        kind: FindingKind::CoverageWithoutEffect,
        turn,
        window,
        text: format!("{what} has no effect: {reason}."),
    }
}
