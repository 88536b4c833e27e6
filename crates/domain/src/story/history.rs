//! What was: the last turns of a rotation, and what each person did in a window of time.

use crate::ids::RotationId;
use crate::message::{Person, SkipLine};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// How many turns one page of the history shows.
pub const TURNS_ON_PAGE: usize = 6;

/// The windows of time, in days, over which statistics can be asked for.
pub const WINDOWS: [u16; 3] = [30, 90, 365];

/// The window, in days, where none was typed.
pub const USUAL_WINDOW: u16 = 90;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The last turns.
    Turns {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
    },
    /// What each person did.
    Statistics {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
        /// Over how many days, one of [`WINDOWS`].
        days: u16,
    },
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Shows the last turns.
    Turns {
        /// The rotation.
        rotation: RotationId,
    },
    /// "Older": shows the turns before those that are shown.
    Older {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the oldest turn that is shown.
        before: DateTime<Utc>,
    },
    /// Shows what each person did.
    Statistics {
        /// The rotation.
        rotation: RotationId,
        /// Over how many days, one of [`WINDOWS`].
        days: u16,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Turns { .. } => "history_turns",
            Self::Older { .. } => "history_older",
            // Several stand in one row, where each needs an id of its own.
            Self::Statistics { days: 30, .. } => "history_statistics_30",
            Self::Statistics { days: 365, .. } => "history_statistics_365",
            Self::Statistics { .. } => "history_statistics_90",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Turns { rotation } => rotation.to_string(),
            Self::Older { rotation, before } => {
                format!("{rotation}|{}", before.to_rfc3339_opts(SecondsFormat::Micros, true))
            }
            Self::Statistics { rotation, days } => format!("{rotation}|{days}"),
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let (rotation, rest) = value.split_once('|').unwrap_or((value, ""));
        let rotation = RotationId::new(rotation.parse().ok()?);
        match action_id {
            "history_turns" => Some(Self::Turns { rotation }),
            "history_older" => {
                let before = DateTime::parse_from_rfc3339(rest).ok()?.to_utc();
                Some(Self::Older { rotation, before })
            }
            "history_statistics_30" | "history_statistics_90" | "history_statistics_365" => {
                let days = rest.parse().ok().filter(|days| WINDOWS.contains(days))?;
                Some(Self::Statistics { rotation, days })
            }
            _ => None,
        }
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The last turns.
    Turns(Page),
    /// What each person did.
    Statistics(Table),
}

/// Turns of a rotation that have begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The turns, the newest first; at most [`TURNS_ON_PAGE`].
    pub turns: Vec<PastTurn>,
    /// Whether there are newer ones: the page was turned.
    pub has_newer: bool,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// A turn that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct PastTurn {
    /// When it was planned to begin.
    pub start: DateTime<Utc>,
    /// When it ended or will end.
    pub end: DateTime<Utc>,
    /// What became of it.
    pub end_state: PastState,
    /// Who held it before coverage, in the order of seating and then of time.
    pub held: Vec<Person>,
    /// Who served instead of somebody, or where nobody held it.
    pub covered: Vec<CoverLine>,
    /// Who was passed over, in order, and why.
    pub skipped: Vec<SkipLine>,
}

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastState {
    /// It runs.
    Running,
    /// It was served as far as somebody could.
    Served,
    /// It passed while the service was down.
    Missed,
    /// The rotation rested.
    Paused,
}

/// Somebody who served for somebody else.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverLine {
    /// Who served.
    pub by: Person,
    /// Whose time; `None` for a seat that nobody had.
    pub of: Option<Person>,
    /// For how long in all.
    pub time: TimeDelta,
}

/// What each person did in a window of time; shown, never used to reorder.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The window, in days before now.
    pub days: u16,
    /// The members in order, then others who served.
    pub rows: Vec<Row>,
}

/// What one person did, or all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Who; `None` for the total.
    pub person: Option<Person>,
    /// Turns served in a seat of their own.
    pub served: u64,
    /// Turns for which they were passed over.
    pub skipped: u64,
    /// Turns in which they served for others.
    pub covered_for_others: u64,
    /// Turns in which somebody served for them.
    pub was_covered: u64,
    /// Turns that passed while the service was down.
    pub missed: u64,
    /// How long they were on duty.
    pub on_duty: TimeDelta,
    /// How much of it fell on weekends.
    pub on_weekends: TimeDelta,
}

impl Table {
    /// Returns the sums of all rows.
    #[must_use]
    pub fn total(&self) -> Row {
        let sum = |of: fn(&Row) -> u64| self.rows.iter().map(of).sum();
        Row {
            person: None,
            served: sum(|row| row.served),
            skipped: sum(|row| row.skipped),
            covered_for_others: sum(|row| row.covered_for_others),
            was_covered: sum(|row| row.was_covered),
            missed: sum(|row| row.missed),
            on_duty: self.rows.iter().map(|row| row.on_duty).sum(),
            on_weekends: self.rows.iter().map(|row| row.on_weekends).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_button_comes_back_as_it_was_sent() {
        let rotation = RotationId::new(Uuid::from_u128(7));
        let before = "2026-06-08T07:00:00.000001Z".parse().unwrap();
        let mut buttons = vec![Button::Turns { rotation }, Button::Older { rotation, before }];
        buttons.extend(WINDOWS.map(|days| Button::Statistics { rotation, days }));
        for button in buttons {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        }
    }

    #[test]
    fn a_bent_button_is_none() {
        let id = Uuid::from_u128(7);
        for (action_id, value) in [
            ("history_turns", "x"),
            ("history_older", &*format!("{id}|yesterday")),
            ("history_older", &*format!("{id}")),
            ("history_statistics_90", &*format!("{id}|91")),
            ("history_everything", &*format!("{id}")),
        ] {
            assert_eq!(Button::parse(action_id, value), None, "{action_id} {value}");
        }
    }
}
