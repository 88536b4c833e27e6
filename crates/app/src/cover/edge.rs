//! Where cover begins or ends within a turn the duty passes: those who stop, those who begin and the channel are told.

use crate::AppError;
use crate::duty;
use crate::home;
use crate::note;
use crate::serving::{LaidStretch, passings, serving_in};
use crate::snapshot::Snapshot;
use crate::walk::{Begun, end_duty, refresh_duty};
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::engine::Seating;
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use std::collections::BTreeSet;
use store::{RotationRecord, Store, TurnRecord, TurnState, Tx};

/// Lets the duty pass where cover begins or ends, if others serve from then on than those who were told.
///
/// Of several such instants that nobody looked at in time only the newest state is told.
///
/// # Errors
///
/// When the database cannot be reached; nothing is told then.
pub async fn edge(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else { return Ok(()) };
    // A handoff that is due tells of who serves after it.
    if record.next_handoff_at.is_some_and(|next| next <= now) {
        return Ok(());
    }
    let Some(laid) = LaidStretch::at(&mut tx, &record, now).await? else { return Ok(()) };
    let Some(turn) = tx.find_turn(rotation, laid.planned_at).await? else { return Ok(()) };
    let is_within = turn.planned_at < at && at <= now && at < turn.ends_at;
    if !is_within || laid.stretch.seating == Seating::Paused {
        return Ok(());
    }
    let told = last_told(&mut tx, &record, &turn).await?;
    // Who is told after the edge is told of what it made.
    let told = told.unwrap_or(at - TimeDelta::microseconds(1));
    if at <= told {
        return Ok(());
    }
    let before = serving_when(&mut tx, &record, told).await?;
    let after = serving_in(&laid, now);
    if is_same(&before, &after) {
        return Ok(());
    }
    let since = changed_since(&laid, &before, (told, now)).unwrap_or(at);
    let snapshot = Snapshot::load(&mut tx, record, now).await?;
    let passing = Passing { snapshot: &snapshot, laid: &laid, turn: &turn, since };
    pass(&mut tx, &passing, (&before, &after), now).await?;
    Ok(tx.commit().await?)
}

/// Lets the duty pass at once where cover began this very moment: the handoff tells the channel and those whom it concerns.
pub(crate) async fn begin(
    tx: &mut Tx,
    snapshot: &Snapshot,
    before: &[UserId],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(laid) = LaidStretch::at(tx, &snapshot.rotation, now).await? else { return Ok(()) };
    let turn = tx.find_turn(snapshot.rotation.id, laid.planned_at).await?;
    let Some(turn) = turn else { return Ok(()) };
    let after = serving_in(&laid, now);
    let passing = Passing { snapshot, laid: &laid, turn: &turn, since: now };
    pass(tx, &passing, (before, &after), now).await
}

/// A duty that passes in the middle of a turn because of cover.
struct Passing<'a> {
    snapshot: &'a Snapshot,
    /// What is left of the turn, with the cover.
    laid: &'a LaidStretch,
    turn: &'a TurnRecord,
    /// When it passes.
    since: DateTime<Utc>,
}

/// Tells those who stop, those who begin, and the channel; where duty time begins later on, then.
async fn pass(
    tx: &mut Tx,
    passing: &Passing<'_>,
    (before, after): (&[UserId], &[UserId]),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Passing { snapshot, laid, turn, since } = *passing;
    if is_same(before, after) {
        return Ok(());
    }
    let rotation = &*snapshot.rotation;
    let planned_at = turn.planned_at;
    for user in before.iter().filter(|user| !after.contains(user)) {
        end_duty(tx, rotation, planned_at, user, since, now).await?;
    }
    let Some(window) = Interval::new(planned_at, turn.ends_at) else { return Ok(()) };
    home::touch(tx, home::people_of(rotation), now).await?;
    if after.is_empty() {
        let open = Begun {
            turn: turn.number,
            window,
            active: laid.stretch.active.clone(),
            seats: Vec::new(),
            skipped: Vec::new(),
            state: TurnState::Served,
        };
        return crate::hand_over::ask_for_takers(tx, snapshot, &open, None, Some(since), now).await;
    }
    for user in after.iter().filter(|user| before.contains(user)) {
        refresh_duty(tx, (rotation.id, planned_at), user, now).await?;
    }
    let active = laid.stretch.active.as_slice();
    let next = active.iter().find(|window| now < window.end());
    let due = next.map_or(now, |window| window.start().max(now));
    let (id, missed_from, passed) = (rotation.id, None, Some(since));
    let post = TurnEffect::HandoffPost { rotation: id, planned_at, missed_from, since: passed };
    let channel = Recipient::Channel(rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(post, channel), due, now).await?;
    let begin: Vec<UserId> = after.iter().filter(|user| !before.contains(user)).cloned().collect();
    note::assign(tx, rotation, planned_at, &begin, now).await?;
    for user in &begin {
        let dm = TurnEffect::OnDutyDm {
            rotation: id,
            planned_at,
            missed_from,
            user: user.clone(),
            since: passed,
        };
        tx.insert_delivery(&Envelope::new(dm, Recipient::Person(user.clone())), due, now).await?;
        duty::schedule_check(tx, rotation, (window, active), user, passed, now).await?;
    }
    Ok(())
}

/// Returns when the channel was last told who serves in a turn.
async fn last_told(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &TurnRecord,
) -> Result<Option<DateTime<Utc>>, AppError> {
    let planned_at = turn.planned_at;
    let within = passings(tx, rotation.id, planned_at, turn.ends_at).await?;
    let mut last = None;
    for since in std::iter::once(None).chain(within.into_iter().map(Some)) {
        let (rotation_id, missed_from) = (rotation.id, None);
        let post =
            TurnEffect::HandoffPost { rotation: rotation_id, planned_at, missed_from, since };
        let post = Envelope::new(post, Recipient::Channel(rotation.channel.clone()));
        let found = tx.find_delivery(post.delivery_id(tx.workspace())).await?;
        last = last.max(found.map(|found| found.created_at));
    }
    Ok(last)
}

/// Returns who served at an instant, as was known then.
async fn serving_when(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let Some(mut laid) = LaidStretch::at(tx, rotation, at).await? else { return Ok(Vec::new()) };
    let mut layers = (*laid.layers).clone();
    layers.covers.retain(|cover| cover.created_at <= at);
    laid.layers = std::sync::Arc::new(layers);
    Ok(serving_in(&laid, at))
}

/// Returns the last instant between two at which others began to serve.
fn changed_since(
    laid: &LaidStretch,
    before: &[UserId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Option<DateTime<Utc>> {
    let covers = laid.layers.covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
    let edges: BTreeSet<DateTime<Utc>> =
        covers.filter(|edge| from < *edge && *edge <= to).collect();
    let mut who = before.to_vec();
    let mut since = None;
    for edge in edges {
        let serving = serving_in(laid, edge);
        if !is_same(&who, &serving) {
            who = serving;
            since = Some(edge);
        }
    }
    since
}

fn is_same(one: &[UserId], other: &[UserId]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}
