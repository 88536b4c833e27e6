//! Messages that the bot sends by itself, composed from an effect at delivery, as data.

use crate::ids::{NoteId, RotationId, UserId};
use crate::story;
use chrono::{DateTime, NaiveDate, Utc};

/// A message ready to be put into Slack's blocks.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The channel learns that a rotation exists.
    RotationCreated {
        /// The rotation's name.
        name: String,
        /// Who made it.
        by: Person,
        /// The cadence in plain words.
        cadence: String,
        /// The members in order.
        members: Vec<Person>,
        /// The first handoff still to come.
        first_at: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// The channel learns of a handoff.
    Handoff(Box<HandoffMessage>),
    /// The channel is asked who takes a turn.
    Unassigned(UnassignedMessage),
    /// A member's next turn is at another time than it was.
    DatesMoved {
        /// The rotation's name.
        name: String,
        /// When it was.
        was: Option<DateTime<Utc>>,
        /// When it is.
        is: Option<DateTime<Utc>>,
        /// Why.
        why: WhyMoved,
        /// Who changed the rotation; `None` where the bot did by itself, or nobody knows any more.
        by: Option<Person>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// The question was answered.
    UnassignedResolved {
        /// The rotation's name.
        name: String,
        /// Who serves now.
        person: Person,
        /// Until when.
        until: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// Who installed the app is welcomed.
    Welcome {
        /// How many rotations there are: those of an earlier installation go on.
        rotations: usize,
    },
    /// Of absence sources.
    AbsenceSource(story::absence_source::Message),
    /// Of what a workspace pays.
    Checkout(story::checkout::Message),
    /// Of the workspace's plan.
    Billing(story::billing::Message),
    /// Of a note.
    Note(story::note::Message),
    /// Of a breach, from the one who runs the service.
    Breach(story::notice::Breach),
    /// Of a duty: before, during and after it.
    Duty(story::duty::Message),
    /// Of an absence that somebody else entered or took back.
    Absence(story::absence::Message),
    /// One of people's life cycle.
    People(story::people::Message),
    /// Of announcements: summaries, and what becomes of a channel.
    Announce(story::announce::Message),
    /// Of a request for cover.
    Cover(Box<story::cover::Message>),
    /// Of the life of a rotation.
    Lifecycle(story::lifecycle::Message),
    /// About the people of a rotation.
    Roster(story::roster::Message),
    /// Of a turn that passes to somebody else.
    Skip(Box<story::skip::Message>),
    /// Of two turns that are swapped.
    Swap(Box<story::swap::Message>),
}

impl Message {
    /// Returns the notes that it tells a person.
    #[must_use]
    pub fn notes(&self) -> Vec<NoteId> {
        match self {
            Self::Duty(story::duty::Message::OnDuty(duty)) => {
                duty.notes.iter().map(|passed| passed.note).collect()
            }
            Self::Note(story::note::Message::ToPerson(own)) => vec![own.passed.note],
            _ => Vec::new(),
        }
    }
}

/// Why somebody's next turn is at another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyMoved {
    /// The rotation was changed.
    Changed,
    /// They joined it.
    Joined,
    /// They left it, or leave it at the next handoff.
    Left,
    /// Who is away has changed.
    Absence,
}

/// A handoff, for the channel.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoffMessage {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// Who is on duty now, in the order of seating; somebody at least.
    pub people: Vec<Person>,
    /// Who served before; the same people when the duty stays ("continues").
    pub previous: Vec<Person>,
    /// Who comes after; nobody where nobody is found.
    pub next: Vec<Person>,
    /// The team's own words, where it has some.
    pub template: Option<story::announce::Template>,
    /// When the duty began by plan.
    pub since: DateTime<Utc>,
    /// When it ends by plan.
    pub until: DateTime<Utc>,
    /// Whether the duty passes in the middle of the turn, because somebody left, handed over, or a rest is over.
    pub is_within_turn: bool,
    /// Who served before and cannot any more, where the duty passes because of that.
    pub gone: Vec<story::people::GonePerson>,
    /// Who was passed over, in order.
    pub skipped: Vec<SkipLine>,
    /// Whether it is said more than 15 minutes late.
    pub is_late: bool,
    /// The handoffs that were missed while the bot was down, the oldest first.
    pub missed: Vec<MissedLine>,
}

/// A turn that nobody can serve.
#[derive(Clone, Debug, PartialEq)]
pub struct UnassignedMessage {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn.
    pub planned_at: DateTime<Utc>,
    /// The local day on which it is asked.
    pub day: NaiveDate,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// When the turn ends.
    pub until: DateTime<Utc>,
    /// Who was passed over, in order.
    pub skipped: Vec<SkipLine>,
    /// The handoffs that were missed while the bot was down, the oldest first.
    pub missed: Vec<MissedLine>,
}

/// A person with the name that the bot last saw; without one a mention stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// The display name, unescaped.
    pub name: Option<String>,
}

/// Somebody who was passed over.
#[derive(Clone, Debug, PartialEq)]
pub struct SkipLine {
    /// Who.
    pub person: Person,
    /// Why.
    pub reason: SkipWord,
}

/// Why somebody was passed over, in the words that colleagues may read: never a leave type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipWord {
    /// Unavailable, until the end of a known day (inclusive), or for as long as is known.
    Unavailable {
        /// The last day of the absence in the person's own zone, in which it was entered.
        last_day: Option<NaiveDate>,
    },
    /// No longer in the Slack workspace.
    Deactivated,
}

/// A handoff that passed while the bot was down.
#[derive(Clone, Debug, PartialEq)]
pub struct MissedLine {
    /// When it was planned.
    pub at: DateTime<Utc>,
    /// Whose turn it was; `None` when nobody could serve.
    pub person: Option<Person>,
}
