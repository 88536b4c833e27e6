//! What each person did in a window of time; shown, never used to reorder.

use super::past::Past;
use crate::lookup;
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::engine::{Skip, SkipReason};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::statistics::{self as rules, PassedOver, Record, Scope};
use domain::story::history::{self, Row, Table};
use std::collections::HashSet;
use store::{RotationRecord, SkipCode, SkipRecord, Store, TurnRecord, TurnState, Tx};

/// Answers with what each person did in the last `days` of the rotation named, or of the channel's.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn statistics(
    store: &Store,
    request: &Request,
    name: Option<&str>,
    days: u16,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match lookup::one(tx.list_rotations().await?, name, request.channel.as_ref()) {
        Ok(rotation) => table(&mut tx, rotation, days, request.now).await,
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Answers with what each person did in the last `days` of a rotation.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn statistics_of(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    days: u16,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(rotation) => table(&mut tx, rotation, days, request.now).await,
        None => Ok(Reply::Refused(Refusal::Gone)),
    }
}

async fn table(
    tx: &mut Tx,
    rotation: RotationRecord,
    days: u16,
    now: DateTime<Utc>,
) -> Result<Reply, AppError> {
    let records = match Interval::new(now - TimeDelta::days(i64::from(days)), now) {
        Some(window) => records(tx, &rotation, window, now).await?,
        None => Vec::new(),
    };
    let users: Vec<UserId> = records.iter().map(|record| record.user.clone()).collect();
    let people = People::load(tx, &users).await?;
    let row = |record: Record| Row {
        person: Some(people.person(&record.user)),
        served: record.served,
        skipped: record.skipped,
        covered_for_others: record.covered_for_others,
        was_covered: record.was_covered,
        missed: record.missed,
        on_duty: record.on_duty,
        on_weekends: record.on_weekends,
    };
    Ok(Reply::History(history::Reply::Statistics(Table {
        rotation: rotation.id,
        name: rotation.name,
        days,
        rows: records.into_iter().map(row).collect(),
    })))
}

async fn records(
    tx: &mut Tx,
    rotation: &RotationRecord,
    window: Interval,
    now: DateTime<Utc>,
) -> Result<Vec<Record>, AppError> {
    let mut turns = tx.list_turns(rotation.id, window.start(), window.end()).await?;
    let before = tx.find_turn_at(rotation.id, window.start()).await?;
    // The turn that ran when the window began is counted too.
    turns.extend(before.filter(|turn| turn.planned_at < window.start()));
    let past = Past::load(tx, rotation, window).await?;
    let missed: HashSet<u64> = turns
        .iter()
        .filter(|turn| turn.state == TurnState::Missed)
        .map(|turn| turn.number)
        .collect();
    let skips: Vec<(u64, Interval, Vec<Skip>)> = turns.iter().filter_map(skips_of).collect();
    let passed_over: Vec<PassedOver<'_>> = skips
        .iter()
        .map(|(turn, window, skips)| PassedOver { turn: *turn, window: *window, skips })
        .collect();
    let snapshot = Snapshot::load(tx, rotation.clone(), now).await?;
    let standing = snapshot.standing();
    let scope = Scope {
        roster: &standing.roster,
        missed: &missed,
        passed_over: &passed_over,
        window,
        zone: &rotation.rules.zone,
    };
    Ok(rules::statistics(&past.into_shifts(), &scope))
}

/// Returns who was passed over for a turn, each of which counts once however many shifts tell it.
fn skips_of(turn: &TurnRecord) -> Option<(u64, Interval, Vec<Skip>)> {
    let window = Interval::new(turn.planned_at, turn.ends_at)?;
    let skip = |skip: &SkipRecord| Skip {
        member: skip.user.clone(),
        reason: match skip.reason {
            SkipCode::Away => {
                SkipReason::Away { share: skip.share.unwrap_or_default(), until: skip.until }
            }
            SkipCode::Deactivated => SkipReason::Deactivated,
        },
    };
    Some((turn.number, window, turn.skips.iter().map(skip).collect()))
}
