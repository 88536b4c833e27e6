//! The audit log.

use super::chain::{hash_in, read_head};
use super::row::stored;
use super::steps::carry_out;
use super::{Conn, Fields, Row};
use crate::chain::{Chained, Committed, Head};
use crate::commitment::Commitment;
use crate::error::StoreError;
use crate::records::{AuditEvent, AuditRow};
use crate::step::Step;
use chrono::{DateTime, Utc};
use domain::ids::{EventId, WorkspaceId};

statements! {
    RECORD_EVENT = (
        "insert into audit_events (
             workspace_id, event_id, occurred_at, action, payload, salt, commitment)
         values ($1, $2, $3, $4, $5, $6, $7)"
    );
    FIND_HEAD = (
        "select sequence, hash, pruned_sequence, pruned_hash, signature
           from audit_heads
          where workspace_id = $1"
    );
    LIST_CHAIN = (
        "select event_id, occurred_at, action, payload, salt, commitment, sequence, hash, signature,
                erasure
           from audit_events
          where workspace_id = $1
            and sequence > $2
          order by sequence
          limit $3"
    );
    OLDEST_UNCHAINED = (
        "select count(*) as number, min(occurred_at) as since
           from audit_events
          where workspace_id = $1
            and sequence is null"
    );
    LIST_EVENTS = (
        "select event_id, occurred_at, action, payload
           from audit_events
          where workspace_id = $1
            and (occurred_at < $2 or occurred_at = $2 and event_id < $3)
          order by occurred_at desc, event_id desc
          limit $4"
    );
    LIST_EVENTS_LIKE = (
        "select event_id, commitment, payload, erasure
           from audit_events
          where workspace_id = $1
            and payload like $2"
    );
    FIND_EVENT = (
        "select event_id, commitment, payload, erasure
           from audit_events
          where workspace_id = $1
            and event_id = $2"
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

pub(crate) async fn find_head(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<(Head, Vec<u8>)>, StoreError> {
    let row = sqlx::query(FIND_HEAD).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(read_head).transpose()
}

pub(crate) async fn list_chain(
    conn: &mut Conn,
    workspace: WorkspaceId,
    after: u64,
    limit: u32,
) -> Result<Vec<Chained>, StoreError> {
    let rows = sqlx::query(LIST_CHAIN)
        .bind(workspace.as_uuid())
        .bind(stored(after))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_chained).collect()
}

/// Returns how many events are not chained, and since when the oldest is there.
pub(crate) async fn oldest_unchained(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
    let row = sqlx::query(OLDEST_UNCHAINED).bind(workspace.as_uuid()).fetch_one(conn).await?;
    let fields = Fields::new(&row, "audit_events", "event_id");
    Ok((fields.count("number")?, fields.get("since")?))
}

/// Returns the events before an instant and an id, the newest first.
pub(crate) async fn list_events(
    conn: &mut Conn,
    workspace: WorkspaceId,
    (at, event): (DateTime<Utc>, EventId),
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let rows = sqlx::query(LIST_EVENTS)
        .bind(workspace.as_uuid())
        .bind(at)
        .bind(event.as_uuid())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "audit_events", "event_id");
            Ok(AuditRow {
                id: EventId::new(fields.get("event_id")?),
                at: fields.get("occurred_at")?,
                action: fields.get("action")?,
                payload: fields.get("payload")?,
            })
        })
        .collect()
}

/// Returns the events that say something like it.
pub(crate) async fn list_events_like(
    conn: &mut Conn,
    workspace: WorkspaceId,
    pattern: &str,
) -> Result<Vec<Committed>, StoreError> {
    let rows = sqlx::query(LIST_EVENTS_LIKE)
        .bind(workspace.as_uuid())
        .bind(pattern)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_committed).collect()
}

pub(crate) async fn find_event(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: EventId,
) -> Result<Option<Committed>, StoreError> {
    let row = sqlx::query(FIND_EVENT)
        .bind(workspace.as_uuid())
        .bind(event.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_committed).transpose()
}

fn read_committed(row: &Row) -> Result<Committed, StoreError> {
    let fields = Fields::new(row, "audit_events", "event_id");
    Ok(Committed {
        event: EventId::new(fields.get("event_id")?),
        commitment: fields.get("commitment")?,
        payload: fields.get("payload")?,
        erasure: fields.get("erasure")?,
    })
}

fn read_chained(row: &Row) -> Result<Chained, StoreError> {
    let fields = Fields::new(row, "audit_events", "event_id");
    Ok(Chained {
        event: EventId::new(fields.get("event_id")?),
        at: fields.get("occurred_at")?,
        action: fields.get("action")?,
        payload: fields.get("payload")?,
        salt: fields.get("salt")?,
        commitment: fields.get("commitment")?,
        sequence: fields.count("sequence")?,
        hash: hash_in(&fields, "hash")?,
        signature: fields.get("signature")?,
        erasure: fields.get("erasure")?,
    })
}
