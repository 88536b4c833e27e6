//! The App Home: kept up to date for whoever has opened it.

mod compose;

pub(crate) use compose::{compose, workspace_state};

use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::effect::{Envelope, HomeEffect, Recipient};
use domain::ids::{DeliveryId, UserId, WorkspaceId};
use std::collections::BTreeSet;
use store::{RotationRecord, Store, Tx};

/// Changes within the same such time are shown together.
const GATHERED: TimeDelta = TimeDelta::seconds(1);

/// How long after that time a view is composed: what is changed within it is saved by then.
const SETTLED: TimeDelta = TimeDelta::seconds(2);

/// Shows a person who has opened the home what it holds, from its first page, and keeps it up to date from now on.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn open(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    if tx.find_workspace().await?.is_none() {
        return Ok(());
    }
    turn_to(&mut tx, user, 0, now).await?;
    show(&mut tx, user, "opened", now).await?;
    Ok(tx.commit().await?)
}

/// Shows another page of the home.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn turn_page(store: &Store, request: &Request, page: u32) -> Result<(), AppError> {
    let mut tx = store.write(request.workspace).await?;
    // Whoever presses has it before them.
    turn_to(&mut tx, &request.actor, page, request.now).await?;
    show(&mut tx, &request.actor, &request.key, request.now).await?;
    Ok(tx.commit().await?)
}

/// Keeps the home up to date from now on, on a page of it.
///
/// Who changes something at this very moment may not know yet that this home is open; so it is shown once more when
/// that has settled.
async fn turn_to(
    tx: &mut Tx,
    user: &UserId,
    page: u32,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut preferences = tx.lock_preferences(user).await?;
    let is_new = preferences.home_opened_at.is_none();
    preferences.home_opened_at = preferences.home_opened_at.or(Some(now));
    preferences.home_page = page;
    tx.record_preferences(user, &preferences).await?;
    if is_new {
        touch(tx, [user], now).await?;
    }
    Ok(())
}

/// Keeps no home up to date for this person any more, until they open it again.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn forget(store: &Store, workspace: WorkspaceId, user: &UserId) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let mut preferences = tx.lock_preferences(user).await?;
    preferences.home_opened_at = None;
    tx.record_preferences(user, &preferences).await?;
    Ok(tx.commit().await?)
}

/// Shows those of these people who have opened their home that something changed; several changes are shown at once.
///
/// It belongs into the transaction of the change, once, with everybody whom the change concerns.
pub(crate) async fn touch(
    tx: &mut Tx,
    users: impl IntoIterator<Item = &UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let users: BTreeSet<&UserId> = users.into_iter().collect();
    let users: Vec<UserId> = users.into_iter().cloned().collect();
    let open = find_open(tx, &users).await?;
    for (envelope, at) in updates(open.iter(), now) {
        tx.insert_delivery(&envelope, at, now).await?;
    }
    Ok(())
}

/// Returns those of these people who have opened their home.
pub(crate) async fn find_open(tx: &mut Tx, users: &[UserId]) -> Result<BTreeSet<UserId>, AppError> {
    let mut known = tx.find_preferences_of(users).await?;
    known.retain(|(_, preferences)| preferences.home_opened_at.is_some());
    Ok(known.into_iter().map(|(user, _)| user).collect())
}

/// Returns what shows people who have opened their home that something changed, each with the instant from which on.
///
/// They are to come in the order of a set, so that two changes of the same people never wait for each other.
pub(crate) fn updates<'a>(
    open: impl Iterator<Item = &'a UserId>,
    now: DateTime<Utc>,
) -> Vec<(Envelope, DateTime<Utc>)> {
    let as_of = now.duration_trunc(GATHERED).unwrap_or(now) + GATHERED;
    let update = |user: &UserId| {
        let effect = HomeEffect::PublishHome { user: user.clone(), as_of, act: None };
        (Envelope::new(effect, Recipient::Home(user.clone())), as_of + SETTLED)
    };
    open.map(update).collect()
}

/// Shows those who administer the workspace that its rotations, or what is wrong with them, changed.
pub(crate) async fn touch_admins(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), AppError> {
    let open = who_opened(tx).await?;
    let people = People::load(tx, &open).await?;
    let admins = open.iter().filter(|user| people.actor(user).is_admin);
    touch(tx, admins, now).await
}

/// Shows everybody who has opened their home that something changed that concerns all.
pub(crate) async fn touch_everybody(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), AppError> {
    let open = who_opened(tx).await?;
    touch(tx, &open, now).await
}

/// Shows a person their home again at an instant at which it reads otherwise, whatever happens until then.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn show_again(
    tx: &mut Tx,
    user: &UserId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let effect = HomeEffect::PublishHome { user: user.clone(), as_of: at, act: None };
    let envelope = Envelope::new(effect, Recipient::Home(user.clone()));
    tx.insert_delivery(&envelope, at + SETTLED, now).await?;
    Ok(())
}

/// Shows one person their home at once, for what they did in it; `act` tells that from all else they do.
pub(crate) async fn show(
    tx: &mut Tx,
    user: &UserId,
    act: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let act = Some(DeliveryId::of_parts(&["home", act]));
    let effect = HomeEffect::PublishHome { user: user.clone(), as_of: now, act };
    let envelope = Envelope::new(effect, Recipient::Home(user.clone()));
    tx.insert_delivery(&envelope, now, now).await?;
    Ok(())
}

async fn who_opened(tx: &mut Tx) -> Result<Vec<UserId>, AppError> {
    let all = tx.list_preferences().await?;
    let open = all.into_iter().filter(|(_, preferences)| preferences.home_opened_at.is_some());
    Ok(open.map(|(user, _)| user).collect())
}

/// Returns whom a change of a rotation concerns.
pub(crate) fn people_of(rotation: &RotationRecord) -> impl Iterator<Item = &UserId> {
    let managers = rotation.settings.managers.iter();
    rotation.members.iter().chain(managers).chain(std::iter::once(&rotation.created_by))
}
