//! What admins see of what their workspace pays.

use super::checkout::is_live;
use crate::AppError;
use crate::billing::is_active;
use domain::billing::{PAST_DUE_GRACE, Plan};
use domain::story::checkout::State;
use store::{RotationRecord, Tx};

/// Returns where a workspace's plan stands; `None` where nobody pays anything.
pub(crate) async fn state(
    tx: &mut Tx,
    rotations: &[RotationRecord],
) -> Result<Option<State>, AppError> {
    let Some(record) = tx.find_subscription().await? else { return Ok(None) };
    if record.plan == Plan::Pro && record.customer.is_none() {
        return Ok(None);
    }
    let is_paid = is_live(&record);
    Ok(Some(State {
        plan: record.plan,
        active_rotations: rotations.iter().filter(|rotation| is_active(rotation)).count(),
        is_paid,
        has_customer: record.customer.is_some(),
        period_end: record.period_end.filter(|_| is_paid),
        ends_at: record.cancel_at.filter(|_| is_paid),
        past_due_until: record
            .past_due_since
            .filter(|_| record.plan == Plan::Pro)
            .map(|since| since + PAST_DUE_GRACE),
    }))
}
