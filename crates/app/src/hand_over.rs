//! A handoff: the duty passes, be it on time or after three weeks of down time.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::create_rotation::NAMES_FIRST;
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::catch_up::{CatchUp, catch_up};
use domain::effect::{Effect, Envelope, Recipient};
use domain::engine::{SkipReason, Turn};
use domain::ids::{RotationId, WorkspaceId};
use domain::interval::Interval;
use serde_json::json;
use store::{Advance, RotationRecord, SkipCode, SkipRecord, Store, TurnRecord, TurnState, Tx};

/// The longest stretch over which a turn that nobody can serve is asked about again.
const ASKED_FOR: TimeDelta = TimeDelta::days(31);

/// Carries out what is due in one rotation: every handoff up to `now`, in one transaction.
///
/// Handoffs whose whole turn has passed are recorded as missed; the newest is announced and says what was missed.
/// Returns whether anything was due. It may run twice, late, or on several replicas at once: the rotation is locked,
/// and a turn is recorded once for its planned instant.
///
/// # Errors
///
/// When the database cannot be reached, or what is stored cannot be planned with; nothing is changed then.
pub async fn hand_over(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(false);
    };
    let Some(due_at) = record.next_handoff_at.filter(|at| *at <= now) else {
        return Ok(false);
    };
    let snapshot = Snapshot::load(&mut tx, record, due_at).await?;
    let due = catch_up(&snapshot.inputs(), &snapshot.order(), snapshot.rotation.next_turn, now);
    let Some(due) = due else {
        wait_for_the_grid(&mut tx, &snapshot, now).await?;
        tx.commit().await?;
        return Ok(false);
    };
    record_turns(&mut tx, &snapshot.rotation, &due, now).await?;
    say(&mut tx, &snapshot, &due, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Puts off a handoff that new zone data moved to later: the clocks of a country change by decree.
async fn wait_for_the_grid(
    tx: &mut Tx,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let RotationRecord { id, next_turn, last_turn, .. } = &snapshot.rotation;
    let starts_at = snapshot.grid().turn(*next_turn).map(Interval::start);
    let starts_at = starts_at.filter(|at| *at > now);
    let starts_at = starts_at.ok_or(AppError::Unplannable("its grid has no such handoff"))?;
    let advance = Advance {
        last_turn: last_turn.clone(),
        next_turn: *next_turn,
        next_handoff_at: Some(starts_at),
    };
    tx.record_advance(*id, &advance).await?;
    Ok(())
}

async fn record_turns(
    tx: &mut Tx,
    rotation: &RotationRecord,
    due: &CatchUp,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for turn in &due.missed {
        record_turn(tx, rotation, turn, TurnState::Missed, now).await?;
    }
    record_turn(tx, rotation, &due.current, TurnState::Served, now).await?;
    let advance = Advance {
        last_turn: due.order.last_turn.clone(),
        next_turn: due.next_index,
        next_handoff_at: due.next_handoff_at,
    };
    tx.record_advance(rotation.id, &advance).await?;
    Ok(())
}

async fn record_turn(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &Turn,
    state: TurnState,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let record = TurnRecord {
        rotation: rotation.id,
        planned_at: turn.window.start(),
        ends_at: turn.window.end(),
        number: turn.index,
        holder: turn.holder().cloned(),
        state,
        skips: turn.skipped.iter().filter_map(skip_record).collect(),
    };
    tx.insert_turn(&record).await?;
    let action = match state {
        TurnState::Served => "handoff",
        TurnState::Missed => "handoff_missed",
    };
    let entry = Entry {
        action,
        actor: None,
        rotation: Some(rotation.id),
        subject: turn.holder(),
        details: json!({"planned_at": record.planned_at, "turn": record.number}),
    };
    audit::record(tx, now, entry).await
}

/// Returns what is stored of a skip; nothing of somebody who serves this very turn.
fn skip_record(skip: &domain::engine::Skip) -> Option<SkipRecord> {
    let (reason, share, until) = match skip.reason {
        SkipReason::Away { share, until } => (SkipCode::Away, Some(share), until),
        SkipReason::Deactivated => (SkipCode::Deactivated, None, None),
        SkipReason::AlreadySeated => return None,
    };
    Some(SkipRecord { user: skip.member.clone(), reason, share, until })
}

async fn say(
    tx: &mut Tx,
    snapshot: &Snapshot,
    due: &CatchUp,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let rotation = snapshot.rotation.id;
    let planned_at = due.current.window.start();
    let missed_from = due.missed.first().map(|turn| turn.window.start());
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    let Some(user) = due.current.holder().cloned() else {
        return ask_for_takers(tx, snapshot, due, now).await;
    };
    // A rotation made in the middle of a turn hands over at once; that it exists is said first.
    let at = now.max(snapshot.rotation.created_at + NAMES_FIRST);
    let post = Effect::HandoffPost { rotation, planned_at, missed_from };
    tx.insert_delivery(&Envelope::new(post, channel), at, now).await?;
    let to = Recipient::Person(user.clone());
    let dm = Effect::OnDutyDm { rotation, planned_at, missed_from, user };
    tx.insert_delivery(&Envelope::new(dm, to), at, now).await?;
    Ok(())
}

/// Asks the channel at once and at the start of each later active day of the turn.
///
/// The later posts are made now and wait: one that finds the turn taken says nothing.
async fn ask_for_takers(
    tx: &mut Tx,
    snapshot: &Snapshot,
    due: &CatchUp,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let zone = &snapshot.rotation.rules.zone;
    let turn = &due.current;
    let mut instants = vec![now.max(snapshot.rotation.created_at + NAMES_FIRST)];
    let mut at = turn.window.start();
    while at < turn.window.end().min(turn.window.start() + ASKED_FOR) {
        let is_active = turn.active.iter().any(|window| window.contains(at));
        if is_active && zone.date_of(at) > zone.date_of(now) {
            instants.push(at);
        }
        let tomorrow = zone.local_of(at) + TimeDelta::days(1);
        at = zone.instant_of(tomorrow).max(at + TimeDelta::hours(1));
    }
    // What was missed is said once, by the first.
    let mut missed_from = due.missed.first().map(|turn| turn.window.start());
    for at in instants {
        let post = Effect::UnassignedPost {
            rotation: snapshot.rotation.id,
            planned_at: turn.window.start(),
            missed_from: missed_from.take(),
            day: zone.date_of(at),
        };
        let to = Recipient::Channel(snapshot.rotation.channel.clone());
        tx.insert_delivery(&Envelope::new(post, to), at, now).await?;
    }
    Ok(())
}
