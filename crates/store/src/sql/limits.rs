//! How long Slack asked to be left alone, by workspace and kind of call.

use super::{Conn, Fields};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;

statements! {
    RECORD_LIMIT = (
        "insert into limits (workspace_id, call, until)
         values ($1, $2, $3)
         on conflict (workspace_id, call) do update
            set until = excluded.until
          where limits.until < excluded.until"
    );
    LIST_LIMITS = (
        "select call, until
           from limits
          where workspace_id = $1
            and until > $2
          order by call"
    );
}

pub(crate) async fn record_limit(
    conn: &mut Conn,
    workspace: WorkspaceId,
    call: &str,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(RECORD_LIMIT)
        .bind(workspace.as_uuid())
        .bind(call)
        .bind(until)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn list_limits(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    let rows = sqlx::query(LIST_LIMITS).bind(workspace.as_uuid()).bind(now).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "limits", "call");
            Ok((fields.get("call")?, fields.get("until")?))
        })
        .collect()
}
