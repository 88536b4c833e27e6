//! How far a request reaches: known before anything is looked up for it, so that one gate stands before all of them.
//!
//! The matches name every variant: whoever adds a command, a button or a form says here what it does.

use crate::action::{Button, Submission};
use crate::command::Command;
use crate::ids::UserId;
use crate::story::people;

/// What a request would do, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Shows something.
    Look,
    /// Opens a form; what is submitted is another request.
    Open,
    /// Changes what is the person's own alone.
    Own,
    /// Changes something for others.
    Change,
    /// Cannot be made good afterwards, or shows what is others' own: Slack is asked about the person first.
    Danger,
}

impl Command {
    /// Returns how far it reaches when `actor` types it.
    #[must_use]
    pub fn reach(&self, actor: &UserId) -> Reach {
        match self {
            Self::Home
            | Self::Help
            | Self::List
            | Self::Who { .. }
            | Self::Next { .. }
            | Self::AbsenceList { .. } => Reach::Look,
            Self::Create { .. } | Self::AbsenceForm => Reach::Open,
            Self::AbsenceAdd { who, .. } | Self::AbsenceRemove { who, .. } => {
                let is_own = who.as_ref().is_none_or(|who| who == actor);
                if is_own { Reach::Own } else { Reach::Change }
            }
        }
    }
}

impl Button {
    /// Returns how far it reaches.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        match self {
            Self::ShowNext { .. } => Reach::Look,
            Self::CreateRotation | Self::EnterAbsence => Reach::Open,
            Self::SeenDuty { .. } => Reach::Own,
            Self::TakeTurn { .. }
            | Self::AssignAnyway { .. }
            | Self::RemoveAbsence { .. }
            | Self::People(people::Button::AddAgain { .. }) => Reach::Change,
        }
    }
}

impl Submission {
    /// Returns how far it reaches.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        match self {
            Self::EnterAbsence(_) => Reach::Own,
            Self::CreateRotation(_) => Reach::Change,
        }
    }
}
