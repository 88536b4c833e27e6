//! A workspace installs the app, or it goes.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::home;
use crate::snapshot::people_of;
use crate::subscription;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::json;
use std::collections::BTreeSet;
use store::{InboxItem, NewInstall, Store};

/// The code of a delivery that waits for the workspace to install the app again.
pub const NOT_INSTALLED: &str = "not_installed";

/// An installation with what is needed to ask Slack about it.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// When it was made: tells it from a later one of the workspace.
    pub installed_at: DateTime<Utc>,
    /// The bot's token.
    pub token: SecretString,
}

/// Stores the installation; one that was there is replaced, token and all. Returns the workspace.
///
/// Who installed it is welcomed.
/// What waited for it goes on: handoffs are caught up, and deliveries that are still of use are sent.
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
    // While the app was gone nobody told of who left.
    let rotations = tx.list_rotations().await?;
    let mut users: BTreeSet<UserId> = rotations.iter().flat_map(people_of).collect();
    users.insert(install.installer.clone());
    let refresh = InboxItem::RefreshPeople { users: users.into_iter().collect() };
    let key = format!("installed:{}", install.at.timestamp_micros());
    tx.insert_inbox(&refresh, &key, install.at).await?;
    tx.release_parked(NOT_INSTALLED, install.at).await?;
    // What we ended when the app went goes on.
    subscription::ask(&mut tx, install.at).await?;
    // What changed meanwhile was shown to nobody.
    home::touch_everybody(&mut tx, install.at).await?;
    let welcome = StartEffect::Welcome { installed_at: install.at };
    let to = Recipient::Person(install.installer.clone());
    tx.insert_delivery(&Envelope::new(welcome, to), install.at, install.at).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Marks the installation as gone and deletes its token, unless it was made anew at `at` or after it.
///
/// Slack tells `at` to the second, in any order and more than once. Of the second in which the app was installed it may
/// speak of the installation before, so that installation stays; if it is gone, the next call finds its token dead.
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
        tx.delete_calendar_links().await?;
        let entry = Entry {
            action: "uninstalled",
            actor: None,
            rotation: None,
            subject: None,
            details: json!({}),
        };
        audit::record(&mut tx, now, entry).await?;
        // It ends with what is paid.
        subscription::ask(&mut tx, now).await?;
    }
    Ok(tx.commit().await?)
}

/// Marks an installation as gone whose token Slack refuses with `code`, unless there is a newer one by now.
///
/// Returns whether it was there until now.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn end_dead(
    store: &Store,
    workspace: WorkspaceId,
    installed_at: DateTime<Utc>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let mut tx = store.write(workspace).await?;
    let is_ended = tx.end_install(installed_at, now).await?;
    if is_ended {
        tx.delete_calendar_links().await?;
        let entry = Entry {
            action: "uninstalled",
            actor: None,
            rotation: None,
            subject: None,
            details: json!({"refused_with": code}),
        };
        audit::record(&mut tx, now, entry).await?;
        subscription::ask(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(is_ended)
}

/// Returns the working installation, if there is one.
///
/// # Errors
///
/// When the database cannot be reached, or the token does not open.
pub async fn credentials(
    store: &Store,
    workspace: WorkspaceId,
) -> Result<Option<Credentials>, AppError> {
    let mut tx = store.read(workspace).await?;
    // In this order: a token that is newer than the instant beside it is not ended by it.
    let Some(record) = tx.find_workspace().await? else {
        return Ok(None);
    };
    let token = tx.find_bot_token().await?;
    Ok(token.map(|token| Credentials { installed_at: record.installed_at, token }))
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
