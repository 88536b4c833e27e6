//! The audit log.

use super::Conn;
use super::steps::carry_out;
use crate::commitment::Commitment;
use crate::error::StoreError;
use crate::records::AuditEvent;
use crate::step::Step;
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
    carry_out(conn, &recording(workspace, event)?).await.map(drop)
}

/// Returns what records an event.
pub(crate) fn recording(workspace: WorkspaceId, event: &AuditEvent) -> Result<Step, StoreError> {
    let commitment = Commitment::new(event)?;
    let values = [
        workspace.as_uuid().into(),
        event.id.as_uuid().into(),
        event.at.into(),
        event.action.into(),
        commitment.payload.into(),
        commitment.salt[..].into(),
        commitment.hash[..].into(),
    ];
    Ok(Step::new(RECORD_EVENT, values))
}
