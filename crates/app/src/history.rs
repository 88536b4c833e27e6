//! What was: the last turns of a rotation, and what each person did in a window of time.

mod past;
mod statistics;

pub(crate) use past::Past;
pub use statistics::{statistics, statistics_of};

use crate::lookup;
use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::{SkipLine, SkipWord};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::shift::Right;
use domain::story::history::{self, CoverLine, Page, PastState, PastTurn, TURNS_ON_PAGE};
use domain::zone::Zone;
use std::collections::BTreeSet;
use store::{RotationRecord, SkipCode, SkipRecord, Store, TurnRecord, TurnState, Tx};

/// Answers with the last turns of the rotation named, or of the channel's.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn turns(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match lookup::one(tx.list_rotations().await?, name, request.channel.as_ref()) {
        Ok(rotation) => page(&mut tx, &rotation, None, request.now).await,
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Answers with turns of a rotation: the last, or the last of those planned before an instant.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn turns_of(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    before: Option<DateTime<Utc>>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(rotation) => page(&mut tx, &rotation, before, request.now).await,
        None => Ok(Reply::Refused(Refusal::Gone)),
    }
}

async fn page(
    tx: &mut Tx,
    rotation: &RotationRecord,
    before: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Reply, AppError> {
    let until = before.unwrap_or(now + TimeDelta::microseconds(1));
    let most = u32::try_from(TURNS_ON_PAGE + 1).unwrap_or(u32::MAX);
    let mut turns = tx.list_turns_before(rotation.id, until, most).await?;
    let has_older = turns.len() > TURNS_ON_PAGE;
    turns.truncate(TURNS_ON_PAGE);
    let oldest = turns.last().map(|turn| turn.planned_at);
    let past = match oldest.and_then(|oldest| Interval::new(oldest, until)) {
        Some(window) => Past::load(tx, rotation, window).await?,
        None => Past::default(),
    };
    let people = people(tx, &turns, &past).await?;
    let line = |turn: &TurnRecord| past_turn(rotation, turn, &past, &people, now);
    Ok(Reply::History(history::Reply::Turns(Page {
        rotation: rotation.id,
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        turns: turns.iter().map(line).collect(),
        has_newer: before.is_some(),
        has_older,
    })))
}

async fn people(tx: &mut Tx, turns: &[TurnRecord], past: &Past) -> Result<People, AppError> {
    let mut users: BTreeSet<UserId> = past.people();
    for turn in turns {
        users.extend(turn.seats.iter().map(|seat| seat.user.clone()));
        users.extend(turn.skips.iter().map(|skip| skip.user.clone()));
    }
    People::load(tx, &users.into_iter().collect::<Vec<_>>()).await
}

fn past_turn(
    rotation: &RotationRecord,
    turn: &TurnRecord,
    past: &Past,
    people: &People,
    now: DateTime<Utc>,
) -> PastTurn {
    let end_state = match turn.state {
        TurnState::Missed => PastState::Missed,
        TurnState::Paused => PastState::Paused,
        TurnState::Served if now < turn.ends_at => PastState::Running,
        TurnState::Served => PastState::Served,
    };
    let mut held = past.holders(turn.planned_at);
    // A turn whose stretches were never stored is known by its seats alone.
    if held.is_empty() {
        held = turn.seats.iter().map(|seat| seat.user.clone()).collect();
    }
    let mut covered: Vec<CoverLine> = Vec::new();
    for (shift, served) in past.served(turn.planned_at) {
        let of = match &served.right {
            Right::Own(_) => continue,
            Right::CoverOf(holder) => Some(people.person(holder)),
            Right::Taken => None,
        };
        let (by, time) = (people.person(&served.user), shift.window.length());
        match covered.iter_mut().find(|line| line.by == by && line.of == of) {
            Some(line) => line.time += time,
            None => covered.push(CoverLine { by, of, time }),
        }
    }
    PastTurn {
        start: turn.planned_at,
        end: turn.ends_at,
        end_state,
        held: held.iter().map(|user| people.person(user)).collect(),
        covered,
        skipped: turn.skips.iter().map(|skip| skip_line(skip, people, rotation)).collect(),
    }
}

fn skip_line(skip: &SkipRecord, people: &People, rotation: &RotationRecord) -> SkipLine {
    // Whole days away are days of the person's own calendar.
    let zone: Zone = people.zone(&skip.user).unwrap_or_else(|| rotation.rules.zone.clone());
    let reason = match skip.reason {
        SkipCode::Away => {
            SkipWord::Unavailable { last_day: skip.until.map(|last| zone.date_of(last)) }
        }
        SkipCode::Deactivated => SkipWord::Deactivated,
    };
    SkipLine { person: people.person(&skip.user), reason }
}
