//! Absences are taken back: by days, by their button; never those that a source says.

use super::lines::Sight;
use super::said::say;
use super::subject::Subject;
use crate::outcome::{Decision, Done, TakenBack, once};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::absence::Span;
use domain::date_words::parse_span;
use domain::ids::{AbsenceId, UserId};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::absence::Refusal as Why;
use domain::zone::Zone;
use store::{AbsenceRecord, AbsenceSource, Store, Tx};

/// Takes back the absences that touch the days typed, or the only one there is.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove(
    store: &Store,
    request: &Request,
    who: Option<&UserId>,
    days: Option<&str>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let subject = Subject::load(tx, request, who).await?;
        if let Err(refusal) = subject.permission(&request.actor) {
            return Ok(Err(refusal));
        }
        let found = subject.absences(tx, request.now).await?;
        let sight = Sight::load(tx).await?;
        match choose(&subject, found, days, request, &sight) {
            Ok(absences) => delete(tx, &subject, request, &absences).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

/// Takes back the absence whose button was pressed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove_by_id(
    store: &Store,
    request: &Request,
    absence: AbsenceId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let Some(absence) = tx.find_absence(absence).await? else {
            return Ok(Err(Refusal::Gone));
        };
        let subject = Subject::load(tx, request, Some(&absence.user)).await?;
        if let Err(refusal) = subject.permission(&request.actor) {
            return Ok(Err(refusal));
        }
        match absence.source {
            AbsenceSource::Manual => delete(tx, &subject, request, &[absence]).await,
            // What is skipped has a button of its own, in the post that told of it.
            AbsenceSource::Skip => Ok(Err(Refusal::StaleButton)),
            AbsenceSource::Synced(_) => {
                Ok(Err(from_source(&Sight::load(tx).await?, &absence).into()))
            }
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

async fn delete(
    tx: &mut Tx,
    subject: &Subject,
    request: &Request,
    absences: &[AbsenceRecord],
) -> Result<Decision, AppError> {
    if !subject.delete(tx, request, absences).await? {
        return Ok(Err(Refusal::Gone));
    }
    let taken = |absence: &AbsenceRecord| TakenBack {
        absence: absence.id,
        span: absence.span,
        zone: absence.zone.clone(),
        is_available: absence.is_available,
    };
    let taken = absences.iter().map(taken).collect();
    Ok(Ok(Done::AbsenceRemoved { user: subject.of.clone(), taken }))
}

/// Returns the absences that are meant; one at least.
fn choose(
    subject: &Subject,
    found: Vec<AbsenceRecord>,
    days: Option<&str>,
    request: &Request,
    sight: &Sight,
) -> Result<Vec<AbsenceRecord>, Refusal> {
    let span = days.map(|days| parse_span(days, &subject.zone, request.now)).transpose()?;
    let is_meant = |absence: &AbsenceRecord| match span {
        Some(span) => touches(absence, &span, subject),
        None => true,
    };
    let meant = found.into_iter().filter(is_meant);
    let (synced, entered): (Vec<_>, Vec<_>) = meant.partition(|it| it.source.is_synced());
    match (entered.len(), synced.first(), span) {
        (0, Some(synced), _) => Err(from_source(sight, synced).into()),
        (0, None, _) => {
            let day = span.map(|span| span.dates(&subject.zone).0);
            Err(Refusal::NoAbsence { day })
        }
        (2.., _, None) => Err(Refusal::WhichAbsence),
        _ => Ok(entered),
    }
}

/// Returns whether an absence touches what was typed: whole days by the calendar, times by the clock.
fn touches(absence: &AbsenceRecord, span: &Span, subject: &Subject) -> bool {
    if let Span::Days { first: from, last: to, from_noon: false, until_noon: false } = *span {
        let (first, last) = absence.dates();
        return to.is_none_or(|to| first <= to) && last.is_none_or(|last| from <= last);
    }
    let meant = windows_of(span, &subject.zone);
    let windows = match absence.span {
        Span::Halves { .. } => windows_of(&absence.span, &absence.zone()),
        // What was worked out when it was stored is what the days were then.
        _ => vec![(absence.starts_at, absence.ends_at)],
    };
    let is_before = |end: Option<DateTime<Utc>>, start| end.is_some_and(|end| end <= start);
    meant.iter().any(|(from, to)| {
        windows.iter().any(|(start, end)| !is_before(*end, *from) && !is_before(*to, *start))
    })
}

/// Returns the times of a span: between its halves there is nothing of it.
fn windows_of(span: &Span, zone: &Zone) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    match span {
        Span::Halves { .. } => {
            span.windows(zone).map(|window| (window.start(), Some(window.end()))).collect()
        }
        _ => vec![span.bounds(zone)],
    }
}

fn from_source(sight: &Sight, absence: &AbsenceRecord) -> Why {
    let source_name = sight.name_of(&absence.source);
    Why::FromSource { source_name: source_name.unwrap_or_else(|| String::from("another system")) }
}
