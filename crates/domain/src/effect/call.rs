//! How a delivery reaches its place: what its calls are counted and limited by.

use super::{Envelope, Recipient};

/// How a delivery is sent. The words are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// A message is posted, in a channel or to a person.
    Post,
    /// A message is replaced.
    Replace,
    /// A home view is shown.
    Home,
    /// A message is shown to one person in a channel.
    Whisper,
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Post, Self::Replace, Self::Home, Self::Whisper];

    /// Returns the word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Replace => "replace",
            Self::Home => "home",
            Self::Whisper => "whisper",
        }
    }

    /// Returns the call of a stored word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.as_str() == word)
    }
}

impl Envelope {
    /// Returns how it is sent.
    #[must_use]
    pub fn call(&self) -> Call {
        match &self.to {
            Recipient::Home(_) => Call::Home,
            Recipient::Only { .. } => Call::Whisper,
            Recipient::Channel(_) | Recipient::Person(_) => {
                if self.effect.told().replaces().is_some() { Call::Replace } else { Call::Post }
            }
        }
    }
}
