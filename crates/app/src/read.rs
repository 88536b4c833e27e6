//! Questions: what is here, who is on duty, who is next. Answered from facts that are good right now; nothing is written.

use crate::facts::{Facts, Known};
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
use std::collections::BTreeSet;
use store::{CoverageRecord, RotationRecord, Tx};

/// Answers the bare command: the channel's rotations, or all where the channel has none.
#[must_use]
pub fn home(facts: &Facts, request: &Request) -> Reply {
    let here = lookup::several(facts.rotations(), None, request.channel.as_ref());
    Reply::Home(cards(facts, &here.unwrap_or_default(), request.now))
}

/// Answers with all rotations of the workspace, by name.
#[must_use]
pub fn list(facts: &Facts, request: &Request) -> Reply {
    let rotations = facts.rotations();
    if rotations.is_empty() {
        return Reply::Refused(Refusal::NoRotations);
    }
    Reply::List(cards(facts, &rotations, request.now))
}

/// Answers who is on duty: in the rotation named, else in the channel's, else in all.
#[must_use]
pub fn who(facts: &Facts, request: &Request, rotation: Option<&str>) -> Reply {
    match lookup::several(facts.rotations(), rotation, request.channel.as_ref()) {
        Ok(found) => Reply::Who(cards(facts, &found, request.now)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Answers with the coming turns of one rotation, who is passed over and why.
#[must_use]
pub fn next(facts: &Facts, request: &Request, rotation: Option<&str>, count: usize) -> Reply {
    match lookup::one(facts.rotations(), rotation, request.channel.as_ref()) {
        Ok(found) => Reply::Next(coming(&found.snapshot, request.now, count)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Answers a press on "Who is next".
#[must_use]
pub fn next_of(facts: &Facts, request: &Request, rotation: RotationId, count: usize) -> Reply {
    let found = facts.rotations().into_iter().find(|known| known.snapshot.rotation.id == rotation);
    match found {
        Some(found) => Reply::Next(coming(&found.snapshot, request.now, count)),
        None => Reply::Refused(Refusal::Gone),
    }
}

fn cards(facts: &Facts, rotations: &[&Known], now: DateTime<Utc>) -> Vec<DutyCard> {
    let card = |known: &&Known| {
        let position = known.snapshot.position(now);
        compose_card(&known.snapshot, &position, &known.covers, facts.people(), now)
    };
    rotations.iter().map(card).collect()
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
    let (mut covers, mut others) = (Vec::new(), People::default());
    if let Some(turn) = position.current() {
        covers = tx.list_coverages(snapshot.rotation.id, turn.stretch.window).await?;
        let users = covers.iter().flat_map(|cover| cover.of.iter().chain([&cover.user]));
        let users = users.chain(turn.holders());
        let strangers: BTreeSet<&UserId> =
            users.filter(|user| !snapshot.rotation.members.contains(user)).collect();
        if !strangers.is_empty() {
            let strangers: Vec<UserId> = strangers.into_iter().cloned().collect();
            others = People::load(tx, &strangers).await?;
        }
    }
    Ok(compose_card(snapshot, &position, &covers, &others, now))
}

/// Returns one rotation as a person sees it at `now`, of its coverage from the running turn on; `others` are those who
/// may serve without being (or being any longer) a member.
fn compose_card(
    snapshot: &Snapshot,
    position: &Position<'_>,
    covers: &[CoverageRecord],
    others: &People,
    now: DateTime<Utc>,
) -> DutyCard {
    // In a rest, what matters is the handoff that ends it.
    let next = position.first_awake(snapshot.rotation.rest);
    let next =
        next.map(|turn| NextDuty { at: turn.window.start(), people: people_of(snapshot, &turn) });
    let rotation = &snapshot.rotation;
    DutyCard {
        rotation: rotation.id,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        cadence: rotation.rules.cadence.in_words(),
        members: rotation.members.iter().map(|user| snapshot.people.person(user)).collect(),
        duty: duty(snapshot, position, covers, others, now),
        next,
    }
}

fn duty(
    snapshot: &Snapshot,
    position: &Position<'_>,
    covers: &[CoverageRecord],
    others: &People,
    now: DateTime<Utc>,
) -> Duty {
    let is_paused = matches!(position.mode(), Mode::Paused | Mode::Resuming);
    let Some(turn) = position.current() else {
        return if is_paused { paused(position) } else { Duty::NotYet };
    };
    if turn.is_paused() || position.mode() == Mode::Paused {
        return paused(position);
    }
    let window = turn.stretch.window;
    let touches =
        |cover: &&CoverageRecord| window.start() < cover.ends_at && cover.starts_at < window.end();
    let covers: Vec<CoverageRecord> = covers.iter().filter(touches).cloned().collect();
    let presence = position.timeline().presence();
    let seats = snapshot.rotation.rules.seats;
    let on_duty = on_duty(&turn.stretch, &covers, presence, seats, now);
    match on_duty.state {
        ShiftState::OffHours => Duty::OffHours { until: off_hours_end(&turn, now) },
        ShiftState::Paused => paused(position),
        ShiftState::Unassigned => Duty::Unassigned { until: turn.ends_at },
        ShiftState::Planned => {
            let until = duty_end(&turn.stretch, &covers, now);
            Duty::OnDuty { people: on_duty_people(snapshot, others, &on_duty.seats), until }
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
fn on_duty_people(snapshot: &Snapshot, others: &People, seats: &[Served]) -> Vec<OnDutyPerson> {
    let person = |user: &UserId| {
        let is_member = snapshot.rotation.members.contains(user);
        if is_member { snapshot.people.person(user) } else { others.person(user) }
    };
    let on_duty = |served: &Served| OnDutyPerson {
        person: person(&served.user),
        covered_for: served.covered_for().map(person),
    };
    seats.iter().map(on_duty).collect()
}

/// Returns when the off-hours end that `now` lies in: at the turn's next active window, else with the turn.
fn off_hours_end(turn: &Current, now: DateTime<Utc>) -> DateTime<Utc> {
    let starts = turn.stretch.active.iter().map(|window| window.start());
    starts.filter(|start| *start > now).min().unwrap_or(turn.ends_at)
}

fn coming(snapshot: &Snapshot, now: DateTime<Utc>, count: usize) -> NextCard {
    let turns = snapshot.position(now).coming(count);
    NextCard {
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        turns: turns.iter().map(|turn| turn_line(snapshot, turn)).collect(),
    }
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
