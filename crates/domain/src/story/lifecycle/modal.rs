//! The modals of a rotation's life, and what comes back from them.

use super::{EditDefaults, EditForm, Step};
use crate::ids::{RotationId, UserId};
use crate::message::Person;
use crate::reply::TurnLine;
use chrono::{DateTime, NaiveDate, Utc};

/// A modal.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// Edits a rotation.
    Edit(Box<EditDefaults>),
    /// The second step of an edit: a cadence that is none of the usual ones.
    Custom {
        /// The rotation.
        rotation: RotationId,
        /// Its revision when the first form was opened.
        revision: u64,
        /// What was filled in so far; the fields of this step as they are now.
        form: Box<EditForm>,
    },
    /// The last step of an edit: what it does, before it is saved.
    Confirm(Box<Change>),
    /// Pauses a rotation.
    Pause {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
        /// The first day on which the pause can end.
        tomorrow: NaiveDate,
    },
    /// Deletes a rotation.
    Delete {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
    },
    /// Hands the duty over.
    HandOver(HandOverModal),
}

/// What an edit does.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The rotation.
    pub rotation: RotationId,
    /// Its revision when the first form was opened.
    pub revision: u64,
    /// What was filled in.
    pub form: Box<EditForm>,
    /// The rotation's name, as it will be.
    pub name: String,
    /// The cadence in plain words, as it will be.
    pub cadence: String,
    /// The IANA name of its zone, as it will be.
    pub zone: String,
    /// The next turns as they are.
    pub before: Vec<TurnLine>,
    /// The next turns as they will be.
    pub after: Vec<TurnLine>,
    /// Whose next turn moves.
    pub moved: Vec<MovedLine>,
}

/// Somebody whose next turn moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedLine {
    /// Who.
    pub person: Person,
    /// When it begins as it is; `None` where they have none.
    pub was: Option<DateTime<Utc>>,
    /// When it will begin; `None` where they will have none.
    pub is: Option<DateTime<Utc>>,
}

/// What the hand-over modal shows.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOverModal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The planned instant of the turn.
    pub planned_at: DateTime<Utc>,
    /// Those on duty; several only where several may be handed over for.
    pub serving: Vec<Person>,
    /// Who hands over.
    pub from: Person,
    /// Who takes over, unless somebody else is chosen.
    pub to: Option<Person>,
    /// When the turn ends.
    pub until: DateTime<Utc>,
    /// The IANA name of the rotation's zone.
    pub zone: String,
}

/// A modal as it was submitted, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// A step of the edit.
    Edit {
        /// Which.
        step: Step,
        /// The rotation.
        rotation: RotationId,
        /// Its revision when the first form was opened.
        revision: u64,
        /// The values of this step and those before it.
        form: Box<EditForm>,
    },
    /// The rotation is paused.
    Pause {
        /// The rotation.
        rotation: RotationId,
        /// The day on which the pause ends, as `2026-06-08`.
        until: Option<String>,
    },
    /// The rotation is deleted.
    Delete {
        /// The rotation.
        rotation: RotationId,
    },
    /// The duty is handed over.
    HandOver(HandOverForm),
}

/// The hand-over modal's values, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverForm {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn.
    pub planned_at: DateTime<Utc>,
    /// Who hands over.
    pub from: UserId,
    /// Who takes over.
    pub to: Option<UserId>,
}
