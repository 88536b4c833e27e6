//! Links that show who is on duty outside Slack: a calendar of a rotation or of one's own turns, and a page of a rotation.

use crate::ids::RotationId;
use crate::story::data::Address;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A link to the calendar of one's own turns.
    Mine,
    /// A link to the calendar of a rotation.
    Rotation {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
    },
    /// A link to the page of a rotation.
    Page {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
    },
    /// That all of one's links open nothing any more.
    Revoke,
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opens {
    /// The calendar of the turns of whoever made it, in all rotations.
    Mine,
    /// The calendar of a rotation.
    Rotation(RotationId),
    /// The page of a rotation.
    Page(RotationId),
}

impl Opens {
    /// Returns the word by which its kind is stored.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Rotation(_) => "rotation",
            Self::Page(_) => "page",
        }
    }

    /// Returns the rotation that it shows; `None` for what shows one person's time in all.
    #[must_use]
    pub const fn rotation(self) -> Option<RotationId> {
        match self {
            Self::Mine => None,
            Self::Rotation(rotation) | Self::Page(rotation) => Some(rotation),
        }
    }

    /// Returns what a kind and a rotation mean together; `None` for what is stored nowhere.
    #[must_use]
    pub fn of(kind: &str, rotation: Option<RotationId>) -> Option<Self> {
        match (kind, rotation) {
            ("mine", None) => Some(Self::Mine),
            ("rotation", Some(rotation)) => Some(Self::Rotation(rotation)),
            ("page", Some(rotation)) => Some(Self::Page(rotation)),
            _ => None,
        }
    }
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// "Revoke this link": what was made for the one who presses opens nothing any more.
    Revoke(Opens),
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        "calendar_revoke"
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        let Self::Revoke(opens) = self;
        let rotation = opens.rotation().map(|rotation| rotation.to_string());
        format!("{}|{}", opens.kind(), rotation.as_deref().unwrap_or("-"))
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let (kind, rotation) = value.split_once('|').filter(|_| action_id == "calendar_revoke")?;
        let rotation = match rotation {
            "-" => None,
            id => Some(RotationId::new(id.parse().ok()?)),
        };
        Opens::of(kind, rotation).map(Self::Revoke)
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// There is a link.
    Link {
        /// What it opens.
        opens: Opens,
        /// The name of the rotation, where it shows one.
        rotation: Option<String>,
        /// Where.
        address: Address,
        /// Whether there was another, which opens nothing any more.
        is_another: bool,
    },
    /// So many links open nothing any more.
    Revoked {
        /// How many.
        count: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_button_comes_back_as_it_was_and_a_bent_one_not_at_all() {
        let rotation = RotationId::new(Uuid::from_u128(7));
        for opens in [Opens::Mine, Opens::Rotation(rotation), Opens::Page(rotation)] {
            let button = Button::Revoke(opens);
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
            assert_eq!(Opens::of(opens.kind(), opens.rotation()), Some(opens));
        }
        for bent in ["mine", "mine|7", "page|-", "rotation|x", "all|-", ""] {
            assert_eq!(Button::parse("calendar_revoke", bent), None, "{bent}");
        }
        assert_eq!(Button::parse("calendar_other", "mine|-"), None);
    }
}
