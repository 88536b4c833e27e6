//! What a workspace pays: admins go to the checkout or to what they pay, and see where it stands.

use crate::billing::Plan;
use crate::story::data::Address;
use chrono::{DateTime, Utc};

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Gives the link to the checkout.
    Upgrade,
    /// Gives the link to what is paid: the card, the invoices, the end of it.
    Manage,
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(self) -> &'static str {
        match self {
            Self::Upgrade => "checkout_upgrade",
            Self::Manage => "checkout_manage",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(self) -> String {
        String::from("-")
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story.
    #[must_use]
    pub fn parse(action_id: &str) -> Option<Self> {
        [Self::Upgrade, Self::Manage].into_iter().find(|button| button.action_id() == action_id)
    }
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The checkout is there.
    Checkout {
        /// Where; whoever has it can pay.
        address: Address,
    },
    /// What is paid can be managed.
    Portal {
        /// Where, for minutes; whoever has it can change it.
        address: Address,
    },
    /// The workspace has what could be bought.
    PaidAlready,
    /// Nothing was ever paid.
    NothingToManage,
    /// Nobody pays anything here.
    NotHere,
    /// Whoever is paid does not answer; nothing was changed.
    NoAnswer,
}

/// What admins are told without having asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A payment failed.
    PaymentFailed {
        /// Until when the plan stays.
        until: DateTime<Utc>,
    },
    /// It works again.
    PaymentWorks,
}

/// What admins see of what their workspace pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its plan.
    pub plan: Plan,
    /// How many of its rotations are active.
    pub active_rotations: usize,
    /// Whether something is paid, or still tried to be.
    pub is_paid: bool,
    /// Whether anything was ever begun to be paid, so that there is something to manage.
    pub has_customer: bool,
    /// Until when is paid.
    pub period_end: Option<DateTime<Utc>>,
    /// When it ends, where it is cancelled.
    pub ends_at: Option<DateTime<Utc>>,
    /// Until when the plan stays, where a payment has failed.
    pub past_due_until: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_back_from_what_slack_carries() {
        for button in [Button::Upgrade, Button::Manage] {
            assert_eq!(Button::parse(button.action_id()), Some(button));
        }
        assert_eq!(Button::parse("checkout_free"), None);
    }
}
