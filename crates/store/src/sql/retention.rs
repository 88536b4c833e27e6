//! What has served its time, inside one workspace.

use super::{Conn, Fields};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, WorkspaceId};
use serde_json::Value;
use sqlx::types::Json;

statements! {
    // What people's pages looked like is neither replaced nor said again.
    KEEP_SAID = (
        "insert into said (
             workspace_id, delivery_id, envelope, state, channel_id, ts, created_at, finished_at)
         select workspace_id, delivery_id, envelope, state, channel_id, ts, created_at, finished_at
           from outbox
          where workspace_id = $1
            and call <> 'home'
            and finished_at is not null
            and (state = 'sent' and finished_at < $2
                 or state = 'unconfirmed' and finished_at < $3)
          order by finished_at
          limit $4
         on conflict (workspace_id, delivery_id) do nothing"
    );
    DELETE_KEPT = (
        "delete from outbox
          where workspace_id = $1
            and finished_at is not null
            and (state = 'sent' and finished_at < $2
                 or state = 'unconfirmed' and finished_at < $3)
            and (call = 'home'
                 or delivery_id in (
                     select delivery_id
                       from said
                      where workspace_id = $1))"
    );
    DELETE_SAID = (
        "delete from said
          where workspace_id = $1
            and finished_at < $2"
    );
    // A turn that runs, or that is due to begin, may have begun with what ended long ago.
    FIND_PLANNED_SINCE = (
        "select min(known.at) as at
           from (select min(next_handoff_at) as at
                   from rotations
                  where workspace_id = $1
                  union all
                 select min(planned_at) as at
                   from turns
                  where workspace_id = $1
                    and ends_at > $2) as known"
    );
    DELETE_OLD_ABSENCES = (
        "delete from absences
          where workspace_id = $1
            and ends_at < $2"
    );
    DELETE_OLD_TURNS = (
        "delete from turns
          where workspace_id = $1
            and ends_at < $2"
    );
    DELETE_OLD_STRETCHES = (
        "delete from stretches
          where workspace_id = $1
            and ends_at < $2"
    );
    DELETE_OLD_COVERAGES = (
        "delete from coverages
          where workspace_id = $1
            and ends_at < $2"
    );
    DELETE_OLD_COVER_REQUESTS = (
        "delete from cover_requests
          where workspace_id = $1
            and ends_at < $2"
    );
    DELETE_OLD_SWAPS = (
        "delete from swaps
          where workspace_id = $1
            and planned_a < $2
            and planned_b < $2"
    );
    DELETE_OLD_NOTES = (
        "delete from notes
          where workspace_id = $1
            and planned_at < $2"
    );
    LIST_TURNS_WITH_SKIPS = (
        "select rotation_id, planned_at, skips
           from turns
          where workspace_id = $1
            and ends_at < $2
            and skips <> '[]'"
    );
    RECORD_SKIPS = (
        "update turns
            set skips = $4
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3"
    );
    PURGE_INBOX = ("delete from inbox where workspace_id = $1");
    PURGE_OUTBOX = ("delete from outbox where workspace_id = $1");
    PURGE_SAID = ("delete from said where workspace_id = $1");
    PURGE_LIMITS = ("delete from limits where workspace_id = $1");
    PURGE_WORKSPACE = ("delete from workspaces where workspace_id = $1");
    COUNT_ROWS = (
        "select 'absences' as tab, count(*) as number from absences where workspace_id = $1
          union all select 'audit_events', count(*) from audit_events where workspace_id = $1
          union all select 'coverages', count(*) from coverages where workspace_id = $1
          union all select 'inbox', count(*) from inbox where workspace_id = $1
          union all select 'notes', count(*) from notes where workspace_id = $1
          union all select 'outbox', count(*) from outbox where workspace_id = $1
          union all select 'people', count(*) from people where workspace_id = $1
          union all select 'rotations', count(*) from rotations where workspace_id = $1
          union all select 'said', count(*) from said where workspace_id = $1
          union all select 'swaps', count(*) from swaps where workspace_id = $1
          union all select 'turns', count(*) from turns where workspace_id = $1"
    );
    COUNT_LEFT = (
        "select (select count(*) from inbox where workspace_id = $1)
              + (select count(*) from outbox where workspace_id = $1)
              + (select count(*) from said where workspace_id = $1)
              + (select count(*) from limits where workspace_id = $1)
              + (select count(*) from request_keys where workspace_id = $1)
              + (select count(*) from audit_events where workspace_id = $1)
              + (select count(*) from audit_heads where workspace_id = $1)
              + (select count(*) from workspaces where workspace_id = $1) as number"
    );
}

/// Moves what was said long ago out of the outbox, `limit` deliveries at most; returns how many.
pub(crate) async fn move_said(
    conn: &mut Conn,
    workspace: WorkspaceId,
    (sent_before, unconfirmed_before): (DateTime<Utc>, DateTime<Utc>),
    limit: u32,
) -> Result<u64, StoreError> {
    sqlx::query(KEEP_SAID)
        .bind(workspace.as_uuid())
        .bind(sent_before)
        .bind(unconfirmed_before)
        .bind(i64::from(limit))
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query(DELETE_KEPT)
        .bind(workspace.as_uuid())
        .bind(sent_before)
        .bind(unconfirmed_before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn find_planned_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row =
        sqlx::query(FIND_PLANNED_SINCE).bind(workspace.as_uuid()).bind(now).fetch_one(conn).await?;
    Fields::new(&row, "turns", "rotation_id").get("at")
}

pub(crate) async fn delete_old_absences(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    delete(conn, DELETE_OLD_ABSENCES, workspace, before).await
}

/// Deletes the turns that ended before an instant, with all that belongs to them.
pub(crate) async fn delete_old_turns(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    for statement in [
        DELETE_OLD_STRETCHES,
        DELETE_OLD_COVERAGES,
        DELETE_OLD_COVER_REQUESTS,
        DELETE_OLD_SWAPS,
        DELETE_OLD_NOTES,
        DELETE_OLD_TURNS,
    ] {
        count += delete(&mut *conn, statement, workspace, before).await?;
    }
    Ok(count)
}

pub(crate) async fn delete_old_said(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    delete(conn, DELETE_SAID, workspace, before).await
}

/// Returns turns that ended before an instant and in which somebody was passed over, with what is kept of that.
pub(crate) async fn list_turns_with_skips(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<Vec<(RotationId, DateTime<Utc>, Value)>, StoreError> {
    let rows = sqlx::query(LIST_TURNS_WITH_SKIPS)
        .bind(workspace.as_uuid())
        .bind(before)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "turns", "rotation_id");
            let rotation = RotationId::new(fields.get("rotation_id")?);
            Ok((rotation, fields.get("planned_at")?, fields.json("skips")?))
        })
        .collect()
}

pub(crate) async fn record_skips(
    conn: &mut Conn,
    workspace: WorkspaceId,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    skips: &Value,
) -> Result<(), StoreError> {
    sqlx::query(RECORD_SKIPS)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .bind(Json(skips))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes all that the application may delete of a workspace, the workspace itself last.
pub(crate) async fn purge(conn: &mut Conn, workspace: WorkspaceId) -> Result<(), StoreError> {
    for statement in [PURGE_INBOX, PURGE_OUTBOX, PURGE_SAID, PURGE_LIMITS, PURGE_WORKSPACE] {
        sqlx::query(statement).bind(workspace.as_uuid()).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Returns how many rows there are of a workspace in the tables that do not hang on its own row.
pub(crate) async fn count_left(conn: &mut Conn, workspace: WorkspaceId) -> Result<u64, StoreError> {
    let row = sqlx::query(COUNT_LEFT).bind(workspace.as_uuid()).fetch_one(conn).await?;
    Fields::new(&row, "workspaces", "workspace_id").count("number")
}

/// Returns how many rows there are in the tables that tell most of a workspace.
pub(crate) async fn count_rows(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = sqlx::query(COUNT_ROWS).bind(workspace.as_uuid()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "workspaces", "workspace_id");
            Ok((fields.get("tab")?, fields.count("number")?))
        })
        .collect()
}

async fn delete(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(statement).bind(workspace.as_uuid()).bind(before).execute(conn).await?;
    Ok(done.rows_affected())
}
