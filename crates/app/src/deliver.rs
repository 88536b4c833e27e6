//! An effect becomes a message: names, days and what is true now are read at delivery.

use crate::AppError;
use crate::people::People;
use crate::snapshot::{Snapshot, covering};
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::Effect;
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::{
    HandoffMessage, Message, MissedLine, OnDutyMessage, Person, SkipLine, SkipWord,
    UnassignedMessage,
};
use domain::zone::Zone;
use std::collections::BTreeSet;
use store::{CoverageRecord, RotationRecord, SkipCode, SkipRecord, TurnRecord, TurnState, Tx};

/// How late a handoff may be said before it says so (specification, Catch-up 4).
const LATE_AFTER: TimeDelta = TimeDelta::minutes(15);

/// What is to be sent, if it is still worth sending.
#[derive(Clone, Debug, PartialEq)]
pub enum Composed {
    /// This message.
    Say(Message),
    /// Nothing: what it would say is no longer so.
    Nothing(&'static str),
    /// Nothing any more: its turn is over, and nobody was told in time.
    TooLate,
}

/// Composes the message of an effect as things stand at `now`.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn compose(
    tx: &mut Tx,
    effect: &Effect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        Effect::Welcome { installed_at } => welcome(tx, *installed_at).await,
        Effect::RotationCreated { rotation } => match tx.find_rotation(*rotation).await? {
            Some(rotation) => created(tx, rotation, now).await,
            None => Ok(Composed::Nothing("rotation_gone")),
        },
        Effect::HandoffPost { rotation, planned_at, missed_from }
        | Effect::OnDutyDm { rotation, planned_at, missed_from, .. }
        | Effect::UnassignedPost { rotation, planned_at, missed_from, .. } => {
            of_turn(tx, effect, (*rotation, *planned_at, *missed_from), now).await
        }
        Effect::UnassignedResolved { rotation, planned_at, .. } => {
            of_turn(tx, effect, (*rotation, *planned_at, None), now).await
        }
    }
}

async fn of_turn(
    tx: &mut Tx,
    effect: &Effect,
    (rotation, planned_at, missed_from): (RotationId, DateTime<Utc>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let Some(scene) = Scene::load(tx, rotation, planned_at, missed_from).await? else {
        return Ok(Composed::Nothing("turn_gone"));
    };
    if scene.turn.ends_at <= now {
        return Ok(match effect {
            // The post that asked keeps its buttons; whoever presses one is told that the turn is over.
            Effect::UnassignedResolved { .. } => Composed::Nothing("turn_over"),
            _ => Composed::TooLate,
        });
    }
    match effect {
        Effect::OnDutyDm { user, .. } => scene.on_duty(tx, user, now).await,
        Effect::UnassignedResolved { user, .. } => Ok(scene.resolved(user)),
        Effect::UnassignedPost { day, .. } => Ok(scene.unassigned(*day)),
        Effect::HandoffPost { .. } | Effect::RotationCreated { .. } | Effect::Welcome { .. } => {
            Ok(scene.handoff(now))
        }
    }
}

/// Of several installations the last one welcomes.
async fn welcome(tx: &mut Tx, installed_at: DateTime<Utc>) -> Result<Composed, AppError> {
    let workspace = tx.find_workspace().await?;
    if workspace.is_none_or(|it| it.installed_at != installed_at) {
        return Ok(Composed::Nothing("installed_again"));
    }
    let rotations = tx.list_rotations().await?.len();
    Ok(Composed::Say(Message::Welcome { rotations }))
}

async fn created(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let mut users = rotation.members.clone();
    users.push(rotation.created_by.clone());
    let people = People::load(tx, &users).await?;
    let first_at = rotation.created_at;
    let first_turn = tx.find_turn_at(rotation.id, now).await?;
    let first_at =
        first_turn.map(|turn| turn.planned_at).or(rotation.next_handoff_at).unwrap_or(first_at);
    Ok(Composed::Say(Message::RotationCreated {
        name: rotation.name.clone(),
        by: people.person(&rotation.created_by),
        cadence: rotation.rules.cadence.in_words(),
        members: rotation.members.iter().map(|user| people.person(user)).collect(),
        first_at,
        zone: rotation.rules.zone.name().to_owned(),
    }))
}

/// A turn with everything that a message about it may need.
struct Scene {
    rotation: RotationRecord,
    turn: TurnRecord,
    /// Who really served last before: after coverage, and nobody where the turn before was missed too.
    previous: Option<UserId>,
    missed: Vec<TurnRecord>,
    coverages: Vec<CoverageRecord>,
    people: People,
}

impl Scene {
    async fn load(
        tx: &mut Tx,
        rotation: RotationRecord,
        planned_at: DateTime<Utc>,
        missed_from: Option<DateTime<Utc>>,
    ) -> Result<Option<Self>, AppError> {
        let Some(turn) = tx.find_turn(rotation.id, planned_at).await? else {
            return Ok(None);
        };
        let missed = match missed_from {
            Some(from) => tx.list_turns(rotation.id, from, planned_at).await?,
            None => Vec::new(),
        };
        let before = missed_from.unwrap_or(planned_at) - TimeDelta::microseconds(1);
        let previous = server_at(tx, rotation.id, before).await?;
        let coverages = match Interval::new(turn.planned_at, turn.ends_at) {
            Some(window) => tx.list_coverages(rotation.id, window).await?,
            None => Vec::new(),
        };
        let turns = std::iter::once(&turn).chain(&missed);
        let people = people(tx, &rotation, turns, &coverages, previous.as_ref()).await?;
        Ok(Some(Self { rotation, turn, previous, missed, coverages, people }))
    }

    fn handoff(&self, now: DateTime<Utc>) -> Composed {
        let Some(holder) = &self.turn.holder else {
            return Composed::Nothing("turn_unassigned");
        };
        Composed::Say(Message::Handoff(HandoffMessage {
            name: self.rotation.name.clone(),
            zone: self.zone_name(),
            person: self.people.person(holder),
            previous: self.previous.as_ref().map(|user| self.people.person(user)),
            since: self.turn.planned_at,
            until: self.turn.ends_at,
            skipped: self.skipped(),
            is_late: self.is_late(now),
            missed: self.missed_lines(),
        }))
    }

    async fn on_duty(
        &self,
        tx: &mut Tx,
        user: &UserId,
        now: DateTime<Utc>,
    ) -> Result<Composed, AppError> {
        let serving = covering(&self.coverages, now).map(|cover| &cover.user);
        if serving.or(self.turn.holder.as_ref()) != Some(user) {
            return Ok(Composed::Nothing("somebody_else_serves"));
        }
        let snapshot = Snapshot::load(tx, self.rotation.clone(), now).await?;
        let position = snapshot.position(tx, now).await?;
        let next = snapshot
            .coming(&position, 1)
            .into_iter()
            .next()
            .and_then(|turn| turn.holder().cloned());
        let is_cover = serving.is_some();
        Ok(Composed::Say(Message::OnDuty(OnDutyMessage {
            rotation: self.rotation.id,
            planned_at: self.turn.planned_at,
            name: self.rotation.name.clone(),
            channel: self.rotation.channel.clone(),
            zone: self.zone_name(),
            until: self.turn.ends_at,
            next: next.map(|user| snapshot.people.person(&user)),
            continues: !is_cover && self.previous.as_ref() == Some(user),
            is_late: !is_cover && self.is_late(now),
            missed: self.missed_lines(),
        })))
    }

    fn unassigned(&self, day: chrono::NaiveDate) -> Composed {
        if self.turn.holder.is_some() || !self.coverages.is_empty() {
            return Composed::Nothing("turn_taken");
        }
        Composed::Say(Message::Unassigned(UnassignedMessage {
            rotation: self.rotation.id,
            planned_at: self.turn.planned_at,
            day,
            name: self.rotation.name.clone(),
            zone: self.zone_name(),
            until: self.turn.ends_at,
            skipped: self.skipped(),
            missed: self.missed_lines(),
        }))
    }

    fn resolved(&self, user: &UserId) -> Composed {
        Composed::Say(Message::UnassignedResolved {
            name: self.rotation.name.clone(),
            person: self.people.person(user),
            until: self.turn.ends_at,
            zone: self.zone_name(),
        })
    }

    fn zone(&self) -> &Zone {
        &self.rotation.rules.zone
    }

    fn zone_name(&self) -> String {
        self.zone().name().to_owned()
    }

    /// A rotation made in the middle of a turn is not late for what was before it.
    fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.turn.planned_at.max(self.rotation.created_at) > LATE_AFTER
    }

    fn skipped(&self) -> Vec<SkipLine> {
        // Whole days away are days of the person's own calendar.
        let zone = |user: &UserId| self.people.zone(user).unwrap_or_else(|| self.zone().clone());
        let line = |skip: &SkipRecord| SkipLine {
            person: self.people.person(&skip.user),
            reason: match skip.reason {
                SkipCode::Away => SkipWord::Unavailable {
                    last_day: skip.until.map(|last| zone(&skip.user).date_of(last)),
                },
                SkipCode::Deactivated => SkipWord::Deactivated,
            },
        };
        self.turn.skips.iter().map(line).collect()
    }

    fn missed_lines(&self) -> Vec<MissedLine> {
        let person = |user: &UserId| -> Person { self.people.person(user) };
        let line = |turn: &TurnRecord| MissedLine {
            at: turn.planned_at,
            person: turn.holder.as_ref().map(person),
        };
        self.missed.iter().map(line).collect()
    }
}

/// Returns who served at an instant: the turn, then its coverage; nobody where the turn was missed.
async fn server_at(
    tx: &mut Tx,
    rotation: RotationId,
    at: DateTime<Utc>,
) -> Result<Option<UserId>, AppError> {
    let turn = tx.find_turn_at(rotation, at).await?;
    let Some(turn) = turn.filter(|turn| turn.state == TurnState::Served) else {
        return Ok(None);
    };
    let coverages = match Interval::new(turn.planned_at, turn.ends_at) {
        Some(window) => tx.list_coverages(rotation, window).await?,
        None => Vec::new(),
    };
    Ok(covering(&coverages, at).map(|cover| cover.user.clone()).or(turn.holder))
}

async fn people<'a>(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turns: impl Iterator<Item = &'a TurnRecord>,
    coverages: &[CoverageRecord],
    previous: Option<&UserId>,
) -> Result<People, AppError> {
    let mut users: BTreeSet<&UserId> = rotation.members.iter().collect();
    users.extend(previous);
    for turn in turns {
        users.extend(turn.holder.as_ref());
        users.extend(turn.skips.iter().map(|skip| &skip.user));
    }
    users.extend(coverages.iter().map(|cover| &cover.user));
    let users: Vec<UserId> = users.into_iter().cloned().collect();
    People::load(tx, &users).await
}
