//! Work over many workspaces beside the queues: ids and instants, never content.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{DeliveryState, DueHandoffs, Swept, WorkspaceListing};
use crate::system::kept;
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, WorkspaceId};
use domain::retention::UNSENT_KEPT;
use uuid::Uuid;

statements! {
    // A workspace without an installation is left alone; its handoffs are caught up after it is installed again.
    LIST_DUE_HANDOFFS = (
        "select r.workspace_id, count(*) as number, min(r.next_handoff_at) as since
           from rotations r
           join workspaces w on w.workspace_id = r.workspace_id
          where r.next_handoff_at <= $1
            and w.is_active
          group by r.workspace_id
          order by since, r.workspace_id"
    );
    EARLIEST_HANDOFF_AT = (
        "select r.next_handoff_at
           from rotations r
           join workspaces w on w.workspace_id = r.workspace_id
          where r.next_handoff_at is not null
            and w.is_active
          order by r.next_handoff_at
          limit 1"
    );
    EARLIEST_HANDOFF_AFTER = (
        "select r.next_handoff_at
           from rotations r
           join workspaces w on w.workspace_id = r.workspace_id
          where r.next_handoff_at > $1
            and w.is_active
          order by r.next_handoff_at
          limit 1"
    );
    INSERT_OAUTH_STATE = (
        "insert into oauth_states (state_hash, browser_hash, expires_at)
         values ($1, $2, $3)"
    );
    TAKE_OAUTH_STATE = (
        "delete from oauth_states
          where state_hash = $1
      returning browser_hash, expires_at"
    );
    LIST_WORKSPACES = (
        "select workspace_id, team_id, is_active, deactivated_at, kept_until
           from workspaces
          order by workspace_id"
    );
    DELETE_REQUEST_KEYS = ("delete from request_keys where created_at < $1");
    INSERT_ERASURE = (
        "insert into erasures (entry_id, done_at)
         values ($1, $2)
         on conflict (entry_id) do nothing"
    );
    LIST_ERASURES = ("select entry_id from erasures");
    DELETE_OAUTH_STATES = ("delete from oauth_states where expires_at <= $1");
    DELETE_INBOX = (
        "delete from inbox
          where finished_at < $1
            and (state = 'done' or finished_at < $2)"
    );
    // What was said, or may have been, leaves the outbox otherwise: it is not to be said again.
    DELETE_DELIVERIES = (
        "delete from outbox
          where finished_at < $1
            and state not in ('sent', 'unconfirmed')"
    );
    COUNT_OUTBOX = (
        "select state, count(*) as number
           from outbox
          group by state
          order by state"
    );
}

pub(crate) async fn list_due_handoffs(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Vec<DueHandoffs>, StoreError> {
    let rows = sqlx::query(LIST_DUE_HANDOFFS).bind(now).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "rotations", "workspace_id");
            Ok(DueHandoffs {
                workspace: WorkspaceId::new(fields.get("workspace_id")?),
                count: fields.count("number")?,
                since: fields.get("since")?,
            })
        })
        .collect()
}

pub(crate) async fn earliest_handoff_after(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(EARLIEST_HANDOFF_AFTER).bind(now).fetch_optional(conn).await?)
}

pub(crate) async fn earliest_handoff_at(
    conn: &mut Conn,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(EARLIEST_HANDOFF_AT).fetch_optional(conn).await?)
}

pub(crate) async fn insert_oauth_state(
    conn: &mut Conn,
    state_hash: &[u8],
    browser_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(INSERT_OAUTH_STATE)
        .bind(state_hash)
        .bind(browser_hash)
        .bind(expires_at)
        .execute(conn)
        .await?;
    Ok(())
}

/// The row is gone whatever the answer, so a state that was tried from another browser is spent.
pub(crate) async fn take_oauth_state(
    conn: &mut Conn,
    state_hash: &[u8],
    browser_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = sqlx::query(TAKE_OAUTH_STATE).bind(state_hash).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(false) };
    let fields = Fields::new(&row, "oauth_states", "state_hash");
    let stored: Vec<u8> = fields.get("browser_hash")?;
    let expires_at: DateTime<Utc> = fields.get("expires_at")?;
    Ok(stored == browser_hash && now < expires_at)
}

pub(crate) async fn list_workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceListing>, StoreError> {
    let rows = sqlx::query(LIST_WORKSPACES).fetch_all(conn).await?;
    rows.iter().map(read_listing).collect()
}

pub(crate) async fn delete_expired(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Swept, StoreError> {
    Ok(Swept {
        request_keys: delete(conn, DELETE_REQUEST_KEYS, now - kept::REQUEST_KEYS).await?,
        oauth_states: delete(conn, DELETE_OAUTH_STATES, now).await?,
        inbox: sqlx::query(DELETE_INBOX)
            .bind(now - kept::DONE)
            .bind(now - UNSENT_KEPT)
            .execute(&mut *conn)
            .await?
            .rows_affected(),
        deliveries: delete(conn, DELETE_DELIVERIES, now - UNSENT_KEPT).await?,
    })
}

pub(crate) async fn insert_erasure(
    conn: &mut Conn,
    entry: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(INSERT_ERASURE).bind(entry).bind(now).execute(conn).await?;
    Ok(())
}

pub(crate) async fn list_erasures(conn: &mut Conn) -> Result<Vec<Uuid>, StoreError> {
    Ok(sqlx::query_scalar(LIST_ERASURES).fetch_all(conn).await?)
}

pub(crate) async fn count_outbox_by_state(
    conn: &mut Conn,
) -> Result<Vec<(DeliveryState, u64)>, StoreError> {
    let rows = sqlx::query(COUNT_OUTBOX).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "outbox", "state");
            Ok((fields.word("state", DeliveryState::parse)?, fields.count("number")?))
        })
        .collect()
}

async fn delete(
    conn: &mut Conn,
    statement: &'static str,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    Ok(sqlx::query(statement).bind(before).execute(conn).await?.rows_affected())
}

fn read_listing(row: &Row) -> Result<WorkspaceListing, StoreError> {
    let fields = Fields::new(row, "workspaces", "workspace_id");
    Ok(WorkspaceListing {
        id: WorkspaceId::new(fields.get("workspace_id")?),
        team: TeamId::new(fields.get("team_id")?),
        is_active: fields.get("is_active")?,
        deactivated_at: fields.get("deactivated_at")?,
        kept_until: fields.get("kept_until")?,
    })
}
