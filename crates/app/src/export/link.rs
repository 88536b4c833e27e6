//! Links to an archive: 256 random bits that open it once, within minutes. The database knows a hash of them.

use super::{File, of_person, of_workspace};
use crate::audit::{self, Entry};
use crate::people::People;
use crate::token::{self, hash_of, workspace_of};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::permission::{Act, may};
use domain::reply::Reply;
use domain::story::data::{self, Address, LINK_OPENS, Scope};
use secrecy::ExposeSecret;
use serde_json::json;
use store::{ExportLink, Store};

/// Answers with a link to an archive, whose last part is made of `random`; the link before of the same kind opens nothing any
/// more. `base` is where we are reached.
///
/// Each person may fetch what is stored of them; what is stored of the workspace, its admins.
///
/// # Errors
///
/// When the database cannot be reached; there is no link then.
pub async fn offer(
    store: &Store,
    request: &Request,
    scope: Scope,
    (base, random): (&str, [u8; 32]),
) -> Result<Reply, AppError> {
    let mut tx = store.write(request.workspace).await?;
    if scope == Scope::Workspace {
        let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
        if let Err(refusal) = may(&people.actor(&request.actor), Act::Administer) {
            return Ok(Reply::Refused(refusal));
        }
    }
    let token = token::make(request.workspace, random);
    let token = token.expose_secret();
    let link =
        ExportLink { user: request.actor.clone(), scope, expires_at: request.now + LINK_OPENS };
    tx.set_export_link(&link, &hash_of(token)).await?;
    record(&mut tx, &link, "export_offered", request.now).await?;
    tx.commit().await?;
    let address = format!("{}/exports/{token}", base.trim_end_matches('/'));
    Ok(Reply::Data(data::Reply::Link { scope, address: Address::new(address) }))
}

/// Returns of what a link is, which stays as it is; `None` for one that opens nothing.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn look(
    store: &Store,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Scope>, AppError> {
    let Some(workspace) = workspace_of(token) else { return Ok(None) };
    let mut tx = store.read(workspace).await?;
    if !is_installed(&mut tx).await? {
        return Ok(None);
    }
    let link = tx.find_export_link(&hash_of(token), now).await?;
    Ok(link.map(|link| link.scope))
}

/// Uses a link up and returns what it opens; `None` for one that opens nothing.
///
/// # Errors
///
/// When the database cannot be reached. The link may be used up then: whoever asked gets another.
pub async fn take(
    store: &Store,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<File>>, AppError> {
    let Some(workspace) = workspace_of(token) else { return Ok(None) };
    let mut tx = store.write(workspace).await?;
    if !is_installed(&mut tx).await? {
        return Ok(None);
    }
    let Some(link) = tx.take_export_link(&hash_of(token), now).await? else {
        return Ok(None);
    };
    record(&mut tx, &link, "exported", now).await?;
    tx.commit().await?;
    match link.scope {
        Scope::Person => of_person(store, workspace, &link.user, now).await.map(Some),
        Scope::Workspace => of_workspace(store, workspace, now).await,
    }
}

async fn is_installed(tx: &mut store::Tx) -> Result<bool, AppError> {
    Ok(tx.find_workspace().await?.is_some_and(|workspace| workspace.is_active))
}

async fn record(
    tx: &mut store::Tx,
    link: &ExportLink,
    action: &'static str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let entry = Entry {
        action,
        actor: Some(&link.user),
        rotation: None,
        subject: None,
        details: json!({"scope": link.scope.as_str()}),
    };
    audit::record(tx, now, entry).await
}
