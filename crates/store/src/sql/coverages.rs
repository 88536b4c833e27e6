//! Coverage of turns.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{CoverageKind, CoverageRecord};
use chrono::{DateTime, Utc};
use domain::ids::{CoverRequestId, CoverageId, RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use uuid::Uuid;

statements! {
    INSERT_COVERAGE = (
        "insert into coverages (
             workspace_id, coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id,
             starts_at, ends_at, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (workspace_id, rotation_id, coalesce(of_user, ''), starts_at)
               where undone_at is null
            do nothing"
    );
    FIND_COVERAGE = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id, starts_at,
                ends_at, created_by, created_at, undone_by, undone_at
           from coverages
          where workspace_id = $1
            and coverage_id = $2"
    );
    RECORD_COVERAGE_END = (
        "update coverages
            set ends_at = $3
          where workspace_id = $1
            and coverage_id = $2
            and undone_at is null
            and starts_at < $3"
    );
    UNDO_COVERAGE = (
        "update coverages
            set undone_by = $3,
                undone_at = $4
          where workspace_id = $1
            and coverage_id = $2
            and undone_at is null"
    );
    LIST_COVERAGES = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id, starts_at,
                ends_at, created_by, created_at, undone_by, undone_at
           from coverages
          where workspace_id = $1
            and rotation_id = $2
            and undone_at is null
            and starts_at < ends_at
            and ends_at > $3
            and starts_at < $4
          order by created_at, coverage_id"
    );
    LIST_COVERAGES_SINCE = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id, starts_at,
                ends_at, created_by, created_at, undone_by, undone_at
           from coverages
          where workspace_id = $1
            and undone_at is null
            and starts_at < ends_at
            and ends_at > $2
          order by created_at, coverage_id"
    );
    LIST_COVERAGES_FOR = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id, starts_at,
                ends_at, created_by, created_at, undone_by, undone_at
           from coverages
          where workspace_id = $1
            and request_id = $2
            and undone_at is null
            and starts_at < ends_at
          order by created_at, coverage_id"
    );
}

pub(crate) async fn insert_coverage(
    conn: &mut Conn,
    workspace: WorkspaceId,
    coverage: &CoverageRecord,
) -> Result<(), StoreError> {
    let done = sqlx::query(INSERT_COVERAGE)
        .bind(workspace.as_uuid())
        .bind(coverage.id.as_uuid())
        .bind(coverage.rotation.as_uuid())
        .bind(coverage.planned_at)
        .bind(coverage.of.as_ref().map(UserId::as_str))
        .bind(coverage.user.as_str())
        .bind(coverage.kind.as_str())
        .bind(coverage.request.map(CoverRequestId::as_uuid))
        .bind(coverage.starts_at)
        .bind(coverage.ends_at)
        .bind(coverage.by.as_str())
        .bind(coverage.created_at)
        .execute(conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict { constraint: "coverages_window" });
    }
    Ok(())
}

pub(crate) async fn find_coverage(
    conn: &mut Conn,
    workspace: WorkspaceId,
    coverage: CoverageId,
) -> Result<Option<CoverageRecord>, StoreError> {
    let row = sqlx::query(FIND_COVERAGE)
        .bind(workspace.as_uuid())
        .bind(coverage.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_coverage).transpose()
}

pub(crate) async fn record_coverage_end(
    conn: &mut Conn,
    workspace: WorkspaceId,
    coverage: CoverageId,
    ends_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_COVERAGE_END)
        .bind(workspace.as_uuid())
        .bind(coverage.as_uuid())
        .bind(ends_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn undo_coverage(
    conn: &mut Conn,
    workspace: WorkspaceId,
    coverage: CoverageId,
    by: &UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(UNDO_COVERAGE)
        .bind(workspace.as_uuid())
        .bind(coverage.as_uuid())
        .bind(by.as_str())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_coverages(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    window: Interval,
) -> Result<Vec<CoverageRecord>, StoreError> {
    let rows = sqlx::query(LIST_COVERAGES)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(window.start())
        .bind(window.end())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_coverage).collect()
}

pub(crate) async fn list_coverages_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
) -> Result<Vec<CoverageRecord>, StoreError> {
    let rows = sqlx::query(LIST_COVERAGES_SINCE)
        .bind(workspace.as_uuid())
        .bind(since)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_coverage).collect()
}

pub(crate) async fn list_coverages_for(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: CoverRequestId,
) -> Result<Vec<CoverageRecord>, StoreError> {
    let rows = sqlx::query(LIST_COVERAGES_FOR)
        .bind(workspace.as_uuid())
        .bind(request.as_uuid())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_coverage).collect()
}

fn read_coverage(row: &Row) -> Result<CoverageRecord, StoreError> {
    let fields = Fields::new(row, "coverages", "coverage_id");
    let by = fields.user("created_by")?;
    // A migration may have undone one, and nobody did.
    let undone_by = fields.maybe_user("undone_by")?.unwrap_or_else(|| by.clone());
    Ok(CoverageRecord {
        id: CoverageId::new(fields.get("coverage_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        of: fields.maybe_user("of_user")?,
        user: fields.user("user_id")?,
        kind: fields.word("kind", CoverageKind::parse)?,
        request: fields.get::<Option<Uuid>>("request_id")?.map(CoverRequestId::new),
        starts_at: fields.get("starts_at")?,
        ends_at: fields.get("ends_at")?,
        by,
        created_at: fields.get("created_at")?,
        undone: fields.get::<Option<DateTime<Utc>>>("undone_at")?.map(|at| (undone_by, at)),
    })
}
