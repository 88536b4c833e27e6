//! What is sealed, by the keys that sealed it, so that it can be sealed anew.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use domain::ids::WorkspaceId;
use uuid::Uuid;

statements! {
    // A sealed value begins with the version of its form and the id of its key; a signature with the id alone.
    COUNT_BY_KEY = (
        "select sealed.key, count(*) as number
           from (select substr(bot_token, 2, 4) as key
                   from workspaces
                  where workspace_id = $1
                    and bot_token is not null
                  union all
                 select substr(sealed, 2, 4) as key
                   from inbox
                  where workspace_id = $1
                    and sealed is not null
                  union all
                 select substr(sealed, 2, 4) as key
                   from notes
                  where workspace_id = $1
                  union all
                 select substr(sealed, 2, 4) as key
                   from absence_sources
                  where workspace_id = $1
                  union all
                 select substr(sealed, 2, 4) as key
                   from notices
                  where workspace_id = $1
                  union all
                 select substr(signature, 1, 4) as key
                   from audit_events
                  where workspace_id = $1
                    and signature is not null
                  union all
                 select substr(erasure, 1, 4) as key
                   from audit_events
                  where workspace_id = $1
                    and erasure is not null
                  union all
                 select substr(signature, 1, 4) as key
                   from audit_heads
                  where workspace_id = $1) as sealed
          group by sealed.key
          order by sealed.key"
    );
    FIND_SEALED_TOKEN = (
        "select bot_token
           from workspaces
          where workspace_id = $1
            and bot_token is not null
            and substr(bot_token, 2, 4) <> $2"
    );
    SEAL_TOKEN_ANEW = (
        "update workspaces
            set bot_token = $2
          where workspace_id = $1
            and bot_token = $3"
    );
    LIST_SEALED_INBOX = (
        "select inbox_id as row_id, sealed
           from inbox
          where workspace_id = $1
            and sealed is not null
            and substr(sealed, 2, 4) <> $2
            and inbox_id > $3
          order by inbox_id
          limit $4"
    );
    SEAL_INBOX_ANEW = (
        "update inbox
            set sealed = $3
          where workspace_id = $1
            and inbox_id = $2
            and sealed = $4"
    );
    LIST_SEALED_NOTES = (
        "select note_id as row_id, sealed
           from notes
          where workspace_id = $1
            and substr(sealed, 2, 4) <> $2
            and note_id > $3
          order by note_id
          limit $4"
    );
    SEAL_NOTE_ANEW = (
        "update notes
            set sealed = $3
          where workspace_id = $1
            and note_id = $2
            and sealed = $4"
    );
    LIST_SEALED_NOTICES = (
        "select notice_id as row_id, sealed
           from notices
          where workspace_id = $1
            and substr(sealed, 2, 4) <> $2
            and notice_id > $3
          order by notice_id
          limit $4"
    );
    SEAL_NOTICE_ANEW = (
        "update notices
            set sealed = $3
          where workspace_id = $1
            and notice_id = $2
            and sealed = $4"
    );
    LIST_SEALED_SOURCES = (
        "select source, sealed
           from absence_sources
          where workspace_id = $1
            and substr(sealed, 2, 4) <> $2
          order by source"
    );
    SEAL_SOURCE_ANEW = (
        "update absence_sources
            set sealed = $3
          where workspace_id = $1
            and source = $2
            and sealed = $4"
    );
}

pub(crate) async fn count_by_key(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<(u32, u64)>, StoreError> {
    let rows = sqlx::query(COUNT_BY_KEY).bind(workspace.as_uuid()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "workspaces", "workspace_id");
            let key: Vec<u8> = fields.get("key")?;
            let key = key.try_into().map_or(0, u32::from_be_bytes);
            Ok((key, fields.count("number")?))
        })
        .collect()
}

pub(crate) async fn find_sealed_token(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar(FIND_SEALED_TOKEN)
        .bind(workspace.as_uuid())
        .bind(&current.to_be_bytes()[..])
        .fetch_optional(conn)
        .await?)
}

pub(crate) async fn seal_token_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    let done = sqlx::query(SEAL_TOKEN_ANEW)
        .bind(workspace.as_uuid())
        .bind(is)
        .bind(was)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_sealed_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
    after: Uuid,
    limit: u32,
) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    list_rows(conn, LIST_SEALED_INBOX, workspace, current, after, limit).await
}

pub(crate) async fn seal_inbox_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    row: Uuid,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    seal_row_anew(conn, SEAL_INBOX_ANEW, (workspace, row), was, is).await
}

pub(crate) async fn list_sealed_notes(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
    after: Uuid,
    limit: u32,
) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    list_rows(conn, LIST_SEALED_NOTES, workspace, current, after, limit).await
}

pub(crate) async fn seal_note_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    row: Uuid,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    seal_row_anew(conn, SEAL_NOTE_ANEW, (workspace, row), was, is).await
}

pub(crate) async fn list_sealed_notices(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
    after: Uuid,
    limit: u32,
) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    list_rows(conn, LIST_SEALED_NOTICES, workspace, current, after, limit).await
}

pub(crate) async fn seal_notice_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    row: Uuid,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    seal_row_anew(conn, SEAL_NOTICE_ANEW, (workspace, row), was, is).await
}

pub(crate) async fn list_sealed_sources(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let rows = sqlx::query(LIST_SEALED_SOURCES)
        .bind(workspace.as_uuid())
        .bind(&current.to_be_bytes()[..])
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "absence_sources", "source");
            Ok((fields.get("source")?, fields.get("sealed")?))
        })
        .collect()
}

pub(crate) async fn seal_source_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &str,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    let done = sqlx::query(SEAL_SOURCE_ANEW)
        .bind(workspace.as_uuid())
        .bind(source)
        .bind(is)
        .bind(was)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn list_rows(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    current: u32,
    after: Uuid,
    limit: u32,
) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    let rows = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(&current.to_be_bytes()[..])
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_row).collect()
}

async fn seal_row_anew(
    conn: &mut Conn,
    statement: &'static str,
    (workspace, row): (WorkspaceId, Uuid),
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    let done = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(row)
        .bind(is)
        .bind(was)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn read_row(row: &Row) -> Result<(Uuid, Vec<u8>), StoreError> {
    let fields = Fields::new(row, "inbox", "row_id");
    Ok((fields.get("row_id")?, fields.get("sealed")?))
}
