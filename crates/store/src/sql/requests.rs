//! Requests that were answered.

use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::Outcome;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use sqlx::types::Json;

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
    let done = sqlx::query(RECORD_OUTCOME)
        .bind(workspace.as_uuid())
        .bind(key)
        .bind(Json(&outcome.facts))
        .bind(now)
        .execute(conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict { constraint: "request_keys" });
    }
    Ok(())
}
