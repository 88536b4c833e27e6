//! Somebody leaves Slack, is found to be no person, comes back, or leaves a channel: what their rotations make of it.

pub mod add_again;
pub(crate) mod said;

use crate::AppError;
use crate::audit::{self, Entry};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, carry_out};
use chrono::{DateTime, Utc};
use domain::change::{Change, Leave, RosterChange, Timed};
use domain::effect::{Envelope, PeopleEffect, Recipient};
use domain::ids::{ChannelId, RotationId, UserId, WorkspaceId};
use domain::rules::Rules;
use domain::story::people::Gone;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{PersonRecord, RotationRecord, Store, Tx};

/// Does what follows from what Slack says of somebody now, beside what was known before; in the same transaction.
///
/// Whoever is looked up since they are `joining` a rotation is taken out of that one by the roster's story, which tells
/// who added them.
pub(crate) async fn follow(
    tx: &mut Tx,
    was: Option<&PersonRecord>,
    is: &PersonRecord,
    joining: Option<RotationId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    match why_gone(is) {
        Some(why) => take_out(tx, &is.user, why, joining, now).await,
        None if was.is_some_and(|was| was.is_deactivated) => came_back(tx, &is.user, now).await,
        None => Ok(()),
    }
}

/// Locks every rotation that somebody of these may have to leave: always in the same order, so that two who follow the
/// same people do not wait for each other in a ring.
pub(crate) async fn lock_rotations_of_gone(
    tx: &mut Tx,
    people: &[&PersonRecord],
    joining: Option<RotationId>,
) -> Result<(), AppError> {
    let gone: Vec<&UserId> =
        people.iter().filter(|is| why_gone(is).is_some()).map(|is| &is.user).collect();
    // One by itself locks what it leaves in this order already.
    if gone.len() < 2 {
        return Ok(());
    }
    let rotations = tx.list_rotations().await?;
    let concerned = rotations.iter().filter(|rotation| {
        Some(rotation.id) != joining && gone.iter().any(|user| concerns(rotation, user))
    });
    let concerned: BTreeSet<RotationId> = concerned.map(|rotation| rotation.id).collect();
    for id in concerned {
        tx.lock_rotation(id).await?;
    }
    Ok(())
}

/// Tells the managers of rotations that speak in a channel that a member of theirs has left it. Nobody is removed.
///
/// # Errors
///
/// When the database cannot be reached; nobody is told then.
pub async fn channel_left(
    store: &Store,
    workspace: WorkspaceId,
    (user, channel): (&UserId, &ChannelId),
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    // Who left Slack left its channels with it, and that is told otherwise.
    let people = People::load(&mut tx, std::slice::from_ref(user)).await?;
    if !people.is_present(user) {
        return Ok(());
    }
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|rotation| rotation.channel == *channel && rotation.members.contains(user));
    let effect = |rotations| PeopleEffect::LeftChannel {
        user: user.clone(),
        channel: channel.clone(),
        rotations,
        day: at.date_naive(),
    };
    tell_managers(&mut tx, &rotations, user, effect, now).await?;
    Ok(tx.commit().await?)
}

/// Returns whether a rotation of which somebody is a member speaks in a channel.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_member_told_in(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    channel: &ChannelId,
) -> Result<bool, AppError> {
    let rotations = store.read(workspace).await?.list_rotations().await?;
    let mut there = rotations.iter().filter(|rotation| rotation.channel == *channel);
    Ok(there.any(|rotation| rotation.members.contains(user)))
}

/// Returns why somebody cannot be on duty in this workspace at all.
pub(crate) fn why_gone(person: &PersonRecord) -> Option<Gone> {
    if person.is_bot { Some(Gone::Bot) } else { person.is_deactivated.then_some(Gone::LeftSlack) }
}

/// Takes somebody who is erased out of every rotation of the workspace; it is told that somebody was, and not who.
pub(crate) async fn take_out_erased(
    tx: &mut Tx,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    take_out(tx, user, Gone::Erased, None, now).await
}

/// Returns what takes those out of a rotation who were erased while it was deleted.
pub(crate) fn changes_of_erased(
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Vec<Timed<Change>> {
    let fallback = rotation.rules.fallback.iter();
    let erased: BTreeSet<&UserId> =
        rotation.members.iter().chain(fallback).filter(|user| user.is_erased()).collect();
    let changes = erased.into_iter().flat_map(|user| changes(rotation, user, Gone::Erased));
    changes.map(|what| Timed { at: now, what }).collect()
}

/// Returns what takes somebody out of a rotation.
fn changes(rotation: &RotationRecord, user: &UserId, why: Gone) -> Vec<Change> {
    let rules = &rotation.rules;
    let stands_in = rules.fallback.as_ref() == Some(user);
    let leave = match why {
        // It is noted who can stand in for nobody; a bot among the members is simply removed.
        Gone::Bot | Gone::Erased if !stands_in => Leave::Now,
        Gone::Bot | Gone::LeftSlack | Gone::Erased => Leave::Deactivated,
    };
    let mut changes = vec![Change::Roster(RosterChange::Remove { user: user.clone(), leave })];
    if stands_in && why == Gone::Erased {
        changes.push(Change::Rules(Box::new(Rules { fallback: None, ..rules.clone() })));
    }
    changes
}

/// Takes somebody out of every rotation of the workspace at once, but the one that they are joining; a duty that they
/// hold passes to the next who is free.
async fn take_out(
    tx: &mut Tx,
    user: &UserId,
    why: Gone,
    joining: Option<RotationId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    tx.delete_calendar_links_of(user).await?;
    let mut concerned: Vec<RotationId> = rotations_of(tx, user).await?;
    concerned.retain(|id| Some(*id) != joining);
    // Always in the same order: two that lock the same rotations do not wait for each other in a ring.
    concerned.sort_unstable();
    let named = if why == Gone::Erased { tx.pseudonym_of(user) } else { user.clone() };
    let mut left = Vec::new();
    for id in concerned {
        let Some(record) = tx.lock_rotation(id).await?.filter(|record| concerns(record, user))
        else {
            continue;
        };
        let snapshot = Snapshot::load(tx, record, now).await?;
        let edit = Edit::of_all(&snapshot, changes(&snapshot.rotation, user, why), now);
        // They are told nothing of the dates that they lose.
        carry_out(tx, &snapshot, &edit, Some(user), now).await?;
        let entry = Entry {
            action: "member_gone",
            actor: None,
            rotation: Some(id),
            subject: Some(&named),
            details: json!({"why": why}),
        };
        audit::record(tx, now, entry).await?;
        let rotation = snapshot.rotation;
        if rotation.members.iter().all(|member| member == user) {
            let empty =
                PeopleEffect::RosterEmpty { rotation: id, user: named.clone(), found_at: now, why };
            let to = Recipient::Channel(rotation.channel.clone());
            tx.insert_delivery(&Envelope::new(empty, to), now, now).await?;
        }
        left.push(Arc::unwrap_or_clone(rotation));
    }
    let effect =
        |rotations| PeopleEffect::MemberGone { user: named.clone(), rotations, found_at: now, why };
    tell_managers(tx, &left, user, effect, now).await
}

/// Nobody is put back silently: the managers decide.
async fn came_back(tx: &mut Tx, user: &UserId, now: DateTime<Utc>) -> Result<(), AppError> {
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|rotation| was_taken_out(rotation, user));
    let effect =
        |rotations| PeopleEffect::MemberBack { user: user.clone(), rotations, found_at: now };
    tell_managers(tx, &rotations, user, effect, now).await
}

/// Returns whether somebody was taken out of a rotation because they left Slack.
pub(crate) fn was_taken_out(rotation: &RotationRecord, user: &UserId) -> bool {
    let is_noted = rotation.kept.as_ref().is_some_and(|kept| kept.deactivated().contains(user));
    is_noted && !rotation.members.contains(user) && rotation.rules.fallback.as_ref() != Some(user)
}

async fn rotations_of(tx: &mut Tx, user: &UserId) -> Result<Vec<RotationId>, AppError> {
    let rotations = tx.list_rotations().await?;
    let ids = rotations.iter().filter(|rotation| concerns(rotation, user));
    Ok(ids.map(|rotation| rotation.id).collect())
}

/// Returns whether somebody could still come to be on duty in a rotation: as a member, or as the one who stands in.
fn concerns(rotation: &RotationRecord, user: &UserId) -> bool {
    let is_noted = rotation.kept.as_ref().is_some_and(|kept| kept.deactivated().contains(user));
    let stands_in = rotation.rules.fallback.as_ref() == Some(user) && !is_noted;
    rotation.members.contains(user) || stands_in
}

/// Tells each manager who is still there once, of all the rotations that they manage.
async fn tell_managers(
    tx: &mut Tx,
    rotations: &[RotationRecord],
    about: &UserId,
    effect: impl Fn(Vec<RotationId>) -> PeopleEffect,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut managed: BTreeMap<UserId, BTreeSet<RotationId>> = BTreeMap::new();
    for rotation in rotations {
        for manager in std::iter::once(&rotation.created_by).chain(&rotation.settings.managers) {
            managed.entry(manager.clone()).or_default().insert(rotation.id);
        }
    }
    let managers: Vec<UserId> = managed.keys().cloned().collect();
    let people = People::load(tx, &managers).await?;
    for (manager, rotations) in managed {
        if manager == *about || !people.is_present(&manager) || people.is_bot(&manager) {
            continue;
        }
        let effect = effect(rotations.into_iter().collect());
        tx.insert_delivery(&Envelope::new(effect, Recipient::Person(manager)), now, now).await?;
    }
    Ok(())
}
