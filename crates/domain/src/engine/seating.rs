//! Seating: who takes the seats of a turn (specification, Who is next).

use super::{Order, Owed, Seat, SeatedBy, Skip, SkipReason};
use crate::absence::AbsenceBook;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};

/// Those who can be seated, and the rules for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crew<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) roster: &'a Roster,
    pub(crate) absences: &'a AbsenceBook,
    /// Those whom Slack has deactivated since they left the roster: they stand in for nobody.
    pub(crate) deactivated: &'a [UserId],
}

/// What seating came to.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) seats: Vec<Seat>,
    /// Those passed over before the seats were full, in the order in which they were asked.
    pub(crate) skipped: Vec<Skip>,
}

/// Seats people for a turn that begins, and moves the order on.
///
/// Owed turns come first, then the order; where nobody was seated the fallback serves.
pub(crate) fn seat(crew: Crew, order: &mut Order, turn: u64, active: &[Interval]) -> Filled {
    let mut round = Round::new(crew, order, active, Vec::new());
    let wanted = usize::from(crew.rules.seats);
    if crew.rules.make_up && !order.owed.is_empty() {
        round.pay(order, turn, wanted);
    }
    round.fill(order, wanted, SeatedBy::Order);
    if round.seats.is_empty() {
        round.seats.extend(crew.fallback(active));
    } else if crew.rules.make_up {
        owe(order, &round.skipped, turn);
    }
    Filled { seats: round.seats, skipped: round.skipped }
}

/// Seats people in the middle of a turn until `wanted` serve, measured against the active time that is left.
///
/// Owed turns wait, and nobody owes or is owed for it; where nobody is seated at all the fallback serves.
pub(crate) fn replace(
    crew: Crew,
    order: &mut Order,
    seats: Vec<Seat>,
    wanted: usize,
    left: &[Interval],
) -> Vec<Seat> {
    let mut round = Round::new(crew, order, left, seats);
    round.fill(order, wanted, SeatedBy::Replacement);
    if round.seats.is_empty() {
        round.seats.extend(crew.fallback(left));
    }
    round.seats
}

impl Crew<'_> {
    fn reason_to_skip(
        &self,
        member: &Member,
        active: &[Interval],
        time: TimeDelta,
    ) -> Option<SkipReason> {
        if !member.is_present {
            return Some(SkipReason::Deactivated);
        }
        self.absences.is_away(&member.user, active, time, self.rules.skip).then(|| {
            SkipReason::Away {
                share: self.absences.share(&member.user, active),
                until: self.absences.last_instant_in(&member.user, active),
            }
        })
    }

    /// Returns the seat of the fallback, unless they are away by the same rule.
    fn fallback(&self, active: &[Interval]) -> Option<Seat> {
        let user = self.rules.fallback.as_ref()?;
        if self.deactivated.contains(user) {
            return None;
        }
        let is_free = self.reason_against(user, active).is_none();
        is_free.then(|| Seat { user: user.clone(), by: SeatedBy::Fallback })
    }

    /// Returns why somebody, a member or not, cannot stand in.
    pub(crate) fn reason_against(&self, user: &UserId, active: &[Interval]) -> Option<SkipReason> {
        let known = self.roster.members().iter().find(|member| member.user == *user);
        let member = known.cloned().unwrap_or_else(|| Member::present(user.clone()));
        self.reason_to_skip(&member, active, time_of(active))
    }
}

/// One round of asking, once along the ring.
struct Round<'a, Ring> {
    crew: Crew<'a>,
    active: &'a [Interval],
    time: TimeDelta,
    /// Those who have not been asked.
    ring: Ring,
    /// The one whom the order takes next.
    ahead: Option<&'a Member>,
    /// Those passed over on the way to `ahead`.
    passed: Vec<Skip>,
    seats: Vec<Seat>,
    skipped: Vec<Skip>,
}

impl<'a> Round<'a, ()> {
    fn new(
        crew: Crew<'a>,
        order: &Order,
        active: &'a [Interval],
        seats: Vec<Seat>,
    ) -> Round<'a, impl Iterator<Item = &'a Member> + use<'a>> {
        Round {
            crew,
            active,
            time: time_of(active),
            ring: crew.roster.after(order.last_turn.as_ref()),
            ahead: None,
            passed: Vec::new(),
            seats,
            skipped: Vec::new(),
        }
    }
}

impl<'a, Ring: Iterator<Item = &'a Member>> Round<'a, Ring> {
    /// Pays owed turns, the oldest first. Where the order would take the member anyway, it does.
    fn pay(&mut self, order: &mut Order, turn: u64, wanted: usize) {
        let patience = u64::try_from(self.crew.roster.present()).unwrap_or(u64::MAX);
        order.owed.retain(|owed| turn.saturating_sub(owed.since) <= patience);
        let owed: Vec<UserId> = order.owed.iter().map(|owed| owed.member.clone()).collect();
        let members = self.crew.roster.members().iter();
        let members: HashMap<&UserId, &Member> =
            members.map(|member| (&member.user, member)).collect();
        for user in owed {
            if self.seats.len() >= wanted {
                return;
            }
            if self.look_ahead().is_some_and(|ahead| ahead.user == user) {
                self.take(order, SeatedBy::Order);
            } else if members.get(&user).is_some_and(|member| self.can_serve(member)) {
                order.forget(&user);
                self.seats.push(Seat { user, by: SeatedBy::MakeUp });
            }
        }
    }

    /// Lets the order fill the seats.
    fn fill(&mut self, order: &mut Order, wanted: usize, by: SeatedBy) {
        while self.seats.len() < wanted {
            if self.look_ahead().is_none() {
                // Whoever was asked in vain is told of; where the seats are full they were not needed.
                self.skipped.append(&mut self.passed);
                return;
            }
            self.take(order, by);
        }
    }

    /// Returns the one whom the order takes next.
    fn look_ahead(&mut self) -> Option<&'a Member> {
        while self.ahead.is_none() {
            let member = self.ring.next()?;
            match self.reason_to_pass_over(member) {
                None => self.ahead = Some(member),
                Some(reason) => self.passed.push(Skip { member: member.user.clone(), reason }),
            }
        }
        self.ahead
    }

    /// Seats the one ahead.
    fn take(&mut self, order: &mut Order, by: SeatedBy) {
        let Some(member) = self.ahead.take() else { return };
        self.skipped.append(&mut self.passed);
        self.seats.push(Seat { user: member.user.clone(), by });
        order.last_turn = Some(member.user.clone());
        if by == SeatedBy::Order && !order.owed.is_empty() {
            order.forget(&member.user);
        }
    }

    fn reason_to_pass_over(&self, member: &Member) -> Option<SkipReason> {
        if self.seats.iter().any(|seat| seat.user == member.user) {
            return Some(SkipReason::AlreadySeated);
        }
        self.crew.reason_to_skip(member, self.active, self.time)
    }

    fn can_serve(&self, member: &Member) -> bool {
        self.reason_to_pass_over(member).is_none()
    }
}

/// Notes what is owed to those who were away.
fn owe(order: &mut Order, skipped: &[Skip], turn: u64) {
    if skipped.is_empty() {
        return;
    }
    let known: HashSet<UserId> = order.owed.iter().map(|owed| owed.member.clone()).collect();
    let is_new = |skip: &&Skip| {
        matches!(skip.reason, SkipReason::Away { .. }) && !known.contains(&skip.member)
    };
    let new = skipped.iter().filter(is_new);
    order.owed.extend(new.map(|skip| Owed { member: skip.member.clone(), since: turn }));
}

fn time_of(active: &[Interval]) -> TimeDelta {
    active.iter().map(|window| window.length()).sum()
}
