//! Admins pay for a plan, or look at what they pay: what has to be known before Stripe is asked, and what is kept after it.
//!
//! Nothing here reaches the network, and no link comes into this room.

use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::{Plan, SubscriptionStatus};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::story::checkout::Reply;
use store::{Store, SubscriptionRecord, Tx};

/// For how long the same intent gets the same checkout: Stripe keeps an idempotency key and a checkout for a day.
const SAME_INTENT: TimeDelta = TimeDelta::hours(23);

/// Somebody wants to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Stripe's id of the customer, where there is one.
    pub customer: Option<String>,
    /// Which attempt it is: the same for as long as it is the same intent.
    pub attempt: u32,
}

/// What came of wanting to pay.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun<T> {
    /// Stripe is asked with this.
    Go(T),
    /// There is no need, or no right.
    Instead(Instead),
}

/// What is said instead.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    /// Of this story.
    Reply(Reply),
    /// They may not.
    Refused(Refusal),
}

/// Begins a checkout; `is_anew` where the one of this intent turned out to be of no use.
///
/// Whoever comes again within a day, or somebody else of the same workspace, gets the same one, so nobody pays twice.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn begin_checkout(
    store: &Store,
    request: &Request,
    is_anew: bool,
) -> Result<Begun<Intent>, AppError> {
    let now = request.now;
    let mut tx = store.write(request.workspace).await?;
    if let Err(refusal) = admin(&mut tx, request).await? {
        return Ok(Begun::Instead(Instead::Refused(refusal)));
    }
    let Some(mut record) = tx.lock_subscription().await? else {
        return Ok(Begun::Instead(Instead::Reply(Reply::NotHere)));
    };
    if is_live(&record) {
        return Ok(Begun::Instead(Instead::Reply(Reply::PaidAlready)));
    }
    let is_over = record.checkout_at.is_none_or(|at| at + SAME_INTENT <= now);
    if is_over || is_anew {
        record.checkout_attempt = record.checkout_attempt.saturating_add(1);
        record.checkout_at = Some(now);
        tx.upsert_subscription(&record).await?;
    }
    let intent = Intent { customer: record.customer, attempt: record.checkout_attempt };
    tx.commit().await?;
    Ok(Begun::Go(intent))
}

/// Keeps the customer that was made for a workspace, unless there is one by now; returns the one that counts.
///
/// # Errors
///
/// When the database cannot be reached; nothing is kept then.
pub async fn keep_customer(
    store: &Store,
    request: &Request,
    customer: &str,
) -> Result<Option<String>, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let Some(mut record) = tx.lock_subscription().await? else { return Ok(None) };
    if record.customer.is_none() {
        record.customer = Some(customer.to_owned());
        // A checkout that is paid without anybody telling us is found by asking.
        record.next_at = Some(tomorrow(request.now));
        tx.upsert_subscription(&record).await?;
    }
    tx.commit().await?;
    Ok(record.customer)
}

/// Forgets a customer whom Stripe does not know any more, so that another is made.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn forget_customer(
    store: &Store,
    request: &Request,
    customer: &str,
) -> Result<(), AppError> {
    let mut tx = store.write(request.workspace).await?;
    let Some(mut record) = tx.lock_subscription().await? else { return Ok(()) };
    if record.customer.as_deref() == Some(customer) {
        record.customer = None;
        tx.upsert_subscription(&record).await?;
    }
    Ok(tx.commit().await?)
}

/// Returns the customer whose portal an admin may open.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn begin_portal(store: &Store, request: &Request) -> Result<Begun<String>, AppError> {
    let mut tx = store.read(request.workspace).await?;
    if let Err(refusal) = admin(&mut tx, request).await? {
        return Ok(Begun::Instead(Instead::Refused(refusal)));
    }
    let record = tx.find_subscription().await?;
    Ok(match record.and_then(|record| record.customer) {
        Some(customer) => Begun::Go(customer),
        None => Begun::Instead(Instead::Reply(Reply::NothingToManage)),
    })
}

/// Returns whether something is paid, or still tried to be.
pub(super) fn is_live(record: &SubscriptionRecord) -> bool {
    record.status.as_ref().is_some_and(SubscriptionStatus::is_charged) || is_kept(record)
}

/// Returns whether nobody knows what became of the subscription, and the plan is as it was.
fn is_kept(record: &SubscriptionRecord) -> bool {
    record.plan == Plan::Pro && matches!(record.status, Some(SubscriptionStatus::Unknown(_)))
}

fn tomorrow(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(1)
}

async fn admin(tx: &mut Tx, request: &Request) -> Result<Result<(), Refusal>, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    Ok(may(&people.actor(&request.actor), Act::Administer))
}
