//! Links that show who is on duty outside Slack.

use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::CalendarLink;
use domain::calendar::Published;
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::story::calendar::Opens;
use uuid::Uuid;

statements! {
    INSERT_CALENDAR_LINK = (
        "insert into calendar_links (
             workspace_id, link_hash, user_id, kind, rotation_id, published, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)"
    );
    FIND_CALENDAR_LINK = (
        "select user_id, kind, rotation_id, published, created_at
           from calendar_links
          where workspace_id = $1
            and link_hash = $2"
    );
    LOCK_CALENDAR_LINK = (
        "select user_id, kind, rotation_id, published, created_at
           from calendar_links
          where workspace_id = $1
            and link_hash = $2", for_update
    );
    RECORD_PUBLISHED = (
        "update calendar_links
            set published = $3
          where workspace_id = $1
            and link_hash = $2"
    );
    DELETE_CALENDAR_LINK = (
        "delete from calendar_links
          where workspace_id = $1
            and user_id = $2
            and kind = $3
            and (rotation_id = $4 or (rotation_id is null and kind = 'mine'))"
    );
    DELETE_CALENDAR_LINKS_OF = (
        "delete from calendar_links
          where workspace_id = $1
            and user_id = $2"
    );
    DELETE_CALENDAR_LINKS_TO = (
        "delete from calendar_links
          where workspace_id = $1
            and rotation_id = $2"
    );
    DELETE_CALENDAR_LINKS = ("delete from calendar_links where workspace_id = $1");
}

pub(crate) async fn insert_calendar_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    link: &CalendarLink,
    hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(INSERT_CALENDAR_LINK)
        .bind(workspace.as_uuid())
        .bind(hash)
        .bind(link.user.as_str())
        .bind(link.opens.kind())
        .bind(link.opens.rotation().map(RotationId::as_uuid))
        .bind(link.published.to_bytes())
        .bind(link.created_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn find_calendar_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    hash: &[u8],
) -> Result<Option<CalendarLink>, StoreError> {
    read(conn, FIND_CALENDAR_LINK, workspace, hash).await
}

/// Finds a link and keeps it as it is until the transaction ends.
pub(crate) async fn lock_calendar_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    hash: &[u8],
) -> Result<Option<CalendarLink>, StoreError> {
    read(conn, LOCK_CALENDAR_LINK, workspace, hash).await
}

pub(crate) async fn record_published(
    conn: &mut Conn,
    workspace: WorkspaceId,
    hash: &[u8],
    published: &Published,
) -> Result<(), StoreError> {
    sqlx::query(RECORD_PUBLISHED)
        .bind(workspace.as_uuid())
        .bind(hash)
        .bind(published.to_bytes())
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn delete_calendar_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    opens: Opens,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_CALENDAR_LINK)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .bind(opens.kind())
        .bind(opens.rotation().map(RotationId::as_uuid))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn delete_calendar_links_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
) -> Result<u64, StoreError> {
    let query = sqlx::query(DELETE_CALENDAR_LINKS_OF).bind(workspace.as_uuid());
    Ok(query.bind(user.as_str()).execute(conn).await?.rows_affected())
}

pub(crate) async fn delete_calendar_links_to(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
) -> Result<u64, StoreError> {
    let query = sqlx::query(DELETE_CALENDAR_LINKS_TO).bind(workspace.as_uuid());
    Ok(query.bind(rotation.as_uuid()).execute(conn).await?.rows_affected())
}

pub(crate) async fn delete_calendar_links(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<u64, StoreError> {
    let query = sqlx::query(DELETE_CALENDAR_LINKS).bind(workspace.as_uuid());
    Ok(query.execute(conn).await?.rows_affected())
}

async fn read(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    hash: &[u8],
) -> Result<Option<CalendarLink>, StoreError> {
    let found = sqlx::query(statement).bind(workspace.as_uuid()).bind(hash);
    let Some(row) = found.fetch_optional(conn).await? else { return Ok(None) };
    let fields = Fields::new(&row, "calendar_links", "user_id");
    let rotation: Option<Uuid> = fields.get("rotation_id")?;
    let published: Vec<u8> = fields.get("published")?;
    let kind: String = fields.get("kind")?;
    let opens = Opens::of(&kind, rotation.map(RotationId::new));
    let opens = opens.ok_or_else(|| fields.fault("kind"))?;
    Ok(Some(CalendarLink {
        user: fields.user("user_id")?,
        opens,
        // What cannot be read was never published: its numbers are the time, so they go up all the same.
        published: Published::from_bytes(&published).unwrap_or_default(),
        created_at: fields.get("created_at")?,
    }))
}
