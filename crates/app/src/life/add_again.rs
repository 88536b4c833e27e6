//! "Add again": somebody who left Slack and is back joins their rotation again, at its end.

use super::was_taken_out;
use crate::audit::{self, Entry};
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, carry_out};
use crate::{AppError, Request};
use domain::change::{Change, RosterChange};
use domain::ids::{RotationId, UserId};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::roster::MAX_MEMBERS;
use domain::story::people;
use serde_json::json;
use store::{Store, Tx};

/// Adds somebody to a rotation that they were taken out of; who is in it again already stays where they are.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn add_again(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    user: &UserId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| add(tx, request, rotation, user).await;
    match once(store, request, act).await? {
        Ok(Done::AddedAgain { rotation, user }) => say(store, request, rotation, &user).await,
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

async fn add(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    user: &UserId,
) -> Result<Decision, AppError> {
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, &[request.actor.clone(), user.clone()]).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&record))) {
        return Ok(Err(refusal));
    }
    let done = Done::AddedAgain { rotation, user: user.clone() };
    if record.members.contains(user) {
        return Ok(Ok(done));
    }
    let can_serve = people.is_present(user) && !people.is_bot(user);
    if !can_serve || !was_taken_out(&record, user) || record.members.len() >= MAX_MEMBERS {
        return Ok(Err(Refusal::Gone));
    }
    let now = request.now;
    let snapshot = Snapshot::load(tx, record, now).await?;
    let change = RosterChange::Add { user: user.clone(), before: None };
    let edit = Edit::of(&snapshot, Change::Roster(change), now);
    carry_out(tx, &snapshot, &edit, Some(&request.actor), now).await?;
    let entry = Entry {
        action: "member_added",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: Some(user),
        details: json!({"is_back": true}),
    };
    audit::record(tx, now, entry).await?;
    Ok(Ok(done))
}

async fn say(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    user: &UserId,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let people = People::load(&mut tx, std::slice::from_ref(user)).await?;
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    let coming = snapshot.position(request.now).coming(snapshot.rotation.members.len() + 1);
    let first = coming.iter().find(|turn| turn.seats.contains(user));
    Ok(Reply::People(people::Reply::AddedAgain {
        person: people.person(user),
        first_at: first.map(|turn| turn.window.start()),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        rotation: snapshot.rotation.name.clone(),
    }))
}
