//! The plan of a workspace and its subscription.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::{SubscriptionClaim, SubscriptionRecord};
use chrono::{DateTime, Utc};

impl Tx {
    /// Returns the plan and the subscription; `None` where nobody bills, so that everything is allowed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_subscription(&mut self) -> Result<Option<SubscriptionRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, subscriptions::find_subscription(workspace))
    }

    /// Returns the plan and the subscription, and holds them against other writers until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_subscription(&mut self) -> Result<Option<SubscriptionRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, subscriptions::lock_subscription(workspace))
    }

    /// Returns the plan and the subscription and holds them, as [`Tx::lock_subscription`], where the lease is not lost;
    /// with a lost one nothing of what Stripe said may be stored.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_claimed_subscription(
        &mut self,
        claim: &SubscriptionClaim,
    ) -> Result<Option<SubscriptionRecord>, StoreError> {
        let workspace = self.workspace;
        if claim.workspace != workspace {
            return Ok(None);
        }
        run!(self, subscriptions::lock_claimed_subscription(workspace, claim.fence))
    }

    /// Stores the plan and the subscription: all but the lease.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn upsert_subscription(
        &mut self,
        record: &SubscriptionRecord,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        run_touching!(self, subscriptions::upsert_subscription(workspace, record))
    }

    /// Keeps a lease until an instant; returns whether it was not lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn extend_subscription(
        &mut self,
        claim: &SubscriptionClaim,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        if claim.workspace != workspace {
            return Ok(false);
        }
        run!(self, subscriptions::extend_subscription(workspace, claim.fence, until))
    }

    /// Gives a lease back; returns whether it was not lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_subscription(
        &mut self,
        claim: &SubscriptionClaim,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        if claim.workspace != workspace {
            return Ok(false);
        }
        run!(self, subscriptions::release_subscription(workspace, claim.fence))
    }

    /// Has Stripe asked from an instant on, and takes the lease from whoever is asking it now: what they were told may be old.
    ///
    /// Returns whether there is a subscription to ask about.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn ask_about_subscription(&mut self, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        run!(self, subscriptions::ask_about_subscription(workspace, at))
    }

    /// Records that an event of Stripe's was received; returns false where it was before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_billing_event(
        &mut self,
        event: &str,
        received_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, subscriptions::insert_billing_event(workspace, event, received_at))
    }

    /// Forgets the events of Stripe's that were received before an instant; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_billing_events_before(
        &mut self,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, subscriptions::delete_billing_events(workspace, before))
    }
}
