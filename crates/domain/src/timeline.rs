//! The timeline: a rotation walked from handoff to handoff, with everything that changes it on the way.

mod events;
mod kept;
mod rules;
mod running;
mod standing;

pub use kept::Kept;
pub use standing::{Mode, NextHandoff, RunningTurn, Standing};

use crate::absence::AbsenceBook;
use crate::cadence::Cadence;
use crate::change::{Leave, RosterChange};
use crate::engine::{Crew, Filled, Order, Seat, SeatedBy, Seating, Stretch, replace, seat};
use crate::grid::{Grid, Handoffs, SkippedWindow};
use crate::ids::UserId;
use crate::interval::Interval;
use crate::presence::Presence;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, TimeDelta, Utc};
use events::{Event, Happening};
use running::Running;
use std::collections::VecDeque;

/// The stretches of a rotation from its anchor on, one after the other and without end but the calendar's.
///
/// Nothing is known before its instant: a turn is decided when it begins, and what comes later changes what is left of
/// it. At one instant changes of the roster and pauses come before the handoff, changes of the cadence after it.
///
/// A copy of it goes on from where it stands, so a preview made halfway is the same walk.
#[derive(Clone, Debug)]
pub struct Timeline<'a> {
    absences: &'a AbsenceBook,
    rules: Rules,
    grid: Grid,
    handoffs: Handoffs,
    roster: Roster,
    order: Order,
    presence: Presence,
    /// How many people take turns, from which instant on.
    crew_sizes: Vec<(DateTime<Utc>, usize)>,
    events: VecDeque<Event>,
    mode: Mode,
    /// Whether the next handoff does not happen, and it rests from then on.
    is_stopping: bool,
    /// Those who leave right before the next handoff.
    leaving: Vec<UserId>,
    /// Those who left because Slack has deactivated them.
    deactivated: Vec<UserId>,
    /// The grids, each with the instant from which on it was in force.
    grids: Vec<(DateTime<Utc>, Grid)>,
    running: Option<Running>,
    next: Option<NextHandoff>,
    made: VecDeque<Stretch>,
}

impl Timeline<'_> {
    /// Returns who left and came back until the end of the last stretch that was asked for.
    #[must_use]
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Returns whether the rotation runs at the end of the last stretch that was asked for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the people as they are at the end of the last stretch that was asked for.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns the order as it is at the end of the last stretch that was asked for.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Returns the duty windows that the zone's clocks jump over, each by the rules that are in force then.
    #[must_use]
    pub fn skipped_windows(&self, window: Interval) -> Vec<SkippedWindow> {
        let ends = self.grids.iter().skip(1).map(|(since, _)| *since);
        let ends = ends.chain([DateTime::<Utc>::MAX_UTC]);
        let in_force = self.grids.iter().zip(ends).filter_map(|((since, grid), end)| {
            Some((grid, Interval::new(*since, end)?.intersection(window)?))
        });
        in_force.flat_map(|(grid, window)| grid.skipped_windows(window)).collect()
    }

    /// Returns how many people are in the rotation from which instant on, until the end of the last stretch that was
    /// asked for.
    #[must_use]
    pub fn crew_sizes(&self) -> &[(DateTime<Utc>, usize)] {
        &self.crew_sizes
    }

    /// Walks to the next handoff or event; `None` at the end of the calendar.
    fn step(&mut self) -> Option<()> {
        let handoff = self.next?;
        match self.events.front() {
            Some(event) if event.comes_before_handoff_at(handoff.at) => {
                let event = self.events.pop_front()?;
                self.happen(event);
                Some(())
            }
            _ => self.hand_over(handoff),
        }
    }

    fn hand_over(&mut self, handoff: NextHandoff) -> Option<()> {
        self.close_at(handoff.at);
        for user in std::mem::take(&mut self.leaving) {
            self.drop_member(&user, handoff.at);
        }
        let end = self.handoffs.next();
        self.next =
            end.map(|at| NextHandoff { turn: handoff.turn + 1, point: handoff.point + 1, at });
        let window = Interval::new(handoff.at, end?)?;
        if std::mem::take(&mut self.is_stopping) {
            self.mode = Mode::Paused;
        }
        if self.mode == Mode::Resuming {
            self.mode = Mode::Running;
        }
        let active = self.handoffs.active_in(window);
        let mut running = Running::new(handoff.turn, window, active);
        if self.mode == Mode::Running {
            let Self { rules, roster, absences, order, deactivated, .. } = self;
            let Filled { seats, skipped } = seat(
                Crew { rules, roster, absences, deactivated },
                order,
                handoff.turn,
                &running.active,
            );
            if seats.iter().any(|seat| seat.by == SeatedBy::Order) {
                self.roster.forget_mark();
            }
            running.seating = Seating::On(seats);
            running.skipped = skipped;
        }
        self.running = Some(running);
        Some(())
    }

    fn happen(&mut self, Event { at, what }: Event) {
        match what {
            Happening::Roster(change) => self.change_roster(change, at),
            Happening::Cadence { cadence, zone } => self.change_cadence(cadence, zone, at),
            Happening::Rules(rules) => self.change_rules(*rules, at),
            Happening::Pause => {
                self.mode = Mode::Paused;
                // The rest of an earlier pause is not cut.
                if self.running.as_ref().is_some_and(|running| running.seating != Seating::Paused) {
                    self.reseat(at, |_| Seating::Paused);
                }
            }
            Happening::Resume { start_now } => {
                self.is_stopping = false;
                self.mode = if start_now { Mode::Running } else { Mode::Resuming };
                if start_now {
                    let wanted = usize::from(self.rules.seats);
                    self.reseat(at, |timeline| timeline.replaced(Vec::new(), wanted, at));
                }
            }
        }
    }

    fn change_roster(&mut self, change: RosterChange, at: DateTime<Utc>) {
        match change {
            RosterChange::Add { user, before } => {
                self.leaving.retain(|leaving| *leaving != user);
                self.deactivated.retain(|deactivated| *deactivated != user);
                self.presence.record_return(&user, at);
                let member = Member::present(user);
                match (before, self.seated_first()) {
                    (Some(neighbour), _) | (None, Some(neighbour)) => {
                        self.roster.add_before(member, &neighbour);
                    }
                    (None, None) => self.roster.add_last(member, self.order.last_turn.as_ref()),
                }
                self.note_crew_size(at);
            }
            RosterChange::Remove { user, leave: Leave::NextHandoff } => self.leaving.push(user),
            RosterChange::Remove { user, leave } => {
                self.leaving.retain(|leaving| *leaving != user);
                self.drop_member(&user, at);
                if leave == Leave::Deactivated {
                    self.deactivated.push(user.clone());
                }
                self.replace_holder(&user, at);
            }
            RosterChange::Order(order) => self.roster.reorder(&order),
        }
    }

    /// Returns the member of the running turn who was seated first; the fallback has no place in the ring.
    fn seated_first(&self) -> Option<UserId> {
        let seats = self.running.as_ref().map_or(&[][..], |running| running.seats());
        let mut by_order = seats.iter().filter(|seat| seat.by != SeatedBy::Fallback);
        // At a handoff's instant somebody may have left the turn that ends.
        by_order.find(|seat| self.roster.contains(&seat.user)).map(|seat| seat.user.clone())
    }

    fn drop_member(&mut self, user: &UserId, at: DateTime<Utc>) {
        if self.roster.remove(user, self.order.last_turn.as_ref()) {
            self.presence.record_leave(user, at);
            self.order.forget(user);
            self.note_crew_size(at);
        }
    }

    fn note_crew_size(&mut self, at: DateTime<Utc>) {
        self.crew_sizes.pop_if(|(noted, _)| *noted == at);
        self.crew_sizes.push((at, self.roster.members().len()));
    }

    /// Gives the seat of somebody who has left to the next in order.
    fn replace_holder(&mut self, user: &UserId, at: DateTime<Utc>) {
        let seats = self.running.as_ref().map_or(&[][..], |running| running.seats());
        if !seats.iter().any(|seat| seat.user == *user) {
            return;
        }
        let wanted = seats.len();
        let mut left = seats.to_vec();
        left.retain(|seat| seat.user != *user);
        self.reseat(at, |timeline| timeline.replaced(left, wanted, at));
    }

    /// Returns the seats after the order has filled them for the rest of the turn.
    fn replaced(&mut self, seats: Vec<Seat>, wanted: usize, at: DateTime<Utc>) -> Seating {
        let left = self.running.as_ref().map(|running| running.active_from(at)).unwrap_or_default();
        let Self { rules, roster, absences, order, deactivated, .. } = self;
        // Off-hours use up nobody's turn, and what comes after them is the next one's.
        if left.is_empty() {
            return Seating::On(seats);
        }
        let stayed = seats.len();
        let seats =
            replace(Crew { rules, roster, absences, deactivated }, order, seats, wanted, &left);
        if seats[stayed..].iter().any(|seat| seat.by == SeatedBy::Replacement) {
            self.roster.forget_mark();
        }
        Seating::On(seats)
    }

    /// Ends the stretch that runs and goes on with other seats; before turn 0, and at the very handoff that ends the
    /// turn, there is nobody to be seated for.
    fn reseat(&mut self, at: DateTime<Utc>, seating: impl FnOnce(&mut Self) -> Seating) {
        if self.running.is_none() || self.next.is_some_and(|next| next.at <= at) {
            return;
        }
        self.close_at(at);
        let seating = seating(self);
        if let Some(running) = &mut self.running {
            running.seating = seating;
        }
    }

    /// Goes on with another grid: its first handoff after the change, but not too soon after the last one.
    fn change_cadence(&mut self, cadence: Cadence, zone: Option<Zone>, at: DateTime<Utc>) {
        let half = cadence.length() / 2;
        self.rules.cadence = cadence;
        self.rules.zone = zone.unwrap_or_else(|| self.rules.zone.clone());
        self.grid = Grid::new(&self.rules);
        self.grids.push((at, self.grid.clone()));
        let after = at + TimeDelta::microseconds(1);
        let earliest =
            self.running.as_ref().and_then(|running| running.start().checked_add_signed(half));
        let from = earliest.map_or(after, |earliest| earliest.max(after));
        let turn = self.next.map_or(0, |next| next.turn);
        let first = self.grid.first_at_or_after(from);
        self.next = first.map(|(point, at)| NextHandoff { turn, point, at });
        self.handoffs = self.grid.handoffs(first.map_or(u64::MAX, |(point, _)| point + 1));
        if let (Some(running), Some(next)) = (&mut self.running, self.next) {
            running.change_end(at, next.at, &self.grid);
        }
    }

    fn close_at(&mut self, at: DateTime<Utc>) {
        self.made.extend(self.running.as_mut().and_then(|running| running.close_at(at)));
    }
}

impl Iterator for Timeline<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        loop {
            if let Some(stretch) = self.made.pop_front() {
                return Some(stretch);
            }
            self.step()?;
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
