//! The audit log.

use super::Conn;
use crate::commitment::Commitment;
use crate::error::StoreError;
use crate::records::AuditEvent;
use domain::ids::WorkspaceId;

statements! {
    RECORD_EVENT = (
        "insert into audit_events (
             workspace_id, event_id, occurred_at, action, payload, salt, commitment)
         values ($1, $2, $3, $4, $5, $6, $7)"
    );
}

pub(crate) async fn record_event(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let commitment = Commitment::new(event)?;
    sqlx::query(RECORD_EVENT)
        .bind(workspace.as_uuid())
        .bind(event.id.as_uuid())
        .bind(event.at)
        .bind(event.action)
        .bind(&commitment.payload)
        .bind(&commitment.salt[..])
        .bind(&commitment.hash[..])
        .execute(conn)
        .await?;
    Ok(())
}
