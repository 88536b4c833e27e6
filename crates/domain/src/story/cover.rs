//! Cover that is asked for: a request, who takes how much of it, and how it ends.

mod button;
mod form;
mod refusal;

pub use button::Button;
pub use form::{AskForm, PartForm, Span, read_span};
pub use refusal::Refusal;

use crate::ids::{ChannelId, CoverRequestId, CoverageId, RotationId, UserId};
use crate::interval::Interval;
use crate::message::Person;
use chrono::{DateTime, Utc};

/// The most turns from which one is chosen.
pub const TURNS_OFFERED: usize = 20;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The modal in which cover is asked for.
    Ask {
        /// The rotation's name as it was typed; `None` means the channel's.
        rotation: Option<String>,
        /// Whose time it is; `None` means that of the one who asks.
        of: Option<UserId>,
        /// The days as typed, for [`parse_range`](crate::date_words::parse_range); `None` means a whole turn.
        days: Option<String>,
    },
    /// The requests that are open.
    List {
        /// The rotation's name as it was typed; `None` means the channel's.
        rotation: Option<String>,
    },
}

/// A modal of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// Cover is asked for.
    Ask(Box<AskModal>),
    /// A part of a request is taken.
    Part(PartModal),
}

/// The modal in which cover is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AskModal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The turns from which one is chosen, the soonest first; one at least, at most [`TURNS_OFFERED`].
    pub turns: Vec<TurnChoice>,
    /// Which of them is chosen as it opens.
    pub chosen: usize,
    /// The part of it that is filled in; `None` means all of it.
    pub window: Option<Interval>,
}

/// A turn for which cover can be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnChoice {
    /// The planned instant of the turn.
    pub planned_at: DateTime<Utc>,
    /// Whose it is.
    pub of: Person,
    /// What is left of it.
    pub window: Interval,
    /// Whether it is the reader's own.
    pub is_own: bool,
}

/// The modal in which a part of a request is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct PartModal {
    /// The request.
    pub request: CoverRequestId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// Whose time it is.
    pub of: Person,
    /// What is open of it, the first first; one window at least.
    pub open: Vec<Interval>,
}

/// A modal's values, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// Cover is asked for.
    Ask(AskForm),
    /// A part of a request is taken.
    Part(PartForm),
}

/// A request for cover, as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The request.
    pub request: CoverRequestId,
    /// The rotation.
    pub rotation: RotationId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The channel in which it is posted.
    pub channel: ChannelId,
    /// Whose time it is.
    pub of: Person,
    /// For when cover is asked.
    pub window: Interval,
    /// How it came about.
    pub origin: Origin,
    /// What became of it.
    pub state: State,
    /// Who took what of it, the first first.
    pub taken: Vec<Part>,
    /// What nobody has taken of it and is not over, the first first.
    pub open: Vec<Interval>,
}

/// What somebody sees of the cover that is wanted in a rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The open requests, the first to begin first.
    pub cards: Vec<Card>,
    /// Who looks.
    pub reader: UserId,
    /// Whether they may ask for cover, for themselves at least.
    pub can_ask: bool,
    /// Whether they may take it.
    pub can_take: bool,
}

/// How a request came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The one whose time it is asked.
    Asked,
    /// Somebody asked for them.
    Arranged {
        /// Who.
        by: Person,
    },
    /// They are unavailable; why is nobody's business.
    Absence,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It waits for somebody.
    Open,
    /// All of it is covered.
    Met,
    /// Somebody put it aside.
    Dismissed {
        /// Who.
        by: Person,
    },
    /// Somebody took it back.
    Withdrawn {
        /// Who.
        by: Person,
    },
    /// The time is not theirs any more, so that nobody need answer.
    NotNeeded,
    /// Its window passed.
    Expired,
}

/// What somebody took of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The cover.
    pub coverage: CoverageId,
    /// Who serves.
    pub by: Person,
    /// When.
    pub window: Interval,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Cover is asked for.
    Asked {
        /// The request.
        card: Card,
        /// Whether it was asked for before and waits still.
        is_old: bool,
    },
    /// The one who answers is away for some of what they would take.
    AwayThen {
        /// The request.
        card: Card,
        /// What they would take; `None` means all that is open.
        window: Option<Interval>,
    },
    /// The one who answers serves now instead.
    Taken {
        /// The request.
        card: Card,
        /// What they took just now, the first first.
        parts: Vec<Part>,
        /// Whether it can be undone: none of it has begun.
        can_undo: bool,
    },
    /// Nothing was changed, and this is how the request stands.
    Standing {
        /// The request.
        card: Card,
        /// Who reads it.
        reader: UserId,
    },
    /// That somebody cannot is noted.
    Noted(Card),
    /// A request is closed by the one who reads it.
    Closed(Card),
    /// What somebody took is theirs no more.
    Undone {
        /// The request.
        card: Card,
        /// What was taken.
        part: Part,
    },
    /// The open requests.
    Open {
        /// They.
        wanted: Wanted,
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
    },
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The post with which people are asked.
    Request(Post),
    /// What happened to a request, in the thread of its post.
    News {
        /// The request.
        card: Card,
        /// What happened.
        news: News,
    },
    /// The one who serves, or the one who is spared, learns what was taken.
    Taken {
        /// The request.
        card: Card,
        /// What was taken.
        part: Part,
        /// Who reads it.
        reader: UserId,
    },
    /// The same message after that was undone.
    TakenUndone {
        /// The request.
        card: Card,
        /// What was taken.
        part: Part,
        /// Who undid it.
        by: Person,
    },
    /// The one who was to serve, or to be spared, learns that it was undone.
    Off {
        /// The request.
        card: Card,
        /// What was taken.
        part: Part,
        /// Who undid it.
        by: Person,
        /// Who reads it.
        reader: UserId,
    },
    /// Somebody who has offered in the thread is asked to confirm it.
    Offered(Card),
    /// The one whose time it is learns that cover is asked for them.
    AskedForYou(Card),
    /// A member who has not answered is asked again.
    Reminder(Card),
    /// The same message after the request was closed.
    ReminderOver(Card),
    /// The one whose time it is learns that nobody took it.
    Stays {
        /// The request.
        card: Card,
        /// Whether its time is over.
        is_over: bool,
    },
}

/// The post with which people are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// The request.
    pub card: Card,
    /// Who would be on duty if the duty were handed over now; `None` where that is not offered.
    pub next: Option<Person>,
    /// Whether replies in its thread are read; they are not in a private channel.
    pub reads_replies: bool,
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Somebody took a part of it, or the rest.
    Taken(Part),
    /// That was undone.
    Undone {
        /// What was taken.
        part: Part,
        /// Who undid it.
        by: Person,
    },
    /// It was taken back.
    Withdrawn {
        /// Who.
        by: Person,
    },
    /// Its time is over.
    Expired,
}

impl Wanted {
    /// Returns what its reader may do with a request of them, where they may do anything.
    #[must_use]
    pub fn button(&self, card: &Card) -> Option<Button> {
        if card.of.user == self.reader {
            return Some(card.closing());
        }
        self.can_take.then_some(Button::Take { request: card.request })
    }
}

impl Card {
    /// Returns the button that closes it: what an absence made is put aside, so that it is not made again.
    #[must_use]
    pub const fn closing(&self) -> Button {
        match self.origin {
            Origin::Absence => Button::Dismiss { request: self.request },
            Origin::Asked | Origin::Arranged { .. } => Button::Withdraw { request: self.request },
        }
    }

    /// Returns whether somebody took a part of it.
    #[must_use]
    pub fn is_taken_by(&self, user: &UserId) -> bool {
        self.taken.iter().any(|part| part.by.user == *user)
    }
}
