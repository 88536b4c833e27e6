//! What the forms of a roster show when they open.

use super::scene::{Scene, Target};
use crate::{AppError, Request};
use domain::action::Modal;
use domain::permission::Act;
use domain::reply::{Answer, Reply};
use domain::story::roster::{Modal as Form, Reply as Said, Scene as Shown};
use store::Store;

/// Opens the form in which people are added, for those who may.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_add(
    store: &Store,
    request: &Request,
    target: Target<'_>,
) -> Result<Answer, AppError> {
    open(store, request, target, Form::Add, false).await
}

/// Opens the form in which people are removed, for those who may.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_remove(
    store: &Store,
    request: &Request,
    target: Target<'_>,
) -> Result<Answer, AppError> {
    open(store, request, target, Form::Remove, true).await
}

/// Opens the form in which the order is changed, for those who may.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_order(
    store: &Store,
    request: &Request,
    target: Target<'_>,
) -> Result<Answer, AppError> {
    open(store, request, target, Form::Order, true).await
}

async fn open(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    form: fn(Shown) -> Form,
    needs_members: bool,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let found = Scene::look(&mut tx, request, target).await?;
    let permitted =
        found.and_then(|scene| scene.permit(request, Act::Manage(scene.circle())).map(|()| scene));
    let scene = match permitted {
        Ok(scene) => scene,
        Err(refusal) => return Ok(Answer::Say(Box::new(Reply::Refused(refusal)))),
    };
    let rotation = scene.rotation();
    if needs_members && scene.standing.roster.members().is_empty() {
        let said = Said::Nobody { rotation: rotation.id, name: rotation.name.clone() };
        return Ok(Answer::Say(Box::new(Reply::Roster(said))));
    }
    let shown = Shown {
        rotation: rotation.id,
        revision: rotation.revision,
        name: rotation.name.clone(),
        channel: rotation.channel.clone(),
        members: scene.members().map(|user| scene.person(user)).collect(),
        on_duty: scene.on_duty.iter().map(|user| scene.person(user)).collect(),
    };
    Ok(Answer::Open(Modal::Roster(form(shown))))
}
