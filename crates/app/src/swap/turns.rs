//! The turns of a rotation that can be swapped, and what stands in the way.

use crate::people::People;
use crate::snapshot::{Coming, Current, Snapshot};
use crate::walk::MOST_COMPARED;
use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::whole_days;
use domain::ids::{SwapId, UserId};
use domain::interval::Interval;
use domain::story::swap::{Choice, Conflict, Refusal, Side, TurnKey};
use domain::zone::Zone;
use store::{SwapRecord, SwapSide};

/// The most absences or covers of a turn that are said.
const MOST_CONFLICTS: usize = 5;

/// The coming turns of a rotation with the swaps that live.
pub(super) struct Turns<'a> {
    snapshot: &'a Snapshot,
    coming: Vec<Coming>,
    running: Option<Current>,
}

impl<'a> Turns<'a> {
    /// Returns the coming turns, as far as anybody looks; none of them has begun.
    pub(super) fn of(snapshot: &'a Snapshot, now: DateTime<Utc>) -> Self {
        let position = snapshot.position(now);
        let (coming, running) = (position.coming(MOST_COMPARED), position.current());
        Self { snapshot, coming, running }
    }

    /// Returns a turn that is to come, whoever holds it.
    pub(super) fn at(&self, planned_at: DateTime<Utc>) -> Option<&Coming> {
        self.coming.iter().find(|turn| turn.window.start() == planned_at)
    }

    /// Returns whether a turn is that of its side: one that is to come, or the one that runs; of one that is over nothing is
    /// changed any more.
    pub(super) fn is_theirs(&self, side: &SwapSide, now: DateTime<Utc>) -> bool {
        if now < side.planned_at {
            return self.at(side.planned_at).is_some_and(|turn| owner(turn) == Some(&side.user));
        }
        self.running_at(side.planned_at)
            .is_none_or(|turn| turn.holders().any(|it| *it == side.user))
    }

    fn running_at(&self, planned_at: DateTime<Utc>) -> Option<&Current> {
        self.running.as_ref().filter(|turn| turn.planned_at == planned_at)
    }

    /// Returns the turns that can be swapped.
    pub(super) fn free(&self) -> impl Iterator<Item = Choice> {
        let free = self.coming.iter().filter(|turn| !self.is_swapped(turn.window.start(), None));
        free.filter_map(|turn| {
            let person = self.snapshot.people.person(owner(turn)?);
            Some(Choice { person, from: turn.window.start() })
        })
    }

    /// Returns the turn of somebody that begins on a day, else the one that runs on it.
    pub(super) fn on_day(&self, user: &UserId, day: NaiveDate, zone: &Zone) -> Option<TurnKey> {
        let whole = whole_days(zone, day, day);
        let own = || self.coming.iter().filter(|turn| owner(turn) == Some(user));
        let begins = own().find(|turn| whole.contains(turn.window.start()));
        let found = begins.or_else(|| own().find(|it| it.window.intersection(whole).is_some()))?;
        Some(TurnKey { planned_at: found.window.start(), user: user.clone() })
    }

    /// Checks that two turns can be swapped; `but` is a swap of theirs that does not count.
    pub(super) fn check(
        &self,
        one: &TurnKey,
        other: &TurnKey,
        but: Option<SwapId>,
    ) -> Result<(), Refusal> {
        if one.user == other.user {
            return Err(Refusal::SamePerson);
        }
        let find = |key: &TurnKey| {
            let turn = self.at(key.planned_at).filter(|turn| owner(turn) == Some(&key.user));
            turn.ok_or(Refusal::TurnGone)
        };
        let (turn, with) = (find(one)?, find(other)?);
        if turn.seats.contains(&other.user) || with.seats.contains(&one.user) {
            return Err(Refusal::BothSeated);
        }
        if [one, other].into_iter().any(|key| self.is_swapped(key.planned_at, but)) {
            return Err(Refusal::SwappedAlready);
        }
        Ok(())
    }

    /// Returns a turn as people see it.
    pub(super) fn side(&self, people: &People, side: &SwapSide) -> Side {
        let running = self.running_at(side.planned_at);
        let until = self.at(side.planned_at).map(|turn| turn.window.end());
        Side {
            person: people.person(&side.user),
            from: side.planned_at,
            until: until.or(running.map(|turn| turn.ends_at)),
            has_agreed: side.agreed_at.is_some(),
        }
    }

    /// Returns what stands in the way of two people who serve each other's turns.
    pub(super) fn conflicts(
        &self,
        people: &People,
        one: &TurnKey,
        other: &TurnKey,
    ) -> Vec<Conflict> {
        let of = |turn: &TurnKey, by: &UserId| self.conflicts_in(people, turn, by);
        let mut all = of(one, &other.user);
        all.extend(of(other, &one.user));
        all
    }

    /// Returns what stands in the way of one who would serve a turn.
    fn conflicts_in(&self, people: &People, turn: &TurnKey, by: &UserId) -> Vec<Conflict> {
        let Some(coming) = self.at(turn.planned_at) else { return Vec::new() };
        // What lies in off-hours only stands in nobody's way.
        let within = |from: DateTime<Utc>, until: DateTime<Utc>| {
            let time = Interval::new(from, until)?;
            let touches = coming.active.iter().any(|it| it.intersection(time).is_some());
            time.intersection(coming.window).filter(|_| touches)
        };
        let own = self.snapshot.book().away_in(by, std::slice::from_ref(&coming.window));
        let away = own.filter_map(|away| {
            let time = within(away.start(), away.end())?;
            let (from, until) = (time.start(), time.end());
            Some(Conflict::Away { person: people.person(by), from, until })
        });
        let covers = self.snapshot.layers.covers.iter();
        let covered = covers.filter(|cover| cover.of.as_ref() == Some(&turn.user));
        let covered = covered.filter_map(|cover| {
            let time = within(cover.starts_at, cover.ends_at)?;
            let (from, until) = (time.start(), time.end());
            Some(Conflict::Covered { by: people.person(&cover.user), from, until })
        });
        away.take(MOST_CONFLICTS).chain(covered.take(MOST_CONFLICTS)).collect()
    }

    fn is_swapped(&self, planned_at: DateTime<Utc>, but: Option<SwapId>) -> bool {
        let mut live = self.snapshot.layers.live_swaps().filter(|swap| Some(swap.id) != but);
        live.any(|swap| swap.turns().contains(&planned_at))
    }
}

/// Returns whose a turn is that can be swapped.
fn owner(turn: &Coming) -> Option<&UserId> {
    turn.owner.as_ref().filter(|_| !turn.is_paused)
}

/// Returns the turn of a side.
pub(super) fn key(side: &SwapSide) -> TurnKey {
    TurnKey { planned_at: side.planned_at, user: side.user.clone() }
}

/// Returns when the earlier of the two turns begins.
pub(super) fn begins_at(swap: &SwapRecord) -> DateTime<Utc> {
    let [earlier, _] = swap.turns();
    earlier
}
