//! Leases of the inbox and the outbox, over all workspaces.

use super::deliveries::HOLD;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{Claim, InboxClaim};
use chrono::{DateTime, Utc};
use domain::ids::{DeliveryId, InboxId, WorkspaceId};

statements! {
    // A lease that ran out is a crash. Of a row that was being sent nobody knows whether it was.
    COUNT_DELIVERY_CRASHES = (
        "with lost as (
             select q.workspace_id, q.delivery_id
               from outbox q
              where q.finished_at is null
                and q.leased_until <= $1", for_update_skip_locked, ")
         update outbox
            set crashes = crashes + 1,
                state = case
                    when crashes >= 2 then 'quarantined'
                    when state <> 'sending' then state
                    when is_resend then 'unconfirmed'
                    else 'ambiguous' end,
                finished_at = case
                    when crashes >= 2 or (state = 'sending' and is_resend) then $1
                    else finished_at end,
                available_at = case when state = 'sending' then $2 else available_at end,
                held_until = case when state = 'sending' then $2 else held_until end,
                code = 'crashed',
                leased_by = null,
                leased_until = null
          where (workspace_id, delivery_id) in (select workspace_id, delivery_id from lost)"
    );
    // A row waits while an earlier one of its key is due, leased or held. Workspaces take turns: the first row of each
    // comes before the second of any. One pass over what is unfinished, since a look-up for each row is planned badly
    // while the server's statistics are still those of an empty table. More are picked than asked for, because other
    // workers may hold some of them.
    CLAIM_DELIVERIES = (
        "with unfinished as (
             select workspace_id, delivery_id, order_id, state, available_at, leased_until,
                    max(case
                            when available_at <= $3 or held_until > $3 or leased_until > $3 then 1
                            else 0 end) over (
                        partition by workspace_id, order_key
                        order by order_id
                        rows between unbounded preceding and 1 preceding) as waits
               from outbox
              where finished_at is null),
         due as (
             select workspace_id, delivery_id, available_at, order_id,
                    row_number() over (
                        partition by workspace_id
                        order by available_at, order_id) as round
               from unfinished
              where state in ('pending', 'ambiguous')
                and available_at <= $3
                and leased_until is null
                and coalesce(waits, 0) = 0),
         first as (
             select workspace_id, delivery_id, available_at, order_id, round
               from due
              order by round, available_at, order_id
              limit $4 * 4),
         picked as (
             select q.workspace_id, q.delivery_id
               from first
               join outbox q
                 on q.workspace_id = first.workspace_id
                and q.delivery_id = first.delivery_id
              where q.finished_at is null
                and q.state in ('pending', 'ambiguous')
                and q.leased_until is null
              order by first.round, first.available_at, first.order_id
              limit $4", for_update_skip_locked, ")
         update outbox
            set is_resend = (is_resend or state = 'ambiguous'),
                state = 'pending',
                held_until = null,
                leased_by = $1,
                leased_until = $2,
                fence = fence + 1
          where (workspace_id, delivery_id) in (select workspace_id, delivery_id from picked)
      returning workspace_id, delivery_id, fence"
    );
    IS_DELIVERY_DUE = (
        "with unfinished as (
             select state, available_at, leased_until,
                    max(case
                            when available_at <= $1 or held_until > $1 or leased_until > $1 then 1
                            else 0 end) over (
                        partition by workspace_id, order_key
                        order by order_id
                        rows between unbounded preceding and 1 preceding) as waits
               from outbox
              where finished_at is null)
         select exists (
             select 1
               from unfinished
              where leased_until <= $1
                 or (state in ('pending', 'ambiguous')
                     and available_at <= $1
                     and leased_until is null
                     and coalesce(waits, 0) = 0))"
    );
    // Whatever can make a row claimable that is not so now happens at one of these instants.
    NEXT_DELIVERY_CHANGE = (
        "select min(changes.at)
           from (select min(available_at) as at
                   from outbox
                  where finished_at is null
                    and available_at > $1
                  union all
                 select min(held_until) as at
                   from outbox
                  where finished_at is null
                    and held_until > $1
                  union all
                 select min(leased_until) as at
                   from outbox
                  where finished_at is null
                    and leased_until > $1) as changes"
    );
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

pub(crate) async fn claim_deliveries(
    conn: &mut Conn,
    worker: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Claim>, StoreError> {
    sqlx::query(COUNT_DELIVERY_CRASHES).bind(now).bind(now + HOLD).execute(&mut *conn).await?;
    let rows = claim(conn, CLAIM_DELIVERIES, worker, now, lease_until, limit).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "outbox", "delivery_id");
            Ok(Claim {
                workspace: WorkspaceId::new(fields.get("workspace_id")?),
                delivery: DeliveryId::new(fields.get("delivery_id")?),
                fence: fields.get("fence")?,
            })
        })
        .collect()
}

pub(crate) async fn earliest_delivery_at(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let is_due: bool = sqlx::query_scalar(IS_DELIVERY_DUE).bind(now).fetch_one(&mut *conn).await?;
    if is_due {
        return Ok(Some(now));
    }
    Ok(sqlx::query_scalar(NEXT_DELIVERY_CHANGE).bind(now).fetch_one(conn).await?)
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
