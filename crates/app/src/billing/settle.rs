//! One rotation follows the plan: it stops after its shift, or goes on.

use super::room;
use crate::AppError;
use crate::audit::{self, Entry};
use crate::snapshot::Snapshot;
use crate::walk::{Edit, apply};
use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::change::Pause;
use domain::effect::{BillingEffect, Envelope, Recipient};
use domain::ids::{RotationId, WorkspaceId};
use domain::settings::Rest;
use domain::timeline::Mode;
use serde_json::json;
use store::{Store, Tx};

/// Looks whether a rotation stops or goes on by the plan as it is now; done twice it changes nothing.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn settle(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else { return Ok(()) };
    // Whoever changes the plan meanwhile waits, and then sees what was stopped.
    let plan = tx.lock_subscription().await?.map_or_else(Plan::default, |record| record.plan);
    let is_stopped = record.rest.is_some_and(|rest| rest.by_plan);
    let is_beyond = room::beyond(&tx.list_rotations().await?, plan).contains(&rotation);
    let has_limit = plan.entitlements().active_rotations.is_some();
    let snapshot = Snapshot::load(&mut tx, record, now).await?;
    if is_beyond && !is_stopped {
        stop(&mut tx, &snapshot, now).await?;
    } else if is_stopped && !has_limit {
        go_on(&mut tx, &snapshot, now).await?;
    } else {
        return Ok(());
    }
    Ok(tx.commit().await?)
}

/// Lets a locked rotation rest from the handoff on that ends its turn; one that rests already rests on.
async fn stop(tx: &mut Tx, snapshot: &Snapshot, now: DateTime<Utc>) -> Result<(), AppError> {
    let is_resting = snapshot.position(now).mode() == Mode::Paused;
    let known = snapshot.rotation.rest.filter(|_| is_resting);
    let rest = Rest {
        since: known.map_or(now, |rest| rest.since),
        until: known.and_then(|rest| rest.until),
        by_plan: true,
    };
    let pauses = match known {
        Some(_) => vec![Pause { start: rest.since, end: None, start_now: false }],
        None => snapshot.pauses(),
    };
    let edit = Edit { changes: Vec::new(), pauses: Some(pauses), rest: Some(rest) };
    apply(tx, snapshot, &edit, now).await?;
    let rotation = snapshot.rotation.id;
    let effect = BillingEffect::RotationStops { rotation, decided_at: now };
    tell(tx, snapshot, effect, now).await?;
    record(tx, rotation, "rotation_stopped_by_plan", now).await
}

/// Ends the rest that the plan made: at once with the next person, unless people wanted a longer one.
async fn go_on(tx: &mut Tx, snapshot: &Snapshot, now: DateTime<Utc>) -> Result<(), AppError> {
    let Some(rest) = snapshot.rotation.rest else { return Ok(()) };
    let rotation = snapshot.rotation.id;
    if snapshot.position(now).mode() == Mode::Paused {
        let wanted = rest.until.filter(|until| now < *until);
        match wanted {
            Some(_) => rest_on(tx, snapshot, Rest { by_plan: false, ..rest }, now).await?,
            None => start(tx, snapshot, true, now).await?,
        }
    } else {
        // It has not stopped, so nothing happens to it.
        let edit = Edit { changes: Vec::new(), pauses: Some(Vec::new()), rest: None };
        apply(tx, snapshot, &edit, now).await?;
    }
    let effect = BillingEffect::RotationGoesOn { rotation, decided_at: now };
    tell(tx, snapshot, effect, now).await?;
    record(tx, rotation, "rotation_goes_on_by_plan", now).await
}

/// Lets it rest as long as people said.
async fn rest_on(
    tx: &mut Tx,
    snapshot: &Snapshot,
    rest: Rest,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let pause = Pause { start: resting_since(snapshot, now), end: rest.until, start_now: false };
    let edit = Edit { changes: Vec::new(), pauses: Some(vec![pause]), rest: Some(rest) };
    apply(tx, snapshot, &edit, now).await
}

/// Ends the rest of a rotation that has stopped: where `at_once` and its turn has time left, with the next person now;
/// otherwise with its next handoff. Returns which it was.
pub(crate) async fn start(
    tx: &mut Tx,
    snapshot: &Snapshot,
    at_once: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    // What is over needs nobody: then the next handoff begins.
    let position = snapshot.position(now);
    let has_time_left = position
        .current()
        .is_some_and(|turn| turn.stretch.active.iter().any(|window| now < window.end()));
    let start_now = at_once && has_time_left;
    let pause = Pause { start: resting_since(snapshot, now), end: Some(now), start_now };
    let edit = Edit { changes: Vec::new(), pauses: Some(vec![pause]), rest: None };
    apply(tx, snapshot, &edit, now).await
}

/// Returns an instant within the rest, for a walk: where the handoff that stops it was not carried out, it is walked to
/// before anything ends.
fn resting_since(snapshot: &Snapshot, now: DateTime<Utc>) -> DateTime<Utc> {
    let stored = snapshot.pauses().first().map(|pause| pause.start);
    stored.unwrap_or(now)
}

async fn tell(
    tx: &mut Tx,
    snapshot: &Snapshot,
    effect: BillingEffect,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, channel), now, now).await?;
    Ok(())
}

async fn record(
    tx: &mut Tx,
    rotation: RotationId,
    action: &'static str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let details = json!({});
    let entry = Entry { action, actor: None, rotation: Some(rotation), subject: None, details };
    audit::record(tx, now, entry).await
}
