//! Absence sources as admins see them.

use crate::AppError;
use crate::people::People;
use domain::ids::UserId;
use domain::story::absence_source::{SourceLine, Standing};
use store::{AbsenceSourceRecord, Tx};

/// Returns the sources that are on.
pub(crate) async fn lines(tx: &mut Tx) -> Result<Vec<SourceLine>, AppError> {
    let sources = tx.list_sources().await?;
    let users: Vec<UserId> = sources.iter().map(|source| source.connected_by.clone()).collect();
    let people = People::load(tx, &users).await?;
    let line = |record: &AbsenceSourceRecord| SourceLine {
        source: record.source.clone(),
        name: record.name.clone(),
        has_webhook: record.webhook_hash.is_some(),
        standing: Some(standing(record, &people)),
    };
    Ok(sources.iter().map(line).collect())
}

/// Returns how a source is.
pub(crate) fn standing(record: &AbsenceSourceRecord, people: &People) -> Standing {
    let status = &record.status;
    Standing {
        connected_by: people.person(&record.connected_by),
        connected_at: record.connected_at,
        good_at: status.good_at,
        matched: status.matched,
        members: status.members,
        absences: status.absences,
        flagged: status.flagged,
        lacks: status.lacks.clone(),
        fault: status.fault.clone(),
        doubted_since: status.doubted_since,
        is_asked_for: status.is_asked_for,
    }
}
