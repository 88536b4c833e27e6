//! What a person types and presses about a roster.

use crate::ids::{RotationId, UserId};

/// Somebody who is named in a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one who typed it.
    Me,
    /// Somebody who was mentioned.
    Person(UserId),
}

/// What was asked for. A rotation that is not named is the channel's; nobody named asks for the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// People join.
    Add {
        /// The rotation's name as typed.
        rotation: Option<String>,
        /// Who, in the order in which they will take turns.
        people: Vec<Pick>,
        /// The member before whom they are placed; without one they serve last.
        before: Option<Pick>,
    },
    /// Everybody in the rotation's channel joins.
    AddEveryone {
        /// The rotation's name as typed.
        rotation: Option<String>,
    },
    /// People leave.
    Remove {
        /// The rotation's name as typed.
        rotation: Option<String>,
        /// Who.
        people: Vec<Pick>,
        /// When; somebody on duty is asked about where nothing was said.
        when: Option<When>,
    },
    /// The members get another order.
    Order {
        /// The rotation's name as typed.
        rotation: Option<String>,
        /// Those who come first, in order; the others follow as they did.
        people: Vec<Pick>,
    },
}

/// When somebody leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once; somebody on duty is replaced.
    Now,
    /// Right before the next handoff.
    Handoff,
}

/// A button of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the form in which people are added.
    Add {
        /// The rotation.
        rotation: RotationId,
    },
    /// Opens the form in which people are removed.
    Remove {
        /// The rotation.
        rotation: RotationId,
    },
    /// Opens the form in which the order is changed.
    Order {
        /// The rotation.
        rotation: RotationId,
    },
    /// Whoever presses leaves.
    LeaveMyself {
        /// The rotation.
        rotation: RotationId,
    },
    /// Removes people, and says when those on duty leave.
    Leave(Leaving),
}

/// Who leaves, as a button carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The rotation.
    pub rotation: RotationId,
    /// Who.
    pub users: Vec<UserId>,
    /// When those who are on duty leave; the others leave now.
    pub when: When,
    /// Whether it was said that nobody would be left.
    pub may_empty: bool,
}

impl Button {
    /// The most characters that Slack carries as a value.
    pub const LONGEST_VALUE: usize = 2000;

    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Add { .. } => "roster_add",
            Self::Remove { .. } => "roster_remove",
            Self::Order { .. } => "roster_order",
            Self::LeaveMyself { .. } => "roster_leave_myself",
            Self::Leave(Leaving { when: When::Now, .. }) => "roster_leave_now",
            Self::Leave(Leaving { when: When::Handoff, .. }) => "roster_leave_handoff",
        }
    }

    /// Returns the `value` that Slack carries: ids only, never empty. That of [`Button::Leave`] grows with the people, and
    /// only up to [`Button::LONGEST_VALUE`] characters can be sent.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Add { rotation }
            | Self::Remove { rotation }
            | Self::Order { rotation }
            | Self::LeaveMyself { rotation } => rotation.to_string(),
            Self::Leave(Leaving { rotation, users, may_empty, .. }) => {
                let users: Vec<&str> = users.iter().map(UserId::as_str).collect();
                format!("{rotation}|{}|{}", u8::from(*may_empty), users.join(","))
            }
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let mut parts = value.split('|');
        let rotation = RotationId::new(parts.next()?.parse().ok()?);
        let when = match action_id {
            "roster_add" => return Some(Self::Add { rotation }),
            "roster_remove" => return Some(Self::Remove { rotation }),
            "roster_order" => return Some(Self::Order { rotation }),
            "roster_leave_myself" => return Some(Self::LeaveMyself { rotation }),
            "roster_leave_now" => When::Now,
            "roster_leave_handoff" => When::Handoff,
            _ => return None,
        };
        let may_empty = parts.next()? == "1";
        let users = parts.next()?.split(',').filter(|user| !user.is_empty());
        let users: Vec<UserId> = users.map(UserId::new).collect();
        let is_whole = parts.next().is_none() && !users.is_empty();
        is_whole.then_some(Self::Leave(Leaving { rotation, users, when, may_empty }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;

    #[test]
    fn every_button_comes_back_as_it_was_sent() {
        let rotation = RotationId::new(uuid::Uuid::from_u128(7));
        let leave = |when, may_empty| {
            let users = vec![user("U1"), user("U2")];
            Button::Leave(Leaving { rotation, users, when, may_empty })
        };
        for button in [
            Button::Add { rotation },
            Button::Remove { rotation },
            Button::Order { rotation },
            Button::LeaveMyself { rotation },
            leave(When::Now, false),
            leave(When::Handoff, true),
        ] {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        }
    }

    #[test]
    fn a_bent_value_is_no_button() {
        for value in ["", "x", "x|0|U1", "00000000-0000-0000-0000-000000000007|0", "|||"] {
            assert_eq!(Button::parse("roster_leave_now", value), None, "{value}");
        }
        assert_eq!(Button::parse("roster_add", "no-id"), None);
        assert_eq!(Button::parse("roster_dance", "00000000-0000-0000-0000-000000000007"), None);
    }
}
