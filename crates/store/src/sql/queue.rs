//! Leases of the inbox, over all workspaces.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::InboxClaim;
use chrono::{DateTime, Utc};
use domain::ids::{InboxId, WorkspaceId};

statements! {
    COUNT_INBOX_CRASHES = (
        "with lost as (
             select q.workspace_id, q.inbox_id
               from inbox q
              where q.finished_at is null
                and q.leased_until <= $1", for_update_skip_locked, ")
         update inbox
            set crashes = crashes + 1,
                state = case when crashes >= 2 then 'quarantined' else state end,
                finished_at = case when crashes >= 2 then $1 else finished_at end,
                leased_by = null,
                leased_until = null
          where (workspace_id, inbox_id) in (select workspace_id, inbox_id from lost)"
    );
    CLAIM_INBOX = (
        "with due as (
             select c.workspace_id, c.inbox_id, c.available_at,
                    row_number() over (
                        partition by c.workspace_id
                        order by c.available_at, c.inbox_id) as round
               from inbox c
              where c.finished_at is null
                and c.available_at <= $3
                and c.leased_until is null),
         first as (
             select workspace_id, inbox_id, available_at, round
               from due
              order by round, available_at, inbox_id
              limit $4 * 4),
         picked as (
             select q.workspace_id, q.inbox_id
               from first
               join inbox q
                 on q.workspace_id = first.workspace_id
                and q.inbox_id = first.inbox_id
              where q.finished_at is null
                and q.leased_until is null
              order by first.round, first.available_at, first.inbox_id
              limit $4", for_update_skip_locked, ")
         update inbox
            set leased_by = $1,
                leased_until = $2,
                fence = fence + 1
          where (workspace_id, inbox_id) in (select workspace_id, inbox_id from picked)
      returning workspace_id, inbox_id, fence"
    );
    EARLIEST_INBOX_AT = (
        "select min(case
                    when leased_until > available_at then leased_until
                    else available_at end)
           from inbox
          where finished_at is null"
    );
}

pub(crate) async fn claim_inbox(
    conn: &mut Conn,
    worker: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<InboxClaim>, StoreError> {
    sqlx::query(COUNT_INBOX_CRASHES).bind(now).execute(&mut *conn).await?;
    let rows = claim(conn, CLAIM_INBOX, worker, now, lease_until, limit).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "inbox", "inbox_id");
            Ok(InboxClaim {
                workspace: WorkspaceId::new(fields.get("workspace_id")?),
                inbox: InboxId::new(fields.get("inbox_id")?),
                fence: fields.get("fence")?,
            })
        })
        .collect()
}

pub(crate) async fn earliest_inbox_at(
    conn: &mut Conn,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(EARLIEST_INBOX_AT).fetch_one(conn).await?)
}

async fn claim(
    conn: &mut Conn,
    statement: &'static str,
    worker: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Row>, StoreError> {
    Ok(sqlx::query(statement)
        .bind(worker)
        .bind(lease_until)
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?)
}
