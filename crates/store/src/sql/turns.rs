//! Turns that have begun, and coverage of them.

use super::row::stored;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{CoverageKind, CoverageRecord, StretchRecord, TurnRecord, TurnState};
use chrono::{DateTime, Utc};
use domain::ids::{CoverageId, RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use sqlx::types::Json;

statements! {
    INSERT_TURN = (
        "insert into turns (
             workspace_id, rotation_id, planned_at, ends_at, number, holder, seats, state, skips)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (workspace_id, rotation_id, planned_at) do nothing"
    );
    FIND_TURN = (
        "select rotation_id, planned_at, ends_at, number, seats, state, skips, seen_at
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3"
    );
    FIND_TURN_AT = (
        "select rotation_id, planned_at, ends_at, number, seats, state, skips, seen_at
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at <= $3
          order by planned_at desc
          limit 1"
    );
    LIST_TURNS = (
        "select rotation_id, planned_at, ends_at, number, seats, state, skips, seen_at
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at >= $3
            and planned_at < $4
          order by planned_at"
    );
    LIST_TURNS_BEFORE = (
        "select rotation_id, planned_at, ends_at, number, seats, state, skips, seen_at
           from turns
          where workspace_id = $1
            and rotation_id = $2
            and planned_at < $3
          order by planned_at desc
          limit $4"
    );
    UPDATE_TURN = (
        "update turns
            set ends_at = $4,
                holder = $5,
                seats = $6,
                state = $7
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3"
    );
    RECORD_SEEN = (
        "update turns
            set seen_at = $4
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3
            and seen_at is null"
    );
    INSERT_STRETCH = (
        "insert into stretches (
             workspace_id, rotation_id, starts_at, ends_at, planned_at, stretch)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id, rotation_id, starts_at) do nothing"
    );
    LIST_STRETCHES = (
        "select rotation_id, planned_at, stretch
           from stretches
          where workspace_id = $1
            and rotation_id = $2
            and ends_at > $3
            and starts_at < $4
          order by starts_at"
    );
    INSERT_COVERAGE = (
        "insert into coverages (
             workspace_id, coverage_id, rotation_id, planned_at, of_user, user_id, kind, starts_at,
             ends_at, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (workspace_id, rotation_id, planned_at, starts_at) do nothing"
    );
    RECORD_COVERAGE_END = (
        "update coverages
            set ends_at = $3
          where workspace_id = $1
            and coverage_id = $2
            and starts_at < $3"
    );
    LIST_COVERAGES = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, starts_at, ends_at,
                created_by, created_at
           from coverages
          where workspace_id = $1
            and rotation_id = $2
            and ends_at > $3
            and starts_at < $4
          order by created_at, coverage_id"
    );
    LIST_COVERAGES_SINCE = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, starts_at, ends_at,
                created_by, created_at
           from coverages
          where workspace_id = $1
            and ends_at > $2
          order by created_at, coverage_id"
    );
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
        .bind(turn.holder().map(UserId::as_str))
        .bind(Json(&turn.seats))
        .bind(turn.state.as_str())
        .bind(Json(&turn.skips))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn update_turn(
    conn: &mut Conn,
    workspace: WorkspaceId,
    turn: &TurnRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(UPDATE_TURN)
        .bind(workspace.as_uuid())
        .bind(turn.rotation.as_uuid())
        .bind(turn.planned_at)
        .bind(turn.ends_at)
        .bind(turn.holder().map(UserId::as_str))
        .bind(Json(&turn.seats))
        .bind(turn.state.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_seen(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_SEEN)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn insert_stretch(
    conn: &mut Conn,
    workspace: WorkspaceId,
    record: &StretchRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_STRETCH)
        .bind(workspace.as_uuid())
        .bind(record.rotation.as_uuid())
        .bind(record.stretch.window.start())
        .bind(record.stretch.window.end())
        .bind(record.planned_at)
        .bind(Json(&record.stretch))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_stretches(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    window: Interval,
) -> Result<Vec<StretchRecord>, StoreError> {
    let rows = sqlx::query(LIST_STRETCHES)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(window.start())
        .bind(window.end())
        .fetch_all(conn)
        .await?;
    let read = |row: &Row| {
        let fields = Fields::new(row, "stretches", "rotation_id");
        Ok(StretchRecord {
            rotation: RotationId::new(fields.get("rotation_id")?),
            planned_at: fields.get("planned_at")?,
            stretch: fields.json("stretch")?,
        })
    };
    rows.iter().map(read).collect()
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

pub(crate) async fn list_turns_before(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    before: DateTime<Utc>,
    most: u32,
) -> Result<Vec<TurnRecord>, StoreError> {
    let rows = sqlx::query(LIST_TURNS_BEFORE)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(before)
        .bind(i64::from(most))
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
        .bind(coverage.of.as_ref().map(UserId::as_str))
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
        seats: fields.json("seats")?,
        state: fields.word("state", TurnState::parse)?,
        skips: fields.json("skips")?,
        seen_at: fields.get("seen_at")?,
    })
}

fn read_coverage(row: &Row) -> Result<CoverageRecord, StoreError> {
    let fields = Fields::new(row, "coverages", "coverage_id");
    Ok(CoverageRecord {
        id: CoverageId::new(fields.get("coverage_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        of: fields.maybe_user("of_user")?,
        user: fields.user("user_id")?,
        kind: fields.word("kind", CoverageKind::parse)?,
        starts_at: fields.get("starts_at")?,
        ends_at: fields.get("ends_at")?,
        by: fields.user("created_by")?,
        created_at: fields.get("created_at")?,
    })
}
