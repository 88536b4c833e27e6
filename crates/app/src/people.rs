//! People as the bot last saw them: display name, zone, present or not.

use crate::AppError;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::message::Person;
use domain::permission::{Actor, ActorStanding};
use domain::zone::Zone;
use std::collections::{BTreeSet, HashMap, HashSet};
use store::{InboxItem, PersonRecord, Store, Tx};

/// The people that an answer or a plan speaks of.
#[derive(Debug, Default)]
pub(crate) struct People(HashMap<UserId, PersonRecord>);

impl People {
    /// Loads what is known of these people; somebody never looked up is simply not there.
    pub(crate) async fn load(tx: &mut Tx, users: &[UserId]) -> Result<Self, AppError> {
        let found = tx.find_people(users).await?;
        Ok(Self(found.into_iter().map(|person| (person.user.clone(), person)).collect()))
    }

    pub(crate) fn person(&self, user: &UserId) -> Person {
        let name = self.0.get(user).map(|known| known.display_name.clone());
        Person { user: user.clone(), name: name.filter(|name| !name.trim().is_empty()) }
    }

    /// Returns whether the person is present in Slack; one never looked up is taken to be.
    pub(crate) fn is_present(&self, user: &UserId) -> bool {
        self.0.get(user).is_none_or(|known| !known.is_deactivated)
    }

    /// Returns somebody as permissions look at them; one never looked up is a member without rights of an admin.
    pub(crate) fn actor(&self, user: &UserId) -> Actor {
        let known = self.0.get(user);
        let standing = match known {
            Some(known) if known.is_deactivated => ActorStanding::Deactivated,
            Some(known) if known.is_guest => ActorStanding::Guest,
            _ => ActorStanding::Member,
        };
        let is_admin = known.is_some_and(|known| known.is_admin);
        Actor { user: user.clone(), is_admin, standing }
    }

    /// Returns whether it is known to be no person at all.
    pub(crate) fn is_bot(&self, user: &UserId) -> bool {
        self.0.get(user).is_some_and(|known| known.is_bot)
    }

    /// Returns whether somebody was ever looked up.
    pub(crate) fn is_known(&self, user: &UserId) -> bool {
        self.0.contains_key(user)
    }

    /// Returns the person's zone, where it is known and still exists.
    pub(crate) fn zone(&self, user: &UserId) -> Option<Zone> {
        self.0.get(user).and_then(|known| known.zone.as_deref()).and_then(|z| Zone::parse(z).ok())
    }

    /// Returns the person's local date; UTC's where their zone is not known.
    pub(crate) fn today(&self, user: &UserId, now: DateTime<Utc>) -> NaiveDate {
        self.zone(user).unwrap_or_else(Zone::utc).date_of(now)
    }
}

/// Stores what Slack said of people.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn store_people(
    store: &Store,
    workspace: WorkspaceId,
    people: &[PersonRecord],
) -> Result<(), AppError> {
    if people.is_empty() {
        return Ok(());
    }
    let mut tx = store.write(workspace).await?;
    for person in people {
        tx.upsert_person(person).await?;
    }
    Ok(tx.commit().await?)
}

/// How late a handoff may be before its members are asked about again: for that long Slack repeats what we missed.
const EVENTS_LAST: TimeDelta = TimeDelta::minutes(15);

/// Returns the members of a rotation whose handoff is so late that Slack may have told us in vain who left.
///
/// Members who were looked up meanwhile are left out; a rotation whose handoff is on time has none.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn members_to_check(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let mut tx = store.read(workspace).await?;
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Vec::new());
    };
    let late = |at: DateTime<Utc>| now - at.max(rotation.created_at) > EVENTS_LAST;
    if !rotation.next_handoff_at.is_some_and(late) {
        return Ok(Vec::new());
    }
    drop(tx);
    not_seen_since(store, workspace, rotation.members, now - EVENTS_LAST).await
}

/// Returns those of the people whom Slack was not asked about since an instant.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn not_seen_since(
    store: &Store,
    workspace: WorkspaceId,
    users: Vec<UserId>,
    since: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let known = store.read(workspace).await?.find_people(&users).await?;
    let seen: HashSet<UserId> = known
        .into_iter()
        .filter(|person| person.refreshed_at >= since)
        .map(|person| person.user)
        .collect();
    Ok(users.into_iter().filter(|user| !seen.contains(user)).collect())
}

/// Lets all members of the workspace's rotations be looked up again, once for each `occasion`.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn look_up_members(
    store: &Store,
    workspace: WorkspaceId,
    occasion: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let rotations = store.read(workspace).await?.list_rotations().await?;
    let users: BTreeSet<UserId> =
        rotations.into_iter().flat_map(|rotation| rotation.members).collect();
    if users.is_empty() {
        return Ok(());
    }
    let mut tx = store.write(workspace).await?;
    let item = InboxItem::RefreshPeople { users: users.into_iter().collect() };
    tx.insert_inbox(&item, &format!("members:{occasion}"), now).await?;
    Ok(tx.commit().await?)
}
