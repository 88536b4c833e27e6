//! "Skip me" and "assign": one turn passes to somebody else, without anybody being asked.

use crate::action::Field;
use crate::ids::{AbsenceId, CoverageId, RotationId, UserId};
use crate::message::Person;
use chrono::{DateTime, Utc};

/// What was typed. Each names the rotation as it was typed; `None` means the channel's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Somebody serves instead of somebody else.
    Assign {
        /// Its name.
        rotation: Option<String>,
        /// Who serves.
        to: UserId,
        /// Whose turn it is; `None` means that of whoever is on duty then.
        of: Option<UserId>,
        /// The days as typed, for [`parse_range`](crate::date_words::parse_range); `None` means the whole turn that runs
        /// or comes next.
        days: Option<String>,
    },
    /// The form in which somebody is assigned.
    AssignForm {
        /// Its name.
        rotation: Option<String>,
    },
    /// The one who asks does not want to serve: now, or in their next turn.
    Skip {
        /// Its name.
        rotation: Option<String>,
    },
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the form in which somebody is assigned.
    Assign {
        /// The rotation.
        rotation: RotationId,
    },
    /// "Skip me": who presses does not want to serve, now or in their next turn.
    Skip {
        /// The rotation.
        rotation: RotationId,
    },
    /// "Undo": whoever was to serve instead of somebody does not.
    UndoCover {
        /// The cover.
        coverage: CoverageId,
    },
    /// "Undo": whoever was to be passed over is not.
    UndoSkip {
        /// The absence from that one turn.
        absence: AbsenceId,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "skip_assign",
            Self::Skip { .. } => "skip_me",
            Self::UndoCover { .. } => "skip_undo_cover",
            Self::UndoSkip { .. } => "skip_undo",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Assign { rotation } | Self::Skip { rotation } => rotation.to_string(),
            Self::UndoCover { coverage } => coverage.to_string(),
            Self::UndoSkip { absence } => absence.to_string(),
        }
    }

    /// Returns the button that was pressed, or `None` for one of another story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let id = value.parse().ok()?;
        match action_id {
            "skip_assign" => Some(Self::Assign { rotation: RotationId::new(id) }),
            "skip_me" => Some(Self::Skip { rotation: RotationId::new(id) }),
            "skip_undo_cover" => Some(Self::UndoCover { coverage: CoverageId::new(id) }),
            "skip_undo" => Some(Self::UndoSkip { absence: AbsenceId::new(id) }),
            _ => None,
        }
    }
}

/// The modal in which somebody is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// Who serves, where that is known already.
    pub to: Option<UserId>,
}

/// The modal's values, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The rotation.
    pub rotation: RotationId,
    /// Who serves.
    pub to: Option<UserId>,
    /// Instead of whom; `None` means whoever is on duty then.
    pub of: Option<UserId>,
    /// The first day, as `2026-06-08`; `None` means the whole turn that runs or comes next.
    pub from: Option<String>,
    /// The last day, inclusive; `None` means the first day.
    pub until: Option<String>,
}

impl Form {
    /// Returns who serves, and the days in words for [`parse_range`](crate::date_words::parse_range).
    ///
    /// # Errors
    ///
    /// The field in which something is missing, and what.
    pub fn read(&self) -> Result<(UserId, Option<String>), (Field, &'static str)> {
        let days = match (&self.from, &self.until) {
            (None, None) => None,
            (Some(from), None) => Some(from.clone()),
            (Some(from), Some(until)) => Some(format!("{from} to {until}")),
            (None, Some(_)) => {
                let why = "Please pick the first day as well, or no day for the whole turn.";
                return Err((Field::From, why));
            }
        };
        match &self.to {
            Some(to) => Ok((to.clone(), days)),
            None => Err((Field::TakesOver, "Please pick who serves.")),
        }
    }
}

/// Cover that was arranged, as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverCard {
    /// The cover.
    pub coverage: CoverageId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// Who serves.
    pub to: Person,
    /// Instead of whom; `None` where the seat is nobody's.
    pub of: Option<Person>,
    /// Who arranged it.
    pub by: Person,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// A turn in which somebody wants to be passed over, as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct SkipCard {
    /// The absence from that one turn.
    pub absence: AbsenceId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// Who is passed over.
    pub person: Person,
    /// When the turn begins.
    pub from: DateTime<Utc>,
    /// When the turn ends.
    pub until: DateTime<Utc>,
    /// Who serves instead; nobody where nobody can.
    pub instead: Vec<Person>,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Somebody serves instead of somebody else.
    Assigned {
        /// The cover.
        card: CoverCard,
        /// Whether who serves is noted as away for a part of it.
        is_away: bool,
        /// Whether it can be undone: it has not begun.
        can_undo: bool,
    },
    /// That was undone.
    CoverUndone(CoverCard),
    /// The one who asked is passed over in one turn.
    Skipped(SkipCard),
    /// That was undone.
    SkipUndone(SkipCard),
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The channel learns of cover that was arranged.
    Arranged(CoverCard),
    /// The one who serves, or the one who is spared, learns of it.
    Told {
        /// The cover.
        card: CoverCard,
        /// Who reads it.
        reader: UserId,
    },
    /// The post or message after that was undone.
    CoverUndone {
        /// The cover.
        card: CoverCard,
        /// Who undid it.
        by: Person,
    },
    /// The one who was to serve, or to be spared, learns that it was undone.
    CoverOff {
        /// The cover.
        card: CoverCard,
        /// Who undid it.
        by: Person,
        /// Who reads it.
        reader: UserId,
    },
    /// The channel learns who is passed over in one turn.
    Skipped(SkipCard),
    /// The post after that was undone.
    SkipUndone(SkipCard),
}

/// What cannot be done, and why: a reason in plain words, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody is on duty then.
    #[error("Nobody is on duty for “{name}” then, so there is nobody to stand in for.")]
    NobodyOnDuty {
        /// The rotation.
        name: String,
    },
    /// The one who is to be spared does not serve then.
    #[error(
        "That person is not on duty for “{name}” then, so nothing was changed. `/rotation next` shows the coming turns."
    )]
    NotTheirs {
        /// The rotation.
        name: String,
    },
    /// Several serve then, and none was named.
    #[error(
        "Several people are on duty for “{name}” then. Please say for whom: `/rotation assign @person for @person`."
    )]
    ForWhom {
        /// The rotation.
        name: String,
    },
    /// Who is to serve does so already.
    #[error("That person is on duty then already, so nothing was changed.")]
    OnDutyAlready,
    /// Somebody else covers a part of that time.
    #[error(
        "Somebody stands in for a part of that time already, so nothing was changed. Undo that first."
    )]
    CoveredAlready,
    /// It has begun.
    #[error(
        "That has begun, so it cannot be undone any more. `/rotation handover` passes the duty on."
    )]
    HasBegun,
    /// It was undone before.
    #[error("That was undone already.")]
    UndoneAlready,
    /// The days are over.
    #[error("Those days are over, so nothing was changed.")]
    DaysAreOver,
    /// The one who asks has no turn ahead.
    #[error("You have no coming turn in “{name}”, so there is nothing to skip.")]
    NoTurn {
        /// The rotation.
        name: String,
    },
    /// The next turn that the one who asks serves is theirs by a swap.
    #[error(
        "You serve your next turn in “{name}” for {of} by a swap, so nothing was changed. Undo the swap first, in the message that told you of it; once its first turn has begun, `/rotation cover` asks others."
    )]
    SwappedTurn {
        /// The rotation.
        name: String,
        /// Whose turn it is by order.
        of: String,
    },
    /// In the next turn in which the one who asks serves, they stand in for somebody.
    #[error(
        "The next time you are on duty for “{name}” you stand in for {of}, so nothing was changed. Undo that first, in the message that told you of it."
    )]
    StandsIn {
        /// The rotation.
        name: String,
        /// For whom.
        of: String,
    },
    /// The rules of the rotation pass over nobody, or not for that turn.
    #[error(
        "By its rules “{name}” does not pass anybody over there, so nothing was changed. A manager can let somebody serve instead: `/rotation assign @person`."
    )]
    NotPassedOver {
        /// The rotation.
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;

    #[test]
    fn every_button_comes_back_as_it_left_and_a_bent_one_is_none() {
        let id = uuid::Uuid::from_u128(7);
        let cover = Button::UndoCover { coverage: CoverageId::new(id) };
        let rotation = RotationId::new(id);
        let forms = [Button::Assign { rotation }, Button::Skip { rotation }];
        for button in
            [cover, Button::UndoSkip { absence: AbsenceId::new(id) }].into_iter().chain(forms)
        {
            let whole = action::Button::Skip(button);

            assert_eq!(action::Button::parse(whole.action_id(), &whole.value()), Some(whole));
        }
        assert_eq!(Button::parse("skip_undo", "no id"), None);
        assert_eq!(Button::parse("skip_other", &id.to_string()), None);
    }

    #[test]
    fn a_form_names_who_serves_and_the_days_as_they_would_be_typed() {
        let form = |to: Option<&str>, from: Option<&str>, until: Option<&str>| Form {
            rotation: RotationId::new(uuid::Uuid::from_u128(7)),
            to: to.map(UserId::new),
            of: None,
            from: from.map(str::to_owned),
            until: until.map(str::to_owned),
        };
        let day = "2026-06-08";
        let days = |text: &str| Some(text.to_owned());
        let ben = || UserId::new("UBEN");

        assert_eq!(form(Some("UBEN"), None, None).read(), Ok((ben(), None)));
        assert_eq!(form(Some("UBEN"), Some(day), None).read(), Ok((ben(), days(day))));
        let both = form(Some("UBEN"), Some(day), Some("2026-06-10")).read();
        assert_eq!(both, Ok((ben(), days("2026-06-08 to 2026-06-10"))));
        assert_eq!(form(None, None, None).read().unwrap_err().0, Field::TakesOver);
        assert_eq!(form(Some("UBEN"), None, Some(day)).read().unwrap_err().0, Field::From);
    }
}
