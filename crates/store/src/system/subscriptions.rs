//! Which subscriptions are due to be asked about, and which workspaces are on which plan.

use super::System;
use crate::error::StoreError;
use crate::records::SubscriptionClaim;
use crate::tx::run;
use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::ids::WorkspaceId;

impl System {
    /// Leases up to `limit` subscriptions that are due, until `lease_until`, the longest due first, those of workspaces without
    /// an installation too. A lease that ran out is given to the next who asks.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_subscriptions(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<SubscriptionClaim>, StoreError> {
        let mut tx = self.store.write_unscoped().await?;
        let claims =
            run!(&mut tx, subscriptions::claim_subscriptions(worker, now, lease_until, limit))?;
        tx.commit().await?;
        Ok(claims)
    }

    /// Returns when a subscription can next be claimed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn earliest_subscription_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, subscriptions::earliest_subscription_at())
    }

    /// Gives back the subscriptions that an earlier life of this replica was asking about, on SQLite all of them; returns how
    /// many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_subscription_leases(&self, replica: &str) -> Result<u64, StoreError> {
        let owner = self.store.is_shared().then_some(replica);
        let mut tx = self.store.write_unscoped().await?;
        let count = run!(&mut tx, subscriptions::release_subscriptions(owner))?;
        tx.commit().await?;
        Ok(count)
    }

    /// Returns the workspace that has a customer of Stripe's; `None` where none or more than one has.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_workspace_of_customer(
        &self,
        customer: &str,
    ) -> Result<Option<WorkspaceId>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, subscriptions::find_workspace_of_customer(customer))
    }

    /// Returns up to `limit` workspaces of which no plan is stored, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_unsubscribed(&self, limit: u32) -> Result<Vec<WorkspaceId>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, subscriptions::list_unsubscribed(limit))
    }

    /// Returns the workspaces of which a plan is stored that is this one, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_on_plan(&self, plan: Plan) -> Result<Vec<WorkspaceId>, StoreError> {
        let mut tx = self.store.read_unscoped().await?;
        run!(&mut tx, subscriptions::list_on_plan(plan))
    }
}
