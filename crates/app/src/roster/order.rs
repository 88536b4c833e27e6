//! The members of a rotation get another order.

use super::add::{Stop, unless_said};
use super::scene::{Scene, Target, resolve};
use super::told;
use crate::outcome::once;
use crate::{AppError, Request};
use domain::action::Field;
use domain::change::RosterChange;
use domain::ids::UserId;
use domain::permission::Act;
use domain::reply::{Answer, Reply};
use domain::story::roster::{Card, Crowd, OrderForm, Pick, Reply as Said};
use store::{Store, Tx};

/// Puts the members into another order: those who are named first, the others after them as they were.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn order(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    people: &[Pick],
) -> Result<Reply, AppError> {
    carry_out(store, request, target, &resolve(request, people), None).await
}

/// Puts the members into the order that the form shows, or answers with what is wrong beside the fields.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit_order(
    store: &Store,
    request: &Request,
    form: &OrderForm,
) -> Result<Answer, AppError> {
    if form.first.is_empty() {
        let text = String::from("Choose at least one person.");
        return Ok(Answer::FieldErrors(vec![(Field::People, text)]));
    }
    let twice =
        (1..form.first.len()).find(|place| form.first[..*place].contains(&form.first[*place]));
    if let Some(place) = twice {
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        let field = if form.by_place { Field::Place(place) } else { Field::People };
        let text = String::from("They have a place already. Please choose everybody once.");
        return Ok(Answer::FieldErrors(vec![(field, text)]));
    }
    let target = Target::Id(form.rotation);
    let reply = carry_out(store, request, target, &form.first, Some(form.revision)).await?;
    Ok(Answer::Say(Box::new(reply)))
}

async fn carry_out(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    first: &[UserId],
    revision: Option<u64>,
) -> Result<Reply, AppError> {
    let mut said = None;
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, request, target, first).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let ordered = reorder(tx, request, &scene, first, revision).await?;
        Ok(unless_said(ordered, &mut said))
    };
    let decision = once(store, request, act).await?;
    told::answer(store, request, decision, said).await
}

async fn reorder(
    tx: &mut Tx,
    request: &Request,
    scene: &Scene,
    first: &[UserId],
    revision: Option<u64>,
) -> Result<Result<Card<UserId>, Stop>, AppError> {
    if let Err(refusal) = scene.permit(request, Act::Manage(scene.circle())) {
        return Ok(Err(Stop::Refused(refusal)));
    }
    let name = scene.rotation().name.clone();
    if revision.is_some_and(|shown| shown != scene.rotation().revision) {
        return Ok(Err(Stop::Said(Said::ChangedMeanwhile { name })));
    }
    let strangers = first.iter().filter(|user| !scene.is_member(user));
    let people = Crowd::of(strangers.map(|user| scene.person(user)));
    if !people.is_empty() {
        return Ok(Err(Stop::Said(Said::NotMembers { name, people })));
    }
    let others = scene.members().filter(|user| !first.contains(user));
    let new: Vec<UserId> = first.iter().chain(others).cloned().collect();
    if new.iter().eq(scene.members()) {
        return Ok(Err(Stop::Said(Said::SameOrder { name })));
    }
    let mut card = Card::new(scene.rotation().id, new.len());
    card.order = Some(Crowd::of(new.iter().cloned()));
    let (by, now) = (Some(&request.actor), request.now);
    let difference = scene.carry_out(tx, vec![RosterChange::Order(new)], by, now).await?;
    told::note_turns(&mut card, scene, &difference, now);
    told::record(tx, scene, "roster_ordered", &[], by, now).await?;
    if difference.moved.iter().any(|moved| moved.user != request.actor) {
        told::tell_channel(tx, scene.rotation(), &card, by, (now, now)).await?;
    }
    Ok(Ok(card))
}
