//! What became of a call.

use chrono::TimeDelta;

/// The code of a call that Slack refused with a 429.
pub const RATE_LIMITED: &str = "rate_limited";

/// The code of a call that was not made, so that Slack would not have to refuse it.
pub const PACED: &str = "paced";

/// What became of a call (architecture, Delivery to Slack).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome<T> {
    /// Slack did it.
    Done(T),
    /// Slack did nothing, for certain.
    NotSent(NotSent),
    /// Nobody can tell: the request was or may have been written, and no answer says what became of it.
    Ambiguous {
        /// A short code, safe to store and to log.
        code: String,
    },
}

/// A call that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSent {
    /// A short code, safe to store and to log: Slack's own (`channel_not_found`) or one of ours (`no_connection`).
    pub code: String,
    /// How long Slack asked to wait, between a second and an hour.
    pub retry_after: Option<TimeDelta>,
    /// What to do about it.
    pub kind: NotSentKind,
}

/// What to do about a call that changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSentKind {
    /// The same call can succeed later.
    Transient,
    /// The same call fails again.
    Permanent,
    /// The token no longer works: the installation is dead.
    DeadToken,
}

impl<T> Outcome<T> {
    /// Returns the result, if there is one.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::NotSent(_) | Self::Ambiguous { .. } => None,
        }
    }

    /// Returns the same outcome, with a reference to the result.
    pub fn as_ref(&self) -> Outcome<&T> {
        match self {
            Self::Done(value) => Outcome::Done(value),
            Self::NotSent(not_sent) => Outcome::NotSent(not_sent.clone()),
            Self::Ambiguous { code } => Outcome::Ambiguous { code: code.clone() },
        }
    }

    /// Returns the same outcome with another result.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(change(value)),
            Self::NotSent(not_sent) => Outcome::NotSent(not_sent),
            Self::Ambiguous { code } => Outcome::Ambiguous { code },
        }
    }

    /// Returns the code of a call that was not done.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Done(_) => None,
            Self::NotSent(not_sent) => Some(&not_sent.code),
            Self::Ambiguous { code } => Some(code),
        }
    }

    /// Turns the result into another; a result that cannot be turned was done, but nobody knows what it was.
    pub(crate) fn and_read<U>(self, read: impl FnOnce(T) -> Option<U>) -> Outcome<U> {
        match self {
            Self::Done(value) => {
                read(value).map_or_else(|| Outcome::ambiguous("unreadable_answer"), Outcome::Done)
            }
            Self::NotSent(not_sent) => Outcome::NotSent(not_sent),
            Self::Ambiguous { code } => Outcome::Ambiguous { code },
        }
    }

    /// Returns the outcome of a call that may be made twice without harm: where nobody can tell, it is made again.
    pub(crate) fn repeatable(self) -> Self {
        match self {
            Self::Ambiguous { code } => {
                Self::NotSent(NotSent { code, retry_after: None, kind: NotSentKind::Transient })
            }
            other => other,
        }
    }

    pub(crate) fn ambiguous(code: &str) -> Self {
        Self::Ambiguous { code: code.to_owned() }
    }

    pub(crate) fn not_sent(kind: NotSentKind, code: &str) -> Self {
        Self::NotSent(NotSent { code: code.to_owned(), retry_after: None, kind })
    }

    /// Returns the outcome of a 429, with the wait bounded.
    pub(crate) fn rate_limited(retry_after_seconds: Option<u64>) -> Self {
        let bounded = |seconds: u64| {
            TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX).clamp(1, 3600))
        };
        Self::NotSent(NotSent {
            code: String::from(RATE_LIMITED),
            retry_after: retry_after_seconds.map(bounded),
            kind: NotSentKind::Transient,
        })
    }

    /// Returns the outcome of a call that was not made because there were too many.
    pub(crate) fn paced(wait: TimeDelta) -> Self {
        Self::NotSent(NotSent {
            code: String::from(PACED),
            retry_after: Some(wait.max(TimeDelta::milliseconds(1))),
            kind: NotSentKind::Transient,
        })
    }
}
