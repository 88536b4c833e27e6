//! What the one who runs the service tells a workspace's admins.

use super::Conn;
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use crypto::Sealed;
use domain::ids::{NoticeId, WorkspaceId};

statements! {
    INSERT_NOTICE = (
        "insert into notices (workspace_id, notice_id, kind, sealed, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, notice_id) do nothing"
    );
    FIND_NOTICE = (
        "select sealed
           from notices
          where workspace_id = $1
            and notice_id = $2"
    );
    DELETE_OLD_NOTICES = (
        "delete from notices
          where workspace_id = $1
            and created_at < $2"
    );
}

pub(crate) async fn delete_old_notices(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_OLD_NOTICES)
        .bind(workspace.as_uuid())
        .bind(before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn insert_notice(
    conn: &mut Conn,
    workspace: WorkspaceId,
    notice: NoticeId,
    kind: &str,
    sealed: &Sealed,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_NOTICE)
        .bind(workspace.as_uuid())
        .bind(notice.as_uuid())
        .bind(kind)
        .bind(sealed.as_bytes())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn find_notice(
    conn: &mut Conn,
    workspace: WorkspaceId,
    notice: NoticeId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = sqlx::query_scalar(FIND_NOTICE)
        .bind(workspace.as_uuid())
        .bind(notice.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(sealed)
}
