//! A source says that something changed: it is asked soon, and not once for each time that it says so.

use super::sealed::Opened;
use crate::AppError;
use crate::billing;
use crate::token::{hash_of, workspace_of};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::WorkspaceId;
use domain::source::SourceCode;
use secrecy::SecretString;
use store::{AbsenceSourceRecord, InboxItem, Store};
use subtle::ConstantTimeEq;

/// How long is waited for more of the same before the source is asked.
const GATHERED: TimeDelta = TimeDelta::seconds(10);

/// The least time between two times that a source is asked since it poked us.
pub(super) const APART: TimeDelta = TimeDelta::minutes(1);

/// Returns the workspace to which the last part of an address belongs, and what its source signs with, if that is known.
///
/// `None` where nobody was given such an address.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn find_hook(
    store: &Store,
    source: &SourceCode,
    token: &str,
) -> Result<Option<(WorkspaceId, Option<SecretString>)>, AppError> {
    let Some(workspace) = workspace_of(token) else { return Ok(None) };
    let mut tx = store.read(workspace).await?;
    let Some(record) = tx.find_source(source).await? else { return Ok(None) };
    let hash = hash_of(token);
    let is_known = record.webhook_hash.is_some_and(|known| known.ct_eq(&hash[..]).into());
    if !is_known {
        return Ok(None);
    }
    let Some(opened) = tx.open_source(source).await? else { return Ok(None) };
    let secret = Opened::read(&opened)?.hook.and_then(|hook| hook.secret);
    Ok(Some((workspace, secret)))
}

/// Keeps for the worker that a source has said that something changed; `dedupe` names what it said.
///
/// # Errors
///
/// When the database cannot be reached; nothing is kept then.
pub async fn poke(
    store: &Store,
    workspace: WorkspaceId,
    source: &SourceCode,
    dedupe: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let item = InboxItem::SourcePoked { source: source.clone() };
    tx.insert_inbox(&item, &format!("poke:{source}:{dedupe}"), now).await?;
    Ok(tx.commit().await?)
}

/// Has a source asked soon that said that something changed, unless nobody asks it any more.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn poked(
    store: &Store,
    workspace: WorkspaceId,
    source: &SourceCode,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    if !billing::allows_sources(&mut tx).await? {
        return Ok(());
    }
    let Some(mut record) = tx.lock_source(source).await? else { return Ok(()) };
    // Whoever is kept out, or was told to wait, is not let in by a poke.
    let Some(next_at) = record.next_at.filter(|_| record.status.fault.is_none()) else {
        return Ok(());
    };
    record.status.poked_at = Some(now);
    record.next_at = Some(next_at.min(soonest(&record, now)));
    tx.record_source(&record).await?;
    Ok(tx.commit().await?)
}

/// Returns when a source that poked us is asked at the soonest.
fn soonest(record: &AbsenceSourceRecord, now: DateTime<Utc>) -> DateTime<Utc> {
    let apart = record.status.asked_at.map_or(now, |asked| asked + APART);
    (now + GATHERED).max(apart)
}
