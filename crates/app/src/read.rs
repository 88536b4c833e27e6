//! Questions: what is here, who is on duty, who is next. No write, one transaction each.

use crate::lookup;
use crate::people::People;
use crate::snapshot::{Current, Position, Snapshot, covering};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::engine::{Skip, SkipReason, Turn};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::{Person, SkipLine, SkipWord};
use domain::refusal::Refusal;
use domain::reply::{Duty, DutyCard, NextCard, NextDuty, Reply, TurnLine};
use domain::zone::Zone;
use store::{RotationRecord, Store, Tx};

/// Answers the bare command: the channel's rotations, or all where the channel has none.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn home(store: &Store, request: &Request) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    let here = lookup::several(rotations, None, request.channel.as_ref()).unwrap_or_default();
    Ok(Reply::Home(cards(&mut tx, here, request.now).await?))
}

/// Answers with all rotations of the workspace, by name.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list(store: &Store, request: &Request) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    if rotations.is_empty() {
        return Ok(Reply::Refused(Refusal::NoRotations));
    }
    Ok(Reply::List(cards(&mut tx, rotations, request.now).await?))
}

/// Answers who is on duty: in the rotation named, else in the channel's, else in all.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn who(
    store: &Store,
    request: &Request,
    rotation: Option<&str>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    match lookup::several(rotations, rotation, request.channel.as_ref()) {
        Ok(found) => Ok(Reply::Who(cards(&mut tx, found, request.now).await?)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Answers with the coming turns of one rotation, who is passed over and why.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn next(
    store: &Store,
    request: &Request,
    rotation: Option<&str>,
    count: usize,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    match lookup::one(rotations, rotation, request.channel.as_ref()) {
        Ok(found) => Ok(Reply::Next(coming(&mut tx, found, request.now, count).await?)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Answers a press on "Who is next".
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn next_of(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    count: usize,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(found) => Ok(Reply::Next(coming(&mut tx, found, request.now, count).await?)),
        None => Ok(Reply::Refused(Refusal::Gone)),
    }
}

async fn cards(
    tx: &mut Tx,
    rotations: Vec<RotationRecord>,
    now: DateTime<Utc>,
) -> Result<Vec<DutyCard>, AppError> {
    let mut cards = Vec::with_capacity(rotations.len());
    for rotation in rotations {
        cards.push(card(tx, rotation, now).await?);
    }
    Ok(cards)
}

/// Returns one rotation as a person sees it at `now`: the turn, then its coverage.
pub(crate) async fn card(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<DutyCard, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let position = snapshot.position(tx, now).await?;
    let duty = duty(tx, &snapshot, &position, now).await?;
    let next = snapshot.coming(&position, 1).into_iter().next().map(|turn| NextDuty {
        at: turn.window.start(),
        person: turn.holder().map(|user| snapshot.people.person(user)),
    });
    let rotation = &snapshot.rotation;
    Ok(DutyCard {
        rotation: rotation.id,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        cadence: rotation.rules.cadence.in_words(),
        members: rotation.members.iter().map(|user| snapshot.people.person(user)).collect(),
        duty,
        next,
    })
}

async fn duty(
    tx: &mut Tx,
    snapshot: &Snapshot,
    position: &Position,
    now: DateTime<Utc>,
) -> Result<Duty, AppError> {
    let Some(turn) = &position.current else {
        return Ok(Duty::NotYet);
    };
    if let Some(until) = off_hours_end(snapshot, turn, now) {
        return Ok(Duty::OffHours { until });
    }
    let coverages = match Interval::new(turn.planned_at, turn.ends_at) {
        Some(window) => tx.list_coverages(snapshot.rotation.id, window).await?,
        None => Vec::new(),
    };
    if let Some(cover) = covering(&coverages, now) {
        let person = one_person(tx, snapshot, &cover.user).await?;
        let covered_for = turn.holder.as_ref().map(|user| snapshot.people.person(user));
        return Ok(Duty::OnDuty { person, until: cover.ends_at, covered_for });
    }
    let until = active_end(snapshot, turn, now).unwrap_or(turn.ends_at);
    Ok(match &turn.holder {
        Some(user) => {
            Duty::OnDuty { person: snapshot.people.person(user), until, covered_for: None }
        }
        None => Duty::Unassigned { until },
    })
}

/// Returns the person, also when they are not (or no longer) a member.
async fn one_person(tx: &mut Tx, snapshot: &Snapshot, user: &UserId) -> Result<Person, AppError> {
    if snapshot.rotation.members.contains(user) {
        return Ok(snapshot.people.person(user));
    }
    Ok(People::load(tx, std::slice::from_ref(user)).await?.person(user))
}

/// Returns when the off-hours end that `now` lies in: at the turn's next active window, else with the turn.
fn off_hours_end(snapshot: &Snapshot, turn: &Current, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let active = snapshot.grid().active(turn.number);
    if active.is_empty() || active.iter().any(|window| window.contains(now)) {
        return None;
    }
    let later = active.iter().map(|window| window.start()).filter(|start| *start > now).min();
    Some(later.unwrap_or(turn.ends_at))
}

/// Returns when the duty that runs at `now` ends: with the last of the active windows that abut.
fn active_end(snapshot: &Snapshot, turn: &Current, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let active = snapshot.grid().active(turn.number);
    active.iter().find(|window| window.contains(now)).map(|window| window.end())
}

async fn coming(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
    count: usize,
) -> Result<NextCard, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let position = snapshot.position(tx, now).await?;
    let turns = snapshot.coming(&position, count);
    Ok(NextCard {
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        turns: turns.iter().map(|turn| turn_line(&snapshot, turn)).collect(),
    })
}

fn turn_line(snapshot: &Snapshot, turn: &Turn) -> TurnLine {
    let zone = &snapshot.rotation.rules.zone;
    TurnLine {
        start: turn.window.start(),
        end: turn.active.last().map_or(turn.window.end(), |window| window.end()),
        person: turn.holder().map(|user| snapshot.people.person(user)),
        skipped: skip_lines(&snapshot.people, zone, &turn.skipped),
    }
}

/// Returns who was passed over, in the words that colleagues may read.
pub(crate) fn skip_lines(people: &People, zone: &Zone, skipped: &[Skip]) -> Vec<SkipLine> {
    // Whole days away are days of the person's own calendar.
    let zone_of = |skip: &Skip| people.zone(&skip.member).unwrap_or_else(|| zone.clone());
    let line = |skip: &Skip| {
        let reason = match skip.reason {
            SkipReason::Away { until, .. } => {
                SkipWord::Unavailable { last_day: until.map(|last| zone_of(skip).date_of(last)) }
            }
            SkipReason::Deactivated => SkipWord::Deactivated,
            // They serve this very turn.
            SkipReason::AlreadySeated => return None,
        };
        Some(SkipLine { person: people.person(&skip.member), reason })
    };
    skipped.iter().filter_map(line).collect()
}
