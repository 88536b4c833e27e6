//! The address at which a source pokes us, and the secret that proves that it was the source.

use super::sealed::Opened;
use super::{Done as Came, admin, say};
use crate::audit::{self, Entry};
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::token::hash_of;
use crate::{AppError, Request};
use domain::action::Modal;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::source::SourceInfo;
use domain::story::absence_source::{self, Typed, WebhookModal};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Store, Tx};

/// Answers with the address at which a source pokes us; `base` is where we are reached.
///
/// # Errors
///
/// When the database cannot be reached, or what opens the source cannot be read.
pub async fn open_webhook(
    store: &Store,
    request: &Request,
    info: &SourceInfo,
    base: &str,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    if let Err(refusal) = admin(&mut tx, request).await? {
        return Ok(say(Reply::Refused(refusal)));
    }
    let opened = tx.open_source(&info.code).await?;
    let hook = opened.as_ref().map(Opened::read).transpose()?.and_then(|opened| opened.hook);
    let (Some(hook), Some(how)) = (hook, info.webhook) else {
        return Ok(say(is_off(info)));
    };
    let base = base.trim_end_matches('/');
    let address = format!("{base}/{}/webhook/{}", info.code, hook.token.expose_secret());
    let modal = WebhookModal {
        source: info.code.clone(),
        name: info.name.to_owned(),
        how: how.to_owned(),
        address: Typed::new(address),
        has_secret: hook.secret.is_some(),
    };
    Ok(Answer::Open(Modal::AbsenceSource(absence_source::Modal::Webhook(Box::new(modal)))))
}

/// Saves with what a source signs; where nothing was typed, what is known stays.
///
/// # Errors
///
/// When the database cannot be reached, or what opens the source cannot be read; nothing is saved then.
pub async fn save_webhook(
    store: &Store,
    request: &Request,
    info: &SourceInfo,
    secret: Option<&Typed>,
) -> Result<Answer, AppError> {
    let mut is_on = true;
    let act = async |tx: &mut Tx| save(tx, request, info, secret, &mut is_on).await;
    let decision = once(store, request, act).await?;
    Ok(say(match decision {
        Ok(Done::AbsenceSource(Came::WebhookSaved { name, has_secret })) => {
            Reply::AbsenceSource(absence_source::Reply::WebhookSaved { name, has_secret })
        }
        Err(_) if !is_on => self::is_off(info),
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    }))
}

async fn save(
    tx: &mut Tx,
    request: &Request,
    info: &SourceInfo,
    secret: Option<&Typed>,
    is_on: &mut bool,
) -> Result<Decision, AppError> {
    if let Err(refusal) = admin(tx, request).await? {
        return Ok(Err(refusal));
    }
    let record = tx.lock_source(&info.code).await?;
    let opened = tx.open_source(&info.code).await?;
    let opened = opened.as_ref().map(Opened::read).transpose()?;
    let (Some(mut record), Some(Opened { credentials, hook: Some(mut hook) })) = (record, opened)
    else {
        *is_on = false;
        return Ok(Err(Refusal::StaleButton));
    };
    let name = record.name.clone();
    if let Some(secret) = secret.and_then(Typed::filled) {
        hook.secret = Some(SecretString::from(secret));
        record.webhook_hash = Some(hash_of(hook.token.expose_secret()));
        let opened = Opened { credentials, hook: Some(hook.clone()) };
        tx.upsert_source(&record, &opened.write()?).await?;
        let entry = Entry {
            action: "absence_source_webhook_changed",
            actor: Some(&request.actor),
            rotation: None,
            subject: None,
            details: json!({"source": info.code}),
        };
        audit::record(tx, request.now, entry).await?;
        home::touch_admins(tx, request.now).await?;
    }
    let has_secret = hook.secret.is_some();
    Ok(Ok(Done::AbsenceSource(Came::WebhookSaved { name, has_secret })))
}

fn is_off(info: &SourceInfo) -> Reply {
    let (source, name) = (info.code.clone(), info.name.to_owned());
    Reply::AbsenceSource(absence_source::Reply::IsOff { source, name })
}
