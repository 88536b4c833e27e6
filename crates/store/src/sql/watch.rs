//! What whoever watches the service asks: what is overdue, how full the queues are, what was not delivered.
//!
//! Ids, words and instants over all workspaces, never content. None of it is shared with the workers' own questions, so
//! that a mistake in those is seen here.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{Census, LostRow, Overdue};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::WorkspaceId;

/// How long something may be due before it counts as overdue.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// How long a sync may be due before it counts as overdue: sources ask to be left alone for long.
const SYNC_PATIENCE: TimeDelta = TimeDelta::hours(1);

/// What was finished since then shows that a queue moves.
const MOVING: TimeDelta = TimeDelta::minutes(1);

/// For how long a lost message counts.
const COUNTED: TimeDelta = TimeDelta::days(7);

/// How often in a row Stripe gives no answer before somebody has to look: about a quarter of an hour.
const MANY_FAILURES: i64 = 3;

statements! {
    // What was tried has no excuse but a limit. What was not yet has one more: its channel or its workspace is being
    // sent to, as fast as Slack allows, and it stands in that line. A post may also wait to learn where it goes.
    COUNT_OVERDUE_DELIVERIES = (
        "with late as (
             select o.workspace_id, o.order_key, o.call, o.attempts, o.state
               from outbox o
               join workspaces w on w.workspace_id = o.workspace_id
              where o.finished_at is null
                and o.due_at <= $1
                and w.is_active
                and (o.state <> 'ambiguous' or o.available_at <= $1)
                and not (o.code = 'rate_limited' and o.available_at > $2)
                and not exists (
                    select 1
                      from limits l
                     where l.workspace_id = o.workspace_id
                       and (l.call = o.call
                           or (o.call in ('post', 'replace')
                               and l.call like 'conversations.%'))
                       and l.until > $2)),
         moving as (
             select m.workspace_id, m.order_key, m.call, count(*) as number
               from outbox m
              where m.workspace_id in (select workspace_id from late)
                and m.finished_at > $3
              group by m.workspace_id, m.order_key, m.call),
         busy as (
             select workspace_id, call
               from moving
              group by workspace_id, call
             having sum(number) >= 30)
         select count(*) as number
           from late
          where not ((late.attempts = 0 or late.state = 'sending')
                and (exists (
                        select 1
                          from moving m
                         where m.workspace_id = late.workspace_id
                           and m.order_key = late.order_key)
                    or exists (
                        select 1
                          from busy b
                         where b.workspace_id = late.workspace_id
                           and b.call = late.call)))"
    );
    COUNT_OVERDUE_INBOX = (
        "select count(*) as number
           from inbox i
           join workspaces w on w.workspace_id = i.workspace_id
          where i.finished_at is null
            and i.available_at <= $1
            and w.is_active"
    );
    COUNT_OVERDUE_HANDOFFS = (
        "select count(*) as number
           from rotations r
           join workspaces w on w.workspace_id = r.workspace_id
          where r.next_handoff_at <= $1
            and w.is_active"
    );
    COUNT_OVERDUE_SYNCS = (
        "select count(*) as number
           from absence_sources s
           join workspaces w on w.workspace_id = s.workspace_id
          where s.next_at <= $1
            and w.is_active"
    );
    WATCH_OUTBOX = (
        "select state, count(*) as number
           from outbox
          where finished_at is null
          group by state
          union all
         select state, count(*) as number
           from outbox
          where finished_at > $1
            and code is not null
            and state in ('expired', 'failed', 'unconfirmed', 'quarantined')
          group by state"
    );
    WATCH_INBOX = (
        "select state, count(*) as number
           from inbox
          where finished_at is null
          group by state
          union all
         select state, count(*) as number
           from inbox
          where state = 'quarantined'
            and finished_at > $1
          group by state"
    );
    WATCH_LIMITS = (
        "select call as state, count(*) as number
           from limits
          where until > $1
          group by call"
    );
    WATCH_OLDEST = (
        "select (select min(o.due_at)
                   from outbox o
                   join workspaces w on w.workspace_id = o.workspace_id
                  where o.finished_at is null
                    and o.due_at <= $1
                    and w.is_active
                    and o.state <> 'ambiguous'
                    and not exists (
                        select 1
                          from limits l
                         where l.workspace_id = o.workspace_id
                           and (l.call = o.call
                               or (o.call in ('post', 'replace')
                                   and l.call like 'conversations.%'))
                           and l.until > $1)) as outbox,
                (select min(i.available_at)
                   from inbox i
                   join workspaces w on w.workspace_id = i.workspace_id
                  where i.finished_at is null
                    and i.available_at <= $1
                    and w.is_active) as inbox,
                (select min(s.next_at)
                   from absence_sources s
                   join workspaces w on w.workspace_id = s.workspace_id
                  where s.next_at <= $1
                    and w.is_active) as sync"
    );
    WATCH_OUTBOX_AGES = (
        "select state, min(due_at) as since
           from outbox
          where finished_at is null
            and due_at <= $1
          group by state"
    );
    WATCH_INBOX_AGES = (
        "select state, min(available_at) as since
           from inbox
          where finished_at is null
            and available_at <= $1
          group by state"
    );
    WATCH_UNCHAINED = (
        "select min(occurred_at) as since
           from audit_events
          where sequence is null"
    );
    WATCH_SUBSCRIPTIONS = (
        "select (select count(*)
                   from subscriptions
                  where status is not null
                    and status not in (
                        'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due',
                        'canceled', 'unpaid', 'paused')) as strange,
                (select count(*)
                   from subscriptions
                  where failures >= $1) as unanswered"
    );
    WATCH_LOST = (
        "select workspace_id, row_id, is_work, state, due_at, attempts, crashes, code, is_resend
           from (select workspace_id, delivery_id as row_id, false as is_work, state, due_at, attempts, crashes, code,
                        is_resend
                   from outbox
                  where finished_at is not null
                    and code is not null
                    and state in ('expired', 'failed', 'unconfirmed', 'quarantined')
                  union all
                 select workspace_id, delivery_id as row_id, false as is_work, state, due_at, attempts, crashes, code,
                        is_resend
                   from outbox
                  where finished_at is null
                    and state = 'ambiguous'
                  union all
                 select workspace_id, inbox_id as row_id, true as is_work, state, available_at as due_at, attempts,
                        crashes, null as code, false as is_resend
                   from inbox
                  where state = 'quarantined') as lost
          order by due_at, row_id
          limit $1"
    );
    WATCH_FOR_LOST = (
        "select workspace_id, delivery_id as row_id, false as is_work, state, due_at, attempts, crashes, code, is_resend
           from outbox
          where delivery_id = $1
          union all
         select workspace_id, inbox_id as row_id, true as is_work, state, available_at as due_at, attempts, crashes,
                null as code, false as is_resend
           from inbox
          where inbox_id = $1"
    );
}

pub(crate) async fn count_overdue(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Overdue, StoreError> {
    let late = now - PATIENCE;
    let outbox: i64 = sqlx::query_scalar(COUNT_OVERDUE_DELIVERIES)
        .bind(late)
        .bind(now)
        .bind(now - MOVING)
        .fetch_one(&mut *conn)
        .await?;
    Ok(Overdue {
        outbox: u64::try_from(outbox).unwrap_or(0),
        inbox: count(conn, COUNT_OVERDUE_INBOX, late).await?,
        handoffs: count(conn, COUNT_OVERDUE_HANDOFFS, late).await?,
        syncs: count(conn, COUNT_OVERDUE_SYNCS, now - SYNC_PATIENCE).await?,
    })
}

async fn count(
    conn: &mut Conn,
    statement: &'static str,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let number: i64 = sqlx::query_scalar(statement).bind(before).fetch_one(conn).await?;
    Ok(u64::try_from(number).unwrap_or(0))
}

pub(crate) async fn take_census(conn: &mut Conn, now: DateTime<Utc>) -> Result<Census, StoreError> {
    let outbox = words(conn, WATCH_OUTBOX, "outbox", now - COUNTED).await?;
    let inbox = words(conn, WATCH_INBOX, "inbox", now - COUNTED).await?;
    let limits = words(conn, WATCH_LIMITS, "limits", now).await?;
    let oldest = sqlx::query(WATCH_OLDEST).bind(now).fetch_one(&mut *conn).await?;
    let fields = Fields::new(&oldest, "outbox", "outbox");
    let outbox_since = ages(conn, WATCH_OUTBOX_AGES, "outbox", now).await?;
    let inbox_since = ages(conn, WATCH_INBOX_AGES, "inbox", now).await?;
    let paid = sqlx::query(WATCH_SUBSCRIPTIONS).bind(MANY_FAILURES).fetch_one(&mut *conn).await?;
    let paid = Fields::new(&paid, "subscriptions", "strange");
    let unchained = sqlx::query(WATCH_UNCHAINED).fetch_one(conn).await?;
    let unchained = Fields::new(&unchained, "audit_events", "since");
    Ok(Census {
        strange_subscriptions: u64::try_from(paid.get::<i64>("strange")?).unwrap_or(0),
        unanswered_subscriptions: u64::try_from(paid.get::<i64>("unanswered")?).unwrap_or(0),
        outbox_since,
        inbox_since,
        oldest_unchained_at: unchained.get("since")?,
        outbox,
        inbox,
        limits,
        oldest_delivery_due_at: fields.get("outbox")?,
        oldest_inbox_due_at: fields.get("inbox")?,
        oldest_sync_due_at: fields.get("sync")?,
    })
}

async fn words(
    conn: &mut Conn,
    statement: &'static str,
    table: &'static str,
    at: DateTime<Utc>,
) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = sqlx::query(statement).bind(at).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, table, "state");
            Ok((fields.get("state")?, fields.count("number")?))
        })
        .collect()
}

async fn ages(
    conn: &mut Conn,
    statement: &'static str,
    table: &'static str,
    now: DateTime<Utc>,
) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    let rows = sqlx::query(statement).bind(now).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, table, "state");
            Ok((fields.get("state")?, fields.get("since")?))
        })
        .collect()
}

pub(crate) async fn list_lost(conn: &mut Conn, limit: u32) -> Result<Vec<LostRow>, StoreError> {
    let rows = sqlx::query(WATCH_LOST).bind(i64::from(limit)).fetch_all(conn).await?;
    rows.iter().map(read_lost).collect()
}

pub(crate) async fn find_row(conn: &mut Conn, id: uuid::Uuid) -> Result<Vec<LostRow>, StoreError> {
    let rows = sqlx::query(WATCH_FOR_LOST).bind(id).fetch_all(conn).await?;
    rows.iter().map(read_lost).collect()
}

fn read_lost(row: &Row) -> Result<LostRow, StoreError> {
    let fields = Fields::new(row, "outbox", "row_id");
    Ok(LostRow {
        workspace: WorkspaceId::new(fields.get("workspace_id")?),
        id: fields.get("row_id")?,
        is_work: fields.get("is_work")?,
        state: fields.get("state")?,
        due_at: fields.get("due_at")?,
        attempts: fields.count("attempts")?,
        crashes: fields.count("crashes")?,
        code: fields.get("code")?,
        is_resend: fields.get("is_resend")?,
    })
}
