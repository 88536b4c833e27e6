//! The event log, for admins to read.

use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{EventId, RotationId, UserId};
use domain::permission::{Act, may};
use domain::reply::Reply;
use domain::story::data::{self, Button, EVENTS_ON_PAGE, Line, Page};
use domain::zone::Zone;
use serde_json::Value;
use std::collections::BTreeMap;
use store::{AuditRow, Store};
use uuid::Uuid;

/// Answers with the last events, or with the last before one.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn events(
    store: &Store,
    request: &Request,
    before: Option<(DateTime<Utc>, EventId)>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let reader = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&reader.actor(&request.actor), Act::Administer) {
        return Ok(Reply::Refused(refusal));
    }
    // A clock that is set back does not hide what was done a moment ago.
    let newest = (request.now + TimeDelta::days(1), EventId::new(Uuid::max()));
    let limit = u32::try_from(EVENTS_ON_PAGE + 1).unwrap_or(u32::MAX);
    let mut rows = tx.list_events(before.unwrap_or(newest), limit).await?;
    let has_older = rows.len() > EVENTS_ON_PAGE;
    rows.truncate(EVENTS_ON_PAGE);
    let older = rows.last().filter(|_| has_older);
    let older = older.map(|last| Button::Older { at: last.at, event: last.id });
    let told: Vec<Told> = rows.into_iter().map(Told::read).collect();
    let users: Vec<UserId> =
        told.iter().flat_map(|told| told.actor.iter().chain(&told.subject)).cloned().collect();
    let people = People::load(&mut tx, &users).await?;
    let mut names: BTreeMap<RotationId, String> = BTreeMap::new();
    for rotation in tx.list_rotations().await?.into_iter().chain(tx.list_deleted_rotations().await?)
    {
        names.insert(rotation.id, rotation.name);
    }
    let line = |told: Told| Line {
        at: told.row.at,
        action: told.row.action,
        actor: told.actor.as_ref().map(|user| people.person(user)),
        subject: told.subject.as_ref().map(|user| people.person(user)),
        rotation: told.rotation.and_then(|id| names.get(&id).cloned()),
    };
    Ok(Reply::Data(data::Reply::Events(Page {
        events: told.into_iter().map(line).collect(),
        zone: reader.zone(&request.actor).unwrap_or_else(Zone::utc).name().to_owned(),
        has_newer: before.is_some(),
        older,
    })))
}

/// An event with what its payload names.
struct Told {
    row: AuditRow,
    actor: Option<UserId>,
    subject: Option<UserId>,
    rotation: Option<RotationId>,
}

impl Told {
    fn read(row: AuditRow) -> Self {
        let payload: Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let user = |name: &str| payload[name].as_str().map(UserId::new);
        let rotation = payload["rotation"].as_str().and_then(|id| id.parse().ok());
        Self {
            actor: user("actor"),
            subject: user("subject"),
            rotation: rotation.map(RotationId::new),
            row,
        }
    }
}
