//! What is stored: somebody fetches what there is of them, or has it erased; admins fetch all of it and read the event log.

use crate::ids::EventId;
use crate::message::Person;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// How many events one page of the event log shows.
pub const EVENTS_ON_PAGE: usize = 15;

/// For how long a link to an archive opens it.
pub const LINK_OPENS: TimeDelta = TimeDelta::minutes(15);

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// An archive of what is stored.
    Export(Scope),
    /// The event log.
    Events,
    /// To be erased oneself.
    EraseMe,
}

/// Of whom an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Of the one who asks.
    Person,
    /// Of the whole workspace.
    Workspace,
}

impl Scope {
    /// Returns the word by which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Workspace => "workspace",
        }
    }

    /// Returns the scope of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Person, Self::Workspace].into_iter().find(|scope| scope.as_str() == word)
    }
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Shows the last events.
    Events,
    /// "Older": shows the events before one.
    Older {
        /// When that was.
        at: DateTime<Utc>,
        /// The event.
        event: EventId,
    },
    /// Erases whoever presses it.
    EraseMe,
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Events => "data_events",
            Self::Older { .. } => "data_older",
            Self::EraseMe => "data_erase",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Events | Self::EraseMe => String::from("-"),
            Self::Older { at, event } => {
                format!("{}|{event}", at.to_rfc3339_opts(SecondsFormat::Micros, true))
            }
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        match action_id {
            "data_events" => Some(Self::Events),
            "data_erase" => Some(Self::EraseMe),
            "data_older" => {
                let (at, event) = value.split_once('|')?;
                Some(Self::Older {
                    at: DateTime::parse_from_rfc3339(at).ok()?.to_utc(),
                    event: EventId::new(event.parse().ok()?),
                })
            }
            _ => None,
        }
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An archive can be fetched.
    Link {
        /// Of whom it is.
        scope: Scope,
        /// Where, once, within [`LINK_OPENS`].
        address: Address,
    },
    /// Events.
    Events(Page),
    /// What it means to be erased, with the button that does it.
    AskToErase,
    /// Nothing names them any more.
    Erased,
    /// They are erased in part, and somebody who runs the service has to look.
    NotErased,
}

/// An address that opens something to whoever has it: it is shown once, and to one person.
#[derive(Clone)]
pub struct Address(SecretString);

impl Address {
    /// Keeps an address.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self(SecretString::from(address.into()))
    }

    /// Returns the address, to be shown.
    #[must_use]
    pub fn show(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.show() == other.show()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// Events of a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The events, the newest first; at most [`EVENTS_ON_PAGE`].
    pub events: Vec<Line>,
    /// The IANA name of the zone of the one who reads.
    pub zone: String,
    /// Whether the page was turned.
    pub has_newer: bool,
    /// Shows those before, where there are any.
    pub older: Option<Button>,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What was done, as a code such as `rotation_created`.
    pub action: String,
    /// Who did it; `None` for the bot itself.
    pub actor: Option<Person>,
    /// The person that it is about.
    pub subject: Option<Person>,
    /// The name of the rotation that it is about, where it is there still.
    pub rotation: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_button_comes_back_as_it_was_and_a_bent_one_not_at_all() {
        let at = DateTime::from_timestamp(1_780_000_000, 123_000).unwrap();
        let older = Button::Older { at, event: EventId::new(Uuid::from_u128(7)) };
        for button in [Button::Events, Button::EraseMe, older] {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        }
        for (action_id, value) in [("data_older", "-"), ("data_older", "now|7"), ("data_x", "-")] {
            assert_eq!(Button::parse(action_id, value), None, "{action_id} {value}");
        }
    }

    #[test]
    fn an_address_is_shown_to_nobody_who_only_looks_at_the_value() {
        let reply = Reply::Link {
            scope: Scope::Person,
            address: Address::new("https://bot.example/exports/secret"),
        };

        assert!(!format!("{reply:?}").contains("secret"));
    }
}
