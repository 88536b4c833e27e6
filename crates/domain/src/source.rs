//! What an absence source gives, and what can go wrong with it: data that passes between the room that asks the source
//! and the rooms that decide and store.

use crate::absence::Span;
use crate::ids::UserId;
use chrono::{DateTime, NaiveDate, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The longest leave type that is kept, in characters.
pub const LONGEST_LABEL: usize = 60;

/// Which absence source, such as `hibob`: letters, digits and underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceCode(Arc<str>);

/// What an absence source is, for whoever connects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its code.
    pub code: SourceCode,
    /// Its name as people know it, such as "HiBob".
    pub name: &'static str,
    /// Where its admins find what is asked for, in one or two sentences.
    pub how: &'static str,
    /// What it must be allowed to see, as its admins read it there: one line for each grant.
    pub grants: &'static [&'static str],
    /// What is asked for, in order.
    pub fields: &'static [SourceField],
    /// The hosts that can be chosen, the usual one first: code and label.
    pub hosts: &'static [(&'static str, &'static str)],
    /// Where its admins enter the address at which it pokes us when something changes; `None` where it cannot.
    pub webhook: Option<&'static str>,
}

/// Something that is asked for when a source is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceField {
    /// Its code, under which the value is in [`Credentials`].
    pub code: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// Whether nobody may look over the shoulder: it is never shown again.
    pub is_secret: bool,
}

/// What opens a source. It is sealed before it is stored.
#[derive(Clone)]
pub struct Credentials {
    /// The code of the host.
    pub host: String,
    /// The values, by the code of their field.
    pub values: BTreeMap<String, SecretString>,
}

/// The days that an answer is complete for, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

/// An absence as a source says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceAbsence {
    /// Whose.
    pub user: UserId,
    /// When; its days are those of `zone`.
    pub span: Span,
    /// The IANA name of the zone of the person, or of the one that the source names for clock times.
    pub zone: String,
    /// The leave type, where the source shows it to every colleague; at most [`LONGEST_LABEL`] characters.
    pub label: Option<String>,
    /// Whether the source said something that we do not know, and whole days were taken to be on the safe side.
    pub is_flagged: bool,
}

/// A source's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceBatch {
    /// The absences of the people who were asked about, those that touch `complete_for`, in order.
    pub absences: Vec<SourceAbsence>,
    /// The days for which nothing is missing: what is stored of them and not here is over.
    pub complete_for: DateRange,
    /// How many of the people the source knows.
    pub matched: u32,
    /// How many people were asked about.
    pub asked: u32,
    /// The grant without which private leave could not be seen, as the source's admins read it there; `None` where none is
    /// known to be missing.
    pub lacks: Option<String>,
}

/// Why a source gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum SourceFault {
    /// It does not take the credentials: asking again would change nothing, and asking often gets us blocked.
    Unauthorized,
    /// The credentials are good, but something is not allowed.
    Forbidden {
        /// What has to be allowed, as its admins read it there.
        grant: String,
    },
    /// It has had enough for now.
    Limited {
        /// From when on it answers again.
        until: DateTime<Utc>,
    },
    /// Its firewall keeps us out: nobody's fault, and all workspaces wait.
    Blocked,
    /// It cannot be reached, or has a fault of its own.
    Unreachable,
    /// It answered with something that cannot be read.
    Unreadable,
    /// It knows none of the people who were asked about.
    NobodyMatched,
}

impl SourceCode {
    /// Returns the code, or nothing where the text is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_code =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        let is_short = (1..=20).contains(&text.len());
        (is_short && text.chars().all(is_code)).then(|| Self(Arc::from(text)))
    }

    /// Returns the code as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SourceFault {
    /// Returns what kind of fault it is, whatever it says besides.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden { .. } => "forbidden",
            Self::Limited { .. } => "limited",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::NobodyMatched => "nobody_matched",
        }
    }
}

impl fmt::Display for SourceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Returns a leave type that can be kept: no control characters, bounded; `None` where nothing is left.
#[must_use]
pub fn tidy_label(text: &str) -> Option<String> {
    let plain: String =
        text.chars().filter(|letter| !letter.is_control()).take(LONGEST_LABEL).collect();
    Some(plain.trim().to_owned()).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_plain() {
        assert_eq!(SourceCode::new("hibob").unwrap().as_str(), "hibob");
        for text in ["", "HiBob", "hi bob", "hi-bob", "a_code_that_is_far_too_long"] {
            assert_eq!(SourceCode::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn credentials_do_not_show_themselves() {
        let values = [(String::from("token"), SecretString::from("t0p-secret"))].into();
        let credentials = Credentials { host: String::from("production"), values };

        assert!(!format!("{credentials:?}").contains("t0p"));
    }

    #[test]
    fn a_label_is_bounded_and_has_no_control_characters() {
        assert_eq!(tidy_label(" Holi\u{0}day\n"), Some(String::from("Holiday")));
        assert_eq!(tidy_label(" \n"), None);
        assert_eq!(tidy_label(&"x".repeat(200)).unwrap().len(), LONGEST_LABEL);
    }
}
