//! People come, change and go: what the managers of their rotations are told, and what they can press.

use crate::action::Field;
use crate::ids::{ChannelId, RotationId, UserId};
use crate::message::Person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A button of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// "Add again": somebody who left Slack and is back joins the rotation again.
    AddAgain {
        /// The rotation.
        rotation: RotationId,
        /// Who.
        user: UserId,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::AddAgain { .. } => "people_add_again",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::AddAgain { rotation, user } => format!("{rotation}|{user}"),
        }
    }

    /// Returns the button that was pressed, or `None` for one of another story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let (rotation, user) = value.split_once('|')?;
        match action_id {
            "people_add_again" if !user.is_empty() && !user.contains('|') => Some(Self::AddAgain {
                rotation: RotationId::new(rotation.parse().ok()?),
                user: UserId::new(user),
            }),
            _ => None,
        }
    }
}

/// Why somebody cannot be in a rotation any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Slack has deactivated them.
    LeftSlack,
    /// It is no person at all, but the user of an app.
    Bot,
    /// What is stored of them was erased: nobody is told who it was.
    Erased,
}

/// Somebody who is gone, as a message names them.
#[derive(Clone, Debug, PartialEq)]
pub struct GonePerson {
    /// Who.
    pub person: Person,
    /// Why.
    pub why: Gone,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Slack is asked about the person first; the answer comes after that.
    Checking,
    /// Nothing was known of the person, and what they asked for depends on it; they are looked up now.
    AskAgain,
    /// Slack did not say who the person is, so nothing was changed.
    NotChecked,
    /// The form that was checked needs a correction, and is closed by now.
    FormFaults(Vec<(Field, String)>),
    /// Somebody is in the rotation again.
    AddedAgain {
        /// The rotation's name.
        rotation: String,
        /// Who.
        person: Person,
        /// When their next turn begins, where one is found.
        first_at: Option<DateTime<Utc>>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Managers learn that somebody was taken out of their rotations.
    MemberGone {
        /// Who.
        gone: GonePerson,
        /// The rotations, by name.
        rotations: Vec<RotationLeft>,
    },
    /// Managers learn that somebody is back in Slack and can be added again.
    MemberBack {
        /// Who.
        person: Person,
        /// The rotations that they were taken out of: id and name.
        rotations: Vec<(RotationId, String)>,
    },
    /// The channel learns that a rotation has nobody any more.
    RosterEmpty {
        /// The rotation's name.
        name: String,
        /// Who went last.
        gone: GonePerson,
    },
    /// Managers learn that a member left the channel in which the rotation speaks.
    LeftChannel {
        /// Who.
        person: Person,
        /// The channel.
        channel: ChannelId,
        /// The names of the rotations.
        rotations: Vec<String>,
    },
}

/// A rotation that somebody was taken out of.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationLeft {
    /// Its name.
    pub name: String,
    /// Who is on duty now; nobody where nobody is.
    pub on_duty: Vec<Person>,
    /// When the running turn ends; `None` where none runs.
    pub until: Option<DateTime<Utc>>,
    /// Whether nobody is left in it.
    pub is_empty: bool,
    /// The IANA name of its zone.
    pub zone: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_comes_back_as_it_went_and_a_bent_one_is_none() {
        let id = uuid::Uuid::from_u128(7);
        let button = Button::AddAgain { rotation: RotationId::new(id), user: UserId::new("U1") };

        assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        for value in ["", "-", "7|U1", &format!("{id}"), &format!("{id}|"), &format!("{id}|U1|U2")]
        {
            assert_eq!(Button::parse("people_add_again", value), None, "{value}");
        }
        assert_eq!(Button::parse("people_other", &format!("{id}|U1")), None);
    }
}
