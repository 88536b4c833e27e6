//! The modals in which cover is asked for, and in which a part of it is taken.

use super::case::Case;
use super::turns::turns;
use crate::lookup::{self, circle};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::walk::MOST_COMPARED;
use crate::{AppError, Request};
use domain::absence::whole_days;
use domain::action::Modal as Any;
use domain::date_words::parse_range;
use domain::ids::{CoverRequestId, RotationId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::cover::{AskModal, Modal, PartModal, Refusal as Why, TURNS_OFFERED, TurnChoice};
use store::{RotationRecord, Store, Tx};

/// Opens the modal in which cover is asked for, as it was typed: in the rotation named, else the channel's; for somebody,
/// else for the one who asks; for days, else for a whole turn.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open(
    store: &Store,
    request: &Request,
    name: Option<&str>,
    of: Option<&UserId>,
    days: Option<&str>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let rotations = tx.list_rotations().await?;
    let rotation = match lookup::one(rotations, name, request.channel.as_ref()) {
        Ok(rotation) => rotation,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let zone = &rotation.rules.zone;
    let window = match days.map(|typed| parse_range(typed, zone.date_of(request.now))) {
        None => None,
        Some(Ok((from, to))) => Some(whole_days(zone, from, to)),
        Some(Err(refusal)) => return Ok(refused(refusal)),
    };
    form(&mut tx, request, rotation, of, window).await
}

/// Opens that modal for a rotation, with a window filled in where there is one.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_for(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    window: Option<Interval>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(rotation) => form(&mut tx, request, rotation, None, window).await,
        None => Ok(refused(Refusal::Gone)),
    }
}

/// Opens the modal in which a part of a request is taken.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_part(
    store: &Store,
    request: &Request,
    id: CoverRequestId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(case) = Case::find(&mut tx, id).await? else { return Ok(refused(Refusal::Gone)) };
    let Some(rotation) = tx.find_rotation(case.record.rotation).await? else {
        return Ok(refused(Refusal::Gone));
    };
    let people = People::load(&mut tx, &[request.actor.clone(), case.record.of.clone()]).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Serve(circle(&rotation))) {
        return Ok(refused(refusal));
    }
    if case.record.of == request.actor {
        return Ok(refused(Why::OwnTurn.into()));
    }
    let open = case.open_from(request.now);
    if !case.is_open() || open.is_empty() {
        drop(tx);
        let reply = super::told::standing(store, request, id).await?;
        return Ok(Answer::Say(Box::new(reply)));
    }
    Ok(Answer::Open(Any::Cover(Modal::Part(PartModal {
        request: id,
        name: rotation.name.clone(),
        zone: rotation.rules.zone.name().to_owned(),
        of: people.person(&case.record.of),
        open,
    }))))
}

async fn form(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationRecord,
    of: Option<&UserId>,
    window: Option<Interval>,
) -> Result<Answer, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let permitted = |act| may(&people.actor(actor), act);
    let may_manage = permitted(Act::Manage(circle(&snapshot.rotation)));
    let allowed = match of {
        Some(of) if of != actor => may_manage.clone(),
        _ => permitted(Act::Change),
    };
    if let Err(refusal) = allowed {
        return Ok(refused(refusal));
    }
    let position = snapshot.position(now);
    let count = (snapshot.rotation.members.len() * 2 + 2).min(MOST_COMPARED);
    let found = match window {
        Some(window) => turns(&position, Some(window.end()), MOST_COMPARED, now),
        None => turns(&position, None, count, now),
    };
    let is_offered = |user: &UserId| match of {
        Some(of) => user == of,
        None => user == actor || may_manage.is_ok(),
    };
    let covers = &snapshot.layers.covers;
    let mut choices: Vec<TurnChoice> = Vec::new();
    for turn in &found {
        let touches = window.is_none_or(|window| turn.window.intersection(window).is_some());
        let owners = if touches { turn.owners(covers) } else { Vec::new() };
        choices.extend(owners.into_iter().filter(is_offered).map(|user| TurnChoice {
            planned_at: turn.planned_at,
            is_own: user == *actor,
            of: snapshot.people.person(&user),
            window: turn.window,
        }));
    }
    let first_own = choices.iter().position(|choice| choice.is_own);
    // The reader's own first turn is among those that are offered.
    if let Some(first) = first_own.filter(|first| TURNS_OFFERED <= *first) {
        choices.swap(first, TURNS_OFFERED - 1);
    }
    choices.truncate(TURNS_OFFERED);
    let name = snapshot.rotation.name.clone();
    if choices.is_empty() {
        let is_own = of.is_none_or(|of| of == actor);
        let why = if is_own { Why::NoTurn { name } } else { Why::NoTurnOfTheirs { name } };
        return Ok(refused(why.into()));
    }
    let chosen = choices.iter().position(|choice| choice.is_own).unwrap_or(0);
    let window = window.and_then(|window| window.intersection(choices[chosen].window));
    Ok(Answer::Open(Any::Cover(Modal::Ask(Box::new(AskModal {
        rotation: snapshot.rotation.id,
        name,
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        window: window.filter(|window| *window != choices[chosen].window),
        turns: choices,
        chosen,
    })))))
}

pub(super) fn refused(refusal: Refusal) -> Answer {
    Answer::Say(Box::new(Reply::Refused(refusal)))
}
