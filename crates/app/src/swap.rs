//! Two members swap a turn: one asks, the other agrees; either undoes it until the earlier turn begins.

mod answer;
mod ask;
mod check;
mod said;
mod tell;
mod turns;

pub use answer::{agree, decline, undo, withdraw};
pub use ask::{ask, command, open};
pub use check::{begins, check};

pub(crate) use check::{leave, look_again, look_at};
pub(crate) use said::{compose, lines_of};

use domain::ids::SwapId;
use domain::story::swap::Standing;
use serde::{Deserialize, Serialize};

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "swap", rename_all = "snake_case")]
pub(crate) enum Done {
    Asked { id: SwapId },
    Answered { id: SwapId, standing: Standing },
}
