//! The buttons of a request for cover.

use crate::ids::{CoverRequestId, CoverageId, RotationId};
use crate::interval::Interval;
use chrono::{DateTime, SecondsFormat, Utc};

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the modal in which cover is asked for.
    Ask {
        /// The rotation.
        rotation: RotationId,
    },
    /// Opens that modal with a window filled in.
    AskFor {
        /// The rotation.
        rotation: RotationId,
        /// The window.
        window: Interval,
    },
    /// "I'll take it": all that is open.
    Take {
        /// The request.
        request: CoverRequestId,
    },
    /// "Take it anyway": although away.
    TakeAnyway {
        /// The request.
        request: CoverRequestId,
        /// What of it; `None` means all that is open.
        window: Option<Interval>,
    },
    /// Opens the modal in which a part is taken.
    TakePart {
        /// The request.
        request: CoverRequestId,
    },
    /// "I can't".
    Cannot {
        /// The request.
        request: CoverRequestId,
    },
    /// "Hand over to ...": the duty passes at once to the next who is free.
    HandOver {
        /// The request.
        request: CoverRequestId,
    },
    /// The request is taken back.
    Withdraw {
        /// The request.
        request: CoverRequestId,
    },
    /// The request is put aside.
    Dismiss {
        /// The request.
        request: CoverRequestId,
    },
    /// "Undo": what somebody took is theirs no more.
    Undo {
        /// The cover.
        coverage: CoverageId,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Ask { .. } => "cover_ask",
            Self::AskFor { .. } => "cover_ask_for",
            Self::Take { .. } => "cover_take",
            Self::TakeAnyway { .. } => "cover_take_anyway",
            Self::TakePart { .. } => "cover_take_part",
            Self::Cannot { .. } => "cover_cannot",
            Self::HandOver { .. } => "cover_hand_over",
            Self::Withdraw { .. } => "cover_withdraw",
            Self::Dismiss { .. } => "cover_dismiss",
            Self::Undo { .. } => "cover_undo",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Ask { rotation } => rotation.to_string(),
            Self::AskFor { rotation, window } => format!("{rotation}|{}", written(*window)),
            Self::TakeAnyway { request, window } => {
                let window = window.map(|window| format!("|{}", written(window)));
                format!("{request}{}", window.unwrap_or_default())
            }
            Self::Take { request }
            | Self::TakePart { request }
            | Self::Cannot { request }
            | Self::HandOver { request }
            | Self::Withdraw { request }
            | Self::Dismiss { request } => request.to_string(),
            Self::Undo { coverage } => coverage.to_string(),
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let request = || value.parse().ok().map(CoverRequestId::new);
        Some(match action_id {
            "cover_ask" => Self::Ask { rotation: RotationId::new(value.parse().ok()?) },
            "cover_ask_for" => {
                let (rotation, window) = value.split_once('|')?;
                let rotation = RotationId::new(rotation.parse().ok()?);
                Self::AskFor { rotation, window: read(window)? }
            }
            "cover_take" => Self::Take { request: request()? },
            "cover_take_anyway" => {
                let (request, window) = match value.split_once('|') {
                    Some((request, window)) => (request, Some(read(window)?)),
                    None => (value, None),
                };
                Self::TakeAnyway { request: CoverRequestId::new(request.parse().ok()?), window }
            }
            "cover_take_part" => Self::TakePart { request: request()? },
            "cover_cannot" => Self::Cannot { request: request()? },
            "cover_hand_over" => Self::HandOver { request: request()? },
            "cover_withdraw" => Self::Withdraw { request: request()? },
            "cover_dismiss" => Self::Dismiss { request: request()? },
            "cover_undo" => Self::Undo { coverage: CoverageId::new(value.parse().ok()?) },
            _ => return None,
        })
    }
}

fn written(window: Interval) -> String {
    let at = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    format!("{}|{}", at(window.start()), at(window.end()))
}

fn read(window: &str) -> Option<Interval> {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let (start, end) = window.split_once('|')?;
    Interval::new(at(start)?, at(end)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;
    use crate::fixtures::at;

    #[test]
    fn every_button_comes_back_as_it_left_and_a_bent_one_is_none() {
        let id = uuid::Uuid::from_u128(7);
        let (rotation, request) = (RotationId::new(id), CoverRequestId::new(id));
        let window = Interval::new(at("2026-06-08T07:00Z"), at("2026-06-09T07:00Z")).unwrap();
        for button in [
            Button::Ask { rotation },
            Button::AskFor { rotation, window },
            Button::Take { request },
            Button::TakeAnyway { request, window: None },
            Button::TakeAnyway { request, window: Some(window) },
            Button::TakePart { request },
            Button::Cannot { request },
            Button::HandOver { request },
            Button::Withdraw { request },
            Button::Dismiss { request },
            Button::Undo { coverage: CoverageId::new(id) },
        ] {
            let whole = action::Button::Cover(button);

            assert!(whole.value().len() <= 128, "{whole:?}");
            assert_eq!(action::Button::parse(whole.action_id(), &whole.value()), Some(whole));
            assert_eq!(Button::parse(button.action_id(), "bent"), None, "{button:?}");
        }
        assert_eq!(Button::parse("cover_other", &id.to_string()), None);
    }

    #[test]
    fn a_window_that_ends_before_it_begins_is_bent() {
        let id = uuid::Uuid::from_u128(7);
        let value = format!("{id}|2026-06-09T07:00:00Z|2026-06-08T07:00:00Z");

        assert_eq!(Button::parse("cover_ask_for", &value), None);
        assert_eq!(Button::parse("cover_take_anyway", &value), None);
    }
}
