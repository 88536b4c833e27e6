//! Whether a plan has room for one more active rotation: one that is not deleted and does not rest without an end.

use super::plan_of;
use crate::AppError;
use domain::billing::Plan;
use domain::ids::RotationId;
use domain::refusal::Refusal;
use domain::story::billing::Refusal as Why;
use store::{RotationRecord, Tx};

/// Returns whether there is room for a rotation, beside the others.
pub(crate) async fn has_room(
    tx: &mut Tx,
    rotation: Option<RotationId>,
) -> Result<Result<(), Refusal>, AppError> {
    let entitlements = plan_of(tx).await?.entitlements();
    let Some(limit) = entitlements.active_rotations else { return Ok(Ok(())) };
    let rotations = tx.list_rotations().await?;
    let others = rotations.iter().filter(|it| is_active(it) && Some(it.id) != rotation).count();
    if entitlements.has_room(others) {
        return Ok(Ok(()));
    }
    Ok(Err(Why::NoRoom { limit }.into()))
}

/// Returns whether there is room for a rotation, as [`has_room`], and keeps others from taking it until the transaction ends.
pub(crate) async fn take_room(
    tx: &mut Tx,
    rotation: Option<RotationId>,
) -> Result<Result<(), Refusal>, AppError> {
    // Of two who look at the same time, the second sees what the first made.
    tx.lock_subscription().await?;
    has_room(tx, rotation).await
}

/// Returns the active rotations for which a plan has no room, the oldest first: the oldest of all keep theirs.
pub(super) fn beyond(rotations: &[RotationRecord], plan: Plan) -> Vec<RotationId> {
    let Some(limit) = plan.entitlements().active_rotations else { return Vec::new() };
    let mut active: Vec<&RotationRecord> = rotations.iter().filter(|it| is_active(it)).collect();
    active.sort_by_key(|rotation| (rotation.created_at, rotation.id));
    active.into_iter().skip(limit).map(|rotation| rotation.id).collect()
}

/// Returns whether a rotation takes a place: it is not deleted, and does not rest without an end.
pub(crate) fn is_active(rotation: &RotationRecord) -> bool {
    rotation.deleted_at.is_none() && rotation.rest.is_none_or(|rest| rest.end().is_some())
}
