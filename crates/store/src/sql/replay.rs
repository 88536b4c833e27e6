//! Putting back what was not delivered or not worked off, inside one workspace.

use super::{Conn, Fields};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use uuid::Uuid;

statements! {
    // It is due anew: the lateness of what an operator sends again says nothing of the service. Of what may have been
    // sent that stays known, so that it is not repeated by itself a second time.
    REPLAY_DELIVERY = (
        "update outbox
            set is_resend = (is_resend or (attempts > 0 and state in ('unconfirmed', 'quarantined'))),
                state = 'pending',
                crashes = 0,
                available_at = $3,
                due_at = $3,
                expires_at = case when expires_at < $4 then $4 else expires_at end,
                finished_at = null,
                held_until = null,
                leased_by = null,
                leased_until = null,
                is_alone = false,
                fence = fence + 1
          where workspace_id = $1
            and delivery_id = $2
            and state in ('expired', 'failed', 'unconfirmed', 'quarantined')"
    );
    REPLAY_INBOX = (
        "update inbox
            set state = 'pending',
                crashes = 0,
                available_at = $3,
                finished_at = null,
                leased_by = null,
                leased_until = null,
                is_alone = false,
                fence = fence + 1
          where workspace_id = $1
            and inbox_id = $2
            and state = 'quarantined'"
    );
    FIND_ANY_INBOX = (
        "select inbox_id, item
           from inbox
          where workspace_id = $1
            and inbox_id = $2"
    );
    COUNT_UNKNOWN = (
        "select count(case when state in ('ambiguous', 'unconfirmed') then 1 end) as uncertain,
                count(case when state = 'quarantined' then 1 end) as quarantined
           from (select state
                   from outbox
                  where workspace_id = $1
                    and state in ('expired', 'failed', 'unconfirmed', 'quarantined')
                    and finished_at > $2
                  union all
                 select state
                   from outbox
                  where workspace_id = $1
                    and state = 'ambiguous'
                    and finished_at is null) as lost"
    );
}

pub(crate) async fn replay_delivery(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: Uuid,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let done = sqlx::query(REPLAY_DELIVERY)
        .bind(workspace.as_uuid())
        .bind(id)
        .bind(now)
        .bind(expires_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn replay_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(REPLAY_INBOX)
        .bind(workspace.as_uuid())
        .bind(id)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_inbox_kind(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<Option<String>, StoreError> {
    let row =
        sqlx::query(FIND_ANY_INBOX).bind(workspace.as_uuid()).bind(id).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let item: serde_json::Value = Fields::new(&row, "inbox", "inbox_id").json("item")?;
    Ok(item["kind"].as_str().map(str::to_owned))
}

pub(crate) async fn count_unknown(
    conn: &mut Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
) -> Result<(u64, u64), StoreError> {
    let row =
        sqlx::query(COUNT_UNKNOWN).bind(workspace.as_uuid()).bind(since).fetch_one(conn).await?;
    let fields = Fields::new(&row, "outbox", "uncertain");
    Ok((fields.count("uncertain")?, fields.count("quarantined")?))
}
