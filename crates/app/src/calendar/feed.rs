//! The calendar behind a link.

use super::link::{self, Opened};
use super::{names, reach, shifts};
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::calendar::{self, Entry, Feed, Published, Source, compose};
use domain::ids::UserId;
use domain::story::calendar::Opens;
use domain::zone::Zone;
use store::{CalendarLink, RotationRecord, Store, Tx};

/// What a calendar is to show.
struct Told {
    name: String,
    about: String,
    zone: Option<Zone>,
    entries: Vec<Entry>,
}

impl Told {
    fn text(&self, published: &Published) -> String {
        let Self { name, about, zone, entries } = self;
        compose(&Feed { name, about, zone: zone.as_ref(), entries }, published)
    }
}

/// Returns the calendar behind a link; `None` for a link that opens none.
///
/// What has changed since it was asked for last is published in a new revision, which is written down first. Several who ask at
/// the same time wait for each other then, and each gets the plan as it is after the one before.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn feed(
    store: &Store,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>, AppError> {
    let Some((workspace, hash)) = link::read(token) else { return Ok(None) };
    let mut tx = store.read(workspace).await?;
    let found = tx.find_calendar_link(&hash).await?;
    let Some((published, told)) = tell(&mut tx, found, now).await? else { return Ok(None) };
    if published.with(&told.entries, now) == published {
        return Ok(Some(told.text(&published)));
    }
    drop(tx);
    let mut tx = store.write(workspace).await?;
    let found = tx.lock_calendar_link(&hash).await?;
    let Some((before, told)) = tell(&mut tx, found, now).await? else { return Ok(None) };
    let published = before.with(&told.entries, now);
    tx.record_published(&hash, &published).await?;
    tx.commit().await?;
    Ok(Some(told.text(&published)))
}

async fn tell(
    tx: &mut Tx,
    found: Option<CalendarLink>,
    now: DateTime<Utc>,
) -> Result<Option<(Published, Told)>, AppError> {
    let Some(Opened { link, rotation }) = link::opened(tx, found).await? else { return Ok(None) };
    let told = match (link.opens, rotation) {
        // A page is no calendar, and its link opens none.
        (Opens::Page(_), _) => return Ok(None),
        (_, Some(rotation)) => of_rotation(tx, rotation, now).await?,
        (_, None) => of_person(tx, &link.user, now).await?,
    };
    Ok(Some((link.published, told)))
}

async fn of_rotation(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Told, AppError> {
    let window = reach(now).ok_or(AppError::Unplannable("the calendar ends here"))?;
    let name = rotation.name.clone();
    let loaded = shifts::load(tx, rotation, window, now).await?;
    let rotation = &loaded.snapshot.rotation;
    let zone = &rotation.rules.zone;
    let stopped_since = stopped_since(rotation);
    let source = Source { rotation: rotation.id, name: &name, zone, stopped_since };
    let entries = calendar::entries_of(source, &loaded.row, names(&loaded.people));
    let about = format!("Who is on duty in {name}, from Asyncbot. It follows every change.");
    Ok(Told { zone: Some(zone.clone()), name, about, entries })
}

/// Returns since when the plan has no room for a rotation, if it has none.
fn stopped_since(rotation: &RotationRecord) -> Option<DateTime<Utc>> {
    rotation.rest.filter(|rest| rest.by_plan).map(|rest| rest.since)
}

async fn of_person(tx: &mut Tx, user: &UserId, now: DateTime<Utc>) -> Result<Told, AppError> {
    let window = reach(now).ok_or(AppError::Unplannable("the calendar ends here"))?;
    let mut entries = Vec::new();
    for rotation in tx.list_rotations().await? {
        let loaded = shifts::load(tx, rotation, window, now).await?;
        let rotation = &loaded.snapshot.rotation;
        let (name, zone) = (rotation.name.as_str(), &rotation.rules.zone);
        let stopped_since = stopped_since(rotation);
        let source = Source { rotation: rotation.id, name, zone, stopped_since };
        let names = names(&loaded.people);
        entries.extend(calendar::own_entries(source, &loaded.row, user, names));
    }
    Ok(Told {
        name: String::from("On duty"),
        about: String::from("When you are on duty, from Asyncbot. It follows every change."),
        zone: None,
        entries,
    })
}
