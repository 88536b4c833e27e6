//! People as the bot last saw them: display name, zone, present or not.

use crate::home;
use crate::life;
use crate::snapshot::people_of;
use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::message::Person;
use domain::permission::{Actor, ActorStanding};
use domain::story::people::Gone;
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

    /// Returns whether the person is present in Slack; one never looked up is taken to be, one who was erased is not.
    pub(crate) fn is_present(&self, user: &UserId) -> bool {
        !user.is_erased() && self.0.get(user).is_none_or(|known| !known.is_deactivated)
    }

    /// Returns somebody as permissions look at them; one never looked up is a member without rights of an admin.
    pub(crate) fn actor(&self, user: &UserId) -> Actor {
        let known = self.0.get(user);
        let standing = match known {
            Some(known) if known.is_deactivated => ActorStanding::Deactivated,
            Some(known) if known.is_foreign => ActorStanding::Foreign,
            Some(known) if known.is_guest => ActorStanding::Guest,
            _ => ActorStanding::Member,
        };
        let is_admin = known.is_some_and(|known| known.is_admin);
        Actor { user: user.clone(), is_admin, standing }
    }

    /// Returns the person's local date; UTC's where their zone is not known.
    pub(crate) fn today(&self, user: &UserId, now: DateTime<Utc>) -> NaiveDate {
        self.zone(user).unwrap_or_else(Zone::utc).date_of(now)
    }

    /// Returns whether Slack was ever asked about somebody.
    pub(crate) fn is_known(&self, user: &UserId) -> bool {
        self.0.contains_key(user)
    }

    /// Returns whether Slack was asked about somebody at an instant or after it.
    pub(crate) fn is_seen_since(&self, user: &UserId, since: DateTime<Utc>) -> bool {
        self.0.get(user).is_some_and(|known| since <= known.refreshed_at)
    }

    /// Returns whether it is known to be no person at all.
    pub(crate) fn is_bot(&self, user: &UserId) -> bool {
        self.0.get(user).is_some_and(|known| known.is_bot)
    }

    /// Returns why somebody cannot be on duty at all; nothing of one who can, or was never looked up.
    pub(crate) fn why_gone(&self, user: &UserId) -> Option<Gone> {
        if user.is_erased() {
            return Some(Gone::Erased);
        }
        self.0.get(user).and_then(life::why_gone)
    }

    /// Returns the person's zone, where it is known and still exists.
    pub(crate) fn zone(&self, user: &UserId) -> Option<Zone> {
        self.0.get(user).and_then(|known| known.zone.as_deref()).and_then(|z| Zone::parse(z).ok())
    }
}

/// Stores what Slack said of people, and what follows from it: who left Slack is taken out of their rotations, but not of
/// the one that they are `joining`, where [`check_joiners`](crate::roster::check_joiners) looks next.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn store_people(
    store: &Store,
    workspace: WorkspaceId,
    people: &[PersonRecord],
    joining: Option<RotationId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if people.is_empty() {
        return Ok(());
    }
    // Always in the same order: two that store the same people do not wait for each other in a ring.
    let mut people: Vec<&PersonRecord> = people.iter().collect();
    people.sort_by(|one, other| one.user.cmp(&other.user));
    let mut tx = store.write(workspace).await?;
    let users: Vec<UserId> = people.iter().map(|person| person.user.clone()).collect();
    let before = People::load(&mut tx, &users).await?;
    for person in &people {
        tx.upsert_person(person).await?;
    }
    life::lock_rotations_of_gone(&mut tx, &people, joining).await?;
    let mut changed = Vec::new();
    for person in people {
        let was = before.0.get(&person.user);
        // What was asked before the last answer is not believed.
        if was.is_none_or(|was| was.refreshed_at <= person.refreshed_at) {
            life::follow(&mut tx, was, person, joining, now).await?;
            changed.extend((!was.is_some_and(|was| is_same(was, person))).then_some(&person.user));
        }
    }
    show_changed(&mut tx, &changed, now).await?;
    Ok(tx.commit().await?)
}

/// Shows themselves, and everybody in whose home they stand, that people are known otherwise now.
async fn show_changed(
    tx: &mut Tx,
    changed: &[&UserId],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|rotation| changed.iter().any(|user| rotation.members.contains(user)));
    let others = rotations.iter().flat_map(home::people_of);
    home::touch(tx, changed.iter().copied().chain(others), now).await
}

/// Returns whether two answers of Slack about somebody say the same.
fn is_same(known: &PersonRecord, said: &PersonRecord) -> bool {
    *known == PersonRecord { refreshed_at: known.refreshed_at, ..said.clone() }
}

/// Returns whether what Slack tells of somebody is news: of somebody unknown nothing is, and most changes of a profile
/// concern nothing that is kept.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_news(
    store: &Store,
    workspace: WorkspaceId,
    said: &PersonRecord,
) -> Result<bool, AppError> {
    let known = store.read(workspace).await?.find_people(std::slice::from_ref(&said.user)).await?;
    Ok(known.first().is_some_and(|known| !is_same(known, said)))
}

/// For how long it is believed what Slack said of somebody who asks.
const BELIEVED: TimeDelta = TimeDelta::days(1);

/// Returns whether Slack should be asked about somebody who asks, since that was never done or long ago.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_stale(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let mut tx = store.read(workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(user)).await?;
    Ok(!people.is_seen_since(user, now - BELIEVED))
}

/// Lets somebody be looked up whom nothing is known of; returns whether that is so.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn look_up_unknown(store: &Store, request: &Request) -> Result<bool, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if people.is_known(&request.actor) {
        return Ok(false);
    }
    look_up_actor(&mut tx, request).await?;
    tx.commit().await?;
    Ok(true)
}

/// Returns whether Slack was asked within a day about somebody who asks, by what is loaded.
pub(crate) fn is_seen_lately(people: &People, request: &Request) -> bool {
    people.is_seen_since(&request.actor, request.now - BELIEVED)
}

/// Lets somebody who just changed something be looked up, unless that was done within a day.
pub(crate) async fn look_up_actor(tx: &mut Tx, request: &Request) -> Result<(), AppError> {
    let user = &request.actor;
    let people = People::load(tx, std::slice::from_ref(user)).await?;
    if !people.is_seen_since(user, request.now - BELIEVED) {
        let item = InboxItem::RefreshPeople { users: vec![user.clone()] };
        let key = format!("actor:{user}:{}", request.now.timestamp_micros());
        tx.insert_inbox(&item, &key, request.now).await?;
    }
    Ok(())
}

/// Returns the zone in which a request is read: the person's own, else the one of whoever installed the app.
pub(crate) async fn zone_or_installers(
    tx: &mut Tx,
    people: &People,
    user: &UserId,
) -> Result<Zone, AppError> {
    if let Some(zone) = people.zone(user) {
        return Ok(zone);
    }
    let Some(workspace) = tx.find_workspace().await? else {
        return Ok(Zone::utc());
    };
    let installer = People::load(tx, std::slice::from_ref(&workspace.installer)).await?;
    Ok(installer.zone(&workspace.installer).unwrap_or_else(Zone::utc))
}

/// How late a handoff may be before its members are asked about again: for that long Slack repeats what we missed.
const EVENTS_LAST: TimeDelta = TimeDelta::minutes(15);

/// Returns whom a catch-up asks Slack about in a workspace: the members, and who stands in, of rotations whose handoff is so
/// late that Slack may have told us in vain who left. Those who may be seated first come first.
///
/// Members who were looked up meanwhile are left out.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn members_to_check(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let mut rotations = store.read(workspace).await?.list_rotations().await?;
    rotations.retain(|rotation| {
        let late = |at: DateTime<Utc>| now - at.max(rotation.created_at) > EVENTS_LAST;
        rotation.next_handoff_at.is_some_and(late)
    });
    let mut users: Vec<(usize, UserId)> = Vec::new();
    for rotation in &rotations {
        let people = people_of(rotation);
        let last = rotation.last_turn.as_ref();
        let after = people.iter().position(|user| Some(user) == last).map_or(0, |at| at + 1);
        let order = people.iter().cycle().skip(after).take(people.len());
        users.extend(order.cloned().enumerate());
    }
    users.sort();
    let mut known = HashSet::new();
    users.retain(|(_, user)| known.insert(user.clone()));
    let users = users.into_iter().map(|(_, user)| user).collect();
    not_seen_since(store, workspace, users, now - EVENTS_LAST).await
}

/// Returns whether a handoff is so late that those are asked about again who are to have the duty.
#[must_use]
pub fn is_late(planned_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - planned_at > EVENTS_LAST
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

/// Lets all members of the workspace's rotations, and those who stand in, be looked up again, once for each `occasion`.
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
    let users: BTreeSet<UserId> = rotations.iter().flat_map(people_of).collect();
    if users.is_empty() {
        return Ok(());
    }
    let mut tx = store.write(workspace).await?;
    let item = InboxItem::RefreshPeople { users: users.into_iter().collect() };
    tx.insert_inbox(&item, &format!("members:{occasion}"), now).await?;
    Ok(tx.commit().await?)
}
