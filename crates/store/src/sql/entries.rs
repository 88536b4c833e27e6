//! What an absence that is entered writes, as steps that need no answer before the next.

use super::{absences, audit, deliveries, requests};
use crate::error::StoreError;
use crate::records::Entry;
use crate::step::Step;
use domain::effect::Recipient;
use domain::ids::{UserId, WorkspaceId};

/// Returns the steps of an entry. The one of its key fails where the request was answered before.
pub(crate) fn steps(workspace: WorkspaceId, entry: &Entry) -> Result<Vec<Step>, StoreError> {
    let mut steps = vec![
        absences::inserting(workspace, &entry.absence)?,
        audit::recording(workspace, &entry.event)?,
    ];
    let is_erased = |to: &Recipient| to.reader().is_some_and(UserId::is_erased);
    for (envelope, at) in entry.deliveries.iter().filter(|(it, _)| !is_erased(&it.to)) {
        steps.push(deliveries::inserting(workspace, envelope, *at, entry.now)?);
    }
    steps.push(requests::recording_first(workspace, &entry.key, &entry.outcome, entry.now));
    Ok(steps)
}

/// Returns what went wrong: ids are new, so what is there already is the request's key.
pub(crate) fn fault(error: sqlx::Error) -> StoreError {
    if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
        return StoreError::Conflict { constraint: "request_keys" };
    }
    error.into()
}
