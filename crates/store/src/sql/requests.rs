//! Requests that were answered.

use super::steps::carry_out;
use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::Outcome;
use crate::step::{Step, Value};
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;

statements! {
    FIND_OUTCOME = (
        "select outcome
           from request_keys
          where workspace_id = $1
            and request_key = $2"
    );
    RECORD_OUTCOME = (
        "insert into request_keys (workspace_id, request_key, outcome, created_at)
         values ($1, $2, $3, $4)
         on conflict (workspace_id, request_key) do nothing"
    );
    // As the one before, but fails where the request was answered before: nobody looks at what it says.
    RECORD_FIRST_OUTCOME = (
        "insert into request_keys (workspace_id, request_key, outcome, created_at)
         values ($1, $2, $3, $4)"
    );
}

pub(crate) async fn find_outcome(
    conn: &mut Conn,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<Outcome>, StoreError> {
    let row =
        sqlx::query(FIND_OUTCOME).bind(workspace.as_uuid()).bind(key).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let fields = Fields::new(&row, "request_keys", "request_key");
    Ok(Some(Outcome { facts: fields.json("outcome")? }))
}

pub(crate) async fn record_outcome(
    conn: &mut Conn,
    workspace: WorkspaceId,
    key: &str,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let step = Step::new(RECORD_OUTCOME, values(workspace, key, outcome, now));
    if carry_out(conn, &step).await? == 0 {
        return Err(StoreError::Conflict { constraint: "request_keys" });
    }
    Ok(())
}

/// Returns what records the outcome of a request, or fails where that was answered before.
pub(crate) fn recording_first(
    workspace: WorkspaceId,
    key: &str,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Step {
    Step::new(RECORD_FIRST_OUTCOME, values(workspace, key, outcome, now))
}

fn values(workspace: WorkspaceId, key: &str, outcome: &Outcome, now: DateTime<Utc>) -> [Value; 4] {
    [workspace.as_uuid().into(), key.into(), Value::Json(outcome.facts.clone()), now.into()]
}
