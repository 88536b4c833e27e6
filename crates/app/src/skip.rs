//! One turn passes to somebody else: a manager assigns somebody, or a member asks to be passed over.

mod assign;
mod form;
mod pass_over;
mod told;
mod undo;

pub use assign::{Wanted, assign};
pub use form::{open as assign_form, submit as submit_assign};
pub use pass_over::skip;
pub use undo::{undo_cover, undo_skip};

pub(crate) use told::compose;
pub(crate) use undo::tell_off;

use chrono::{DateTime, Utc};
use domain::ids::{AbsenceId, CoverageId, RotationId, UserId};
use serde::{Deserialize, Serialize};

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "skip", rename_all = "snake_case")]
pub(crate) enum Done {
    Assigned { coverage: CoverageId },
    CoverUndone { coverage: CoverageId },
    Skipped(Skipped),
    SkipUndone(Skipped),
}

/// A turn in which somebody is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) rotation: RotationId,
    pub(crate) absence: AbsenceId,
    pub(crate) user: UserId,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}
