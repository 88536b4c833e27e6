//! "I am available after all": what a source says of somebody does not count.

use super::lines::is_overruled;
use super::said::say;
use super::subject::Subject;
use crate::outcome::{Decision, Done, once};
use crate::{AppError, Request};
use chrono::{DateTime, Days, Utc};
use domain::absence::{Span, whole_days};
use domain::date_words::parse_span;
use domain::form::check_absence;
use domain::ids::{AbsenceId, UserId};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::absence::Refusal as Why;
use store::{AbsenceRecord, Store, Tx};

/// The most days for which an absence without an end, or of a part of each of its days, is overruled at once: four weeks.
const MOST_DAYS: u64 = 28;

/// Says that somebody is available: at the times typed, or in the synced absence that runs or comes next.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn available(
    store: &Store,
    request: &Request,
    who: Option<&UserId>,
    days: Option<&str>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let subject = Subject::load(tx, request, who).await?;
        let found = subject.absences(tx, request.now).await?;
        match decide(&subject, request, &found, days) {
            Ok(record) => insert(tx, &subject, request, record).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

/// Says that somebody is available in the synced absence whose button was pressed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn available_by_id(
    store: &Store,
    request: &Request,
    absence: AbsenceId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let Some(absence) = tx.find_absence(absence).await? else {
            return Ok(Err(Refusal::Gone));
        };
        let is_over = absence.ends_at.is_some_and(|end| end <= request.now);
        if is_over || !absence.source.is_synced() {
            return Ok(Err(Refusal::Gone));
        }
        let subject = Subject::load(tx, request, Some(&absence.user)).await?;
        let found = subject.absences(tx, request.now).await?;
        match overrule(&subject, request, &[&absence], &found) {
            Ok(record) => insert(tx, &subject, request, record).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

async fn insert(
    tx: &mut Tx,
    subject: &Subject,
    request: &Request,
    record: AbsenceRecord,
) -> Result<Decision, AppError> {
    subject.insert(tx, request, &record).await?;
    Ok(Ok(Done::AbsenceAdded { absence: record.id }))
}

fn decide(
    subject: &Subject,
    request: &Request,
    found: &[AbsenceRecord],
    days: Option<&str>,
) -> Result<AbsenceRecord, Refusal> {
    subject.permission(&request.actor)?;
    let is_own = subject.of == request.actor;
    let synced: Vec<&AbsenceRecord> =
        found.iter().filter(|absence| absence.source.is_synced()).collect();
    let Some(days) = days else {
        return overrule(subject, request, &synced, found);
    };
    let span = parse_span(days, &subject.zone, request.now)?;
    check_absence(&span, &subject.zone, request.now)?;
    let record =
        AbsenceRecord { is_available: true, ..subject.record(request, span, &subject.zone) };
    let meets = |other: &&AbsenceRecord| {
        record.ends_at.is_none_or(|end| other.starts_at < end)
            && other.ends_at.is_none_or(|end| record.starts_at < end)
    };
    if !synced.iter().any(meets) {
        let day = Some(span.dates(&subject.zone).0);
        return Err(Why::NothingSynced { day, is_own }.into());
    }
    if is_overruled(&record, found) {
        return Err(Why::AvailableAlready { is_own }.into());
    }
    Ok(record)
}

/// Returns what overrules the first of these synced absences that still counts.
fn overrule(
    subject: &Subject,
    request: &Request,
    synced: &[&AbsenceRecord],
    found: &[AbsenceRecord],
) -> Result<AbsenceRecord, Refusal> {
    subject.permission(&request.actor)?;
    let is_own = subject.of == request.actor;
    if synced.is_empty() {
        return Err(Why::NothingSynced { day: None, is_own }.into());
    }
    let mut said = synced.iter().map(|absence| opposite(subject, request, absence));
    let said = said.find(|said| !is_overruled(said, found));
    said.ok_or_else(|| Why::AvailableAlready { is_own }.into())
}

/// Returns what says that somebody is available in a synced absence, or in as much of it as may be said at once.
fn opposite(subject: &Subject, request: &Request, absence: &AbsenceRecord) -> AbsenceRecord {
    if let Some(span) = cut(absence, request.now) {
        let record = subject.record(request, span, &absence.zone());
        return AbsenceRecord { is_available: true, ..record };
    }
    let span = match absence.span {
        // Nobody knows when: all of each day is free.
        Span::Part { first, last, .. } => Span::days(first, last),
        span => span,
    };
    let record = subject.record(request, span, &absence.zone());
    // What was worked out when it was stored is what the days were then.
    let (starts_at, ends_at) = (absence.starts_at, absence.ends_at);
    AbsenceRecord { is_available: true, starts_at, ends_at, ..record }
}

/// Returns for when somebody can say at once to be available in a synced absence; `None` where that is all of it.
///
/// What has no end, and so much of each of many days, would hide all other leave until then: it is overruled for
/// [`MOST_DAYS`] days from today, or from its first day.
pub(super) fn cut(absence: &AbsenceRecord, now: DateTime<Utc>) -> Option<Span> {
    let zone = absence.zone();
    let today = zone.date_of(now);
    let (first, last) = absence.span.dates(&zone);
    let begins = first.max(today);
    let ends = begins.checked_add_days(Days::new(MOST_DAYS - 1))?;
    match absence.span {
        Span::Days { last: None, from_noon, .. } => {
            let from_noon = from_noon && begins == first;
            Some(Span::Days { first: begins, last: Some(ends), from_noon, until_noon: false })
        }
        Span::Clock { start, end: None } if begins == first => {
            Some(Span::Clock { start, end: Some(whole_days(&zone, ends, ends).end()) })
        }
        Span::Clock { end: None, .. } => Some(Span::days(begins, ends)),
        Span::Part { .. } if last.is_some_and(|last| ends < last) => Some(Span::days(begins, ends)),
        Span::Days { .. } | Span::Halves { .. } | Span::Clock { .. } | Span::Part { .. } => None,
    }
}
