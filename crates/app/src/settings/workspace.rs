//! The settings and the state of the workspace, for its admins.

use super::{Done as Saved, refused};
use crate::audit::{self, Entry};
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request};
use domain::action::Modal;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::settings::WorkspaceSettings;
use domain::source::SourceInfo;
use domain::story::absence_source;
use domain::story::settings::{
    self, DeletedLine, WorkspaceForm, WorkspaceModal, read_workspace_form,
};
use serde_json::json;
use store::{RotationRecord, Store, Tx};

/// Answers with the modal of the workspace; `offered` are the absence sources that can be connected.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_workspace<'a>(
    store: &Store,
    request: &Request,
    offered: impl Iterator<Item = &'a SourceInfo>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(workspace) = tx.find_workspace().await? else {
        return Ok(refused(Refusal::NotInstalled));
    };
    let users = [request.actor.clone(), workspace.installer.clone()];
    let people = People::load(&mut tx, &users).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Administer) {
        return Ok(refused(refusal));
    }
    let rotations = tx.list_rotations().await?;
    let deleted = tx.list_deleted_rotations().await?;
    let line = |rotation: RotationRecord| {
        let at = rotation.deleted_at?;
        Some(DeletedLine { rotation: rotation.id, name: rotation.name, at })
    };
    let mut state = home::workspace_state(&mut tx, &workspace, &rotations, request.now).await?;
    absence_source::offer(&mut state.sources, offered);
    let modal = WorkspaceModal {
        installer: people.person(&workspace.installer),
        state,
        deleted: deleted.into_iter().filter_map(line).collect(),
    };
    Ok(Answer::Open(Modal::Settings(settings::Modal::Workspace(Box::new(modal)))))
}

/// Saves what the admins chose, or answers with what is wrong beside the field.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn save_workspace(
    store: &Store,
    request: &Request,
    form: &WorkspaceForm,
) -> Result<Answer, AppError> {
    let settings = match read_workspace_form(form) {
        Ok(settings) => settings,
        Err(faults) => return Ok(Answer::FieldErrors(faults)),
    };
    let act = async |tx: &mut Tx| save(tx, request, &settings).await;
    let reply = match once(store, request, act).await? {
        Ok(Done::Settings(Saved::Workspace { only_admins_create, prefers_silence })) => {
            let settings = WorkspaceSettings { only_admins_create, prefers_silence };
            Reply::Settings(settings::Reply::WorkspaceSaved { settings })
        }
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    };
    Ok(Answer::Say(Box::new(reply)))
}

async fn save(
    tx: &mut Tx,
    request: &Request,
    settings: &WorkspaceSettings,
) -> Result<Decision, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Administer) {
        return Ok(Err(refusal));
    }
    if !tx.record_workspace_settings(settings).await? {
        return Ok(Err(Refusal::NotInstalled));
    }
    let entry = Entry {
        action: "workspace_settings_changed",
        actor: Some(&request.actor),
        rotation: None,
        subject: None,
        details: json!({
            "only_admins_create": settings.only_admins_create,
            "prefers_silence": settings.prefers_silence,
        }),
    };
    audit::record(tx, request.now, entry).await?;
    // Who may make rotations is seen in everybody's home.
    home::touch_everybody(tx, request.now).await?;
    let WorkspaceSettings { only_admins_create, prefers_silence } = *settings;
    Ok(Ok(Done::Settings(Saved::Workspace { only_admins_create, prefers_silence })))
}
