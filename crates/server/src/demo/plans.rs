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

/// Gives a workspace the plan that it has where nothing is heard from Stripe: where the service bills, and where it does not.
///
/// # Errors
///
/// What is wrong, in words.
pub async fn set_default_plan(
    store: &Store,
    workspace: WorkspaceId,
    is_billed: bool,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let set = app::billing::set_default(store, workspace, is_billed, now).await;
    set.map_err(|fault| fault.to_string())
}
