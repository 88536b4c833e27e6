//! What a modal shows when it opens.

use crate::billing;
use crate::lookup::circle;
use crate::people::{People, zone_or_installers};
use crate::settings;
use crate::{AppError, Request};
use domain::action::{CreateDefaults, Modal};
use domain::permission::{Act, may};
use domain::reply::{Answer, Reply};
use domain::zone::Zone;
use store::Store;

/// Answers with the modal that creates a rotation, filled with the person's zone, their date and the channel.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn create_rotation(
    store: &Store,
    request: &Request,
    name: Option<String>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = settings::may_create(&mut tx, &people.actor(&request.actor)).await? {
        return Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    }
    if let Err(refusal) = billing::has_room(&mut tx, None).await? {
        return Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    }
    drop(tx);
    let zone = askers_zone(store, request).await?;
    Ok(Answer::Open(Modal::CreateRotation(CreateDefaults {
        name,
        channel: request.channel.clone().filter(|channel| !channel.as_str().starts_with('D')),
        zone: zone.name().to_owned(),
        today: zone.date_of(request.now),
    })))
}

/// Returns the modal in which a person enters an absence: of their own, or of others where they manage somebody.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn enter_absence(store: &Store, request: &Request) -> Result<Modal, AppError> {
    let actor = &request.actor;
    let mut tx = store.read(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(actor)).await?;
    let zone = zone_or_installers(&mut tx, &people, actor).await?;
    let is_admin = may(&people.actor(actor), Act::Administer).is_ok();
    let for_others = is_admin
        || tx.list_rotations().await?.iter().any(|rotation| circle(rotation).is_managed_by(actor));
    let who = for_others.then(|| actor.clone());
    Ok(Modal::EnterAbsence { today: zone.date_of(request.now), who })
}

async fn askers_zone(store: &Store, request: &Request) -> Result<Zone, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    zone_or_installers(&mut tx, &people, &request.actor).await
}
