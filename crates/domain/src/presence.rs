//! Presence: since when who has left the rotation.

use crate::ids::UserId;
use crate::interval::Interval;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// When people left a rotation and came back; whoever is not named never left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Presence {
    /// Of each person the departures and returns in turn, beginning with a departure, in order of time.
    moves: HashMap<UserId, Vec<DateTime<Utc>>>,
}

impl Presence {
    /// Returns whether nobody has ever left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// Notes that somebody leaves; `at` is not before anything noted of them.
    pub fn record_leave(&mut self, user: &UserId, at: DateTime<Utc>) {
        let moves = self.moves.entry(user.clone()).or_default();
        if moves.len().is_multiple_of(2) {
            moves.push(at);
        }
    }

    /// Notes that somebody comes, or comes back; `at` is not before anything noted of them.
    pub fn record_return(&mut self, user: &UserId, at: DateTime<Utc>) {
        if let Some(moves) = self.moves.get_mut(user)
            && !moves.len().is_multiple_of(2)
        {
            moves.push(at);
        }
    }

    /// Returns whether somebody has left and is not back at an instant.
    #[must_use]
    pub fn is_gone_at(&self, user: &UserId, at: DateTime<Utc>) -> bool {
        self.moves.get(user).is_some_and(|moves| {
            let past = moves.partition_point(|moved| *moved <= at);
            !past.is_multiple_of(2)
        })
    }

    /// Returns the part of a window up to the first departure in it; `None` for somebody who is gone when it begins.
    ///
    /// A return does not revive what a departure ended.
    #[must_use]
    pub fn stay_within(&self, user: &UserId, window: Interval) -> Option<Interval> {
        let Some(moves) = self.moves.get(user) else { return Some(window) };
        let past = moves.partition_point(|moved| *moved <= window.start());
        if !past.is_multiple_of(2) {
            return None;
        }
        let end = moves.get(past).map_or(window.end(), |leave| window.end().min(*leave));
        Interval::new(window.start(), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, user};

    fn window(start: &str, end: &str) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn a_stay_ends_with_the_first_departure_and_a_return_does_not_revive_it() {
        let mut presence = Presence::default();
        presence.record_leave(&user("A"), at("2026-01-06T09:00Z"));
        presence.record_leave(&user("A"), at("2026-01-06T10:00Z"));
        presence.record_return(&user("A"), at("2026-01-07T09:00Z"));
        presence.record_return(&user("B"), at("2026-01-07T09:00Z"));
        let stay = |name, start, end| presence.stay_within(&user(name), window(start, end));

        let (monday, tuesday) = ("2026-01-05T09:00Z", "2026-01-06T09:00Z");
        let (wednesday, thursday) = ("2026-01-07T09:00Z", "2026-01-08T09:00Z");
        assert_eq!(stay("A", monday, thursday), Some(window(monday, tuesday)));
        assert_eq!(stay("A", tuesday, thursday), None);
        assert_eq!(stay("A", wednesday, thursday), Some(window(wednesday, thursday)));
        assert_eq!(stay("B", monday, thursday), Some(window(monday, thursday)));
        assert!(presence.is_gone_at(&user("A"), at(tuesday)));
        assert!(!presence.is_gone_at(&user("A"), at(wednesday)));
    }
}
