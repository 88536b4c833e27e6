//! The duty: what the person on duty is told before, during and after it, and what their managers are told of it.

mod due;

pub use due::{reminder_due_at, reminder_useful_until, seen_check_due_at};

use crate::ids::{ChannelId, RotationId};
use crate::interval::Interval;
use crate::message::{MissedLine, Person, SkipLine};
use crate::story::note::Passed;
use chrono::{DateTime, NaiveDate, Utc};

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The person on duty learns of it.
    OnDuty(Box<OnDuty>),
    /// The on-duty message after the duty: without its buttons.
    Ended(Ended),
    /// Who holds the next turn is reminded of it.
    Reminder(Box<Reminder>),
    /// A manager learns that nobody has said to have seen a duty.
    Unseen(Unseen),
    /// A manager learns that somebody cannot be written to.
    Unreachable(Unreachable),
}

/// A duty that has begun, for the one whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct OnDuty {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn.
    pub planned_at: DateTime<Utc>,
    /// When the duty passed to them in the middle of the turn; `None` for the handoff itself.
    pub since: Option<DateTime<Utc>>,
    /// The rotation's name.
    pub name: String,
    /// The rotation's channel.
    pub channel: ChannelId,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// The IANA name of the reader's zone, where it is known.
    pub reader_zone: Option<String>,
    /// When the duty ends by plan.
    pub until: DateTime<Utc>,
    /// Who else is on duty.
    pub with: Vec<Person>,
    /// Whose time they serve, where it is not their own.
    pub covers: Option<Person>,
    /// The days of the turn on which they are away, though they hold it.
    pub away: Vec<AwayDays>,
    /// What of their duty lies in these days, for which cover may be asked; `None` where nothing does.
    pub away_window: Option<Interval>,
    /// Who comes after; nobody where nobody is found.
    pub next: Vec<Person>,
    /// Who was passed over at the handoff, in order.
    pub skipped: Vec<SkipLine>,
    /// Whether the same person was on duty before.
    pub continues: bool,
    /// When it was due, where it is said more than 15 minutes late.
    pub was_due_at: Option<DateTime<Utc>>,
    /// Whether they have said that they saw it.
    pub is_seen: bool,
    /// The handoffs that were missed while the bot was down, the oldest first.
    pub missed: Vec<MissedLine>,
    /// The notes that others left, the first written first.
    pub notes: Vec<Passed>,
}

/// Days of an absence, in the zone in which they were entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwayDays {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, inclusive; `None` for an open end.
    pub to: Option<NaiveDate>,
}

/// A duty that is over, for the one whose it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How.
    pub how: Ending,
}

/// How a duty ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// The turn was over, and others serve now; nobody where nobody does.
    Passed {
        /// Who.
        to: Vec<Person>,
    },
    /// The turn was over while the bot was down.
    PassedWhileDown {
        /// Who serves now; nobody where nobody does.
        to: Vec<Person>,
    },
    /// The turn was over, and the same person has the next one.
    GoesOn,
    /// They handed it over before the end.
    HandedOver {
        /// To whom.
        to: Person,
    },
    /// They left the rotation, or Slack.
    Left {
        /// Who serves instead; nobody where nobody does.
        to: Vec<Person>,
    },
    /// The rotation rests.
    Paused,
    /// The rotation was deleted.
    Deleted,
}

/// The turn that comes next, for the one whose it will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    /// The rotation.
    pub rotation: RotationId,
    /// The rotation's name.
    pub name: String,
    /// The rotation's channel.
    pub channel: ChannelId,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// The IANA name of the reader's zone, where it is known.
    pub reader_zone: Option<String>,
    /// When the turn begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Who else will be on duty.
    pub with: Vec<Person>,
    /// Who is on duty until then.
    pub before: Vec<Person>,
    /// The days of the turn on which they are away, though they will hold it.
    pub away: Vec<AwayDays>,
    /// Who is passed over, in order.
    pub skipped: Vec<SkipLine>,
}

/// A duty of which nobody has said that they saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The rotation.
    pub rotation: RotationId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// Whose duty it is.
    pub person: Person,
    /// Since when they are on duty.
    pub since: DateTime<Utc>,
    /// When the duty ends by plan.
    pub until: DateTime<Utc>,
}

/// Somebody to whom no direct message can be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreachable {
    /// The rotation.
    pub rotation: RotationId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of the rotation's zone.
    pub zone: String,
    /// Who.
    pub person: Person,
    /// Why.
    pub why: Silence,
    /// Until when they are on duty, where they are.
    pub on_duty_until: Option<DateTime<Utc>>,
}

/// Why somebody cannot be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Their account is gone, or was deactivated.
    Gone,
    /// They take no messages of the app, or Slack does not let it write to them.
    Closed,
}
