//! Questions: what is here, who is on duty, who is next. No write, one transaction each.

use crate::lookup;
use crate::people::People;
use crate::serving::{duty_end, on_duty};
use crate::snapshot::{Coming, Current, Position, Snapshot};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::engine::{Skip, SkipReason};
use domain::ids::{RotationId, UserId};
use domain::message::{Person, SkipLine, SkipWord};
use domain::refusal::Refusal;
use domain::reply::{Duty, DutyCard, NextCard, NextDuty, OnDutyPerson, Reply, TurnLine};
use domain::shift::{Served, ShiftState};
use domain::timeline::Mode;
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
    card_of(tx, &snapshot, now).await
}

/// Returns a rotation that is loaded already, as [`card`].
pub(crate) async fn card_of(
    tx: &mut Tx,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<DutyCard, AppError> {
    let position = snapshot.position(now);
    let current = position.current();
    // In a rest, what matters is the handoff that ends it.
    let next = position.first_awake(snapshot.rotation.rest);
    let duty = duty(tx, snapshot, &position, current, now).await?;
    let next =
        next.map(|turn| NextDuty { at: turn.window.start(), people: people_of(snapshot, &turn) });
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
    position: &Position<'_>,
    current: Option<Current>,
    now: DateTime<Utc>,
) -> Result<Duty, AppError> {
    let is_paused = matches!(position.mode(), Mode::Paused | Mode::Resuming);
    let Some(turn) = current else {
        return Ok(if is_paused { paused(position) } else { Duty::NotYet });
    };
    if turn.is_paused() || position.mode() == Mode::Paused {
        return Ok(paused(position));
    }
    let covers = tx.list_coverages(snapshot.rotation.id, turn.stretch.window).await?;
    let presence = position.timeline().presence();
    let seats = snapshot.rotation.rules.seats;
    let on_duty = on_duty(&turn.stretch, &covers, presence, seats, now);
    match on_duty.state {
        ShiftState::OffHours => Ok(Duty::OffHours { until: off_hours_end(&turn, now) }),
        ShiftState::Paused => Ok(paused(position)),
        ShiftState::Unassigned => Ok(Duty::Unassigned { until: turn.ends_at }),
        ShiftState::Planned => {
            let until = duty_end(&turn.stretch, &covers, now);
            let people = on_duty_people(tx, snapshot, &on_duty.seats).await?;
            Ok(Duty::OnDuty { people, until })
        }
    }
}

/// A rest that is over lasts until the next handoff.
fn paused(position: &Position<'_>) -> Duty {
    let is_over = position.mode() == Mode::Resuming;
    let next = position.timeline().standing().next.filter(|_| is_over);
    Duty::Paused { until: next.map(|next| next.at) }
}

/// Returns the people, also those who are not (or no longer) members.
async fn on_duty_people(
    tx: &mut Tx,
    snapshot: &Snapshot,
    seats: &[Served],
) -> Result<Vec<OnDutyPerson>, AppError> {
    let users: Vec<UserId> = seats
        .iter()
        .flat_map(|served| std::iter::once(&served.user).chain(served.covered_for()))
        .cloned()
        .collect();
    let is_member = |user: &UserId| snapshot.rotation.members.contains(user);
    let others = if users.iter().all(is_member) {
        People::default()
    } else {
        People::load(tx, &users).await?
    };
    let person = |user: &UserId| {
        if is_member(user) { snapshot.people.person(user) } else { others.person(user) }
    };
    let on_duty = |served: &Served| OnDutyPerson {
        person: person(&served.user),
        covered_for: served.covered_for().map(person),
    };
    Ok(seats.iter().map(on_duty).collect())
}

/// Returns when the off-hours end that `now` lies in: at the turn's next active window, else with the turn.
fn off_hours_end(turn: &Current, now: DateTime<Utc>) -> DateTime<Utc> {
    let starts = turn.stretch.active.iter().map(|window| window.start());
    starts.filter(|start| *start > now).min().unwrap_or(turn.ends_at)
}

async fn coming(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
    count: usize,
) -> Result<NextCard, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let turns = snapshot.position(now).coming(count);
    Ok(NextCard {
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        turns: turns.iter().map(|turn| turn_line(&snapshot, turn)).collect(),
    })
}

pub(crate) fn turn_line(snapshot: &Snapshot, turn: &Coming) -> TurnLine {
    let zone = &snapshot.rotation.rules.zone;
    TurnLine {
        start: turn.window.start(),
        end: turn.active.last().map_or(turn.window.end(), |window| window.end()),
        people: people_of(snapshot, turn),
        is_paused: turn.is_paused,
        skipped: skip_lines(&snapshot.people, zone, &turn.skipped),
    }
}

fn people_of(snapshot: &Snapshot, turn: &Coming) -> Vec<Person> {
    turn.seats.iter().map(|user| snapshot.people.person(user)).collect()
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
