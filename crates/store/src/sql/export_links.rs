//! Links under which somebody fetches what is stored.

use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::ExportLink;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use domain::story::data::Scope;

statements! {
    // Whoever asks again gets another link, and the one before opens nothing any more.
    SET_EXPORT_LINK = (
        "insert into export_links (workspace_id, user_id, scope, link_hash, expires_at)
         values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, user_id, scope) do update
            set link_hash = excluded.link_hash,
                expires_at = excluded.expires_at"
    );
    FIND_EXPORT_LINK = (
        "select user_id, scope, expires_at
           from export_links
          where workspace_id = $1
            and link_hash = $2
            and expires_at > $3"
    );
    TAKE_EXPORT_LINK = (
        "delete from export_links
          where workspace_id = $1
            and link_hash = $2
            and expires_at > $3
      returning user_id, scope, expires_at"
    );
    DELETE_EXPORT_LINKS = (
        "delete from export_links
          where workspace_id = $1
            and expires_at <= $2"
    );
}

pub(crate) async fn set_export_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    link: &ExportLink,
    hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(SET_EXPORT_LINK)
        .bind(workspace.as_uuid())
        .bind(link.user.as_str())
        .bind(link.scope.as_str())
        .bind(hash)
        .bind(link.expires_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn find_export_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<ExportLink>, StoreError> {
    read(conn, FIND_EXPORT_LINK, (workspace, hash, now)).await
}

/// Deletes the link and returns it: of two who come with it, one gets it.
pub(crate) async fn take_export_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<ExportLink>, StoreError> {
    read(conn, TAKE_EXPORT_LINK, (workspace, hash, now)).await
}

pub(crate) async fn delete_export_links(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query(DELETE_EXPORT_LINKS).bind(workspace.as_uuid()).bind(now).execute(conn).await?;
    Ok(done.rows_affected())
}

async fn read(
    conn: &mut Conn,
    statement: &'static str,
    (workspace, hash, now): (WorkspaceId, &[u8], DateTime<Utc>),
) -> Result<Option<ExportLink>, StoreError> {
    let row = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(hash)
        .bind(now)
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let fields = Fields::new(&row, "export_links", "user_id");
    Ok(Some(ExportLink {
        user: fields.user("user_id")?,
        scope: fields.word("scope", Scope::parse)?,
        expires_at: fields.get("expires_at")?,
    }))
}
