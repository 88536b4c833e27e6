//! The life of a rotation: shown, edited, paused, deleted and brought back, handed over.

mod reply;

pub use reply::{Reply, RuleCard, ShowCard, State};

use crate::ids::RotationId;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Everything about one rotation.
    Show {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
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
}

impl Press {
    /// All of them.
    const ALL: [Self; 1] = [Self::Show];

    const fn action_id(self) -> &'static str {
        match self {
            Self::Show => "lifecycle_show",
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
