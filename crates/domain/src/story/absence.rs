//! Absences: what their people are told of what others enter, and what cannot be done by hand.

use crate::message::Person;
use crate::reply::AbsenceLine;
use chrono::NaiveDate;

/// A message of this story, to the one whose absence it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Somebody else entered it.
    Entered {
        /// When.
        line: AbsenceLine,
        /// Who entered it.
        by: Person,
    },
    /// Somebody else took it back.
    TakenBack {
        /// When it was.
        line: AbsenceLine,
        /// Who took it back.
        by: Person,
    },
}

/// What cannot be done, and why: a reason in plain words, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A source says it, so it is changed there.
    #[error(
        "That absence comes from {source_name}, so it is changed there. To count as available all the same, use `/rotation ooo available`."
    )]
    FromSource {
        /// The source's name.
        source_name: String,
    },
    /// No source says that the person is absent.
    #[error(
        "No other system says that {} away{}, so there is nothing to overrule. What was entered by hand goes with `/rotation ooo remove`.",
        if *.is_own { "you are" } else { "this person is" },
        day.map_or_else(String::new, |day| format!(" on {day}"))
    )]
    NothingSynced {
        /// The day that was typed.
        day: Option<NaiveDate>,
        /// Whether it is about the one who asks.
        is_own: bool,
    },
    /// It was said before.
    #[error("That is noted already: {} as available then.", if *.is_own { "you count" } else { "this person counts" })]
    AvailableAlready {
        /// Whether it is about the one who asks.
        is_own: bool,
    },
}
