//! "Send a test": a handoff as it would be announced, for the one who asks alone.

use crate::deliver::Scene;
use crate::lookup::circle;
use crate::people::People;
use crate::read::skip_lines;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::ids::RotationId;
use domain::message::HandoffMessage;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::announce::{self, parse_template};
use store::{RotationRecord, Store, Tx};

/// Returns the handoff that runs, or the next one, as it would be announced in these words; `None` means those that are
/// stored, or ours. Nothing is written.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn preview(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    typed: Option<&str>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(mut rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&rotation))) {
        return Ok(Reply::Refused(refusal));
    }
    if let Some(typed) = typed {
        // Nothing typed means our own words.
        let words = Some(typed.trim()).filter(|text| !text.is_empty());
        if let Some(Err(fault)) = words.map(parse_template) {
            return Ok(Reply::Announce(announce::Reply::Unusable(fault)));
        }
        rotation.settings.announcement = words.map(str::to_owned);
    }
    let handoff = match running(&mut tx, &rotation, request.now).await? {
        Some(handoff) => Some(handoff),
        None => coming(&mut tx, rotation, request.now).await?,
    };
    Ok(handoff.map_or(Reply::Refused(Refusal::Gone), |handoff| {
        Reply::Announce(announce::Reply::Test(Box::new(handoff)))
    }))
}

async fn running(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<Option<HandoffMessage>, AppError> {
    let turn = tx.find_turn_at(rotation.id, now).await?.filter(|turn| now < turn.ends_at);
    let Some(turn) = turn else { return Ok(None) };
    let scene =
        Scene::load(tx, rotation.clone(), (turn.planned_at, None), None, turn.planned_at).await?;
    match scene {
        Some(scene) => scene.handoff(tx, None, turn.planned_at).await,
        None => Ok(None),
    }
}

/// Returns the next handoff, as far as it is known.
async fn coming(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Option<HandoffMessage>, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let turns = snapshot.position(now).coming(2);
    let Some(turn) = turns.first() else { return Ok(None) };
    let persons = |users: &[domain::ids::UserId]| {
        users.iter().map(|user| snapshot.people.person(user)).collect::<Vec<_>>()
    };
    let rotation = &snapshot.rotation;
    let template = rotation.settings.announcement.as_deref();
    Ok(Some(HandoffMessage {
        gone: Vec::new(),
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        people: persons(&turn.serving()),
        previous: Vec::new(),
        next: turns.get(1).map(|turn| persons(&turn.serving())).unwrap_or_default(),
        template: template.and_then(|text| parse_template(text).ok()),
        since: turn.window.start(),
        until: turn.window.end(),
        is_within_turn: false,
        skipped: skip_lines(&snapshot.people, &rotation.rules.zone, &turn.skipped),
        is_late: false,
        missed: Vec::new(),
    }))
}
