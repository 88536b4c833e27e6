//! People as the bot last saw them: display name, zone, present or not.

use crate::AppError;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{UserId, WorkspaceId};
use domain::message::Person;
use domain::zone::Zone;
use std::collections::HashMap;
use store::{PersonRecord, Store, Tx};

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

    pub(crate) fn is_admin(&self, user: &UserId) -> bool {
        self.0.get(user).is_some_and(|known| known.is_admin && !known.is_deactivated)
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
