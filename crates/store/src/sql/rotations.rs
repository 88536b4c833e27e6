//! Rotations.

use super::row::stored;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{Advance, RotationRecord};
use domain::ids::{RotationId, UserId, WorkspaceId};
use sqlx::types::Json;

statements! {
    INSERT_ROTATION = (
        "insert into rotations (
             workspace_id, rotation_id, name, name_key, channel_id, rules, members, last_turn,
             next_turn, next_handoff_at, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (workspace_id, name_key) do nothing"
    );
    LIST_ROTATIONS = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, created_by, created_at
           from rotations
          where workspace_id = $1"
    );
    FIND_ROTATION = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, created_by, created_at
           from rotations
          where workspace_id = $1
            and rotation_id = $2"
    );
    LOCK_ROTATION = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, created_by, created_at
           from rotations
          where workspace_id = $1
            and rotation_id = $2", for_update
    );
    RECORD_ADVANCE = (
        "update rotations
            set last_turn = $3,
                next_turn = $4,
                next_handoff_at = $5
          where workspace_id = $1
            and rotation_id = $2"
    );
}

pub(crate) async fn insert_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: &RotationRecord,
) -> Result<(), StoreError> {
    let done = sqlx::query(INSERT_ROTATION)
        .bind(workspace.as_uuid())
        .bind(rotation.id.as_uuid())
        .bind(&rotation.name)
        .bind(rotation.name.to_lowercase())
        .bind(rotation.channel.as_str())
        .bind(Json(&rotation.rules))
        .bind(Json(&rotation.members))
        .bind(rotation.last_turn.as_ref().map(UserId::as_str))
        .bind(stored(rotation.next_turn))
        .bind(rotation.next_handoff_at)
        .bind(rotation.created_by.as_str())
        .bind(rotation.created_at)
        .execute(conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict { constraint: "rotations_name" });
    }
    Ok(())
}

pub(crate) async fn list_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<RotationRecord>, StoreError> {
    let rows = sqlx::query(LIST_ROTATIONS).bind(workspace.as_uuid()).fetch_all(conn).await?;
    let mut rotations: Vec<RotationRecord> =
        rows.iter().map(read_rotation).collect::<Result<_, _>>()?;
    // Sorted here, because the order of letters in SQL depends on the engine and its locale.
    rotations.sort_by_cached_key(|rotation| rotation.name.to_lowercase());
    Ok(rotations)
}

pub(crate) async fn find_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    find(conn, FIND_ROTATION, workspace, id).await
}

pub(crate) async fn lock_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    find(conn, LOCK_ROTATION, workspace, id).await
}

pub(crate) async fn record_advance(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    advance: &Advance,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_ADVANCE)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(advance.last_turn.as_ref().map(UserId::as_str))
        .bind(stored(advance.next_turn))
        .bind(advance.next_handoff_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn find(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    let row = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_rotation).transpose()
}

fn read_rotation(row: &Row) -> Result<RotationRecord, StoreError> {
    let fields = Fields::new(row, "rotations", "rotation_id");
    Ok(RotationRecord {
        id: RotationId::new(fields.get("rotation_id")?),
        name: fields.get("name")?,
        channel: fields.channel("channel_id")?,
        rules: fields.json("rules")?,
        members: fields.json("members")?,
        last_turn: fields.maybe_user("last_turn")?,
        next_turn: fields.count("next_turn")?,
        next_handoff_at: fields.get("next_handoff_at")?,
        created_by: fields.user("created_by")?,
        created_at: fields.get("created_at")?,
    })
}
