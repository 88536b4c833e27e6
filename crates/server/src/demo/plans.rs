//! A workspace's plan without Stripe.

use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::ids::WorkspaceId;
use store::Store;

/// Puts a workspace on a plan; what stops or comes back waits in the inbox, and what is said of it in the outbox.
///
/// # Errors
///
/// What is wrong, in words.
pub async fn set_plan(
    store: &Store,
    workspace: WorkspaceId,
    plan: Plan,
    now: DateTime<Utc>,
) -> Result<(), String> {
    app::billing::set_plan(store, workspace, plan, now).await.map_err(|fault| fault.to_string())
}
