//! What a person can press or submit, and how it travels through Slack and back.

mod field;

pub use field::Field;

use crate::ids::{AbsenceId, ChannelId, RotationId, UserId};
use crate::reply::Reply;
use crate::story::{
    absence_source, announce, calendar, checkout, cover, data, history, home, lifecycle, note,
    people, roster, settings, skip, swap,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// The `action_id` of a menu: what is chosen in it is a button that stands behind its value.
pub const MENU: &str = "menu";

/// A button of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the modal that creates a rotation.
    CreateRotation,
    /// "Take it": whoever presses serves the turn that nobody can.
    TakeTurn {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// The day on which the post asked.
        day: NaiveDate,
    },
    /// "Assign anyway": the next in the order serves although away.
    AssignAnyway {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// The day on which the post asked.
        day: NaiveDate,
    },
    /// "Got it": the person on duty has seen it.
    SeenDuty {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// When the duty passed to them in the middle of the turn; `None` for the handoff itself.
        since: Option<DateTime<Utc>>,
    },
    /// "Who is next": shows the coming turns to the one who presses.
    ShowNext {
        /// The rotation.
        rotation: RotationId,
    },
    /// Opens the modal in which an absence is entered.
    EnterAbsence,
    /// Takes an absence back.
    RemoveAbsence {
        /// The absence.
        absence: AbsenceId,
    },
    /// "I'm available after all": an absence that a source says does not count.
    StayAvailable {
        /// The absence.
        absence: AbsenceId,
    },
    /// One of absence sources.
    AbsenceSource(absence_source::Button),
    /// Of links that show who is on duty outside Slack.
    Calendar(calendar::Button),
    /// Of what is stored.
    Data(data::Button),
    /// Of the story of what is paid.
    Checkout(checkout::Button),
    /// One of the history's.
    History(history::Button),
    /// One of the home's.
    Home(home::Button),
    /// One of the settings'.
    Settings(settings::Button),
    /// Of the life of a rotation.
    Lifecycle(lifecycle::Button),
    /// One of notes.
    Note(note::Button),
    /// One of people's life cycle.
    People(people::Button),
    /// A button of announcements.
    Announce(announce::Button),
    /// Of a request for cover.
    Cover(cover::Button),
    /// A button about the people of a rotation.
    Roster(roster::Button),
    /// One that undoes that a turn passes to somebody else.
    Skip(skip::Button),
    /// One of two turns that are swapped.
    Swap(swap::Button),
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::CreateRotation => "create_rotation",
            Self::TakeTurn { .. } => "take_turn",
            Self::AssignAnyway { .. } => "assign_anyway",
            Self::SeenDuty { .. } => "seen_duty",
            Self::ShowNext { .. } => "show_next",
            Self::EnterAbsence => "enter_absence",
            Self::RemoveAbsence { .. } => "remove_absence",
            Self::StayAvailable { .. } => "stay_available",
            Self::AbsenceSource(button) => button.action_id(),
            Self::Calendar(button) => button.action_id(),
            Self::Data(button) => button.action_id(),
            Self::Checkout(button) => button.action_id(),
            Self::History(button) => button.action_id(),
            Self::Home(button) => button.action_id(),
            Self::Settings(button) => button.action_id(),
            Self::Lifecycle(button) => button.action_id(),
            Self::Note(button) => button.action_id(),
            Self::People(button) => button.action_id(),
            Self::Announce(button) => button.action_id(),
            Self::Cover(button) => button.action_id(),
            Self::Roster(button) => button.action_id(),
            Self::Skip(button) => button.action_id(),
            Self::Swap(button) => button.action_id(),
        }
    }

    /// Returns the `value` that Slack carries: ids and instants only, at most 128 characters where its story
    /// does not say otherwise, never empty.
    #[must_use]
    pub fn value(&self) -> String {
        let at = |instant: &DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Micros, true);
        match self {
            Self::CreateRotation | Self::EnterAbsence => String::from("-"),
            Self::TakeTurn { rotation, planned_at, day }
            | Self::AssignAnyway { rotation, planned_at, day } => {
                format!("{rotation}|{}|{day}", at(planned_at))
            }
            Self::SeenDuty { rotation, planned_at, since } => {
                let since =
                    since.as_ref().map_or_else(String::new, |since| format!("|{}", at(since)));
                format!("{rotation}|{}{since}", at(planned_at))
            }
            Self::ShowNext { rotation } => rotation.to_string(),
            Self::RemoveAbsence { absence } | Self::StayAvailable { absence } => {
                absence.to_string()
            }
            Self::AbsenceSource(button) => button.value(),
            Self::Calendar(button) => button.value(),
            Self::Data(button) => button.value(),
            Self::Checkout(button) => button.value(),
            Self::History(button) => button.value(),
            Self::Home(button) => button.value(),
            Self::Settings(button) => button.value(),
            Self::Lifecycle(button) => button.value(),
            Self::Note(button) => button.value(),
            Self::People(button) => button.value(),
            Self::Announce(button) => button.value(),
            Self::Cover(button) => button.value(),
            Self::Roster(button) => button.value(),
            Self::Skip(button) => button.value(),
            Self::Swap(button) => button.value(),
        }
    }

    /// Returns the value that stands for the button in a [`MENU`]: at most 75 characters for a button of a rotation.
    #[must_use]
    pub fn menu_value(&self) -> String {
        format!("{}|{}", self.action_id(), self.value())
    }

    /// Returns the button that was pressed, or chosen in a menu, or `None` for one that is not ours or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        match action_id {
            MENU => value.split_once('|').and_then(|(chosen, rest)| Self::parse_one(chosen, rest)),
            _ => Self::parse_one(action_id, value),
        }
    }

    fn parse_one(action_id: &str, value: &str) -> Option<Self> {
        let mut parts = value.split('|');
        let mut next = || parts.next();
        let button = match action_id {
            "create_rotation" => Self::CreateRotation,
            "enter_absence" => Self::EnterAbsence,
            "take_turn" => Self::TakeTurn {
                rotation: parse_rotation(next()?)?,
                planned_at: parse_instant(next()?)?,
                day: next()?.parse().ok()?,
            },
            "assign_anyway" => Self::AssignAnyway {
                rotation: parse_rotation(next()?)?,
                planned_at: parse_instant(next()?)?,
                day: next()?.parse().ok()?,
            },
            "seen_duty" => Self::SeenDuty {
                rotation: parse_rotation(next()?)?,
                planned_at: parse_instant(next()?)?,
                since: match next() {
                    Some(since) => Some(parse_instant(since)?),
                    None => None,
                },
            },
            "show_next" => Self::ShowNext { rotation: parse_rotation(next()?)? },
            "remove_absence" => {
                Self::RemoveAbsence { absence: AbsenceId::new(next()?.parse().ok()?) }
            }
            "stay_available" => {
                Self::StayAvailable { absence: AbsenceId::new(next()?.parse().ok()?) }
            }
            _ => return Self::parse_story(action_id, value),
        };
        Some(button)
    }

    fn parse_story(action_id: &str, value: &str) -> Option<Self> {
        let (story, _) = action_id.split_once('_')?;
        match story {
            "announce" => announce::Button::parse(action_id, value).map(Self::Announce),
            "cover" => cover::Button::parse(action_id, value).map(Self::Cover),
            "calendar" => calendar::Button::parse(action_id, value).map(Self::Calendar),
            "checkout" => checkout::Button::parse(action_id).map(Self::Checkout),
            "data" => data::Button::parse(action_id, value).map(Self::Data),
            "history" => history::Button::parse(action_id, value).map(Self::History),
            "home" => home::Button::parse(action_id, value).map(Self::Home),
            "lifecycle" => lifecycle::Button::parse(action_id, value).map(Self::Lifecycle),
            "note" => note::Button::parse(action_id, value).map(Self::Note),
            "people" => people::Button::parse(action_id, value).map(Self::People),
            "roster" => roster::Button::parse(action_id, value).map(Self::Roster),
            "skip" => skip::Button::parse(action_id, value).map(Self::Skip),
            "source" => absence_source::Button::parse(action_id, value).map(Self::AbsenceSource),
            "swap" => swap::Button::parse(action_id, value).map(Self::Swap),
            "settings" => settings::Button::parse(action_id, value).map(Self::Settings),
            _ => None,
        }
    }
}

/// A modal of ours that is to be opened.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// Creates a rotation.
    CreateRotation(CreateDefaults),
    /// Enters an absence.
    EnterAbsence {
        /// The local date of the person who opened it, shown as the first day.
        today: NaiveDate,
        /// Who opened it, where they may enter absences of others too.
        who: Option<UserId>,
    },
    /// The outcome of something pressed where there is no message to answer beside.
    Outcome(Box<Reply>),
    /// Of absence sources.
    AbsenceSource(absence_source::Modal),
    /// Of a request for cover.
    Cover(cover::Modal),
    /// One of the settings'.
    Settings(settings::Modal),
    /// Of the life of a rotation.
    Lifecycle(lifecycle::Modal),
    /// A note is written.
    Note(Box<note::Modal>),
    /// A form about the people of a rotation.
    Roster(roster::Modal),
    /// Somebody is assigned.
    Skip(skip::Modal),
    /// Two turns are swapped.
    Swap(swap::Modal),
}

/// What the create modal shows before anything is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDefaults {
    /// The name typed after the command, if any.
    pub name: Option<String>,
    /// The channel in which the command was typed, if it can be posted to.
    pub channel: Option<ChannelId>,
    /// The IANA name of the person's zone.
    pub zone: String,
    /// The person's local date, shown as the first day.
    pub today: NaiveDate,
}

/// A modal as it was submitted: every value as Slack sent it, none of them checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// The create modal.
    CreateRotation(CreateForm),
    /// The absence modal.
    EnterAbsence(AbsenceForm),
    /// Of absence sources.
    AbsenceSource(absence_source::Submission),
    /// Of a request for cover.
    Cover(cover::Submission),
    /// One of the settings'.
    Settings(settings::Submission),
    /// Of the life of a rotation.
    Lifecycle(lifecycle::Submission),
    /// A note.
    Note(note::Form),
    /// A form about the people of a rotation.
    Roster(roster::Submission),
    /// Somebody who is assigned.
    Skip(skip::Form),
    /// Two turns that are to be swapped.
    Swap(swap::Form),
}

/// The create modal's values, unchecked; `None` where Slack sent none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateForm {
    /// The name.
    pub name: Option<String>,
    /// The members in the order of the choice.
    pub members: Vec<UserId>,
    /// How often it hands over: one of the codes of the choices that `form` lists.
    pub cadence: Option<String>,
    /// The first day, as `2026-06-08`.
    pub first_day: Option<String>,
    /// The handoff time, as `09:00`.
    pub time: Option<String>,
    /// The IANA zone, as typed.
    pub zone: Option<String>,
    /// The channel that is told.
    pub channel: Option<ChannelId>,
}

/// The absence modal's values, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbsenceForm {
    /// Whose; `None` means one's own.
    pub who: Option<UserId>,
    /// The first day, as `2026-06-08`.
    pub from: Option<String>,
    /// Where in the first day it begins: one of the codes that `form` lists.
    pub from_part: Option<String>,
    /// The time at which it begins, as `14:00`.
    pub from_time: Option<String>,
    /// The last day, inclusive; `None` means the first.
    pub to: Option<String>,
    /// Where in the last day it ends, as `from_part`.
    pub to_part: Option<String>,
    /// The time at which it ends.
    pub to_time: Option<String>,
    /// Whether nobody knows the end.
    pub is_open: bool,
}

fn parse_rotation(text: &str) -> Option<RotationId> {
    text.parse().ok().map(RotationId::new)
}

fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;

    #[test]
    fn what_is_chosen_in_a_menu_is_the_button_that_was_put_there() {
        let rotation = RotationId::new(uuid::Uuid::from_u128(7));
        for button in [
            Button::ShowNext { rotation },
            Button::Roster(roster::Button::Order { rotation }),
            Button::History(history::Button::Statistics { rotation, days: 365 }),
            Button::Settings(settings::Button::Rotation { rotation }),
        ] {
            let value = button.menu_value();

            assert!(value.len() <= 75, "{value}");
            assert_eq!(Button::parse(MENU, &value), Some(button));
        }
    }

    #[test]
    fn a_menu_within_a_menu_is_no_button() {
        let again = roster::Button::Leave(roster::Leaving {
            rotation: RotationId::new(uuid::Uuid::from_u128(7)),
            users: vec![user("U1")],
            when: roster::When::Now,
            may_empty: false,
        });
        let value = Button::Roster(again).menu_value();

        assert_eq!(Button::parse(MENU, &format!("{MENU}|{value}")), None);
        assert_eq!(Button::parse(MENU, "roster_add"), None);
    }
}
