//! Previews before and after an edit, and whose dates the edit moves (specification, Roster and life cycle 2-3).

use crate::engine::{Seat, Stretch, Turn};
use crate::ids::UserId;
use crate::interval::Interval;
use std::collections::HashMap;

/// A turn that is to come, as a preview shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The number of the turn.
    pub turn: u64,
    /// From its handoff to the next one; as far as the preview goes.
    pub window: Interval,
    /// Who serves, and when in it: nearly always all of it.
    pub people: Vec<(UserId, Interval)>,
}

/// What an edit does to the coming turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The next turns without the edit.
    pub before: Vec<Coming>,
    /// The next turns with it.
    pub after: Vec<Coming>,
    /// Those who are to be told.
    pub moved: Vec<Moved>,
}

/// Somebody whose next turn is at another time than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who.
    pub user: UserId,
    /// When it was; `None` for somebody who had none.
    pub was: Option<Interval>,
    /// When it is; `None` for somebody who has none any more.
    pub is: Option<Interval>,
}

impl From<&Turn> for Coming {
    fn from(turn: &Turn) -> Self {
        Self { turn: turn.index, window: turn.window, people: people_of(&turn.seats, turn.window) }
    }
}

/// Returns the first `count` turns of a preview; stretches of one turn are put together.
pub fn coming(stretches: impl IntoIterator<Item = Stretch>, count: usize) -> Vec<Coming> {
    let mut turns: Vec<Coming> = Vec::new();
    for stretch in stretches {
        let Stretch { turn, window, .. } = stretch;
        let is_full = turns.len() == count;
        let people = people_of(stretch.seats(), window);
        match turns.last_mut().filter(|last| last.turn == turn) {
            Some(last) => {
                last.window = through(last.window, window);
                for (user, when) in people {
                    last.add(user, when);
                }
            }
            None if is_full => break,
            None => turns.push(Coming { turn, window, people }),
        }
    }
    turns
}

/// Returns what an edit does, told from the previews without and with it; `shown` turns of each are kept.
///
/// Both previews begin with the turn in which the edit falls, and reach further than everybody's second turn.
#[must_use]
pub fn compare(mut before: Vec<Coming>, mut after: Vec<Coming>, shown: usize) -> Difference {
    let moved = moved(&before, &after);
    before.truncate(shown);
    after.truncate(shown);
    Difference { before, after, moved }
}

/// Returns whose next turn is at another time: the earliest first as it is now, then those who have none any more.
///
/// The next turn of somebody whose first one is the running turn, and stays as it was, is the one after it.
#[must_use]
pub fn moved(before: &[Coming], after: &[Coming]) -> Vec<Moved> {
    let (was, is) = (turns_by_user(before), turns_by_user(after));
    let begins = before.first().map(|turn| turn.window.start());
    let mut users: Vec<&UserId> = is.keys().copied().collect();
    users.extend(was.keys().filter(|user| !is.contains_key(*user)));
    let moved = users.into_iter().map(|user| {
        let of = |turns: &HashMap<&UserId, Vec<Interval>>, place: usize| {
            turns.get(user).and_then(|turns| turns.get(place).copied())
        };
        let first = of(&was, 0).filter(|first| begins == Some(first.start()));
        let next = usize::from(first.is_some() && first == of(&is, 0));
        Moved { user: user.clone(), was: of(&was, next), is: of(&is, next) }
    });
    let mut moved: Vec<Moved> = moved.filter(|moved| moved.was != moved.is).collect();
    moved.sort_by(|one, other| {
        let rank = |moved: &Moved| (moved.is.is_none(), moved.is, moved.was);
        rank(one).cmp(&rank(other)).then_with(|| one.user.cmp(&other.user))
    });
    moved
}

impl Coming {
    /// Adds somebody, or what more of the turn they serve without a break.
    fn add(&mut self, user: UserId, when: Interval) {
        match self.people.iter_mut().find(|(known, _)| *known == user) {
            Some((_, known)) if known.end() == when.start() => *known = through(*known, when),
            Some(_) => {}
            None => self.people.push((user, when)),
        }
    }
}

fn people_of(seats: &[Seat], window: Interval) -> Vec<(UserId, Interval)> {
    seats.iter().map(|seat| (seat.user.clone(), window)).collect()
}

fn turns_by_user(turns: &[Coming]) -> HashMap<&UserId, Vec<Interval>> {
    let mut of_users: HashMap<&UserId, Vec<Interval>> = HashMap::new();
    for (user, when) in turns.iter().flat_map(|turn| &turn.people) {
        of_users.entry(user).or_default().push(*when);
    }
    of_users
}

/// Returns the window from the beginning of one to the end of a later one.
fn through(first: Interval, later: Interval) -> Interval {
    Interval::new(first.start(), later.end()).unwrap_or(first)
}

#[cfg(test)]
mod tests;
