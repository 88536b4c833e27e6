//! What has served its time in a workspace is deleted, or kept with less in it.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::billing::{EVENTS_KEPT, Plan};
use domain::ids::WorkspaceId;
use domain::retention::{
    ABSENCES_KEPT, NOTICES_KEPT, SAID_KEPT, SENT_KEPT, UNSENT_KEPT, turns_kept_since,
};
use serde_json::Value;
use store::Store;

/// How many deliveries leave the outbox in one transaction.
const MOVED_AT_ONCE: u32 = 200;

/// What was done, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Deliveries that left the outbox.
    pub moved: u64,
    /// Deliveries that nobody needs to know of any more.
    pub forgotten: u64,
    /// Absences.
    pub absences: u64,
    /// Turns, and what belonged to them.
    pub turns: u64,
    /// Turns that do not say any more why somebody was passed over.
    pub slimmed: u64,
    /// Events of the audit log.
    pub events: u64,
    /// Notices to the admins.
    pub notices: u64,
    /// Links to archives that are over.
    pub links: u64,
    /// Ids of events of Stripe's.
    pub billing_events: u64,
}

/// Retires what has served its time in a workspace, the event log as its plan says; called again, it goes on.
///
/// # Errors
///
/// When the database cannot be reached; what was done until then stays done.
pub async fn retire(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Retired, AppError> {
    let mut retired = Retired::default();
    loop {
        let mut tx = store.write(workspace).await?;
        let moved = tx.move_said(now - SENT_KEPT, now - UNSENT_KEPT, MOVED_AT_ONCE).await?;
        tx.commit().await?;
        retired.moved += moved;
        if moved < u64::from(MOVED_AT_ONCE) {
            break;
        }
    }
    let mut tx = store.write_at_length(workspace).await?;
    let subscription = tx.find_subscription().await?;
    let plan = subscription.as_ref().map_or_else(Plan::default, |record| record.plan);
    let fell_at = subscription.and_then(|record| record.free_since);
    let events_since = plan.entitlements().events_kept_since(fell_at, now);
    retired.billing_events = tx.delete_billing_events_before(now - EVENTS_KEPT).await?;
    retired.forgotten = tx.delete_said_before(now - SAID_KEPT).await?;
    // What a turn was planned with that runs, or that is overdue, is needed as long as it is.
    let planned_since = tx.find_planned_since(now).await?.map_or(now, |since| since.min(now));
    retired.absences = tx.delete_absences_before(planned_since - ABSENCES_KEPT).await?;
    retired.turns = tx.delete_turns_before(turns_kept_since(now)).await?;
    retired.links = tx.delete_export_links_before(now).await?;
    retired.notices = tx.delete_notices_before(now - NOTICES_KEPT).await?;
    for (rotation, planned_at, mut skips) in tx.list_turns_with_skips(events_since).await? {
        if slim(&mut skips) {
            tx.record_skips((rotation, planned_at), &skips).await?;
            retired.slimmed += 1;
        }
    }
    tx.commit().await?;
    retired.events = store.prune_audit(workspace, events_since).await?;
    Ok(retired)
}

/// Leaves of those who were passed over only who they were; returns false where there was nothing else.
fn slim(skips: &mut Value) -> bool {
    let mut is_slimmed = false;
    for skip in skips.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let before = skip.len();
        skip.retain(|name, _| name == "user");
        is_slimmed |= skip.len() < before;
    }
    is_slimmed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_was_passed_over_stays_and_nothing_else() {
        let mut skips = json!([{"user": "UBEN", "reason": "away", "share": 0.5}, {"user": "UCHO"}]);

        assert!(slim(&mut skips));
        assert_eq!(skips, json!([{"user": "UBEN"}, {"user": "UCHO"}]));
        assert!(!slim(&mut skips));
    }
}
