//! The life of a rotation: shown, edited, paused, deleted and brought back, handed over.

mod edit;
mod hours;
mod message;
mod modal;
mod refusal;
mod reply;
mod rest;

pub use edit::{
    CUSTOM, EditDefaults, EditForm, Edited, KEEP, MAX_HOURS_TEXT, NTH_WEEKDAYS, SKIP_CHOICES, Step,
    UNIT_CHOICES, WEEKDAY_CHOICES, choice_of, read_edit_form, read_main_fields,
};
pub use hours::{hours_in_words, hours_text, parse_hours};
pub use message::Message;
pub use modal::{Change, HandOverForm, HandOverModal, Modal, MovedLine, Submission};
pub use refusal::Refusal;
pub use reply::{Reply, RuleCard, ShowCard, State};
pub use rest::{read_last_day, read_rest_end};

use crate::ids::{RotationId, UserId};

/// What was typed. Each names the rotation as it was typed; `None` means the channel's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Everything about one rotation.
    Show {
        /// Its name.
        rotation: Option<String>,
    },
    /// The modal in which it is edited.
    Edit {
        /// Its name.
        rotation: Option<String>,
    },
    /// It rests from now on.
    Pause {
        /// Its name.
        rotation: Option<String>,
        /// Until when, in words for [`read_rest_end`]; `None` means until somebody ends the rest.
        until: Option<String>,
    },
    /// Its rest ends.
    Resume {
        /// Its name.
        rotation: Option<String>,
        /// Whether the next person begins at once, and not at the next handoff.
        now: bool,
    },
    /// It is deleted, once that is confirmed.
    Delete {
        /// Its name.
        rotation: Option<String>,
    },
    /// A deleted one is brought back.
    Undelete {
        /// Its name.
        rotation: Option<String>,
    },
    /// The duty passes now, once that is confirmed.
    HandOver {
        /// Its name.
        rotation: Option<String>,
        /// To whom; `None` means the next in the order who is free.
        to: Option<UserId>,
    },
}

/// A button, always of one rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub press: Press,
    /// The rotation.
    pub rotation: RotationId,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Shows everything about the rotation.
    Show,
    /// Opens the modal in which it is edited.
    Edit,
    /// Opens the modal in which it is paused.
    Pause,
    /// Ends its rest with the next handoff.
    Resume,
    /// Ends its rest at once.
    StartNow,
    /// Opens the modal in which the duty is handed over.
    HandOver,
    /// Opens the modal in which it is deleted.
    Delete,
    /// Brings it back.
    Undelete,
}

impl Press {
    /// All of them.
    const ALL: [Self; 8] = [
        Self::Show,
        Self::Edit,
        Self::Pause,
        Self::Resume,
        Self::StartNow,
        Self::HandOver,
        Self::Delete,
        Self::Undelete,
    ];

    const fn action_id(self) -> &'static str {
        match self {
            Self::Show => "lifecycle_show",
            Self::Edit => "lifecycle_edit",
            Self::Pause => "lifecycle_pause",
            Self::Resume => "lifecycle_resume",
            Self::StartNow => "lifecycle_start_now",
            Self::HandOver => "lifecycle_hand_over",
            Self::Delete => "lifecycle_delete",
            Self::Undelete => "lifecycle_undelete",
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
        self.rotation.to_string()
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let press = Press::ALL.into_iter().find(|press| press.action_id() == action_id)?;
        Some(Self { press, rotation: RotationId::new(value.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;

    #[test]
    fn every_button_comes_back_as_it_left() {
        let rotation = RotationId::new("018f4f3e-0000-7000-8000-000000000001".parse().unwrap());
        for press in Press::ALL {
            let button = action::Button::Lifecycle(Button { press, rotation });

            let back = action::Button::parse(button.action_id(), &button.value());

            assert_eq!(back, Some(button));
        }
        assert_eq!(Button::parse("lifecycle_show", "no id"), None);
        assert_eq!(Button::parse("lifecycle_unknown", &rotation.to_string()), None);
    }
}
