//! Admins have a source asked now.

use super::{Done as Came, admin, say};
use crate::billing;
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::{AppError, Request};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::source::{SourceCode, SourceFault};
use domain::story::absence_source::{self, BETWEEN_ASKING};
use store::{AbsenceSourceRecord, Store, Tx};

/// Has a source asked now, once a minute at most; whoever asked is told what came of it.
///
/// `name` is how it is called where it is off.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn ask_now(
    store: &Store,
    request: &Request,
    (source, name): (&SourceCode, &str),
) -> Result<Answer, AppError> {
    let mut instead = None;
    let act = async |tx: &mut Tx| ask(tx, request, (source, name), &mut instead).await;
    let decision = once(store, request, act).await?;
    Ok(say(match (decision, instead) {
        (Ok(Done::AbsenceSource(Came::Asked { name })), _) => {
            Reply::AbsenceSource(absence_source::Reply::Asked { name })
        }
        (Err(_), Some(reply)) => Reply::AbsenceSource(reply),
        (Ok(_), _) => Reply::Refused(Refusal::Unreadable),
        (Err(refusal), None) => Reply::Refused(refusal),
    }))
}

async fn ask(
    tx: &mut Tx,
    request: &Request,
    (source, name): (&SourceCode, &str),
    instead: &mut Option<absence_source::Reply>,
) -> Result<Decision, AppError> {
    if let Err(refusal) = admin(tx, request).await? {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = billing::no_sources_from_now(tx, name).await? {
        return Ok(Err(refusal));
    }
    let record = tx.lock_source(source).await?;
    *instead = if let Some(record) = &record {
        refusal(record, request)
    } else {
        let (source, name) = (source.clone(), name.to_owned());
        Some(absence_source::Reply::IsOff { source, name })
    };
    let Some(mut record) = record.filter(|_| instead.is_none()) else {
        return Ok(Err(Refusal::StaleButton));
    };
    record.next_at = Some(request.now);
    record.status.is_asked_for = true;
    record.status.poked_at = Some(request.now);
    record.status.asked_by = Some(request.actor.clone());
    tx.record_source(&record).await?;
    home::touch_admins(tx, request.now).await?;
    Ok(Ok(Done::AbsenceSource(Came::Asked { name: record.name })))
}

/// Returns why a source is not asked now.
fn refusal(record: &AbsenceSourceRecord, request: &Request) -> Option<absence_source::Reply> {
    let (status, name) = (&record.status, record.name.clone());
    if let Some(SourceFault::Limited { until }) = &status.fault
        && request.now < *until
    {
        return Some(absence_source::Reply::Waits { name, until: *until });
    }
    let is_lately = status.asked_at.is_some_and(|at| request.now - at < BETWEEN_ASKING);
    (status.is_asked_for || is_lately).then_some(absence_source::Reply::AskedLately { name })
}
