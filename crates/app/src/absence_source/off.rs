//! Admins turn a source off: what opens it and all that it said is deleted at once.

use super::sync::{KNOWN_SINCE, replan};
use super::{Done as Came, admin, say};
use crate::absence_change::Before;
use crate::audit::{self, Entry};
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::{AppError, Request};
use domain::ids::UserId;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::source::SourceCode;
use domain::story::absence_source;
use serde_json::json;
use std::collections::BTreeSet;
use store::{AbsenceSource, Store, Tx};

/// Turns a source off; `name` is how it is called where it is off already.
///
/// Credentials and absences go in one transaction; the rotations are planned again one by one after it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is deleted then.
pub async fn turn_off(
    store: &Store,
    request: &Request,
    (source, name): (&SourceCode, &str),
) -> Result<Answer, AppError> {
    // What is planned now is read first: whoever writes holds the database.
    let mut tx = store.read(request.workspace).await?;
    let said = AbsenceSource::Synced(source.clone());
    let known = tx.list_absences_of_source(&said, request.now - KNOWN_SINCE).await?;
    let users: BTreeSet<UserId> = known.into_iter().map(|absence| absence.user).collect();
    let before = Before::load(&mut tx, &users, request.now).await?;
    drop(tx);
    let mut is_on = true;
    let act =
        async |tx: &mut Tx| delete(tx, request, source, (&said, &users, before), &mut is_on).await;
    let decision = once(store, request, act).await?;
    Ok(say(match decision {
        Ok(Done::AbsenceSource(Came::TurnedOff { name, absences })) => {
            Reply::AbsenceSource(absence_source::Reply::TurnedOff { name, absences })
        }
        Err(_) if !is_on => {
            let (source, name) = (source.clone(), name.to_owned());
            Reply::AbsenceSource(absence_source::Reply::IsOff { source, name })
        }
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    }))
}

async fn delete(
    tx: &mut Tx,
    request: &Request,
    source: &SourceCode,
    (said, users, before): (&AbsenceSource, &BTreeSet<UserId>, Before),
    is_on: &mut bool,
) -> Result<Decision, AppError> {
    if let Err(refusal) = admin(tx, request).await? {
        return Ok(Err(refusal));
    }
    let Some(record) = tx.lock_source(source).await? else {
        *is_on = false;
        return Ok(Err(Refusal::StaleButton));
    };
    let now = request.now;
    tx.delete_source(source).await?;
    let deleted = tx.delete_absences_of_source(said).await?;
    let absences = u32::try_from(deleted).unwrap_or(u32::MAX);
    let entry = Entry {
        action: "absence_source_turned_off",
        actor: Some(&request.actor),
        rotation: None,
        subject: None,
        details: json!({"source": source, "absences": absences}),
    };
    audit::record(tx, now, entry).await?;
    replan(tx, before, now).await?;
    home::touch_admins(tx, now).await?;
    home::touch(tx, users, now).await?;
    Ok(Ok(Done::AbsenceSource(Came::TurnedOff { name: record.name, absences })))
}
