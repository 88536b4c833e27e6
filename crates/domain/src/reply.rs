//! Answers to people, as data; the room that speaks Slack puts them into words and blocks.

use crate::absence::Span;
use crate::action::{Field, Modal};
use crate::ids::{AbsenceId, ChannelId, RotationId};
use crate::interval::Interval;
use crate::message::{Person, SkipLine};
use crate::refusal::Refusal;
use crate::story::{self, history, lifecycle, note, people, settings};
use chrono::{DateTime, NaiveDate, Utc};

/// What the person who asked is told, for their eyes only.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// What the bot can do and how.
    Help,
    /// The bare command: the channel's rotations and what can be pressed.
    Home(Vec<DutyCard>),
    /// All rotations of the workspace.
    List(Vec<DutyCard>),
    /// Who is on duty.
    Who(Vec<DutyCard>),
    /// Who comes next.
    Next(NextCard),
    /// A rotation was made.
    Created(DutyCard),
    /// An absence was entered.
    AbsenceAdded(AbsenceCard),
    /// The coming absences of one person.
    AbsenceList {
        /// Whose.
        person: Person,
        /// Whether that is the one who asked.
        is_own: bool,
        /// Those that have not ended, the first to begin first.
        absences: Vec<AbsenceLine>,
        /// Whether the one who asked may take them back.
        can_remove: bool,
    },
    /// Absences were taken back.
    AbsenceRemoved {
        /// Whose.
        person: Person,
        /// When they were; one at least.
        lines: Vec<AbsenceLine>,
    },
    /// A turn that nobody served has someone now.
    TurnTaken {
        /// The rotation's name.
        rotation: String,
        /// Who serves.
        person: Person,
        /// Until when.
        until: DateTime<Utc>,
        /// The rotation's zone.
        zone: String,
    },
    /// Of what is stored.
    Data(story::data::Reply),
    /// Of the story of what is paid.
    Checkout(story::checkout::Reply),
    /// About a link that shows who is on duty outside Slack.
    Calendar(story::calendar::Reply),
    /// Of a request for cover.
    Cover(Box<story::cover::Reply>),
    /// Of the life of a rotation.
    Lifecycle(lifecycle::Reply),
    /// An answer of announcements.
    Announce(story::announce::Reply),
    /// It cannot be done, and this is why.
    Refused(Refusal),
    /// The answer did not come in time; whether it was saved is not known yet.
    NotConfirmedYet,
    /// Something of ours failed, and whether it was saved is not known. The reference finds it in the log.
    Failed {
        /// The request's reference.
        reference: String,
    },
    /// Of notes.
    Note(note::Reply),
    /// One of people's life cycle.
    People(people::Reply),
    /// About the people of a rotation.
    Roster(story::roster::Reply),
    /// Of absence sources.
    AbsenceSource(story::absence_source::Reply),
    /// What was.
    History(history::Reply),
    /// What people chose.
    Settings(settings::Reply),
    /// A turn passes to somebody else, or does not any more.
    Skip(story::skip::Reply),
    /// Two turns are swapped, or are to be.
    Swap(Box<story::swap::Reply>),
}

/// What a request comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A message to the one who asked.
    Say(Box<Reply>),
    /// A modal is opened.
    Open(Modal),
    /// The next step of a modal is laid over it.
    Next(Modal),
    /// The modal stays and shows what is wrong, field by field.
    FieldErrors(Vec<(Field, String)>),
    /// Nothing is said.
    Nothing,
}

/// One rotation, as a person sees it now.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyCard {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The channel that is told.
    pub channel: ChannelId,
    /// The IANA name of its zone.
    pub zone: String,
    /// The cadence in plain words, such as "every week on Monday at 09:00".
    pub cadence: String,
    /// The members in order.
    pub members: Vec<Person>,
    /// Who is on duty now.
    pub duty: Duty,
    /// The next handoff and who takes over then; `None` where nobody is found.
    pub next: Option<NextDuty>,
    /// Whether nobody takes over because the workspace's plan has no room for it any more.
    pub is_stopping: bool,
}

/// Who is on duty at an instant.
#[derive(Clone, Debug, PartialEq)]
pub enum Duty {
    /// The first handoff is still to come.
    NotYet,
    /// Somebody is on duty.
    OnDuty {
        /// Who, in the order of seating; somebody at least.
        people: Vec<OnDutyPerson>,
        /// When that ends.
        until: DateTime<Utc>,
    },
    /// Everybody is away, and nobody has taken it.
    Unassigned {
        /// When the turn ends.
        until: DateTime<Utc>,
    },
    /// Nobody is on duty between the windows of a turn.
    OffHours {
        /// When duty begins again.
        until: DateTime<Utc>,
    },
    /// The rotation rests.
    Paused {
        /// When the next handoff ends the rest, where that is known.
        until: Option<DateTime<Utc>>,
    },
    /// The rotation rests because the workspace's plan has no room for it.
    Stopped,
}

/// Somebody on duty.
#[derive(Clone, Debug, PartialEq)]
pub struct OnDutyPerson {
    /// Who.
    pub person: Person,
    /// Whose time they serve, where it is not their own.
    pub covered_for: Option<Person>,
}

/// The next handoff.
#[derive(Clone, Debug, PartialEq)]
pub struct NextDuty {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, in the order of seating; nobody where nobody can.
    pub people: Vec<Person>,
}

/// The coming turns of one rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct NextCard {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The turns, the soonest first; the running one is not among them.
    pub turns: Vec<TurnLine>,
    /// How old what the absence sources say is.
    pub sources: Vec<SourceAge>,
}

/// How old the absences of a source are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAge {
    /// Its name, such as "HiBob".
    pub name: String,
    /// When what it said was last taken over; `None` before the first time.
    pub good_at: Option<DateTime<Utc>>,
}

/// One coming turn.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnLine {
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// Who serves it, in the order of seating; nobody where nobody can.
    pub people: Vec<Person>,
    /// What of it somebody serves who does not hold it.
    pub covers: Vec<CoverLine>,
    /// Whether the rotation rests then.
    pub is_paused: bool,
    /// Whether it is the workspace's plan that lets it rest then.
    pub is_stopped: bool,
    /// Who is passed over, in order, and why.
    pub skipped: Vec<SkipLine>,
}

/// Time of a turn that somebody serves who does not hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverLine {
    /// Who serves.
    pub person: Person,
    /// Whose time it is; `None` where nobody holds the seat.
    pub of: Option<Person>,
    /// When, the first first; empty where it is the whole turn.
    pub windows: Vec<Interval>,
}

/// An absence that was just entered, with what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsenceCard {
    /// Whose.
    pub person: Person,
    /// The days.
    pub line: AbsenceLine,
    /// The turns within the absence that now pass to somebody else; those that come back where it is the opposite.
    pub effects: Vec<AbsenceEffect>,
    /// The rotations in which the person is on duty right now; those turns stay as they are.
    pub on_duty_now: Vec<String>,
    /// Whether it is the opposite, and an absence that was entered by hand still counts then.
    pub is_away_by_hand: bool,
    /// Whether it is the opposite, and what another system says goes on after it.
    pub goes_on: bool,
}

/// What an absence changes in one rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsenceEffect {
    /// The rotation's name.
    pub rotation: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// When the turn begins that passes to somebody else.
    pub start: DateTime<Utc>,
    /// Who serves it instead; `None` when nobody can.
    pub instead: Option<Person>,
}

/// An absence as it was entered, or as a source says it.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsenceLine {
    /// The absence.
    pub absence: AbsenceId,
    /// When.
    pub span: Span,
    /// The IANA name of the zone in which its days are meant.
    pub zone: String,
    /// Whether it is the opposite: the person says to be available then.
    pub is_available: bool,
    /// The name of the source that says it, such as "HiBob".
    pub source: Option<String>,
    /// The leave type, for those who may see it.
    pub label: Option<String>,
    /// Whether the source said something unknown, for which whole days were taken.
    pub is_flagged: bool,
    /// Whether it counts for nothing, since the person says to be available all the time.
    pub is_overruled: bool,
}

impl AbsenceLine {
    /// Returns the line of whole days, both inclusive, that a person entered.
    #[must_use]
    pub fn days(absence: AbsenceId, first: NaiveDate, last: NaiveDate) -> Self {
        Self {
            absence,
            span: Span::days(first, last),
            zone: String::from("UTC"),
            is_available: false,
            source: None,
            label: None,
            is_flagged: false,
            is_overruled: false,
        }
    }
}
