//! Where people's direct messages with the bot are.

use super::{Conn, Fields};
use crate::error::StoreError;
use domain::ids::{ChannelId, UserId, WorkspaceId};

statements! {
    FIND_DIRECT = (
        "select dm_channel_id
           from people
          where workspace_id = $1
            and user_id = $2
            and dm_channel_id is not null"
    );
    RECORD_DIRECT = (
        "update people
            set dm_channel_id = $3
          where workspace_id = $1
            and user_id = $2"
    );
}

pub(crate) async fn find_direct(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
) -> Result<Option<ChannelId>, StoreError> {
    let row = sqlx::query(FIND_DIRECT)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Fields::new(&row, "people", "user_id").channel("dm_channel_id")).transpose()
}

pub(crate) async fn record_direct(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    channel: Option<&ChannelId>,
) -> Result<(), StoreError> {
    sqlx::query(RECORD_DIRECT)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .bind(channel.map(ChannelId::as_str))
        .execute(conn)
        .await?;
    Ok(())
}
