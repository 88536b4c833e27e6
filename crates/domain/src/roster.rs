//! The roster: the ordered people of a rotation, read as a ring.

use crate::ids::UserId;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The most members that a roster can have.
pub const MAX_MEMBERS: usize = 1000;

/// Somebody in the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Whether they are in the workspace; false for someone whom Slack has deactivated.
    pub is_present: bool,
}

/// The members in order, nobody twice.
///
/// The one who had the last turn by order may have left: then a mark keeps their place in the ring, so that nobody is
/// jumped over (specification, Who is next 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    members: Vec<Member>,
    mark: Option<Mark>,
}

/// The place of somebody who has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    user: UserId,
    /// The place of the member who comes next; one past the last stands for the first.
    next: usize,
}

/// Why a list of people is not a roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterFault {
    /// Nobody is in it.
    #[error("Nobody is in the rotation. Name at least one person.")]
    Empty,
    /// Somebody is in it twice.
    #[error("{user} is in the rotation twice. Name each person once.")]
    Twice {
        /// Who.
        user: UserId,
    },
    /// More than [`MAX_MEMBERS`] are in it.
    #[error("{count} people are too many for a rotation. Name at most {MAX_MEMBERS}.")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl Member {
    /// Returns a member who is in the workspace.
    #[must_use]
    pub fn present(user: UserId) -> Self {
        Self { user, is_present: true }
    }
}

impl Roster {
    /// Returns the roster with these members in this order.
    ///
    /// # Errors
    ///
    /// When there is nobody, somebody twice, or more than [`MAX_MEMBERS`].
    pub fn new(members: Vec<Member>) -> Result<Self, RosterFault> {
        if members.is_empty() {
            return Err(RosterFault::Empty);
        }
        if members.len() > MAX_MEMBERS {
            return Err(RosterFault::TooMany { count: members.len() });
        }
        let mut seen = HashSet::new();
        match members.iter().find(|member| !seen.insert(&member.user)) {
            Some(member) => Err(RosterFault::Twice { user: member.user.clone() }),
            None => Ok(Self { members, mark: None }),
        }
    }

    /// Returns a roster as it was stored, which may be empty.
    pub(crate) fn marked(members: Vec<Member>, mark: Option<Mark>) -> Self {
        let count = members.len();
        let mark = mark.map(|mark| Mark { next: mark.next.min(count), ..mark });
        Self { members, mark }
    }

    /// Returns the place of the one who had the last turn and has left.
    pub(crate) fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// Returns the members in order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns whether somebody is in the roster.
    #[must_use]
    pub fn contains(&self, user: &UserId) -> bool {
        self.position(user).is_some()
    }

    /// Returns how many members are in the workspace.
    #[must_use]
    pub fn present(&self) -> usize {
        self.members.iter().filter(|member| member.is_present).count()
    }

    /// Returns every member once, beginning with the one after `last` and ending with `last`.
    ///
    /// With a `last` who has left, it begins with the one after their mark, even when they are back elsewhere; with no
    /// `last`, or one of whom nothing is known, with the first.
    pub fn after<'a>(
        &'a self,
        last: Option<&UserId>,
    ) -> impl Iterator<Item = &'a Member> + Clone + use<'a> {
        let first = last.map_or(0, |last| match &self.mark {
            Some(mark) if mark.user == *last => mark.next,
            _ => self.position(last).map_or(0, |place| place + 1),
        });
        self.members[first..].iter().chain(&self.members[..first])
    }

    /// Adds somebody directly before a member, or at the end where there is no such member.
    ///
    /// Nothing happens where they are a member already.
    pub fn add_before(&mut self, member: Member, neighbour: &UserId) {
        let place = self.position(neighbour).unwrap_or(self.members.len());
        self.insert(member, place, false);
    }

    /// Adds somebody so that they are asked last: directly before `last`, a member or the mark of somebody who has left,
    /// else at the end.
    ///
    /// Nothing happens where they are a member already.
    pub fn add_last(&mut self, member: Member, last: Option<&UserId>) {
        let marked = self.mark.as_ref().filter(|mark| Some(&mark.user) == last);
        let marked = marked.map(|mark| mark.next);
        let place = marked.or_else(|| self.position(last?)).unwrap_or(self.members.len());
        self.insert(member, place, marked.is_some());
    }

    /// Removes somebody; where `last` names them, a mark keeps their place.
    ///
    /// Returns whether they were a member.
    pub fn remove(&mut self, user: &UserId, last: Option<&UserId>) -> bool {
        let Some(place) = self.position(user) else { return false };
        self.members.remove(place);
        match &mut self.mark {
            Some(mark) => mark.next -= usize::from(place < mark.next),
            None if last == Some(user) => {
                self.mark = Some(Mark { user: user.clone(), next: place });
            }
            None => {}
        }
        true
    }

    /// Puts the members into another order; those whom it does not name follow in their old one.
    ///
    /// A mark stays before the member who came after it.
    pub fn reorder(&mut self, order: &[UserId]) {
        let next = self.mark.as_ref().and_then(|mark| {
            let place = mark.next.checked_rem(self.members.len())?;
            Some(self.members[place].user.clone())
        });
        let ranks: HashMap<&UserId, usize> = order.iter().zip(0..).collect();
        self.members.sort_by_key(|member| ranks.get(&member.user).copied().unwrap_or(usize::MAX));
        let place = next.and_then(|next| self.position(&next));
        if let (Some(mark), Some(place)) = (&mut self.mark, place) {
            mark.next = place;
        }
    }

    /// Forgets the mark, since the order has moved on from it.
    pub fn forget_mark(&mut self) {
        self.mark = None;
    }

    fn insert(&mut self, member: Member, place: usize, is_before_mark: bool) {
        if self.contains(&member.user) {
            return;
        }
        if let Some(mark) = &mut self.mark
            && (place < mark.next || is_before_mark)
        {
            mark.next += 1;
        }
        self.members.insert(place, member);
    }

    fn position(&self, user: &UserId) -> Option<usize> {
        // Nearly always the id is a copy of the member's own, and comparing addresses is much faster than text.
        let same = self.members.iter().position(|member| member.user.is_copy_of(user));
        same.or_else(|| self.members.iter().position(|member| member.user == *user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{roster, user};

    #[track_caller]
    fn check_order(last: Option<&str>, expected: &str) {
        let roster = roster("A B C");

        let order: Vec<&str> =
            roster.after(last.map(user).as_ref()).map(|member| member.user.as_str()).collect();

        assert_eq!(order.join(" "), expected);
    }

    #[test]
    fn the_ring_begins_after_the_last_one_and_ends_with_them() {
        check_order(None, "A B C");
        check_order(Some("A"), "B C A");
        check_order(Some("C"), "A B C");
        check_order(Some("Z"), "A B C");
    }

    #[track_caller]
    fn check_ring(roster: &Roster, last: &str, expected: &str) {
        let ring: Vec<&str> =
            roster.after(Some(&user(last))).map(|member| member.user.as_str()).collect();

        assert_eq!(ring.join(" "), expected);
    }

    #[test]
    fn who_left_after_the_last_turn_keeps_the_place_as_a_mark() {
        let mut roster = roster("A B C D");
        let b = user("B");

        assert!(roster.remove(&b, Some(&b)));
        check_ring(&roster, "B", "C D A");

        roster.add_last(Member::present(user("E")), Some(&b));
        check_ring(&roster, "B", "C D A E");

        roster.remove(&user("A"), Some(&b));
        check_ring(&roster, "B", "C D E");

        roster.reorder(&["D", "E", "C"].map(user));
        check_ring(&roster, "B", "C D E");

        roster.remove(&user("C"), Some(&b));
        check_ring(&roster, "B", "D E");

        roster.add_before(Member::present(b.clone()), &user("E"));
        check_ring(&roster, "B", "D B E");

        roster.add_last(Member::present(user("G")), Some(&b));
        check_ring(&roster, "B", "D B E G");
        roster.remove(&user("G"), Some(&b));

        roster.remove(&b, Some(&b));
        check_ring(&roster, "B", "D E");

        roster.forget_mark();
        check_ring(&roster, "D", "E D");
    }

    #[test]
    fn who_leaves_without_having_had_the_last_turn_leaves_no_mark() {
        let mut roster = roster("A B C D");

        roster.remove(&user("C"), Some(&user("A")));

        check_ring(&roster, "C", "A B D");
    }

    #[test]
    fn who_is_placed_by_hand_before_the_one_after_the_mark_comes_next() {
        let mut roster = roster("A B C D");
        let b = user("B");
        roster.remove(&b, Some(&b));

        roster.add_before(Member::present(user("E")), &user("C"));

        check_ring(&roster, "B", "E C D A");
    }

    #[test]
    fn a_joiner_is_placed_before_a_neighbour_or_at_the_end() {
        let mut roster = roster("A B");

        roster.add_before(Member::present(user("C")), &user("A"));
        roster.add_last(Member::present(user("D")), None);
        roster.add_before(Member::present(user("D")), &user("A"));

        check_ring(&roster, "D", "C A B D");
    }

    #[test]
    fn a_roster_has_somebody_and_nobody_twice() {
        let members =
            |names: &[&str]| names.iter().map(|name| Member::present(user(name))).collect();

        assert_eq!(Roster::new(members(&[])), Err(RosterFault::Empty));
        let twice = RosterFault::Twice { user: user("A") };
        assert_eq!(Roster::new(members(&["A", "B", "A"])), Err(twice));
        let many =
            (0..=MAX_MEMBERS).map(|place| Member::present(user(&place.to_string()))).collect();
        assert_eq!(Roster::new(many), Err(RosterFault::TooMany { count: MAX_MEMBERS + 1 }));
    }
}
