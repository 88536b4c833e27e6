//! Requests for cover, and who cannot.

use super::stored_words;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, CoverRequestId, RotationId, UserId};

stored_words! {
    /// What became of a request for cover.
    CoverRequestState {
        /// It waits for somebody, or for somebody for the rest.
        Open = "open",
        /// All of its window is covered.
        Met = "met",
        /// It was put aside, so that nobody need answer.
        Dismissed = "dismissed",
        /// Who asked needs no cover any more.
        Withdrawn = "withdrawn",
        /// Its window passed.
        Expired = "expired",
    }
}

stored_words! {
    /// How a request for cover came about.
    CoverRequestOrigin {
        /// The one whose time it is asked.
        Asked = "asked",
        /// A manager asked for them.
        Arranged = "arranged",
        /// An absence appeared.
        Absence = "absence",
    }
}

/// A request that somebody else serves a window of a turn.
///
/// There is one for each rotation, person and window: asking again opens the same one, with `occasion` one higher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverRequestRecord {
    /// The request.
    pub id: CoverRequestId,
    /// The rotation.
    pub rotation: RotationId,
    /// Whose time it is.
    pub of: UserId,
    /// The planned instant of the turn in which the window lies.
    pub planned_at: DateTime<Utc>,
    /// When the window begins.
    pub starts_at: DateTime<Utc>,
    /// When the window ends.
    pub ends_at: DateTime<Utc>,
    /// What became of it.
    pub state: CoverRequestState,
    /// How it came about, the last time that it was made.
    pub origin: CoverRequestOrigin,
    /// How often it was made anew, from 0: a part of the key of what is posted for it.
    pub occasion: u32,
    /// Who made it, the last time.
    pub made_by: UserId,
    /// When it was made, the last time.
    pub made_at: DateTime<Utc>,
    /// Who closed it; `None` while it is open, and where nobody did.
    pub closed_by: Option<UserId>,
    /// When it was closed; `None` while it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// The channel in which it is posted.
    pub channel: ChannelId,
}

stored_words! {
    /// What a member answers to a request for cover without taking any of it.
    CoverWord {
        /// They cannot.
        Cannot = "cannot",
    }
}

/// A member's answer to a request for cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverAnswer {
    /// The request.
    pub request: CoverRequestId,
    /// Who.
    pub user: UserId,
    /// What they answer.
    pub word: CoverWord,
    /// When.
    pub answered_at: DateTime<Utc>,
}
