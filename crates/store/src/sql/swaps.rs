//! Swaps of two turns.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{SwapRecord, SwapSide, SwapState};
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, SwapId, UserId, WorkspaceId};

statements! {
    INSERT_SWAP = (
        "insert into swaps (
             workspace_id, swap_id, rotation_id, asked_by, user_a, planned_a, user_b, planned_b,
             state, agreed_a_at, agreed_b_at, created_at, closed_by, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    UPDATE_SWAP = (
        "update swaps
            set state = $3,
                agreed_a_at = $4,
                agreed_b_at = $5,
                closed_by = $6,
                closed_at = $7
          where workspace_id = $1
            and swap_id = $2"
    );
    FIND_SWAP = (
        "select swap_id, rotation_id, asked_by, user_a, planned_a, user_b, planned_b, state,
                agreed_a_at, agreed_b_at, created_at, closed_by, closed_at
           from swaps
          where workspace_id = $1
            and swap_id = $2"
    );
    LIST_SWAPS = (
        "select swap_id, rotation_id, asked_by, user_a, planned_a, user_b, planned_b, state,
                agreed_a_at, agreed_b_at, created_at, closed_by, closed_at
           from swaps
          where workspace_id = $1
            and rotation_id = $2
            and state in ('asked', 'agreed')
            and (planned_a >= $3 and planned_a < $4 or planned_b >= $3 and planned_b < $4)
          order by created_at, swap_id"
    );
    LIST_SWAPS_SINCE = (
        "select swap_id, rotation_id, asked_by, user_a, planned_a, user_b, planned_b, state,
                agreed_a_at, agreed_b_at, created_at, closed_by, closed_at
           from swaps
          where workspace_id = $1
            and state in ('asked', 'agreed')
            and (planned_a >= $2 or planned_b >= $2)
          order by created_at, swap_id"
    );
}

pub(crate) async fn insert_swap(
    conn: &mut Conn,
    workspace: WorkspaceId,
    swap: &SwapRecord,
) -> Result<(), StoreError> {
    sqlx::query(INSERT_SWAP)
        .bind(workspace.as_uuid())
        .bind(swap.id.as_uuid())
        .bind(swap.rotation.as_uuid())
        .bind(swap.asked_by.as_str())
        .bind(swap.a.user.as_str())
        .bind(swap.a.planned_at)
        .bind(swap.b.user.as_str())
        .bind(swap.b.planned_at)
        .bind(swap.state.as_str())
        .bind(swap.a.agreed_at)
        .bind(swap.b.agreed_at)
        .bind(swap.created_at)
        .bind(swap.closed_by.as_ref().map(UserId::as_str))
        .bind(swap.closed_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn update_swap(
    conn: &mut Conn,
    workspace: WorkspaceId,
    swap: &SwapRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(UPDATE_SWAP)
        .bind(workspace.as_uuid())
        .bind(swap.id.as_uuid())
        .bind(swap.state.as_str())
        .bind(swap.a.agreed_at)
        .bind(swap.b.agreed_at)
        .bind(swap.closed_by.as_ref().map(UserId::as_str))
        .bind(swap.closed_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_swap(
    conn: &mut Conn,
    workspace: WorkspaceId,
    swap: SwapId,
) -> Result<Option<SwapRecord>, StoreError> {
    let row = sqlx::query(FIND_SWAP)
        .bind(workspace.as_uuid())
        .bind(swap.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_swap).transpose()
}

pub(crate) async fn list_swaps(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<SwapRecord>, StoreError> {
    let rows = sqlx::query(LIST_SWAPS)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(from)
        .bind(until)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_swap).collect()
}

pub(crate) async fn list_swaps_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
) -> Result<Vec<SwapRecord>, StoreError> {
    let rows =
        sqlx::query(LIST_SWAPS_SINCE).bind(workspace.as_uuid()).bind(since).fetch_all(conn).await?;
    rows.iter().map(read_swap).collect()
}

fn read_swap(row: &Row) -> Result<SwapRecord, StoreError> {
    let fields = Fields::new(row, "swaps", "swap_id");
    Ok(SwapRecord {
        id: SwapId::new(fields.get("swap_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        asked_by: fields.user("asked_by")?,
        a: SwapSide {
            user: fields.user("user_a")?,
            planned_at: fields.get("planned_a")?,
            agreed_at: fields.get("agreed_a_at")?,
        },
        b: SwapSide {
            user: fields.user("user_b")?,
            planned_at: fields.get("planned_b")?,
            agreed_at: fields.get("agreed_b_at")?,
        },
        state: fields.word("state", SwapState::parse)?,
        created_at: fields.get("created_at")?,
        closed_by: fields.maybe_user("closed_by")?,
        closed_at: fields.get("closed_at")?,
    })
}
