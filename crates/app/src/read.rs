//! Questions: what is here, who is on duty, who is next. Answered from facts that are good right now; nothing is written.

use crate::facts::{Facts, Known};
use crate::lookup;
use crate::people::People;
use crate::snapshot::{Coming, Current, Position, Snapshot};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::engine::{Skip, SkipReason};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::{Person, SkipLine, SkipWord};
use domain::refusal::Refusal;
use domain::reply::{CoverLine, Duty, DutyCard, NextCard, NextDuty, OnDutyPerson, Reply, TurnLine};
use domain::shift::{Right, Served, Shift, ShiftState};
use domain::timeline::Mode;
use domain::zone::Zone;
use store::{RotationRecord, Tx};

/// Answers the bare command: the channel's rotations, or all where the channel has none.
#[must_use]
pub fn home(facts: &Facts, request: &Request) -> Reply {
    let here = lookup::several(facts.rotations(), None, request.channel.as_ref());
    Reply::Home(cards(&here.unwrap_or_default(), request.now))
}

/// Answers with all rotations of the workspace, by name.
#[must_use]
pub fn list(facts: &Facts, request: &Request) -> Reply {
    let rotations = facts.rotations();
    if rotations.is_empty() {
        return Reply::Refused(Refusal::NoRotations);
    }
    Reply::List(cards(&rotations, request.now))
}

/// Answers who is on duty: in the rotation named, else in the channel's, else in all.
#[must_use]
pub fn who(facts: &Facts, request: &Request, rotation: Option<&str>) -> Reply {
    match lookup::several(facts.rotations(), rotation, request.channel.as_ref()) {
        Ok(found) => Reply::Who(cards(&found, request.now)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Answers with the coming turns of one rotation, who is passed over and why.
#[must_use]
pub fn next(facts: &Facts, request: &Request, rotation: Option<&str>, count: usize) -> Reply {
    match lookup::one(facts.rotations(), rotation, request.channel.as_ref()) {
        Ok(found) => Reply::Next(coming(facts, &found.snapshot, request.now, count)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Answers a press on "Who is next".
#[must_use]
pub fn next_of(facts: &Facts, request: &Request, rotation: RotationId, count: usize) -> Reply {
    let found = facts.rotations().into_iter().find(|known| known.snapshot.rotation.id == rotation);
    match found {
        Some(found) => Reply::Next(coming(facts, &found.snapshot, request.now, count)),
        None => Reply::Refused(Refusal::Gone),
    }
}

fn cards(rotations: &[&Known], now: DateTime<Utc>) -> Vec<DutyCard> {
    let card = |known: &&Known| card_of(&known.snapshot, now);
    rotations.iter().map(card).collect()
}

/// Returns one rotation as a person sees it at `now`: the turn, then its coverage.
pub(crate) async fn card(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<DutyCard, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    Ok(card_of(&snapshot, now))
}

/// Returns a rotation that is loaded already, as [`card`].
pub(crate) fn card_of(snapshot: &Snapshot, now: DateTime<Utc>) -> DutyCard {
    let position = snapshot.position(now);
    // In a rest, what matters is the handoff that ends it.
    let next = position.first_awake(snapshot.rotation.rest);
    let people = |turn: &Coming| persons(&snapshot.people, &turn.serving());
    let next = next.map(|turn| NextDuty { at: turn.window.start(), people: people(&turn) });
    let rotation = &snapshot.rotation;
    DutyCard {
        rotation: rotation.id,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        cadence: rotation.rules.cadence.in_words(),
        members: persons(&snapshot.people, &rotation.members),
        duty: duty(snapshot, &position, now),
        next,
        is_stopping: snapshot.is_by_plan() && position.mode() != Mode::Paused,
    }
}

fn duty(snapshot: &Snapshot, position: &Position<'_>, now: DateTime<Utc>) -> Duty {
    let is_paused = matches!(position.mode(), Mode::Paused | Mode::Resuming);
    if snapshot.is_by_plan() && position.mode() == Mode::Paused {
        return Duty::Stopped;
    }
    let (Some(turn), Some(laid)) = (position.current(), position.laid()) else {
        return if is_paused { paused(position) } else { Duty::NotYet };
    };
    if turn.is_paused() || position.mode() == Mode::Paused {
        return paused(position);
    }
    let on_duty = laid.on_duty(now);
    match on_duty.state {
        ShiftState::OffHours => Duty::OffHours { until: off_hours_end(&turn, now) },
        ShiftState::Paused => paused(position),
        ShiftState::Unassigned => Duty::Unassigned { until: laid.same_until(now) },
        ShiftState::Planned => Duty::OnDuty {
            people: on_duty.seats.iter().map(|seat| on_duty_person(snapshot, seat)).collect(),
            until: laid.duty_end(now),
        },
    }
}

/// A rest that is over lasts until the next handoff.
fn paused(position: &Position<'_>) -> Duty {
    let is_over = position.mode() == Mode::Resuming;
    let next = position.timeline().standing().next.filter(|_| is_over);
    Duty::Paused { until: next.map(|next| next.at) }
}

fn on_duty_person(snapshot: &Snapshot, served: &Served) -> OnDutyPerson {
    OnDutyPerson {
        person: snapshot.people.person(&served.user),
        covered_for: served.covered_for().map(|of| snapshot.people.person(of)),
    }
}

/// Returns when the off-hours end that `now` lies in: at the turn's next active window, else with the turn.
fn off_hours_end(turn: &Current, now: DateTime<Utc>) -> DateTime<Utc> {
    let starts = turn.stretch.active.iter().map(|window| window.start());
    starts.filter(|start| *start > now).min().unwrap_or(turn.ends_at)
}

fn coming(facts: &Facts, snapshot: &Snapshot, now: DateTime<Utc>, count: usize) -> NextCard {
    let turns = snapshot.position(now).coming(count);
    NextCard {
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        turns: turns.iter().map(|turn| turn_line(snapshot, turn)).collect(),
        sources: facts.sources().to_vec(),
    }
}

/// Returns a coming turn: whose it is and who serves it.
pub(crate) fn turn_line(snapshot: &Snapshot, turn: &Coming) -> TurnLine {
    let zone = &snapshot.rotation.rules.zone;
    let (people, covers) = who_serves(turn);
    TurnLine {
        start: turn.window.start(),
        end: turn.active.last().map_or(turn.window.end(), |window| window.end()),
        people: persons(&snapshot.people, &people),
        covers: covers.into_iter().map(|cover| cover.line(&snapshot.people)).collect(),
        is_paused: turn.is_paused,
        is_stopped: turn.is_paused && snapshot.is_by_plan(),
        skipped: skip_lines(&snapshot.people, zone, &turn.skipped),
    }
}

/// Time of a turn in which somebody serves who does not hold it.
struct Covered<'a> {
    by: &'a UserId,
    of: Option<&'a UserId>,
    /// One after the other; off-hours do not interrupt them.
    windows: Vec<Interval>,
    is_whole: bool,
}

impl Covered<'_> {
    fn line(&self, people: &People) -> CoverLine {
        CoverLine {
            person: people.person(self.by),
            of: self.of.map(|of| people.person(of)),
            windows: if self.is_whole { Vec::new() } else { self.windows.clone() },
        }
    }
}

/// Returns who serves a turn, whoever serves it wholly for somebody in their place, and what is covered of it.
fn who_serves(turn: &Coming) -> (Vec<UserId>, Vec<Covered<'_>>) {
    let shifts: Vec<&Shift> =
        turn.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours).collect();
    let mut covers: Vec<Covered<'_>> = Vec::new();
    for (place, shift) in shifts.iter().enumerate() {
        for served in shift.seats.iter().filter(|it| !matches!(it.right, Right::Own(_))) {
            let (by, of) = (&served.user, served.covered_for());
            let index = covers.iter().position(|cover| cover.by == by && cover.of == of);
            let index = index.unwrap_or_else(|| {
                covers.push(Covered { by, of, windows: Vec::new(), is_whole: false });
                covers.len() - 1
            });
            let windows = &mut covers[index].windows;
            let before = place.checked_sub(1).map(|before| shifts[before].window.end());
            match windows.last_mut().filter(|last| Some(last.end()) == before) {
                Some(last) => *last = last.up_to(shift.window.end()),
                None => windows.push(shift.window),
            }
        }
    }
    let time = shifts.first().zip(shifts.last());
    let time = time.map(|(first, last)| first.window.up_to(last.window.end()));
    for cover in &mut covers {
        cover.is_whole = matches!(&*cover.windows, [only] if Some(*only) == time);
    }
    let instead = |user: &UserId| {
        let cover = covers.iter().find(|cover| cover.is_whole && cover.of == Some(user));
        cover.map_or_else(|| user.clone(), |cover| cover.by.clone())
    };
    let mut people: Vec<UserId> = turn.seats.iter().map(instead).collect();
    let takers = covers.iter().filter(|cover| cover.is_whole && cover.of.is_none());
    people.extend(takers.map(|cover| cover.by.clone()));
    (people, covers)
}

fn persons(people: &People, users: &[UserId]) -> Vec<Person> {
    users.iter().map(|user| people.person(user)).collect()
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
