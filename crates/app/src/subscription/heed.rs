//! Something may be otherwise with a subscription: it is asked about, soon and once.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use store::{Store, Tx};

/// Keeps that something happened to a customer's subscription, once for each event; returns whether there is anything new
/// to ask about.
///
/// A customer whom nobody knows is somebody else's: one account of Stripe may serve more than us.
///
/// # Errors
///
/// When the database cannot be reached; nothing is kept then.
pub async fn heed(
    store: &Store,
    customer: &str,
    event: &str,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let Some(workspace) = store.system().find_workspace_of_customer(customer).await? else {
        return Ok(false);
    };
    let mut tx = store.write(workspace).await?;
    let is_new = tx.insert_billing_event(event, now).await?;
    if is_new {
        tx.ask_about_subscription(now).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}

/// Has a workspace's subscription asked about now, where it ever had anything to do with one.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn ask_now(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    ask(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Has the subscription asked about, in the transaction of what makes that needed.
pub(crate) async fn ask(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), AppError> {
    if tx.find_subscription().await?.is_some_and(|record| record.customer.is_some()) {
        tx.ask_about_subscription(now).await?;
    }
    Ok(())
}

/// Returns whether a checkout is one that this workspace began: its reference is checked on the way back, so that nobody has
/// another workspace asked about, or is thanked for what somebody else paid.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn workspace_of_checkout(
    store: &Store,
    customer: Option<&str>,
    reference: Option<&str>,
) -> Result<Option<WorkspaceId>, AppError> {
    let (Some(customer), Some(reference)) = (customer, reference) else { return Ok(None) };
    let found = store.system().find_workspace_of_customer(customer).await?;
    Ok(found.filter(|workspace| workspace.to_string() == reference))
}
