//! Swaps of two turns.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, SwapId, UserId};

stored_words! {
    /// What became of a swap.
    SwapState {
        /// One of the two has not answered yet.
        Asked = "asked",
        /// Both agreed; it stays so when its turns have passed.
        Agreed = "agreed",
        /// The one who was asked did not want it.
        Declined = "declined",
        /// Who asked took it back before it was agreed.
        Withdrawn = "withdrawn",
        /// One of the two undid it after both had agreed.
        Undone = "undone",
        /// A change of the rotation took a turn from one of the two.
        Void = "void",
        /// The earlier turn began before both had agreed.
        Expired = "expired",
    }
}

/// Two members serve each other's turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapRecord {
    /// The swap.
    pub id: SwapId,
    /// The rotation.
    pub rotation: RotationId,
    /// Who asked for it: one of the two, or a manager.
    pub asked_by: UserId,
    /// The one of the two people and the planned instant of their own turn.
    pub a: SwapSide,
    /// The other.
    pub b: SwapSide,
    /// What became of it.
    pub state: SwapState,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Who ended it before it was served, if somebody did.
    pub closed_by: Option<UserId>,
    /// When it was ended before it was served.
    pub closed_at: Option<DateTime<Utc>>,
}

/// One of the two people of a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapSide {
    /// Who.
    pub user: UserId,
    /// The planned instant of the turn that is theirs by order.
    pub planned_at: DateTime<Utc>,
    /// When they agreed, if they have.
    pub agreed_at: Option<DateTime<Utc>>,
}

impl SwapRecord {
    /// Returns the planned instants of the two turns, the earlier first.
    #[must_use]
    pub fn turns(&self) -> [DateTime<Utc>; 2] {
        let (a, b) = (self.a.planned_at, self.b.planned_at);
        [a.min(b), a.max(b)]
    }
}
