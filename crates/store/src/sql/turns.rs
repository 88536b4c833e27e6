//! Turns that have begun, and coverage of them.

use super::row::stored;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{CoverageKind, CoverageRecord, TurnRecord, TurnState};
use chrono::{DateTime, Utc};
use domain::ids::{CoverageId, RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use sqlx::types::Json;

statements! {
    INSERT_TURN = (
        "insert into turns (
             workspace_id, rotation_id, planned_at, ends_at, number, holder, state, skips)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (workspace_id, rotation_id, planned_at) do nothing"
    );
    FIND_TURN = (
        "select rotation_id, planned_at, ends_at, number, holder, state, skips
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3"
    );
    FIND_TURN_AT = (
        "select rotation_id, planned_at, ends_at, number, holder, state, skips
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at <= $3
          order by planned_at desc
          limit 1"
    );
    LIST_TURNS = (
        "select rotation_id, planned_at, ends_at, number, holder, state, skips
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at >= $3
            and planned_at < $4
          order by planned_at"
    );
    INSERT_COVERAGE = (
        "insert into coverages (
             workspace_id, coverage_id, rotation_id, planned_at, user_id, kind, starts_at, ends_at,
             created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (workspace_id, rotation_id, planned_at, starts_at) do nothing"
    );
    LIST_COVERAGES = (
        "select coverage_id, rotation_id, planned_at, user_id, kind, starts_at, ends_at,
                created_by, created_at
           from coverages
          where workspace_id = $1
            and rotation_id = $2
            and ends_at > $3
            and starts_at < $4
          order by created_at, coverage_id"
    );
}

pub(crate) async fn insert_turn(
    conn: &mut Conn,
    workspace: WorkspaceId,
    turn: &TurnRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_TURN)
        .bind(workspace.as_uuid())
        .bind(turn.rotation.as_uuid())
        .bind(turn.planned_at)
        .bind(turn.ends_at)
        .bind(stored(turn.number))
        .bind(turn.holder.as_ref().map(UserId::as_str))
        .bind(turn.state.as_str())
        .bind(Json(&turn.skips))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_turn(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Option<TurnRecord>, StoreError> {
    find(conn, FIND_TURN, workspace, rotation, planned_at).await
}

pub(crate) async fn find_turn_at(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    at: DateTime<Utc>,
) -> Result<Option<TurnRecord>, StoreError> {
    find(conn, FIND_TURN_AT, workspace, rotation, at).await
}

pub(crate) async fn list_turns(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<TurnRecord>, StoreError> {
    let rows = sqlx::query(LIST_TURNS)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(from)
        .bind(until)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_turn).collect()
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
        .bind(coverage.user.as_str())
        .bind(coverage.kind.as_str())
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

async fn find(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    rotation: RotationId,
    at: DateTime<Utc>,
) -> Result<Option<TurnRecord>, StoreError> {
    let row = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(at)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_turn).transpose()
}

fn read_turn(row: &Row) -> Result<TurnRecord, StoreError> {
    let fields = Fields::new(row, "turns", "rotation_id");
    Ok(TurnRecord {
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        ends_at: fields.get("ends_at")?,
        number: fields.count("number")?,
        holder: fields.maybe_user("holder")?,
        state: fields.word("state", TurnState::parse)?,
        skips: fields.json("skips")?,
    })
}

fn read_coverage(row: &Row) -> Result<CoverageRecord, StoreError> {
    let fields = Fields::new(row, "coverages", "coverage_id");
    Ok(CoverageRecord {
        id: CoverageId::new(fields.get("coverage_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        user: fields.user("user_id")?,
        kind: fields.word("kind", CoverageKind::parse)?,
        starts_at: fields.get("starts_at")?,
        ends_at: fields.get("ends_at")?,
        by: fields.user("created_by")?,
        created_at: fields.get("created_at")?,
    })
}
