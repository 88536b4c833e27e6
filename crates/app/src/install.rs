//! A workspace installs the app, or it goes.

use crate::AppError;
use crate::audit::{self, Entry};
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use secrecy::SecretString;
use serde_json::json;
use store::{InboxItem, NewInstall, Store};

/// Stores the installation; one that was there is replaced, token and all. Returns the workspace.
///
/// # Errors
///
/// When the database cannot be reached; nothing is stored then.
pub async fn install(store: &Store, install: &NewInstall) -> Result<WorkspaceId, AppError> {
    let workspace = WorkspaceId::of_team(&install.team);
    let mut tx = store.write(workspace).await?;
    tx.upsert_workspace(install).await?;
    let entry = Entry {
        action: "installed",
        actor: Some(&install.installer),
        rotation: None,
        subject: None,
        details: json!({"scopes": install.scopes}),
    };
    audit::record(&mut tx, install.at, entry).await?;
    let refresh = InboxItem::RefreshPeople { users: vec![install.installer.clone()] };
    let key = format!("installed:{}", install.at.timestamp_micros());
    tx.insert_inbox(&refresh, &key, install.at).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Marks the installation as gone and deletes its token, unless it was made anew after `at`.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn uninstall(
    store: &Store,
    workspace: WorkspaceId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    if tx.deactivate_workspace(at).await? {
        let entry = Entry {
            action: "uninstalled",
            actor: None,
            rotation: None,
            subject: None,
            details: json!({}),
        };
        audit::record(&mut tx, now, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// Returns whether the workspace has a working installation.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_installed(store: &Store, workspace: WorkspaceId) -> Result<bool, AppError> {
    let mut tx = store.read(workspace).await?;
    Ok(tx.find_workspace().await?.is_some_and(|record| record.is_active))
}

/// Returns the bot's token in a workspace with a working installation.
///
/// # Errors
///
/// When the database cannot be reached, or the token does not open.
pub async fn bot_token(
    store: &Store,
    workspace: WorkspaceId,
) -> Result<Option<SecretString>, AppError> {
    let mut tx = store.read(workspace).await?;
    Ok(tx.find_bot_token().await?)
}
