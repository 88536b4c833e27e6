//! Absence sources: admins connect one, see how it is, ask it now and turn it off.

use crate::message::Person;
use crate::source::{Credentials, SourceCode, SourceFault, SourceInfo};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// The most characters of a value that is entered.
pub const LONGEST_VALUE: usize = 500;

/// The most values that a source is asked with.
pub const MOST_VALUES: u8 = 5;

/// How long nobody can ask for an answer again after one was asked for.
pub const BETWEEN_ASKING: TimeDelta = TimeDelta::minutes(1);

/// A button of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What is done.
    pub press: Press,
    /// With which source.
    pub source: SourceCode,
}

/// What is done with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Opens the form in which it is connected, or gets other credentials.
    Connect,
    /// Asks it now.
    AskNow,
    /// Opens the form with the address at which it can poke us.
    Webhook,
    /// Turns it off, and deletes what it said.
    TurnOff,
}

impl Press {
    const ALL: [Self; 4] = [Self::Connect, Self::AskNow, Self::Webhook, Self::TurnOff];

    const fn action_id(self) -> &'static str {
        match self {
            Self::Connect => "source_connect",
            Self::AskNow => "source_ask_now",
            Self::Webhook => "source_webhook",
            Self::TurnOff => "source_turn_off",
        }
    }
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        self.press.action_id()
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        self.source.to_string()
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let press = Press::ALL.into_iter().find(|press| press.action_id() == action_id)?;
        Some(Self { press, source: SourceCode::new(value)? })
    }
}

/// What somebody typed that nobody else may read.
#[derive(Clone)]
pub struct Typed(SecretString);

impl Typed {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// Returns the text without space around it, or nothing where none is left.
    #[must_use]
    pub fn filled(&self) -> Option<&str> {
        Some(self.0.expose_secret().trim()).filter(|text| !text.is_empty())
    }
}

impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for Typed {}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}

/// A source as admins see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Which.
    pub source: SourceCode,
    /// Its name.
    pub name: String,
    /// Whether it can poke us.
    pub has_webhook: bool,
    /// How it is; `None` while it is off.
    pub standing: Option<Standing>,
}

/// How a source is that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who connected it last.
    pub connected_by: Person,
    /// When.
    pub connected_at: DateTime<Utc>,
    /// When what it said was last taken over.
    pub good_at: Option<DateTime<Utc>>,
    /// How many people it knew then.
    pub matched: u32,
    /// Of how many.
    pub members: u32,
    /// How many absences there were then.
    pub absences: u32,
    /// How many of them said something unknown.
    pub flagged: u32,
    /// The grant without which private leave could not be seen then, as its admins read it there.
    pub lacks: Option<String>,
    /// Why it gave no answer the last time it was asked.
    pub fault: Option<SourceFault>,
    /// Since when it says that nobody is absent any more, which a second answer has to confirm.
    pub doubted_since: Option<DateTime<Utc>>,
    /// Whether somebody asked for an answer that is not here yet.
    pub is_asked_for: bool,
}

/// Adds the sources that can be connected and are not; what is on keeps its place in the order of what is offered.
pub fn offer<'a>(lines: &mut Vec<SourceLine>, offered: impl Iterator<Item = &'a SourceInfo>) {
    let mut known = std::mem::take(lines);
    for info in offered {
        let place = known.iter().position(|line| line.source == info.code);
        let standing = place.and_then(|place| known.remove(place).standing);
        let name = info.name.to_owned();
        let has_webhook = info.webhook.is_some();
        lines.push(SourceLine { source: info.code.clone(), name, has_webhook, standing });
    }
    // One that this version cannot ask any more can still be turned off.
    lines.append(&mut known);
}

/// A modal of this story that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modal {
    /// Connects a source, or gives it other credentials.
    Connect(Box<ConnectModal>),
    /// Shows the address at which a source can poke us, and takes the secret that proves that it was the source.
    Webhook(Box<WebhookModal>),
}

/// The form in which a source is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectModal {
    /// The source.
    pub info: SourceInfo,
    /// The host that is chosen; the usual one where none was.
    pub host: Option<String>,
    /// The values that may be shown, in the order of the fields.
    pub values: Vec<Option<String>>,
    /// Whether it is on already.
    pub is_on: bool,
}

/// The form with a webhook's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookModal {
    /// The source.
    pub source: SourceCode,
    /// Its name.
    pub name: String,
    /// Where the address goes there.
    pub how: String,
    /// The address.
    pub address: Typed,
    /// Whether the secret is known.
    pub has_secret: bool,
}

/// A modal of this story as it was submitted: nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// The credentials.
    Connect(ConnectForm),
    /// The secret of the webhook.
    Webhook {
        /// The source; `None` where it cannot be read.
        source: Option<SourceCode>,
        /// The secret.
        secret: Option<Typed>,
    },
}

/// The values of the form in which a source is connected, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectForm {
    /// The source; `None` where it cannot be read.
    pub source: Option<SourceCode>,
    /// The code of the host.
    pub host: Option<String>,
    /// The values in the order of the fields.
    pub values: Vec<Option<Typed>>,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A source is connected, and is asked for the first time now.
    Connected {
        /// Its name.
        name: String,
        /// Whether it was off before.
        is_new: bool,
        /// The grant without which private leave cannot be seen, as its admins read it there.
        lacks: Option<String>,
    },
    /// A source did not take what was entered, so nothing was saved.
    NotConnected {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// What was asked for, by the labels of the fields.
        asked: Vec<String>,
        /// Why.
        fault: SourceFault,
        /// Whether it is on, with what was entered before.
        is_on: bool,
    },
    /// Something that is needed was not entered.
    Incomplete {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// The labels of what is missing.
        missing: Vec<String>,
    },
    /// A source is asked now.
    Asked {
        /// Its name.
        name: String,
    },
    /// A source was asked a moment ago.
    AskedLately {
        /// Its name.
        name: String,
    },
    /// A source said that it is not to be asked before an instant.
    Waits {
        /// Its name.
        name: String,
        /// The instant.
        until: DateTime<Utc>,
    },
    /// A source is off, and what it said is deleted.
    TurnedOff {
        /// Its name.
        name: String,
        /// How many absences were deleted.
        absences: u32,
    },
    /// A source is off.
    IsOff {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
    },
    /// The form with the address of the webhook was sent.
    WebhookSaved {
        /// The source's name.
        name: String,
        /// Whether its secret is known now.
        has_secret: bool,
    },
}

impl Reply {
    /// Returns whether what was asked for was not done.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::NotConnected { .. }
            | Self::Incomplete { .. }
            | Self::AskedLately { .. }
            | Self::Waits { .. }
            | Self::IsOff { .. } => true,
            Self::Connected { .. }
            | Self::Asked { .. }
            | Self::TurnedOff { .. }
            | Self::WebhookSaved { .. } => false,
        }
    }
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Admins learn that a source gives no answer any more.
    Faulty {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// Why.
        fault: SourceFault,
        /// When what it said was last taken over.
        good_at: Option<DateTime<Utc>>,
    },
    /// Who asked learns what came of it.
    Answered {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// How it is.
        standing: Box<Standing>,
    },
}

/// Returns what opens the source.
///
/// # Errors
///
/// The labels of what is missing, too long or none of the choices.
pub fn read_connect_form(
    info: &SourceInfo,
    form: &ConnectForm,
) -> Result<Credentials, Vec<String>> {
    let mut missing = Vec::new();
    let mut values = std::collections::BTreeMap::new();
    for (place, field) in info.fields.iter().enumerate() {
        let typed = form.values.get(place).and_then(Option::as_ref);
        match typed.and_then(Typed::filled).filter(|it| it.chars().count() <= LONGEST_VALUE) {
            Some(value) => {
                values.insert(field.code.to_owned(), SecretString::from(value));
            }
            None => missing.push(field.label.to_owned()),
        }
    }
    let host = match form.host.as_deref() {
        // Of one host there is nothing to choose.
        None if info.hosts.len() == 1 => info.hosts.first(),
        chosen => info.hosts.iter().find(|(code, _)| Some(*code) == chosen),
    };
    let Some((host, _)) = host.filter(|_| missing.is_empty()) else {
        if host.is_none() {
            missing.push(String::from("Host"));
        }
        return Err(missing);
    };
    Ok(Credentials { host: (*host).to_owned(), values })
}

#[cfg(test)]
mod tests;
