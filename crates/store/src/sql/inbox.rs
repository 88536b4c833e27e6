//! The inbox, inside one workspace.

use super::steps::carry_out;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{InboxItem, InboxRecord};
use crate::step::{Step, Value};
use chrono::{DateTime, Utc};
use crypto::Sealed;
use domain::ids::{InboxId, WorkspaceId};

statements! {
    INSERT_INBOX = (
        "insert into inbox (
             workspace_id, inbox_id, dedupe, item, sealed, state, available_at, fence, attempts,
             crashes, created_at, is_alone)
         values ($1, $2, $3, $4, $5, 'pending', $6, 0, 0, 0, $7, false)
         on conflict (workspace_id, dedupe) do nothing"
    );
    FIND_INBOX = (
        "select inbox_id, item, attempts, created_at
           from inbox
          where workspace_id = $1
            and inbox_id = $2
            and finished_at is null"
    );
    FIND_SEALED = (
        "select sealed
           from inbox
          where workspace_id = $1
            and inbox_id = $2
            and sealed is not null"
    );
    FINISH_INBOX = (
        "update inbox
            set state = 'done',
                sealed = null,
                finished_at = $4,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and inbox_id = $2
            and fence = $3
            and finished_at is null"
    );
    RETRY_INBOX = (
        "update inbox
            set available_at = $4,
                attempts = attempts + 1,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and inbox_id = $2
            and fence = $3
            and leased_until is not null
            and finished_at is null"
    );
    // What is left of a batch under its own name: whatever was not done was put back one by one.
    FINISH_INBOX_OF = (
        "update inbox
            set state = 'done',
                sealed = null,
                finished_at = $3,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and leased_by = $2
            and available_at <= $3
            and finished_at is null"
    );
    KEEP_INBOX = (
        "update inbox
            set leased_until = $4
          where workspace_id = $1
            and leased_by = $2
            and available_at <= $3
            and finished_at is null"
    );
    GIVE_BACK_INBOX = (
        "update inbox
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and leased_by = $2
            and finished_at is null"
    );
    RELEASE_INBOX = (
        "update inbox
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and inbox_id = $2
            and fence = $3
            and leased_until is not null
            and finished_at is null"
    );
    CRASH_INBOX = (
        "update inbox
            set crashes = crashes + 1,
                state = case when crashes >= 2 then 'quarantined' else state end,
                finished_at = case when crashes >= 2 then $5 else finished_at end,
                available_at = $4,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and inbox_id = $2
            and fence = $3
            and leased_until is not null
            and finished_at is null"
    );
    FAIL_INBOX = (
        "update inbox
            set state = 'failed',
                sealed = null,
                finished_at = $4,
                attempts = attempts + 1,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and inbox_id = $2
            and fence = $3
            and leased_until is not null
            and finished_at is null"
    );
}

pub(crate) async fn insert_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    item: &InboxItem,
    sealed: Option<&Sealed>,
    dedupe: &str,
    (at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    Ok(carry_out(conn, &inserting(workspace, id, item, sealed, dedupe, (at, now))?).await? > 0)
}

/// Returns what stores what is to be worked off, unless the same came in before.
pub(crate) fn inserting(
    workspace: WorkspaceId,
    id: InboxId,
    item: &InboxItem,
    sealed: Option<&Sealed>,
    dedupe: &str,
    (at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Step, StoreError> {
    let values = [
        workspace.as_uuid().into(),
        id.as_uuid().into(),
        dedupe.into(),
        Value::json(item)?,
        Value::MaybeBytes(sealed.map(|sealed| sealed.as_bytes().to_owned())),
        at.into(),
        now.into(),
    ];
    Ok(Step::new(INSERT_INBOX, values))
}

pub(crate) async fn find_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
) -> Result<Option<InboxRecord>, StoreError> {
    let row = sqlx::query(FIND_INBOX)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_inbox).transpose()
}

pub(crate) async fn find_sealed(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query_scalar(FIND_SEALED)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub(crate) async fn finish_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    change(conn, FINISH_INBOX, workspace, id, fence, now).await
}

pub(crate) async fn retry_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
    available_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    change(conn, RETRY_INBOX, workspace, id, fence, available_at).await
}

pub(crate) async fn fail_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    change(conn, FAIL_INBOX, workspace, id, fence, now).await
}

pub(crate) async fn release_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RELEASE_INBOX)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn crash_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
    (available_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let done = sqlx::query(CRASH_INBOX)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .bind(available_at)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn finish_inbox_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    owner: &str,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(FINISH_INBOX_OF)
        .bind(workspace.as_uuid())
        .bind(owner)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn give_back_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    owner: &str,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query(GIVE_BACK_INBOX).bind(workspace.as_uuid()).bind(owner).execute(conn).await?;
    Ok(done.rows_affected())
}

pub(crate) async fn keep_inbox(
    conn: &mut Conn,
    workspace: WorkspaceId,
    owner: &str,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<u64, StoreError> {
    let done = sqlx::query(KEEP_INBOX)
        .bind(workspace.as_uuid())
        .bind(owner)
        .bind(now)
        .bind(lease_until)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

async fn change(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    id: InboxId,
    fence: i64,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .bind(at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn read_inbox(row: &Row) -> Result<InboxRecord, StoreError> {
    let fields = Fields::new(row, "inbox", "inbox_id");
    Ok(InboxRecord {
        id: InboxId::new(fields.get("inbox_id")?),
        item: fields.json("item")?,
        attempts: fields.count("attempts")?,
        created_at: fields.get("created_at")?,
    })
}
