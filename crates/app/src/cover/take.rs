//! Somebody takes what is open of a request, or a part of it: the first who does has it.

use super::Done as Cover;
use super::case::Case;
use super::turns::turns_in;
use super::{begin, insert_all, told};
use crate::audit::{self, Entry};
use crate::home;
use crate::lifecycle::walked;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::serving::serving_in;
use crate::snapshot::{Snapshot, counts_in};
use crate::{AppError, Request};
use domain::effect::{Envelope, Recipient, RequestEffect};
use domain::ids::{CoverRequestId, CoverageId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::cover::{PartForm, Refusal as Why, read_span};
use serde_json::json;
use store::{CoverageKind, CoverageRecord, RotationRecord, Store, StoreError, Tx};

/// Takes what is open of a request, or what of it lies in a window; although away where `is_anyway`.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn take(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
    window: Option<Interval>,
    is_anyway: bool,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| claim(tx, request, id, window, is_anyway).await;
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { .. })) => Err(Why::NotSoAnyMore.into()),
        other => other?,
    };
    told::said(store, request, decision, Some(id), window).await
}

/// Takes the part of a request that the modal says.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit(store: &Store, request: &Request, form: &PartForm) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(case) = Case::find(&mut tx, form.request).await? else {
        return Ok(super::form::refused(Refusal::Gone));
    };
    let Some(rotation) = tx.find_rotation(case.record.rotation).await? else {
        return Ok(super::form::refused(Refusal::Gone));
    };
    drop(tx);
    let window = match Interval::new(case.record.starts_at, case.record.ends_at) {
        Some(within) => match read_span(&form.span, &rotation.rules.zone, within) {
            Ok(window) => Some(window),
            Err(faults) => return Ok(Answer::FieldErrors(faults)),
        },
        None => None,
    };
    let reply = take(store, request, form.request, window, false).await?;
    Ok(Answer::Say(Box::new(reply)))
}

async fn claim(
    tx: &mut Tx,
    request: &Request,
    id: CoverRequestId,
    window: Option<Interval>,
    is_anyway: bool,
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(found) = tx.find_cover_request(id).await? else { return Ok(Err(Refusal::Gone)) };
    let Some(rotation) = tx.lock_rotation(found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    if let Err(refusal) = may(&people.actor(actor), Act::Serve(circle(&rotation))) {
        return Ok(Err(refusal));
    }
    // Many may press at once: whoever is not the first learns it before anything else is looked at.
    let case = Case::find(tx, id).await?.filter(Case::is_open);
    let Some(case) = case else { return Ok(Err(Why::NotSoAnyMore.into())) };
    let Some(snapshot) = walked(tx, request, found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    if case.record.of == *actor {
        return Ok(Err(Why::OwnTurn.into()));
    }
    let mut parts = case.open_from(now);
    if let Some(window) = window {
        parts = parts.into_iter().filter_map(|part| part.intersection(window)).collect();
    }
    let around = parts.first().zip(parts.last());
    let around = around.and_then(|(first, last)| Interval::new(first.start(), last.end()));
    let Some(around) = around else { return Ok(Err(Why::NotSoAnyMore.into())) };
    let turns = turns_in(&snapshot, around, now);
    let covers = &snapshot.layers.covers;
    let is_any = |test: &dyn Fn(&super::turns::Turn, Interval) -> bool| {
        turns.iter().any(|turn| parts.iter().any(|part| test(turn, *part)))
    };
    if !is_any(&|turn, part| turn.is_of(&case.record.of, part, covers)) {
        return Ok(Err(Why::NotTheirs.into()));
    }
    if is_any(&|turn, part| turn.serves(actor, part)) {
        return Ok(Err(Why::OnDutyThen { name: snapshot.rotation.name.clone() }.into()));
    }
    if !is_anyway && is_away(tx, &snapshot.rotation, actor, &parts).await? {
        return Ok(Err(Why::AwayThen.into()));
    }
    let taken: Vec<CoverageRecord> = parts
        .iter()
        .map(|part| {
            let turn = turns.iter().find(|turn| turn.window.intersection(*part).is_some());
            CoverageRecord {
                id: CoverageId::new(store::new_id(now)),
                rotation: snapshot.rotation.id,
                planned_at: turn.map_or(case.record.planned_at, |turn| turn.planned_at),
                of: Some(case.record.of.clone()),
                user: actor.clone(),
                kind: CoverageKind::Claim,
                request: Some(id),
                starts_at: part.start(),
                ends_at: part.end(),
                by: actor.clone(),
                created_at: now,
                undone: None,
            }
        })
        .collect();
    write(tx, request, &snapshot, &taken).await?;
    let coverages = taken.iter().map(|cover| cover.id).collect();
    Ok(Ok(Done::Cover(Cover::Taken { request: id, coverages })))
}

/// Writes down what somebody took, and tells those whom it concerns.
async fn write(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    taken: &[CoverageRecord],
) -> Result<(), AppError> {
    let (now, rotation) = (request.now, snapshot.rotation.id);
    let before = snapshot.position(now).laid().map(|laid| serving_in(&laid, now));
    insert_all(tx, taken, now).await?;
    for cover in taken {
        let entry = Entry {
            action: "cover_taken",
            actor: Some(&request.actor),
            rotation: Some(rotation),
            subject: cover.of.as_ref(),
            details: json!({"coverage": cover.id, "request": cover.request, "planned_at": cover.planned_at}),
        };
        audit::record(tx, now, entry).await?;
        if cover.starts_at <= now {
            continue;
        }
        for user in std::iter::once(&cover.user).chain(&cover.of) {
            let coverage = cover.id;
            let told = RequestEffect::CoverTaken { rotation, coverage, user: user.clone() };
            let told = Envelope::new(told, Recipient::Person(user.clone()));
            if *user == request.actor {
                tx.insert_answer(&told, now, now).await?;
            } else {
                tx.insert_delivery(&told, now, now).await?;
            }
        }
    }
    if taken.iter().any(|cover| cover.starts_at <= now) {
        begin(tx, snapshot, &before.unwrap_or_default(), now).await?;
    }
    home::touch(tx, home::people_of(&snapshot.rotation), now).await
}

/// Returns whether somebody is away for some of these windows.
pub(super) async fn is_away(
    tx: &mut Tx,
    rotation: &RotationRecord,
    user: &UserId,
    windows: &[Interval],
) -> Result<bool, AppError> {
    for window in windows {
        let users = std::slice::from_ref(user);
        let absences = tx.list_absences(users, window.start(), Some(window.end())).await?;
        if absences.iter().any(|absence| counts_in(absence, rotation.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}
