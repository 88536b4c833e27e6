//! What a workspace may do, and by which subscription.

use chrono::{DateTime, Utc};
use domain::billing::{Plan, SubscriptionStatus};
use domain::ids::WorkspaceId;

/// The plan of a workspace, and what is known of its subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRecord {
    /// What it may do.
    pub plan: Plan,
    /// When it fell from Pro, if it did and has not come back.
    pub free_since: Option<DateTime<Utc>>,
    /// Stripe's id of the customer.
    pub customer: Option<String>,
    /// Stripe's id of the subscription that counts.
    pub subscription: Option<String>,
    /// How that is.
    pub status: Option<SubscriptionStatus>,
    /// Stripe's id of the price.
    pub price: Option<String>,
    /// When what was paid for ends.
    pub period_end: Option<DateTime<Utc>>,
    /// When the subscription ends, where it is to end.
    pub cancel_at: Option<DateTime<Utc>>,
    /// When a payment was first seen to have failed, if one has.
    pub past_due_since: Option<DateTime<Utc>>,
    /// Whether it was us who set it to end, because the app was uninstalled.
    pub is_ended_by_us: bool,
    /// How many times somebody was led to the checkout.
    pub checkout_attempt: u32,
    /// When somebody last was.
    pub checkout_at: Option<DateTime<Utc>>,
    /// How often Stripe gave no answer since it last gave one.
    pub failures: u32,
    /// When Stripe is asked next; `None` while it is not asked.
    pub next_at: Option<DateTime<Utc>>,
}

impl SubscriptionRecord {
    /// Returns that of a workspace on a plan of which Stripe knows nothing.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self {
            plan,
            free_since: None,
            customer: None,
            subscription: None,
            status: None,
            price: None,
            period_end: None,
            cancel_at: None,
            past_due_since: None,
            is_ended_by_us: false,
            checkout_attempt: 0,
            checkout_at: None,
            failures: 0,
            next_at: None,
        }
    }
}

/// A lease of a subscription, to ask Stripe how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionClaim {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The number of the lease; whoever comes with an older one has lost it.
    pub fence: i64,
    /// Since when it was due: where another instant stands there later, something was heard meanwhile.
    pub due_at: DateTime<Utc>,
}
