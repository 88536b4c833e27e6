//! Links are made and revoked: 256 random bits each, of which the database knows a hash.

use crate::audit::{self, Entry};
use crate::people::{People, look_up_actor};
use crate::token::{self, hash_of, workspace_of};
use crate::{AppError, Request, lookup};
use domain::calendar::Published;
use domain::ids::WorkspaceId;
use domain::permission::{Act, may};
use domain::reply::Reply;
use domain::story::calendar::{self, Opens};
use domain::story::data::Address;
use secrecy::ExposeSecret;
use serde_json::json;
use store::{CalendarLink, RotationRecord, Store, Tx};

/// What a link is wanted for.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// The calendar of one's own turns.
    Mine,
    /// The calendar of the rotation of that name, or of the channel's.
    Rotation(Option<&'a str>),
    /// The page of the rotation of that name, or of the channel's.
    Page(Option<&'a str>),
}

/// A link that somebody came with, as far as it opens anything.
pub(super) struct Opened {
    pub(super) link: CalendarLink,
    /// What it shows; `None` where it shows one person's time.
    pub(super) rotation: Option<RotationRecord>,
}

/// Answers with a link whose last part is made of `random`; the one before of the same person to the same opens nothing any
/// more. `base` is where we are reached.
///
/// # Errors
///
/// When the database cannot be reached; there is no link then.
pub async fn offer(
    store: &Store,
    request: &Request,
    wanted: Wanted<'_>,
    (base, random): (&str, [u8; 32]),
) -> Result<Reply, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Subscribe) {
        return Ok(Reply::Refused(refusal));
    }
    let (opens, name) = match wanted {
        Wanted::Mine => (Opens::Mine, None),
        Wanted::Rotation(name) | Wanted::Page(name) => {
            let rotations = tx.list_rotations().await?;
            let rotation = match lookup::one(rotations, name, request.channel.as_ref()) {
                Ok(rotation) => rotation,
                Err(refusal) => return Ok(Reply::Refused(refusal)),
            };
            let is_page = matches!(wanted, Wanted::Page(_));
            let opens = if is_page { Opens::Page } else { Opens::Rotation };
            (opens(rotation.id), Some(rotation.name))
        }
    };
    let token = token::make(request.workspace, random);
    let token = token.expose_secret();
    let is_another = tx.delete_calendar_link(&request.actor, opens).await? > 0;
    let link = CalendarLink {
        user: request.actor.clone(),
        opens,
        published: Published::default(),
        created_at: request.now,
    };
    tx.insert_calendar_link(&link, &hash_of(token)).await?;
    // Only of somebody who is known is it heard that they leave, and the link ends with them.
    look_up_actor(&mut tx, request).await?;
    record(&mut tx, request, "calendar_link_made", json!({"opens": opens.kind()}), Some(opens))
        .await?;
    tx.commit().await?;
    let base = base.trim_end_matches('/');
    let address = match opens {
        Opens::Page(_) => format!("{base}/schedule/{token}"),
        Opens::Mine | Opens::Rotation(_) => format!("{base}/calendar/{token}.ics"),
    };
    let address = Address::new(address);
    Ok(Reply::Calendar(calendar::Reply::Link { opens, rotation: name, address, is_another }))
}

/// Lets somebody's link to one thing open nothing any more.
///
/// # Errors
///
/// When the database cannot be reached; the link opens what it did then.
pub async fn revoke(store: &Store, request: &Request, opens: Opens) -> Result<Reply, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let count = tx.delete_calendar_link(&request.actor, opens).await?;
    revoked(tx, request, count, Some(opens)).await
}

/// Lets all of somebody's links open nothing any more.
///
/// # Errors
///
/// When the database cannot be reached; they open what they did then.
pub async fn revoke_all(store: &Store, request: &Request) -> Result<Reply, AppError> {
    let mut tx = store.write(request.workspace).await?;
    let count = tx.delete_calendar_links_of(&request.actor).await?;
    revoked(tx, request, count, None).await
}

async fn revoked(
    mut tx: Tx,
    request: &Request,
    count: u64,
    opens: Option<Opens>,
) -> Result<Reply, AppError> {
    if count > 0 {
        let details = json!({"opens": opens.map_or("all", Opens::kind)});
        record(&mut tx, request, "calendar_link_revoked", details, opens).await?;
        tx.commit().await?;
    }
    Ok(Reply::Calendar(calendar::Reply::Revoked { count }))
}

/// Returns the workspace and the hash of what somebody came with; `None` for what no link has at its end.
pub(super) fn read(token: &str) -> Option<(WorkspaceId, Vec<u8>)> {
    Some((workspace_of(token)?, hash_of(token)))
}

/// Returns a link, if the workspace has the app, its maker is there and so is what it shows.
pub(super) async fn opened(
    tx: &mut Tx,
    link: Option<CalendarLink>,
) -> Result<Option<Opened>, AppError> {
    let Some(link) = link else { return Ok(None) };
    let is_installed = tx.find_workspace().await?.is_some_and(|workspace| workspace.is_active);
    let people = People::load(tx, std::slice::from_ref(&link.user)).await?;
    let may_have = may(&people.actor(&link.user), Act::Subscribe).is_ok();
    if !is_installed || !may_have || !people.is_present(&link.user) {
        return Ok(None);
    }
    let Some(rotation) = link.opens.rotation() else {
        return Ok(Some(Opened { link, rotation: None }));
    };
    let rotation = tx.find_rotation(rotation).await?;
    Ok(rotation.map(|rotation| Opened { link, rotation: Some(rotation) }))
}

async fn record(
    tx: &mut Tx,
    request: &Request,
    action: &'static str,
    details: serde_json::Value,
    opens: Option<Opens>,
) -> Result<(), AppError> {
    let entry = Entry {
        action,
        actor: Some(&request.actor),
        rotation: opens.and_then(Opens::rotation),
        subject: None,
        details,
    };
    audit::record(tx, request.now, entry).await
}
