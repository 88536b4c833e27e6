//! Whether the turns of a swap are still those of its people, and what becomes of it when the earlier one begins.

use super::tell;
use super::turns::Turns;
use crate::AppError;
use crate::audit::{self, Entry};
use crate::home;
use crate::snapshot::Snapshot;
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, SwapId, UserId, WorkspaceId};
use domain::story::swap::Standing;
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, SwapRecord, SwapState, Tx};

/// Looks at the swaps of a rotation whose turns may be others' now.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn check(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else { return Ok(()) };
    let snapshot = Snapshot::load(&mut tx, record, now).await?;
    void(&mut tx, &snapshot, now).await?;
    Ok(tx.commit().await?)
}

/// Ends a swap that nobody agreed to in time, and takes the buttons from one that stands.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn begins(
    store: &Store,
    workspace: WorkspaceId,
    swap: SwapId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(found) = tx.find_swap(swap).await? else { return Ok(()) };
    let Some(record) = tx.lock_rotation(found.rotation).await? else { return Ok(()) };
    let Some(mut swap) = tx.find_swap(swap).await? else { return Ok(()) };
    let standing = match swap.state {
        SwapState::Asked => {
            close(&mut tx, &mut swap, SwapState::Expired, now).await?;
            Standing::Expired
        }
        SwapState::Agreed => Standing::Begun,
        _ => return Ok(()),
    };
    tell::standing(&mut tx, &record, &swap, (standing, None), false, now).await?;
    home::touch(&mut tx, home::people_of(&record), now).await?;
    Ok(tx.commit().await?)
}

/// Looks at the swaps of a locked rotation that was walked or changed, as it stands now.
pub(crate) async fn look_at(
    tx: &mut Tx,
    before: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if before.layers.live_swaps().next().is_none() {
        return Ok(());
    }
    let Some(record) = tx.find_any_rotation(before.rotation.id).await? else { return Ok(()) };
    let snapshot = Snapshot::load(tx, record, now).await?;
    void(tx, &snapshot, now).await
}

/// Lets the swaps of a rotation be looked at, where there are any: somebody's absence may have moved its turns.
pub(crate) async fn look_again(
    tx: &mut Tx,
    rotation: RotationId,
    cause: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let live = tx.list_swaps_since(now).await?;
    if live.iter().any(|swap| swap.rotation == rotation) {
        let item = InboxItem::CheckSwaps { rotation };
        tx.insert_inbox(&item, &format!("swaps:{rotation}:{cause}"), now).await?;
    }
    Ok(())
}

/// Ends the swaps of somebody who takes no turns any more.
pub(crate) async fn leave(tx: &mut Tx, user: &UserId, now: DateTime<Utc>) -> Result<(), AppError> {
    for swap in tx.list_swaps_since(now).await? {
        if swap.a.user != *user && swap.b.user != *user {
            continue;
        }
        let Some(record) = tx.lock_rotation(swap.rotation).await? else { continue };
        if end(tx, &record, swap, now).await? {
            home::touch(tx, home::people_of(&record), now).await?;
        }
    }
    Ok(())
}

/// Ends the swaps of which a turn is no longer theirs.
async fn void(tx: &mut Tx, snapshot: &Snapshot, now: DateTime<Utc>) -> Result<(), AppError> {
    let turns = Turns::of(snapshot, now);
    let mut touched = false;
    for swap in snapshot.layers.live_swaps() {
        if [&swap.a, &swap.b].into_iter().all(|side| turns.is_theirs(side, now)) {
            continue;
        }
        touched |= end(tx, &snapshot.rotation, swap.clone(), now).await?;
    }
    if touched {
        home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    }
    Ok(())
}

/// Ends a swap as far as it is not over, and tells those whom it concerns; returns whether there was something to be ended.
async fn end(
    tx: &mut Tx,
    rotation: &RotationRecord,
    mut swap: SwapRecord,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let was_agreed = swap.state == SwapState::Agreed;
    let [earlier, later] = swap.turns();
    let standing = if now < earlier {
        close(tx, &mut swap, SwapState::Void, now).await?;
        Standing::Void
    } else if was_agreed && now < later && swap.closed_at.is_none() {
        // What was served stays so; only the later turn is not swapped any more.
        close(tx, &mut swap, SwapState::Agreed, now).await?;
        Standing::Cut
    } else {
        // It is over in a moment, when its time is up, or it is over already.
        return Ok(false);
    };
    tell::standing(tx, rotation, &swap, (standing, None), was_agreed, now).await?;
    Ok(true)
}

async fn close(
    tx: &mut Tx,
    swap: &mut SwapRecord,
    state: SwapState,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    swap.state = state;
    swap.closed_at = Some(now);
    tx.update_swap(swap).await?;
    let action = if state == SwapState::Expired { "swap_expired" } else { "swap_void" };
    let entry = Entry {
        action,
        actor: None,
        rotation: Some(swap.rotation),
        subject: Some(&swap.b.user),
        details: json!({"swap": swap.id, "turns": swap.turns()}),
    };
    audit::record(tx, now, entry).await
}
