//! When the database went back in time, and what may have been said in what it forgot.

use super::deliveries::HOLD;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::generation::Setback;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;

statements! {
    // Two replicas may notice the same in the same microsecond.
    INSERT_SETBACK = (
        "insert into setbacks (noticed_at, lost_from, lost_until)
         values ($1, $2, $3)
         on conflict (noticed_at) do nothing"
    );
    LIST_SETBACKS = (
        "select noticed_at, lost_from, lost_until
           from setbacks
          where noticed_at >= $1
          order by noticed_at"
    );
    OPEN_SETBACK = ("update setbacks set is_open = true where noticed_at = $1");
    FIND_OPEN_SETBACK = (
        "select noticed_at, lost_from, lost_until
           from setbacks
          where is_open
          order by noticed_at
          limit 1"
    );
    CLOSE_SETBACKS = ("update setbacks set is_open = false where is_open and noticed_at <= $1");
    // Work is finished all the time, and both columns have an index.
    FIND_LAST_WORK = (
        "select max(at) as at
           from (select max(finished_at) as at from outbox where finished_at is not null
                 union all
                 select max(finished_at) as at from inbox where finished_at is not null) as work"
    );
    // What is the same twice as once is simply done. Of a message nobody knows; it counts as tried, so that its echo or
    // a look into direct messages can settle it.
    RECORD_FORGOTTEN = (
        "update outbox
            set state = case
                    when is_resend and state = 'sending' then 'unconfirmed'
                    else 'ambiguous' end,
                finished_at = case when is_resend and state = 'sending' then $5 else finished_at end,
                attempts = case when attempts = 0 then 1 else attempts end,
                tried_at = coalesce(tried_at, due_at),
                available_at = $3,
                held_until = $4,
                code = 'forgotten',
                fence = fence + 1,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and finished_at is null
            and state in ('pending', 'sending', 'ambiguous')
            and call not in ('replace', 'home')
            and (due_at <= $5 or available_at <= $5)
            and (due_at >= $2 or available_at <= $5)
            and (tried_at is null or tried_at <= $6)"
    );
}

pub(crate) async fn insert_setback(conn: &mut Conn, setback: &Setback) -> Result<(), StoreError> {
    sqlx::query(INSERT_SETBACK)
        .bind(setback.noticed_at)
        .bind(setback.lost_from)
        .bind(setback.lost_until)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn list_setbacks(
    conn: &mut Conn,
    since: DateTime<Utc>,
) -> Result<Vec<Setback>, StoreError> {
    let rows = sqlx::query(LIST_SETBACKS).bind(since).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn open_setback(
    conn: &mut Conn,
    noticed_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(OPEN_SETBACK).bind(noticed_at).execute(conn).await?;
    Ok(())
}

pub(crate) async fn find_open_setback(conn: &mut Conn) -> Result<Option<Setback>, StoreError> {
    let row = sqlx::query(FIND_OPEN_SETBACK).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn close_setbacks(
    conn: &mut Conn,
    noticed_until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(CLOSE_SETBACKS).bind(noticed_until).execute(conn).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Setback, StoreError> {
    let fields = Fields::new(row, "setbacks", "noticed_at");
    Ok(Setback {
        noticed_at: fields.get("noticed_at")?,
        lost_from: fields.get("lost_from")?,
        lost_until: fields.get("lost_until")?,
        // How far it goes back was found out before it was written down.
        goes_further_back: false,
    })
}

pub(crate) async fn find_last_work(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query(FIND_LAST_WORK).fetch_one(conn).await?;
    Fields::new(&row, "outbox", "finished_at").get("at")
}

pub(crate) async fn record_forgotten(
    conn: &mut Conn,
    workspace: WorkspaceId,
    (due_since, tried_until): (DateTime<Utc>, DateTime<Utc>),
    hold_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(RECORD_FORGOTTEN)
        .bind(workspace.as_uuid())
        .bind(due_since)
        .bind(hold_until)
        .bind(hold_until.min(now + HOLD))
        .bind(now)
        .bind(tried_until)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
