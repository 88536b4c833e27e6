//! The page behind a link.

use super::link::{self, Opened};
use super::{name_of, reach, shifts};
use crate::AppError;
use crate::read::card_of;
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::reply::DutyCard;
use domain::shift::Shift;
use domain::story::calendar::Opens;
use domain::zone::Zone;
use std::collections::BTreeMap;
use store::Store;

/// A rotation as its page shows it.
#[derive(Debug)]
pub struct Schedule {
    /// Who is on duty now, and who is next.
    pub card: DutyCard,
    /// The rotation's zone, in which all times are shown.
    pub zone: Zone,
    /// Who serves when, in order, 12 months back and ahead.
    pub shifts: Vec<Shift>,
    /// What of that is shown.
    pub window: Interval,
    /// Everybody who is named in them, those who take turns first, in the order in which they do.
    pub people: Vec<UserId>,
    names: BTreeMap<UserId, String>,
}

impl Schedule {
    /// Returns what somebody is called.
    #[must_use]
    pub fn name_of<'a>(&'a self, user: &'a UserId) -> &'a str {
        self.names.get(user).map_or(user.as_str(), String::as_str)
    }
}

/// Returns what the page behind a link shows; `None` for a link that opens no page.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn schedule(
    store: &Store,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Schedule>, AppError> {
    let Some((workspace, hash)) = link::read(token) else { return Ok(None) };
    let mut tx = store.read(workspace).await?;
    let found = tx.find_calendar_link(&hash).await?;
    let found = found.filter(|link| matches!(link.opens, Opens::Page(_)));
    let Some(Opened { rotation: Some(rotation), .. }) = link::opened(&mut tx, found).await? else {
        return Ok(None);
    };
    let window = reach(now).ok_or(AppError::Unplannable("the calendar ends here"))?;
    let loaded = shifts::load(&mut tx, rotation, window, now).await?;
    let card = card_of(&loaded.snapshot, now);
    let mut people = loaded.snapshot.rotation.members.clone();
    for user in shifts::named(&loaded.row) {
        if !people.contains(&user) {
            people.push(user);
        }
    }
    let persons = card.members.iter().map(|person| (person.user.clone(), name_of(person)));
    let mut names: BTreeMap<UserId, String> = persons.collect();
    for user in &people {
        names.entry(user.clone()).or_insert_with(|| name_of(&loaded.people.person(user)));
    }
    let zone = loaded.snapshot.rotation.rules.zone.clone();
    Ok(Some(Schedule { card, zone, shifts: loaded.row, window, people, names }))
}
