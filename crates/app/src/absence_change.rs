//! What follows from absences that changed: the coming turns are planned again, whose next turn is at another time is told
//! once, and whoever serves now and cannot gets a request for cover.

use crate::AppError;
use crate::cover;
use crate::home;
use crate::snapshot::Snapshot;
use crate::swap;
use crate::walk::MOST_COMPARED;
use chrono::{DateTime, Utc};
use domain::effect::{DatesEffect, Envelope, Recipient};
use domain::ids::{RotationId, UserId};
use domain::timeline::RunningTurn;
use std::collections::{BTreeMap, BTreeSet};
use store::{AbsenceRecord, RotationRecord, Tx};

/// When the next turn of each member begins; those who have none are left out.
pub(crate) type FirstTurns = BTreeMap<UserId, DateTime<Utc>>;

/// What was planned before absences changed.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Each rotation that the change may concern.
    pub(crate) rotations: BTreeMap<RotationId, Concerned>,
}

/// A rotation that a change of absences may concern.
#[derive(Debug)]
pub(crate) struct Concerned {
    /// Whose absences count there, of those that change.
    pub(crate) users: Vec<UserId>,
    /// When everybody's next turn began before.
    pub(crate) first_turns: FirstTurns,
}

/// What changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause<'a> {
    /// Something that no other change has, such as the id of the absence.
    pub(crate) key: &'a str,
    /// Whose absences changed.
    pub(crate) users: &'a [UserId],
    /// What was taken back by hand.
    pub(crate) gone: &'a [AbsenceRecord],
    /// Who knows of it otherwise.
    pub(crate) knows: Option<&'a UserId>,
}

impl Before {
    /// Reads what is planned in the rotations of these people, before the absences are written.
    pub(crate) async fn load(
        tx: &mut Tx,
        users: &BTreeSet<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let mut rotations = BTreeMap::new();
        for record in concerned(tx, users).await? {
            let snapshot = Snapshot::load(tx, record, now).await?;
            let own = users.iter().filter(|user| snapshot.concerns(user)).cloned().collect();
            let first_turns = first_turns(&snapshot, now);
            rotations.insert(snapshot.rotation.id, Concerned { users: own, first_turns });
        }
        Ok(Self { rotations })
    }

    /// Plans again after the absences were written, and before anything else is: it locks the rotations.
    pub(crate) async fn settle(
        self,
        tx: &mut Tx,
        cause: Cause<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let mut locked = Vec::with_capacity(self.rotations.len());
        for (rotation, concerned) in self.rotations {
            if let Some(record) = tx.lock_rotation(rotation).await? {
                locked.push((record, concerned.first_turns));
            }
        }
        for (record, was) in locked {
            settle_locked(tx, record, &was, cause, (now, now)).await?;
        }
        home::touch(tx, cause.users, now).await
    }
}

/// Plans one rotation again, which is locked, after absences were written at `since`; done twice it tells once.
pub(crate) async fn settle_locked(
    tx: &mut Tx,
    record: RotationRecord,
    was: &FirstTurns,
    cause: Cause<'_>,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    let rotation = record.id;
    cover::absences_changed(tx, record.clone(), (cause.users, cause.gone), now).await?;
    let snapshot = Snapshot::load(tx, record, now).await?;
    let is = first_turns(&snapshot, now);
    for envelope in moved(&snapshot, (was, &is), cause.knows, (since, now)) {
        tx.insert_delivery(&envelope, now, now).await?;
    }
    swap::look_again(tx, rotation, cause.key, now).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), now).await
}

/// Returns when the next turn of each member begins.
pub(crate) fn first_turns(snapshot: &Snapshot, now: DateTime<Utc>) -> FirstTurns {
    let members = &snapshot.rotation.members;
    snapshot.position(now).first_turns(members, (members.len() * 2 + 2).min(MOST_COMPARED))
}

/// Returns what those are told whose next turn is at another time than it was, but not the one who knows of it otherwise.
///
/// A turn that has begun meanwhile did not move.
pub(crate) fn moved(
    snapshot: &Snapshot,
    (was, is): (&FirstTurns, &FirstTurns),
    knows: Option<&UserId>,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Vec<Envelope> {
    let members = snapshot.rotation.members.iter();
    let has_moved =
        |user: &UserId| was.get(user) != is.get(user) && was.get(user).is_none_or(|was| now < *was);
    let others = members.filter(|user| Some(*user) != knows && has_moved(user));
    let tell = |user: &UserId| {
        let effect = DatesEffect::DatesMoved {
            rotation: snapshot.rotation.id,
            user: user.clone(),
            changed_at: since,
            was: was.get(user).copied(),
            by: None,
            is_new: false,
            is_by_absence: true,
        };
        Envelope::new(effect, Recipient::Person(user.clone()))
    };
    others.map(tell).collect()
}

/// Returns the rotations in which one of these people is a member, stands in or holds the running turn, by id.
async fn concerned(tx: &mut Tx, users: &BTreeSet<UserId>) -> Result<Vec<RotationRecord>, AppError> {
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|it| {
        let seated = it.kept.as_ref().and_then(|kept| kept.running());
        let seated = seated.into_iter().flat_map(RunningTurn::seats);
        let seated = seated.map(|seat| &seat.user);
        it.members.iter().chain(&it.rules.fallback).chain(seated).any(|user| users.contains(user))
    });
    rotations.sort_by_key(|rotation| rotation.id);
    Ok(rotations)
}
