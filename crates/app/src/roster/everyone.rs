//! Everybody in a rotation's channel joins. Who that is only Slack knows, so it is asked for first and done later.

use super::add::{join, unless_said};
use super::scene::{Scene, Target, each_once};
use super::told;
use crate::outcome::{Done, once};
use crate::{AppError, Request};
use domain::ids::{ChannelId, RotationId, UserId, WorkspaceId};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::roster::Reply as Said;
use store::{InboxItem, Store, Tx};

/// Notes that everybody in the channel is to join; who that is will be looked up.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn ask_for_everyone(
    store: &Store,
    request: &Request,
    target: Target<'_>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, request, target, &[]).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = scene.permit(request, Act::Manage(scene.circle())) {
            return Ok(Err(refusal));
        }
        let rotation = scene.rotation().id;
        let (by, key) = (request.actor.clone(), request.key.clone());
        let item = InboxItem::AddEveryone { rotation, by, key };
        tx.insert_inbox(&item, &format!("everyone:{}", request.key), request.now).await?;
        Ok(Ok(Done::RosterLooking { channel: scene.rotation().channel.clone() }))
    };
    match once(store, request, act).await? {
        Ok(Done::RosterLooking { channel }) => Ok(Reply::Roster(Said::Looking { channel })),
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Returns the channel of a rotation that is still there.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn channel_of(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
) -> Result<Option<ChannelId>, AppError> {
    let found = store.read(workspace).await?.find_rotation(rotation).await?;
    Ok(found.map(|rotation| rotation.channel))
}

/// Adds those who are in the channel and can be in a rotation; they were looked up before.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn add_everyone(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    users: &[UserId],
) -> Result<Reply, AppError> {
    let mut said = None;
    let users = &each_once(users);
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, request, Target::Id(rotation), users).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let joined = join(tx, request, &scene, users, None, true).await?;
        Ok(unless_said(joined, &mut said))
    };
    let decision = once(store, request, act).await?;
    told::answer(store, request, decision, said).await
}
