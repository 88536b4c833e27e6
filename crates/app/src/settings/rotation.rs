//! The settings of a rotation beside its rules.

use super::{Done as Saved, refused};
use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::{self, circle};
use crate::note;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request};
use domain::action::{Field, Modal};
use domain::ids::{RotationId, UserId};
use domain::permission::{Act, ActorStanding, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::settings::RotationSettings;
use domain::story::settings::{self, RotationForm, choose, read_rotation_form};
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, Tx};

/// Answers with the modal of the settings of the rotation named, or of the channel's.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_rotation(
    store: &Store,
    request: &Request,
    name: Option<&str>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match lookup::one(tx.list_rotations().await?, name, request.channel.as_ref()) {
        Ok(rotation) => open(&mut tx, request, rotation).await,
        Err(refusal) => Ok(refused(refusal)),
    }
}

/// Answers with the modal of the settings of a rotation.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_rotation_of(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(rotation) => open(&mut tx, request, rotation).await,
        None => Ok(refused(Refusal::Gone)),
    }
}

/// Saves the settings that the modal describes, or answers with what is wrong beside the fields.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn save_rotation(
    store: &Store,
    request: &Request,
    form: &RotationForm,
) -> Result<Answer, AppError> {
    let Some((rotation, revision)) = form.of else {
        return Ok(refused(Refusal::StaleButton));
    };
    let settings = match read_rotation_form(form) {
        Ok(settings) => settings,
        Err(faults) => return Ok(Answer::FieldErrors(faults)),
    };
    let mut tx = store.read(request.workspace).await?;
    if let Some(fault) = unfit_manager(&mut tx, &settings.managers).await? {
        return Ok(Answer::FieldErrors(vec![(Field::Managers, fault)]));
    }
    drop(tx);
    let act = async |tx: &mut Tx| save(tx, request, (rotation, revision), &settings).await;
    let reply = match once(store, request, act).await? {
        Ok(Done::Settings(Saved::Rotation { rotation })) => {
            let record = store.read(request.workspace).await?.find_rotation(rotation).await?;
            record.map_or(Reply::Refused(Refusal::Gone), |record| {
                Reply::Settings(settings::Reply::Saved { name: record.name })
            })
        }
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    };
    Ok(Answer::Say(Box::new(reply)))
}

async fn open(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationRecord,
) -> Result<Answer, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&rotation))) {
        return Ok(refused(refusal));
    }
    Ok(Answer::Open(Modal::Settings(settings::Modal::Rotation {
        rotation: rotation.id,
        revision: rotation.revision,
        name: rotation.name,
        settings: rotation.settings,
    })))
}

/// Returns what is wrong with one of the managers, as far as they are known.
async fn unfit_manager(tx: &mut Tx, managers: &[UserId]) -> Result<Option<String>, AppError> {
    let people = People::load(tx, managers).await?;
    let fault = |user: &UserId| {
        if people.is_bot(user) {
            return Some("An app cannot manage a rotation. Please choose people.");
        }
        match people.actor(user).standing {
            ActorStanding::Member => None,
            ActorStanding::Guest | ActorStanding::Foreign => {
                Some("Guests and people of other workspaces can only look. Please choose members.")
            }
            ActorStanding::Deactivated => {
                Some("Somebody chosen is no longer in this workspace. Please choose members.")
            }
        }
    };
    Ok(managers.iter().find_map(fault).map(str::to_owned))
}

async fn save(
    tx: &mut Tx,
    request: &Request,
    (rotation, revision): (RotationId, u64),
    settings: &RotationSettings,
) -> Result<Decision, AppError> {
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&record))) {
        return Ok(Err(refusal));
    }
    if record.revision != revision {
        return Ok(Err(Refusal::ChangedMeanwhile));
    }
    let settings = &choose(settings.clone(), &record.settings);
    tx.record_rotation_settings(rotation, &record.channel, settings).await?;
    note::schedule_asking_now(tx, rotation, request.now).await?;
    // The settings say nothing of whether the channel can be told.
    if record.channel_fault.is_some() {
        tx.record_channel_fault(rotation, record.channel_fault).await?;
    }
    tx.record_rotation_revision(rotation).await?;
    let entry = Entry {
        action: "settings_changed",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: None,
        details: json!({
            "managers": settings.managers,
            "has_announcement": settings.announcement.is_some(),
            "reminds_the_day_before": settings.reminds_the_day_before,
            "unseen_after_hours": settings.unseen_after_hours,
            "has_weekly_summary": settings.has_weekly_summary,
            "asks_for_note_before_hours": settings.asks_for_note_before_hours,
            "notes_kept_days": settings.notes_kept_days,
            "cover_channel": settings.cover_channel,
        }),
    };
    audit::record(tx, request.now, entry).await?;
    // Whoever manages it now may be known to nobody yet.
    if !settings.managers.is_empty() {
        let refresh = InboxItem::RefreshPeople { users: settings.managers.clone() };
        let key = format!("managers:{rotation}:{revision}");
        tx.insert_inbox(&refresh, &key, request.now).await?;
    }
    let concerned = home::people_of(&record).chain(&settings.managers);
    home::touch(tx, concerned, request.now).await?;
    Ok(Ok(Done::Settings(Saved::Rotation { rotation })))
}
