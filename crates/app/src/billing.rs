//! What a plan allows, and what a change of plan does.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::home;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::ids::{UserId, WorkspaceId};
use serde_json::json;
use std::collections::BTreeSet;
use store::{RotationRecord, Store, SubscriptionRecord, Tx};

/// The most admins who are told.
const MOST_ADMINS: u32 = 20;

/// Puts a workspace on another plan. Whoever calls it stores the record.
pub(crate) async fn change_plan(
    tx: &mut Tx,
    record: &mut SubscriptionRecord,
    to: Plan,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    record.free_since = (record.plan == Plan::Pro && to == Plan::Free).then_some(now);
    record.plan = to;
    let details = json!({"plan": to.code()});
    let action = "plan_changed";
    let entry = Entry { action, actor: None, rotation: None, subject: None, details };
    audit::record(tx, now, entry).await?;
    home::touch_admins(tx, now).await
}

/// Returns who is told of what a workspace pays: the admins who are known, and who installed the app.
pub(crate) async fn admins(tx: &mut Tx) -> Result<Vec<UserId>, AppError> {
    let mut users: BTreeSet<UserId> = tx.list_admins(MOST_ADMINS).await?.into_iter().collect();
    users.extend(tx.find_workspace().await?.map(|workspace| workspace.installer));
    let mut users: Vec<UserId> = users.into_iter().collect();
    let people = People::load(tx, &users).await?;
    users.retain(|user| people.is_present(user) && !people.is_bot(user));
    Ok(users)
}

/// Returns whether a rotation counts as active: it is not deleted, and does not rest without an end.
pub(crate) fn is_active(rotation: &RotationRecord) -> bool {
    let rests = rotation.rest.is_some_and(|rest| rest.until.is_none());
    rotation.deleted_at.is_none() && !rests
}

/// Gives a workspace the plan with which it begins where plans are paid, and everything where they are not.
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
    match (tx.lock_subscription().await?, is_billed) {
        (None, true) => tx.upsert_subscription(&SubscriptionRecord::new(Plan::Free)).await?,
        (Some(mut record), false) if record.plan == Plan::Free => {
            change_plan(&mut tx, &mut record, Plan::Pro, now).await?;
            tx.upsert_subscription(&record).await?;
        }
        _ => {}
    }
    Ok(tx.commit().await?)
}
