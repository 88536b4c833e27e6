//! Plans: what a workspace's plan stops, and what comes back with another.

use crate::ids::ChannelId;
use crate::message::Person;
use chrono::{DateTime, Utc};

/// Something that a plan does not allow, with what to do instead; plain words, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There are as many active rotations as the plan has room for.
    #[error(
        "This workspace is on the Free plan, which has room for {} active rotations, and they are there. Pause one without an end or delete one first, or ask an admin to upgrade to Pro in `/rotation admin`.",
        in_words(*limit)
    )]
    NoRoom {
        /// How many the plan has room for.
        limit: usize,
    },
    /// Absences do not come from sources.
    #[error(
        "This workspace is on the Free plan, on which absences do not come from {name}. What is known already stays, and absences can be entered with `/rotation ooo`. To have {name} asked, upgrade to Pro in `/rotation admin`."
    )]
    NoSources {
        /// The source's name.
        name: String,
    },
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Admins learn that Pro is over, and what stops.
    ProEnded(Box<Ended>),
    /// Admins learn that their workspace is on Pro, and what comes back.
    ProBegan {
        /// The first of the rotations that go on.
        rotations: Vec<Affected>,
        /// How many more there are.
        more: u32,
        /// The sources of absences that are asked again, by name.
        sources: Vec<String>,
    },
    /// A rotation's channel learns that it stops.
    Stops {
        /// Its name.
        name: String,
        /// Who serves the last shift; nobody where nobody does.
        people: Vec<Person>,
        /// When it stops; `None` where it has.
        at: Option<DateTime<Utc>>,
        /// How many active rotations the plan has room for.
        limit: usize,
        /// The IANA name of its zone.
        zone: String,
    },
    /// A rotation's channel learns that it goes on.
    GoesOn {
        /// Its name.
        name: String,
        /// When the next handoff is, where somebody begins only then.
        next: Option<DateTime<Utc>>,
        /// The IANA name of its zone.
        zone: String,
    },
}

/// What stops when Pro is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The first of the rotations that stop.
    pub rotations: Vec<Affected>,
    /// How many more there are.
    pub more: u32,
    /// How many active rotations the plan has room for.
    pub limit: usize,
    /// The sources of absences that are not asked any more, by name.
    pub sources: Vec<String>,
    /// For how many days events are kept on this plan.
    pub event_log_days: i64,
    /// Until when nothing is deleted that Pro would keep.
    pub kept_until: DateTime<Utc>,
}

/// A rotation that stops or goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Its name.
    pub name: String,
    /// Its channel.
    pub channel: ChannelId,
    /// When it stops, where that is still to come.
    pub at: Option<DateTime<Utc>>,
    /// The IANA name of its zone.
    pub zone: String,
}

/// Returns a small number as a word.
#[must_use]
pub fn in_words(number: usize) -> String {
    const WORDS: [&str; 10] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::Plan;

    #[test]
    fn who_is_refused_reads_what_to_do_and_the_number_of_the_plan() {
        let limit = Plan::Free.entitlements().active_rotations.unwrap();

        let text = Refusal::NoRoom { limit }.to_string();

        assert!(text.contains("room for three active rotations"), "{text}");
        assert!(text.contains("Pause one") && text.contains("upgrade to Pro"), "{text}");
        assert_eq!(in_words(12), "12");
    }
}
