//! The absence sources of a workspace, and their leases over all workspaces.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{AbsenceSourceRecord, SyncClaim};
use chrono::{DateTime, Utc};
use crypto::Sealed;
use domain::ids::WorkspaceId;
use domain::source::SourceCode;
use sqlx::types::Json;

statements! {
    UPSERT_SOURCE = (
        "insert into absence_sources (
             workspace_id, source, name, sealed, webhook_hash, connected_by, connected_at, status,
             next_at, fence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (workspace_id, source) do update
            set name = excluded.name,
                sealed = excluded.sealed,
                webhook_hash = excluded.webhook_hash,
                connected_by = excluded.connected_by,
                connected_at = excluded.connected_at,
                status = excluded.status,
                next_at = excluded.next_at,
                leased_by = null,
                leased_until = null,
                fence = absence_sources.fence + 1"
    );
    LIST_SOURCES = (
        "select source, name, webhook_hash, connected_by, connected_at, status, next_at
           from absence_sources
          where workspace_id = $1
          order by source"
    );
    FIND_SOURCE = (
        "select source, name, webhook_hash, connected_by, connected_at, status, next_at
           from absence_sources
          where workspace_id = $1
            and source = $2"
    );
    LOCK_SOURCE = (
        "select source, name, webhook_hash, connected_by, connected_at, status, next_at
           from absence_sources
          where workspace_id = $1
            and source = $2", for_update
    );
    FIND_SOURCE_SEALED = (
        "select sealed
           from absence_sources
          where workspace_id = $1
            and source = $2"
    );
    RECORD_SOURCE = (
        "update absence_sources
            set status = $3,
                next_at = $4
          where workspace_id = $1
            and source = $2"
    );
    EXTEND_SYNC = (
        "update absence_sources
            set leased_until = $4
          where workspace_id = $1
            and source = $2
            and fence = $3
            and leased_until is not null"
    );
    FINISH_SYNC = (
        "update absence_sources
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and source = $2
            and fence = $3
            and leased_until is not null"
    );
    // With a new fence, whoever still comes with the old one has nothing to say any more.
    RELEASE_SYNCS = (
        "update absence_sources
            set leased_by = null,
                leased_until = null,
                fence = fence + 1
          where leased_by is not null
            and substr(leased_by, 1, length($1)) = $1"
    );
    DELETE_SOURCE = (
        "delete from absence_sources
          where workspace_id = $1
            and source = $2"
    );
    // A workspace without an installation is not asked about; whoever holds a lease that ran out has lost it.
    CLAIM_SYNCS = (
        "with due as (
             select q.workspace_id, q.source
               from absence_sources q
               join workspaces w on w.workspace_id = q.workspace_id
              where q.next_at <= $3
                and w.is_active
                and (q.leased_until is null or q.leased_until <= $3)
              order by q.next_at, q.workspace_id
              limit $4", for_update_skip_locked, ")
         update absence_sources
            set leased_by = $1,
                leased_until = $2,
                fence = fence + 1
          where (workspace_id, source) in (select workspace_id, source from due)
      returning workspace_id, source, fence"
    );
    EARLIEST_SYNC_AT = (
        "select case when s.leased_until > s.next_at then s.leased_until else s.next_at end as due_at
           from absence_sources s
           join workspaces w on w.workspace_id = s.workspace_id
          where s.next_at is not null
            and w.is_active
          order by due_at
          limit 1"
    );
}

pub(crate) async fn upsert_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    record: &AbsenceSourceRecord,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    sqlx::query(UPSERT_SOURCE)
        .bind(workspace.as_uuid())
        .bind(record.source.as_str())
        .bind(&record.name)
        .bind(sealed.as_bytes())
        .bind(record.webhook_hash.as_deref())
        .bind(record.connected_by.as_str())
        .bind(record.connected_at)
        .bind(Json(&record.status))
        .bind(record.next_at)
        // Never that of a source that was turned off meanwhile.
        .bind(record.connected_at.timestamp_micros())
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn list_sources(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<AbsenceSourceRecord>, StoreError> {
    let rows = sqlx::query(LIST_SOURCES).bind(workspace.as_uuid()).fetch_all(conn).await?;
    rows.iter().map(read_source).collect()
}

pub(crate) async fn find_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
) -> Result<Option<AbsenceSourceRecord>, StoreError> {
    find(conn, FIND_SOURCE, workspace, source).await
}

pub(crate) async fn lock_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
) -> Result<Option<AbsenceSourceRecord>, StoreError> {
    find(conn, LOCK_SOURCE, workspace, source).await
}

async fn find(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    source: &SourceCode,
) -> Result<Option<AbsenceSourceRecord>, StoreError> {
    let row = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_source).transpose()
}

pub(crate) async fn find_source_sealed(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = sqlx::query_scalar(FIND_SOURCE_SEALED)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .fetch_optional(conn)
        .await?;
    Ok(sealed)
}

pub(crate) async fn record_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    record: &AbsenceSourceRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_SOURCE)
        .bind(workspace.as_uuid())
        .bind(record.source.as_str())
        .bind(Json(&record.status))
        .bind(record.next_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn extend_sync(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
    fence: i64,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(EXTEND_SYNC)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .bind(fence)
        .bind(until)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn finish_sync(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
    fence: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(FINISH_SYNC)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .bind(fence)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &SourceCode,
) -> Result<bool, StoreError> {
    let done = sqlx::query(DELETE_SOURCE)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives back what an owner of this name leased; without one, everybody's.
pub(crate) async fn release_syncs(conn: &mut Conn, owner: Option<&str>) -> Result<u64, StoreError> {
    let done = sqlx::query(RELEASE_SYNCS).bind(owner.unwrap_or_default()).execute(conn).await?;
    Ok(done.rows_affected())
}

pub(crate) async fn claim_syncs(
    conn: &mut Conn,
    worker: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<SyncClaim>, StoreError> {
    let rows = sqlx::query(CLAIM_SYNCS)
        .bind(worker)
        .bind(lease_until)
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "absence_sources", "workspace_id");
            Ok(SyncClaim {
                workspace: WorkspaceId::new(fields.get("workspace_id")?),
                source: fields.word("source", SourceCode::new)?,
                fence: fields.get("fence")?,
            })
        })
        .collect()
}

pub(crate) async fn earliest_sync_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(EARLIEST_SYNC_AT).fetch_optional(conn).await?)
}

fn read_source(row: &Row) -> Result<AbsenceSourceRecord, StoreError> {
    let fields = Fields::new(row, "absence_sources", "source");
    Ok(AbsenceSourceRecord {
        source: fields.word("source", SourceCode::new)?,
        name: fields.get("name")?,
        webhook_hash: fields.get("webhook_hash")?,
        connected_by: fields.user("connected_by")?,
        connected_at: fields.get("connected_at")?,
        status: fields.json("status")?,
        next_at: fields.get("next_at")?,
    })
}
