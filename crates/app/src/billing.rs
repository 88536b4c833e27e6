//! What a workspace's plan allows, and what follows when it changes.
//!
//! Nothing here asks Stripe: what a plan is comes from the row that is stored, and without one everything is allowed.

mod admins;
mod room;
mod settle;
mod sources;
pub(crate) mod told;

pub(crate) use admins::tell_admins;
pub(crate) use room::{has_room, is_active, take_room};
pub use settle::settle;
pub(crate) use sources::{allows_sources, no_sources, no_sources_from_now};

use crate::AppError;
use crate::audit::{self, Entry};
use crate::home;
use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::effect::BillingEffect;
use domain::ids::{RotationId, WorkspaceId};
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, SubscriptionRecord, Tx};

/// The most rotations that are named in one message.
pub(crate) const MOST_NAMED: usize = 20;

/// What stands in the place of a price where a plan was given and nobody pays.
const GIVEN: &str = "given";

/// Returns the plan of the workspace.
pub(crate) async fn plan_of(tx: &mut Tx) -> Result<Plan, AppError> {
    Ok(tx.find_subscription().await?.map_or_else(Plan::default, |record| record.plan))
}

/// Puts a workspace on another plan: what stops or comes back is queued, rotation by rotation, and told.
///
/// The caller holds the row (`lock_subscription`) and stores it after this, in the same transaction. Where it is on that
/// plan already, nothing is done.
pub(crate) async fn change_plan(
    tx: &mut Tx,
    record: &mut SubscriptionRecord,
    to: Plan,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let from = std::mem::replace(&mut record.plan, to);
    if from == to {
        return Ok(());
    }
    let is_fall = to < from;
    record.free_since = is_fall.then_some(now);
    let rotations = concerned(tx, to).await?;
    for rotation in &rotations {
        let item = InboxItem::PlanChanged { rotation: *rotation };
        let key = format!("plan:{rotation}:{}", store::new_id(now));
        tx.insert_inbox(&item, &key, now).await?;
    }
    sources::follow(tx, to, now).await?;
    let entry = Entry {
        action: "plan_changed",
        actor: None,
        rotation: None,
        subject: None,
        details: json!({"from": from.code(), "to": to.code(), "rotations": rotations.len()}),
    };
    audit::record(tx, now, entry).await?;
    let count = u32::try_from(rotations.len()).unwrap_or(u32::MAX);
    let rotations = rotations.into_iter().take(MOST_NAMED).collect();
    let effect = if is_fall {
        BillingEffect::ProEnded { changed_at: now, rotations, count }
    } else {
        BillingEffect::ProBegan { changed_at: now, rotations, count }
    };
    tell_admins(tx, &effect, now).await?;
    home::touch_everybody(tx, now).await
}

/// Puts a workspace on a plan, with all that follows from it, whatever Stripe says of it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn set_plan(
    store: &Store,
    workspace: WorkspaceId,
    to: Plan,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let record = tx.lock_subscription().await?;
    let mut record = record.unwrap_or_else(|| SubscriptionRecord::new(Plan::default()));
    change_plan(&mut tx, &mut record, to, now).await?;
    if record.customer.is_none() {
        record.price = (to == Plan::Pro).then(|| GIVEN.to_owned());
    }
    tx.upsert_subscription(&record).await?;
    Ok(tx.commit().await?)
}

/// Gives a workspace the plan that it has without Stripe's word: where the service bills, Free where nothing is stored or
/// nobody ever paid; where it does not, Pro, whatever is stored.
///
/// A workspace that had everything until then is told what stops.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn set_default(
    store: &Store,
    workspace: WorkspaceId,
    is_billed: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    if tx.find_workspace().await?.is_none() {
        return Ok(());
    }
    let record = match (tx.lock_subscription().await?, is_billed) {
        (None, true) if is_new(&mut tx).await? => SubscriptionRecord::new(Plan::Free),
        (None, true) => {
            let mut record = SubscriptionRecord::new(Plan::Pro);
            change_plan(&mut tx, &mut record, Plan::Free, now).await?;
            record
        }
        // What was paid for was never paid: it had everything while nobody billed.
        (Some(mut record), true) if is_unpaid(&record) => {
            change_plan(&mut tx, &mut record, Plan::Free, now).await?;
            record
        }
        // While nobody billed nobody asked.
        (Some(mut record), true) if record.customer.is_some() && record.next_at.is_none() => {
            record.next_at = Some(now);
            record
        }
        (Some(mut record), false) if record.plan != Plan::Pro => {
            change_plan(&mut tx, &mut record, Plan::Pro, now).await?;
            record.next_at = None;
            record
        }
        (_, _) => return Ok(()),
    };
    tx.upsert_subscription(&record).await?;
    Ok(tx.commit().await?)
}

/// Returns whether a workspace is on Pro although nobody ever paid and nobody gave it.
fn is_unpaid(record: &SubscriptionRecord) -> bool {
    record.plan == Plan::Pro && record.customer.is_none() && record.price.is_none()
}

/// Returns whether a workspace has nothing yet that a plan could stop.
async fn is_new(tx: &mut Tx) -> Result<bool, AppError> {
    let has_rotations = !tx.list_rotations().await?.is_empty();
    Ok(!has_rotations && tx.list_sources().await?.is_empty())
}

/// Returns the rotations that a change to a plan concerns, the oldest first: those for which there is no room, or those that
/// were stopped for that reason.
async fn concerned(tx: &mut Tx, to: Plan) -> Result<Vec<RotationId>, AppError> {
    let rotations = tx.list_rotations().await?;
    if to.entitlements().active_rotations.is_some() {
        return Ok(room::beyond(&rotations, to));
    }
    let mut stopped: Vec<&RotationRecord> =
        rotations.iter().filter(|it| it.rest.is_some_and(|rest| rest.by_plan)).collect();
    stopped.sort_by_key(|rotation| (rotation.created_at, rotation.id));
    Ok(stopped.into_iter().map(|rotation| rotation.id).collect())
}
