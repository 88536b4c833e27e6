//! What admins must be told of what their workspace pays.

use super::{Effect, Key, Told, at};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An effect of this story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SubscriptionEffect {
    /// An admin learns that a payment failed, and until when the plan stays.
    PaymentFailed {
        /// When that was first seen.
        since: DateTime<Utc>,
    },
    /// An admin learns that it works again.
    PaymentWorks {
        /// Since when it had not.
        since: DateTime<Utc>,
    },
}

impl From<SubscriptionEffect> for Effect {
    fn from(effect: SubscriptionEffect) -> Self {
        Self::Subscription(effect)
    }
}

impl Told for SubscriptionEffect {
    fn key(&self) -> Key {
        match self {
            Self::PaymentFailed { since } => {
                Key::of_workspace("payment_failed").occasion(at(since))
            }
            Self::PaymentWorks { since } => Key::of_workspace("payment_works").occasion(at(since)),
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        true
    }
}
