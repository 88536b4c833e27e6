//! A person is erased: taken out of whatever is still to come, and replaced by a pseudonym in whatever was.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::{cover, life, swap};
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, UserId, WorkspaceId};
use serde_json::json;
use std::collections::BTreeSet;
use store::{RotationRecord, Store, Tx};

/// Erases a person from a workspace, and returns how much named them: nought when nothing does any more.
///
/// They leave every rotation, whose coming turns are planned again; nobody counts on them for cover or a swap; the managers
/// learn that somebody was erased, and not who. All of that is one transaction with the erasure itself, so nothing is ever
/// told with their name. Called again, it goes on where it was interrupted, and erases what was written meanwhile.
///
/// # Errors
///
/// When the database cannot be reached; it is to be called again then.
pub async fn erase(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<u64, AppError> {
    let mut tx = store.write_at_length(workspace).await?;
    let pseudonym = tx.pseudonym_of(user);
    hold_rotations(&mut tx).await?;
    // Whoever added them at this very moment has added the pseudonym.
    for user in [user, &pseudonym] {
        life::take_out_erased(&mut tx, user, now).await?;
        cover::leave(&mut tx, user, now).await?;
        swap::leave(&mut tx, user, now).await?;
        no_longer_manages(&mut tx, user).await?;
    }
    let mut count = tx.erase_person(user).await?;
    if 0 < count {
        let (subject, details) = (Some(&pseudonym), json!({}));
        let entry =
            Entry { action: "person_erased", actor: None, rotation: None, subject, details };
        audit::record(&mut tx, now, entry).await?;
    }
    tx.commit().await?;
    count += store.erase_from_answered(workspace, user).await?;
    count += store.erase_from_audit(workspace, user, &pseudonym).await?;
    Ok(count)
}

/// Returns whether anything that is stored of a workspace names somebody.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_named(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
) -> Result<bool, AppError> {
    let mentioned = store.read(workspace).await?.list_mentioned().await?;
    Ok(mentioned.contains(user.as_str()))
}

/// Holds all rotations, those that are deleted too: always in the same order, so that nobody waits in a ring.
async fn hold_rotations(tx: &mut Tx) -> Result<(), AppError> {
    let rotations = all_rotations(tx).await?;
    let ids: BTreeSet<RotationId> = rotations.iter().map(|rotation| rotation.id).collect();
    for id in ids {
        tx.lock_any_rotation(id).await?;
    }
    Ok(())
}

async fn all_rotations(tx: &mut Tx) -> Result<Vec<RotationRecord>, AppError> {
    let mut rotations = tx.list_rotations().await?;
    rotations.extend(tx.list_deleted_rotations().await?);
    Ok(rotations)
}

/// Takes somebody from the managers of every rotation; that they made one is history.
async fn no_longer_manages(tx: &mut Tx, user: &UserId) -> Result<(), AppError> {
    let mut rotations = all_rotations(tx).await?;
    rotations.retain(|rotation| rotation.settings.managers.contains(user));
    for RotationRecord { id, channel, mut settings, channel_fault, .. } in rotations {
        settings.managers.retain(|manager| manager != user);
        tx.record_rotation_settings(id, &channel, &settings).await?;
        // Nothing was learnt of the channel.
        tx.record_channel_fault(id, channel_fault).await?;
    }
    Ok(())
}
