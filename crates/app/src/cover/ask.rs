//! Cover is asked for: by the one whose time it is, by a manager for them, or since they are unavailable.

use super::Done as Cover;
use super::form::refused;
use super::steps;
use super::turns::turns;
use crate::audit::{self, Entry};
use crate::home;
use crate::lifecycle::walked;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::walk::MOST_COMPARED;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Field;
use domain::effect::{Envelope, Recipient, RequestEffect};
use domain::ids::{CoverRequestId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Answer;
use domain::story::cover::{AskForm, Refusal as Why, read_span};
use serde_json::json;
use store::{CoverRequestOrigin, CoverRequestRecord, CoverRequestState, Store, Tx};

/// Asks for cover as the modal says.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit(store: &Store, request: &Request, form: &AskForm) -> Result<Answer, AppError> {
    let mut faults = Vec::new();
    let act = async |tx: &mut Tx| ask(tx, request, form, &mut faults).await;
    let decision = once(store, request, act).await?;
    if !faults.is_empty() {
        return Ok(Answer::FieldErrors(faults));
    }
    match decision {
        Ok(done) => {
            let reply = super::told::said(store, request, Ok(done), None, None).await?;
            Ok(Answer::Say(Box::new(reply)))
        }
        Err(refusal @ Refusal::Cover(_)) => {
            Ok(Answer::FieldErrors(vec![(Field::Turn, refusal.to_string())]))
        }
        Err(refusal) => Ok(refused(refusal)),
    }
}

async fn ask(
    tx: &mut Tx,
    request: &Request,
    form: &AskForm,
    faults: &mut Vec<(Field, String)>,
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(snapshot) = walked(tx, request, form.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let Some((planned_at, of)) = &form.turn else { return Ok(Err(Refusal::Unreadable)) };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let is_own = of == actor;
    let act = if is_own { Act::Change } else { Act::Manage(circle(&snapshot.rotation)) };
    if let Err(refusal) = may(&people.actor(actor), act) {
        return Ok(Err(refusal));
    }
    let position = snapshot.position(now);
    let just_then = *planned_at + TimeDelta::microseconds(1);
    let mut found = turns(&position, Some(just_then), MOST_COMPARED, now).into_iter();
    let Some(turn) = found.find(|turn| turn.planned_at == *planned_at) else {
        return Ok(Err(Why::NotTheirs.into()));
    };
    drop(position);
    let window = match read_span(&form.span, &snapshot.rotation.rules.zone, turn.window) {
        Ok(window) => window,
        Err(found) => {
            *faults = found;
            return Ok(Err(Refusal::Unreadable));
        }
    };
    let covers = &snapshot.layers.covers;
    if !turn.is_of(of, window, covers) {
        return Ok(Err(Why::NotTheirs.into()));
    }
    let origin = if is_own { CoverRequestOrigin::Asked } else { CoverRequestOrigin::Arranged };
    let asked = tx.list_cover_requests(form.rotation, window).await?;
    let open = asked.iter().find(|it| it.of == *of && it.state == CoverRequestState::Open);
    if let Some(open) = open {
        let is_within = open.starts_at <= window.start() && window.end() <= open.ends_at;
        return Ok(if is_within {
            Ok(Done::Cover(Cover::Asked { request: open.id, is_old: true }))
        } else {
            Err(Why::AskedAlready.into())
        });
    }
    let new = New { of, planned_at: *planned_at, window, origin, by: actor };
    match make(tx, &snapshot, &new, now).await? {
        Some(request) => Ok(Ok(Done::Cover(Cover::Asked { request, is_old: false }))),
        None => Ok(Err(Why::CoveredAlready.into())),
    }
}

/// A request that is to be made.
pub(super) struct New<'a> {
    pub(super) of: &'a UserId,
    pub(super) planned_at: DateTime<Utc>,
    pub(super) window: Interval,
    pub(super) origin: CoverRequestOrigin,
    pub(super) by: &'a UserId,
}

/// Makes a request in a locked rotation, or makes it anew, and sees to all that is due for it later; nothing where others
/// cover all of it.
pub(super) async fn make(
    tx: &mut Tx,
    snapshot: &Snapshot,
    new: &New<'_>,
    now: DateTime<Utc>,
) -> Result<Option<CoverRequestId>, AppError> {
    let rotation = &*snapshot.rotation;
    let before = tx.find_cover_request_of(rotation.id, new.of, new.window).await?;
    let channel = rotation.settings.cover_channel.as_ref().unwrap_or(&rotation.channel);
    let mut record = CoverRequestRecord {
        id: CoverRequestId::new(store::new_id(now)),
        rotation: rotation.id,
        of: new.of.clone(),
        planned_at: new.planned_at,
        starts_at: new.window.start(),
        ends_at: new.window.end(),
        state: CoverRequestState::Open,
        origin: new.origin,
        occasion: 0,
        made_by: new.by.clone(),
        made_at: now,
        closed_by: None,
        closed_at: None,
        channel: channel.clone(),
    };
    if let Some(before) = &before {
        (record.id, record.occasion) = (before.id, before.occasion + 1);
    }
    let case = super::case::Case::of(tx, record).await?;
    if case.open_from(now).is_empty() {
        return Ok(None);
    }
    let record = case.record;
    if before.is_some() {
        tx.update_cover_request(&record).await?;
        tx.delete_cover_answers(record.id).await?;
    } else {
        tx.insert_cover_request(&record).await?;
    }
    steps::schedule(tx, &record, now).await?;
    if record.origin != CoverRequestOrigin::Asked {
        let told = RequestEffect::CoverAskedFor {
            rotation: record.rotation,
            request: record.id,
            occasion: record.occasion,
            user: record.of.clone(),
        };
        let to = Recipient::Person(record.of.clone());
        tx.insert_delivery(&Envelope::new(told, to), now, now).await?;
    }
    let entry = Entry {
        action: "cover_asked",
        actor: Some(new.by),
        rotation: Some(record.rotation),
        subject: Some(new.of),
        details: json!({"request": record.id, "planned_at": record.planned_at, "occasion": record.occasion}),
    };
    audit::record(tx, now, entry).await?;
    home::touch(tx, home::people_of(rotation), now).await?;
    Ok(Some(record.id))
}
