//! What becomes of a rotation's channel. The duty and the direct messages go on, whatever it is.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::home;
use chrono::{DateTime, Utc};
use domain::effect::{
    AnnounceEffect, Effect, Envelope, LifecycleEffect, Recipient, RequestEffect, StartEffect,
};
use domain::ids::{ChannelId, RotationId, UserId, WorkspaceId};
use domain::settings::{ChannelFault, RotationSettings};
use domain::story::announce::ChannelChange;
use serde_json::json;
use std::collections::BTreeSet;
use store::{RotationRecord, Store, Tx};

/// Takes in what happened to a channel, for each rotation that it is told of.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn change(
    store: &Store,
    workspace: WorkspaceId,
    channel: &ChannelId,
    change: &ChannelChange,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    for rotation in of_channel(&mut tx, channel).await? {
        match change {
            ChannelChange::Archived => {
                lose(&mut tx, &rotation, ChannelFault::Archived, None, now).await
            }
            ChannelChange::Deleted => {
                lose(&mut tx, &rotation, ChannelFault::Deleted, None, now).await
            }
            ChannelChange::BotLeft => {
                lose(&mut tx, &rotation, ChannelFault::NotInvited, None, now).await
            }
            ChannelChange::Unarchived | ChannelChange::BotJoined => {
                find(&mut tx, &rotation, now).await
            }
            ChannelChange::Moved { to } => follow(&mut tx, &rotation, to, now).await,
        }?;
    }
    if let ChannelChange::Moved { to } = change {
        follow_with_cover(&mut tx, channel, to).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes in that somebody came into a channel: where it is the bot, the channel can be told again.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn bot_joined(
    store: &Store,
    workspace: WorkspaceId,
    channel: &ChannelId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let known = store.read(workspace).await?.find_workspace().await?;
    if known.is_none_or(|workspace| workspace.bot_user != *user) {
        return Ok(());
    }
    change(store, workspace, channel, &ChannelChange::BotJoined, now).await
}

/// Takes in that Slack refuses, for good, what is said in a rotation's channel.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn refused(
    tx: &mut Tx,
    refused: &Envelope,
    fault: ChannelFault,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(rotation) = of_effect(tx, &refused.effect).await? else { return Ok(()) };
    let to = Recipient::Channel(rotation.channel.clone());
    if let Effect::Request(RequestEffect::CoverRequested { request, .. }) = &refused.effect
        && refused.to != to
    {
        return crate::cover::ask_at_home(tx, *request, &rotation, now).await;
    }
    if refused.to != to {
        // It was made for a channel that the rotation has left meanwhile.
        tx.insert_delivery(&Envelope::new(refused.effect.clone(), to), now, now).await?;
        return Ok(());
    }
    let chosen_by = match &refused.effect {
        Effect::Start(StartEffect::RotationCreated { .. }) => Some(&rotation.created_by),
        Effect::Lifecycle(LifecycleEffect::ChannelChanged { by, .. }) => Some(by),
        _ => None,
    };
    lose(tx, &rotation, fault, chosen_by, now).await
}

/// Takes in that channels were told something of rotations: what stood in the way is gone.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn found_open(
    tx: &mut Tx,
    told: &[&Envelope],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let channels: BTreeSet<(RotationId, &ChannelId)> = told
        .iter()
        .filter_map(|told| match &told.to {
            Recipient::Channel(channel) => Some((told.effect.rotation()?, channel)),
            _ => None,
        })
        .collect();
    let ids: BTreeSet<RotationId> = channels.iter().map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<RotationId> = ids.into_iter().collect();
    for rotation in tx.find_rotations(&ids).await? {
        let is_told_here = channels.contains(&(rotation.id, &rotation.channel));
        if rotation.deleted_at.is_none() && rotation.channel_fault.is_some() && is_told_here {
            tx.record_channel_fault(rotation.id, None).await?;
            home::touch_admins(tx, now).await?;
        }
    }
    Ok(())
}

async fn of_channel(tx: &mut Tx, channel: &ChannelId) -> Result<Vec<RotationRecord>, AppError> {
    let rotations = tx.list_rotations().await?.into_iter();
    let mut ids: Vec<RotationId> =
        rotations.filter(|rotation| rotation.channel == *channel).map(|it| it.id).collect();
    // Always in the same order: two that lock the same rotations do not wait for each other in a ring.
    ids.sort_unstable();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        // It may have moved to another channel just now.
        let rotation = tx.lock_rotation(id).await?;
        found.extend(rotation.filter(|rotation| rotation.channel == *channel));
    }
    Ok(found)
}

async fn of_effect(tx: &mut Tx, effect: &Effect) -> Result<Option<RotationRecord>, AppError> {
    match effect.rotation() {
        Some(rotation) => Ok(tx.find_rotation(rotation).await?),
        None => Ok(None),
    }
}

/// Keeps why the channel cannot be told anything, and tells the managers, once until it can be told again.
///
/// Who has just chosen the channel is told at once, a manager or not.
async fn lose(
    tx: &mut Tx,
    rotation: &RotationRecord,
    fault: ChannelFault,
    chosen_by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    // Slack says of a channel that is gone only that it is not found.
    let is_known = match rotation.channel_fault {
        Some(ChannelFault::Deleted) => true,
        known => known == Some(fault),
    };
    if !is_known {
        tx.record_channel_fault(rotation.id, Some(fault)).await?;
        home::touch_admins(tx, now).await?;
        let details = json!({"channel": rotation.channel, "fault": fault});
        note(tx, rotation, "channel_lost", details, now).await?;
    }
    let managers = crate::duty::managers(tx, rotation).await?;
    let tell = |user: UserId| {
        let effect = AnnounceEffect::ChannelLost { rotation: rotation.id, at: now };
        Envelope::new(effect, Recipient::Person(user))
    };
    if let Some(user) = chosen_by
        && (rotation.channel_fault.is_none() || !managers.contains(user))
    {
        tx.insert_answer(&tell(user.clone()), now, now).await?;
    }
    if rotation.channel_fault.is_some() {
        return Ok(());
    }
    for manager in managers.into_iter().filter(|manager| Some(manager) != chosen_by) {
        tx.insert_delivery(&tell(manager), now, now).await?;
    }
    Ok(())
}

/// Forgets what stood in the way, and tells the channel who is on duty.
async fn find(tx: &mut Tx, rotation: &RotationRecord, now: DateTime<Utc>) -> Result<(), AppError> {
    if rotation.channel_fault.is_none() {
        return Ok(());
    }
    tx.record_channel_fault(rotation.id, None).await?;
    home::touch_admins(tx, now).await?;
    note(tx, rotation, "channel_back", json!({"channel": rotation.channel}), now).await?;
    let effect = AnnounceEffect::ChannelBack { rotation: rotation.id, at: now };
    let to = Recipient::Channel(rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
    Ok(())
}

/// Goes on in the channel under its new id.
async fn follow(
    tx: &mut Tx,
    rotation: &RotationRecord,
    to: &ChannelId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    tx.record_rotation_settings(rotation.id, to, &rotation.settings).await?;
    home::touch(tx, home::people_of(rotation), now).await?;
    home::touch_admins(tx, now).await?;
    note(tx, rotation, "channel_moved", json!({"channel": rotation.channel, "to": to}), now).await
}

/// Asks for cover in the channel under its new id.
async fn follow_with_cover(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<(), AppError> {
    let asks_there =
        |rotation: &RotationRecord| rotation.settings.cover_channel.as_ref() == Some(from);
    let rotations = tx.list_rotations().await?.into_iter();
    let mut ids: Vec<RotationId> = rotations.filter(&asks_there).map(|it| it.id).collect();
    ids.sort_unstable();
    for id in ids {
        let Some(rotation) = tx.lock_rotation(id).await?.filter(&asks_there) else { continue };
        let settings =
            RotationSettings { cover_channel: Some(to.clone()), ..rotation.settings.clone() };
        tx.record_rotation_settings(id, &rotation.channel, &settings).await?;
        // Whether its own channel can be told is another matter.
        if rotation.channel_fault.is_some() {
            tx.record_channel_fault(id, rotation.channel_fault).await?;
        }
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    rotation: &RotationRecord,
    action: &'static str,
    details: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let entry = Entry { action, actor: None, rotation: Some(rotation.id), subject: None, details };
    audit::record(tx, now, entry).await
}
