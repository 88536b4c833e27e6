//! Which rotation was meant by what was typed.

use crate::lookup;
use crate::{AppError, Request};
use domain::ids::RotationId;
use domain::refusal::Refusal;
use store::Store;

/// Returns the rotation named; without a name the only one of the channel, else the only one there is.
///
/// # Errors
///
/// When the database cannot be reached; the inner refusal says why none is meant.
pub async fn named(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Result<RotationId, Refusal>, AppError> {
    let rotations = store.read(request.workspace).await?.list_rotations().await?;
    let found = lookup::one(rotations, name, request.channel.as_ref());
    Ok(found.map(|rotation| rotation.id))
}

/// Returns the deleted rotation named; without a name the only one that is deleted.
///
/// # Errors
///
/// When the database cannot be reached; the inner refusal says why none is meant.
pub async fn deleted_named(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Result<RotationId, Refusal>, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let mut rotations = tx.list_deleted_rotations().await?;
    let is_kept = |at| request.now < at + super::UNDO;
    rotations.retain(|rotation| rotation.deleted_at.is_some_and(is_kept));
    let found = lookup::deleted(rotations, name).map(|rotation| rotation.id);
    if let (Err(refusal), Some(name)) = (&found, name) {
        // Who asks for one that is there is told so.
        let live = lookup::one(tx.list_rotations().await?, Some(name), None);
        let is_there = live.ok().map(|rotation| {
            Refusal::Lifecycle(domain::story::lifecycle::Refusal::NotDeleted {
                name: rotation.name,
            })
        });
        return Ok(Err(is_there.unwrap_or_else(|| refusal.clone())));
    }
    Ok(found)
}
