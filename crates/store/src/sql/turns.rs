//! Turns that have begun.

use super::row::stored;
use super::steps::carry_out;
use super::{Conn, Fields, Row, list_of_ids};
use crate::error::StoreError;
use crate::records::{StretchRecord, TurnRecord, TurnState};
use crate::step::{Step, Value};
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use sqlx::types::Json;

statements! {
    INSERT_TURN = (
        "insert into turns (
             workspace_id, rotation_id, planned_at, ends_at, number, holder, seats, state, skips)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (workspace_id, rotation_id, planned_at) do nothing"
    );
    LIST_STRETCHES_SINCE = (
        "select rotation_id, planned_at, stretch
           from stretches
          where workspace_id = $1
            and ends_at > $2
            and rotation_id in ", ids_begin, "$3", ids_end,
        " order by starts_at"
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
    LIST_TURNS_SINCE = (
        "select rotation_id, planned_at, ends_at, number, seats, state, skips, seen_at
           from turns
          where workspace_id = $1
            and planned_at >= $2
            and rotation_id in ", ids_begin, "$3", ids_end,
        " order by planned_at"
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
}

pub(crate) async fn insert_turn(
    conn: &mut Conn,
    workspace: WorkspaceId,
    turn: &TurnRecord,
) -> Result<bool, StoreError> {
    Ok(carry_out(conn, &inserting_turn(workspace, turn)?).await? > 0)
}

/// Returns what stores a turn that has begun, unless it is stored already.
pub(crate) fn inserting_turn(
    workspace: WorkspaceId,
    turn: &TurnRecord,
) -> Result<Step, StoreError> {
    let values = [
        workspace.as_uuid().into(),
        turn.rotation.as_uuid().into(),
        turn.planned_at.into(),
        turn.ends_at.into(),
        stored(turn.number).into(),
        turn.holder().map(UserId::as_str).into(),
        Value::json(&turn.seats)?,
        turn.state.as_str().into(),
        Value::json(&turn.skips)?,
    ];
    Ok(Step::new(INSERT_TURN, values))
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
    Ok(carry_out(conn, &inserting_stretch(workspace, record)?).await? > 0)
}

/// Returns what stores a stretch that has ended, unless it is stored already.
pub(crate) fn inserting_stretch(
    workspace: WorkspaceId,
    record: &StretchRecord,
) -> Result<Step, StoreError> {
    let values = [
        workspace.as_uuid().into(),
        record.rotation.as_uuid().into(),
        record.stretch.window.start().into(),
        record.stretch.window.end().into(),
        record.planned_at.into(),
        Value::json(&record.stretch)?,
    ];
    Ok(Step::new(INSERT_STRETCH, values))
}

/// Returns the turns of these rotations that were planned at or after an instant, the earliest first.
pub(crate) async fn list_turns_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotations: &[RotationId],
    since: DateTime<Utc>,
) -> Result<Vec<TurnRecord>, StoreError> {
    let rows = sqlx::query(LIST_TURNS_SINCE)
        .bind(workspace.as_uuid())
        .bind(since)
        .bind(list_of_ids(rotations.iter().map(|id| id.as_uuid())))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_turn).collect()
}

/// Returns the stretches of these rotations that have ended after an instant, in order.
pub(crate) async fn list_stretches_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotations: &[RotationId],
    since: DateTime<Utc>,
) -> Result<Vec<StretchRecord>, StoreError> {
    let rows = sqlx::query(LIST_STRETCHES_SINCE)
        .bind(workspace.as_uuid())
        .bind(since)
        .bind(list_of_ids(rotations.iter().map(|id| id.as_uuid())))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_stretch).collect()
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
    rows.iter().map(read_stretch).collect()
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

fn read_stretch(row: &Row) -> Result<StretchRecord, StoreError> {
    let fields = Fields::new(row, "stretches", "rotation_id");
    Ok(StretchRecord {
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        stretch: fields.json("stretch")?,
    })
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
