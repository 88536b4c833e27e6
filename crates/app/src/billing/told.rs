//! What is said of plans, composed at delivery.

use super::plan_of;
use crate::AppError;
use crate::deliver::Composed;
use crate::snapshot::Snapshot;
use chrono::{DateTime, Utc};
use domain::billing::{Plan, kept_after_fall};
use domain::effect::BillingEffect;
use domain::ids::RotationId;
use domain::message;
use domain::story::billing::{Affected, Ended, Message};
use domain::timeline::Mode;
use store::{RotationRecord, Tx};

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &BillingEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        BillingEffect::ProEnded { changed_at, rotations, count } => {
            ended(tx, *changed_at, (rotations, *count), now).await
        }
        BillingEffect::ProBegan { rotations, count, .. } => {
            began(tx, (rotations, *count), now).await
        }
        BillingEffect::RotationStops { rotation, .. } => {
            let Some(record) = tx.find_rotation(*rotation).await? else {
                return Ok(Composed::Nothing("rotation_gone"));
            };
            stops(tx, record, now).await
        }
        BillingEffect::RotationGoesOn { rotation, .. } => {
            let Some(record) = tx.find_rotation(*rotation).await? else {
                return Ok(Composed::Nothing("rotation_gone"));
            };
            goes_on(tx, record, now).await
        }
    }
}

async fn ended(
    tx: &mut Tx,
    changed_at: DateTime<Utc>,
    (rotations, count): (&[RotationId], u32),
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let subscription = tx.find_subscription().await?;
    let entitlements =
        subscription.as_ref().map_or_else(Plan::default, |it| it.plan).entitlements();
    let Some(limit) = entitlements.active_rotations else {
        return Ok(Composed::Nothing("not_so_any_more"));
    };
    let fell_at = subscription.and_then(|record| record.free_since);
    if fell_at != Some(changed_at) {
        return Ok(Composed::Nothing("not_so_any_more"));
    }
    let rotations = affected(tx, rotations, now).await?;
    Ok(say(Message::ProEnded(Box::new(Ended {
        more: more(count, &rotations),
        rotations,
        limit,
        sources: sources(tx).await?,
        event_log_days: entitlements.event_log_kept.num_days(),
        kept_until: kept_after_fall(changed_at),
    }))))
}

async fn began(
    tx: &mut Tx,
    (rotations, count): (&[RotationId], u32),
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    if plan_of(tx).await? != Plan::Pro {
        return Ok(Composed::Nothing("not_so_any_more"));
    }
    let rotations = affected(tx, rotations, now).await?;
    let more = more(count, &rotations);
    Ok(say(Message::ProBegan { rotations, more, sources: sources(tx).await? }))
}

async fn stops(
    tx: &mut Tx,
    record: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let limit = plan_of(tx).await?.entitlements().active_rotations;
    let snapshot = Snapshot::load(tx, record, now).await?;
    let (Some(limit), true) = (limit, snapshot.is_by_plan()) else {
        return Ok(Composed::Nothing("not_so_any_more"));
    };
    let position = snapshot.position(now);
    let shifts = position.running_shifts();
    let last = shifts.iter().rev().find(|shift| !shift.seats.is_empty());
    let people = last.into_iter().flat_map(|shift| &shift.seats);
    Ok(say(Message::Stops {
        name: snapshot.rotation.name.clone(),
        people: people.map(|served| snapshot.people.person(&served.user)).collect(),
        at: stops_at(&snapshot, now),
        limit,
        zone: snapshot.rotation.rules.zone.name().to_owned(),
    }))
}

async fn goes_on(
    tx: &mut Tx,
    record: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let snapshot = Snapshot::load(tx, record, now).await?;
    let position = snapshot.position(now);
    if snapshot.is_by_plan() || position.mode() == Mode::Paused {
        return Ok(Composed::Nothing("not_so_any_more"));
    }
    let is_waiting = position.mode() == Mode::Resuming;
    let next = position.timeline().standing().next.filter(|_| is_waiting);
    Ok(say(Message::GoesOn {
        name: snapshot.rotation.name.clone(),
        next: next.map(|next| next.at),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
    }))
}

/// Returns what people know rotations by; those that are deleted meanwhile are left out.
async fn affected(
    tx: &mut Tx,
    rotations: &[RotationId],
    now: DateTime<Utc>,
) -> Result<Vec<Affected>, AppError> {
    let mut found = Vec::with_capacity(rotations.len());
    for rotation in rotations {
        let Some(record) = tx.find_rotation(*rotation).await? else { continue };
        let snapshot = Snapshot::load(tx, record, now).await?;
        found.push(Affected {
            name: snapshot.rotation.name.clone(),
            channel: snapshot.rotation.channel.clone(),
            at: next_handoff(&snapshot, now),
            zone: snapshot.rotation.rules.zone.name().to_owned(),
        });
    }
    Ok(found)
}

/// Returns when a rotation stops, where it has not yet.
fn stops_at(snapshot: &Snapshot, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    next_handoff(snapshot, now).filter(|_| snapshot.is_by_plan())
}

/// Returns the next handoff of a rotation that runs: with it, it stops that is to stop.
fn next_handoff(snapshot: &Snapshot, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let position = snapshot.position(now);
    let next = position.timeline().standing().next?.at;
    (position.mode() != Mode::Paused).then_some(next)
}

async fn sources(tx: &mut Tx) -> Result<Vec<String>, AppError> {
    Ok(tx.list_sources().await?.into_iter().map(|source| source.name).collect())
}

fn more(count: u32, named: &[Affected]) -> u32 {
    count.saturating_sub(u32::try_from(named.len()).unwrap_or(u32::MAX))
}

fn say(message: Message) -> Composed {
    Composed::Say(message::Message::Billing(message))
}
