//! The roster: the ordered people of a rotation, read as a ring.

use crate::ids::UserId;
use std::collections::HashSet;

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

/// The members in order: at least one, nobody twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    members: Vec<Member>,
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
            None => Ok(Self { members }),
        }
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

    /// Returns every member once, beginning with the one after `last` and ending with `last`.
    ///
    /// With no `last`, or one who is not a member, it begins with the first.
    pub fn after<'a>(
        &'a self,
        last: Option<&UserId>,
    ) -> impl Iterator<Item = &'a Member> + use<'a> {
        let first = last.and_then(|last| self.position(last)).map_or(0, |place| place + 1);
        self.members[first..].iter().chain(&self.members[..first])
    }

    fn position(&self, user: &UserId) -> Option<usize> {
        self.members.iter().position(|member| member.user == *user)
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
