//! A turn as it is named in forms: whose it is by order, and when it begins.

use crate::ids::UserId;
use crate::message::Person;
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt;
use std::str::FromStr;

/// A turn: whose it is by order, and the instant for which it is planned. It is written as `2026-06-15T07:00:00Z|UBEN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnKey {
    /// The planned instant.
    pub planned_at: DateTime<Utc>,
    /// Whose it is.
    pub user: UserId,
}

/// A turn that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Whose it is.
    pub person: Person,
    /// When it begins.
    pub from: DateTime<Utc>,
}

impl Choice {
    /// Returns the turn.
    #[must_use]
    pub fn key(&self) -> TurnKey {
        TurnKey { planned_at: self.from, user: self.person.user.clone() }
    }
}

impl fmt::Display for TurnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.planned_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        write!(f, "{at}|{}", self.user)
    }
}

/// What is no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no turn")]
pub struct NoTurn;

impl FromStr for TurnKey {
    type Err = NoTurn;

    fn from_str(text: &str) -> Result<Self, NoTurn> {
        let (at, user) = text.split_once('|').ok_or(NoTurn)?;
        let planned_at = DateTime::parse_from_rfc3339(at).map_err(|_| NoTurn)?.to_utc();
        let is_id = !user.is_empty() && user.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_id {
            return Err(NoTurn);
        }
        Ok(Self { planned_at, user: UserId::new(user) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;

    #[test]
    fn a_turn_comes_back_as_it_was_written_and_fits_into_a_choice() {
        for at in ["2026-06-15T07:00:00Z", "2026-06-15T07:00:00.000001Z"] {
            let key = TurnKey { planned_at: at.parse().unwrap(), user: user("UBEN") };

            assert_eq!(key.to_string().parse(), Ok(key.clone()));
            assert!(key.to_string().len() <= 75, "{key}");
        }
    }

    #[test]
    fn what_was_bent_is_no_turn() {
        for text in [
            "",
            "2026-06-15T07:00:00Z",
            "2026-06-15|UBEN",
            "2026-06-15T07:00:00Z|",
            "x|UBEN",
            "2026-06-15T07:00:00Z|U B",
        ] {
            assert_eq!(text.parse::<TurnKey>(), Err(NoTurn), "{text}");
        }
    }
}
