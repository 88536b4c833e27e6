//! Admins connect a source, or give it other credentials. Whether they are good is asked before, outside this room.

use super::sealed::{Hook, Opened};
use super::sync::clear_fault;
use super::{Done as Came, admin, say};
use crate::audit::{self, Entry};
use crate::billing;
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::token::{self, hash_of};
use crate::{AppError, Request};
use domain::action::Modal;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::source::{Credentials, SourceInfo};
use domain::story::absence_source::{self, ConnectModal};
use secrecy::ExposeSecret;
use serde_json::json;
use store::{AbsenceSourceRecord, SourceStatus, Store, Tx};

/// Answers with the form in which a source is connected; where it is on, with what of it may be shown.
///
/// # Errors
///
/// When the database cannot be reached, or what opens the source cannot be read.
pub async fn open_form(
    store: &Store,
    request: &Request,
    info: &SourceInfo,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    if let Err(refusal) = admin(&mut tx, request).await? {
        return Ok(say(Reply::Refused(refusal)));
    }
    if let Some(refusal) = billing::no_sources(&mut tx, info.name).await? {
        return Ok(say(Reply::Refused(refusal)));
    }
    let opened = tx.open_source(&info.code).await?;
    let known = opened.as_ref().map(Opened::read).transpose()?.map(|opened| opened.credentials);
    let value = |credentials: &Credentials, code: &str| {
        credentials.values.get(code).map(|value| value.expose_secret().to_owned())
    };
    let values = info.fields.iter().map(|field| {
        known.as_ref().filter(|_| !field.is_secret).and_then(|known| value(known, field.code))
    });
    let modal = ConnectModal {
        info: info.clone(),
        values: values.collect(),
        is_on: known.is_some(),
        host: known.map(|known| known.host),
    };
    Ok(Answer::Open(Modal::AbsenceSource(absence_source::Modal::Connect(Box::new(modal)))))
}

/// Returns whether a source is on, for somebody who may connect it on a plan that has sources.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn is_on(
    store: &Store,
    request: &Request,
    info: &SourceInfo,
) -> Result<Result<bool, Refusal>, AppError> {
    let mut tx = store.read(request.workspace).await?;
    if let Err(refusal) = admin(&mut tx, request).await? {
        return Ok(Err(refusal));
    }
    match billing::no_sources(&mut tx, info.name).await? {
        None => Ok(Ok(tx.find_source(&info.code).await?.is_some())),
        Some(refusal) => Ok(Err(refusal)),
    }
}

/// Connects a source with credentials that are known to be good, and has it asked at once.
///
/// One that is on keeps what it said, how it was and the address at which it pokes us; `random` makes that address where
/// there is none. `lacks` is what the test of the credentials showed to be missing, and only said.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn connect(
    store: &Store,
    request: &Request,
    info: &SourceInfo,
    (credentials, random): (&Credentials, [u8; 32]),
    lacks: Option<String>,
) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| save(tx, request, info, credentials, random).await;
    Ok(say(match once(store, request, act).await? {
        Ok(Done::AbsenceSource(Came::Connected { name, is_new })) => {
            Reply::AbsenceSource(absence_source::Reply::Connected { name, is_new, lacks })
        }
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    }))
}

async fn save(
    tx: &mut Tx,
    request: &Request,
    info: &SourceInfo,
    credentials: &Credentials,
    random: [u8; 32],
) -> Result<Decision, AppError> {
    if let Err(refusal) = admin(tx, request).await? {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = billing::no_sources_from_now(tx, info.name).await? {
        return Ok(Err(refusal));
    }
    let before = tx.lock_source(&info.code).await?;
    let is_new = before.is_none();
    let opened = tx.open_source(&info.code).await?;
    let hook = opened.as_ref().map(Opened::read).transpose()?.and_then(|opened| opened.hook);
    let hook = info.webhook.map(|_| {
        hook.unwrap_or_else(|| Hook { token: token::make(request.workspace, random), secret: None })
    });
    let now = request.now;
    let mut status = before.map(|before| before.status).unwrap_or_default();
    clear_fault(&mut status);
    let record = AbsenceSourceRecord {
        source: info.code.clone(),
        name: info.name.to_owned(),
        webhook_hash: hook.as_ref().map(|hook| hash_of(hook.token.expose_secret())),
        connected_by: request.actor.clone(),
        connected_at: now,
        status: SourceStatus {
            doubted_since: None,
            is_asked_for: true,
            asked_by: Some(request.actor.clone()),
            ..status
        },
        next_at: Some(now),
    };
    let opened = Opened { credentials: credentials.clone(), hook };
    tx.upsert_source(&record, &opened.write()?).await?;
    let action =
        if is_new { "absence_source_connected" } else { "absence_source_credentials_changed" };
    let entry = Entry {
        action,
        actor: Some(&request.actor),
        rotation: None,
        subject: None,
        details: json!({"source": info.code, "host": credentials.host}),
    };
    audit::record(tx, now, entry).await?;
    home::touch_admins(tx, now).await?;
    Ok(Ok(Done::AbsenceSource(Came::Connected { name: record.name, is_new })))
}
