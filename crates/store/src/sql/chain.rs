//! Chaining the audit log, erasing people from it and pruning it: over all workspaces, without what events say.

use super::row::stored;
use super::{Conn, Fields, Row};
use crate::chain::{Hash, Head, Linked, Unchained};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use crypto::Signature;
use domain::ids::{EventId, WorkspaceId};

statements! {
    LIST_UNCHAINED_WORKSPACES = (
        "select distinct workspace_id
           from audit_events
          where sequence is null
          order by workspace_id
          limit $1"
    );
    INSERT_HEAD = (
        "insert into audit_heads (
             workspace_id, sequence, hash, pruned_sequence, pruned_hash, signature)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id) do nothing"
    );
    // It changes nothing: it holds the row against whoever else chains, prunes or signs.
    LOCK_HEAD = (
        "update audit_heads
            set sequence = sequence
          where workspace_id = $1
      returning sequence, hash, pruned_sequence, pruned_hash, signature"
    );
    UPDATE_HEAD = (
        "update audit_heads
            set sequence = $2,
                hash = $3,
                pruned_sequence = $4,
                pruned_hash = $5,
                signature = $6
          where workspace_id = $1"
    );
    LIST_UNCHAINED = (
        "select event_id, occurred_at, action, commitment
           from audit_events
          where workspace_id = $1
            and sequence is null
          order by occurred_at, event_id
          limit $2"
    );
    RECORD_LINK = (
        "update audit_events
            set sequence = $3,
                hash = $4,
                signature = $5
          where workspace_id = $1
            and event_id = $2
            and sequence is null"
    );
    FIRST_KEPT = (
        "select min(sequence)
           from audit_events
          where workspace_id = $1
            and sequence is not null
            and occurred_at >= $2"
    );
    FIND_HASH = (
        "select hash
           from audit_events
          where workspace_id = $1
            and sequence = $2"
    );
    PRUNE_EVENTS = (
        "delete from audit_events
          where workspace_id = $1
            and sequence <= $2"
    );
    ERASE_IN_EVENT = (
        "update audit_events
            set payload = $3,
                salt = $4,
                erasure = $5
          where workspace_id = $1
            and event_id = $2
            and coalesce(erasure, $4) = $6"
    );
    LIST_LINKS_OF_OLD_KEYS = (
        "select event_id, hash, signature
           from audit_events
          where workspace_id = $1
            and sequence is not null
            and substr(signature, 1, 4) <> $2
          order by sequence
          limit $3"
    );
    LIST_ERASURES_OF_OLD_KEYS = (
        "select event_id, erasure
           from audit_events
          where workspace_id = $1
            and erasure is not null
            and substr(erasure, 1, 4) <> $2"
    );
    SIGN_LINK_ANEW = (
        "update audit_events
            set signature = $4
          where workspace_id = $1
            and event_id = $2
            and signature = $3"
    );
    SIGN_ERASURE_ANEW = (
        "update audit_events
            set erasure = $4
          where workspace_id = $1
            and event_id = $2
            and erasure = $3"
    );
    DELETE_EVENTS_OF_WORKSPACE = (
        "delete from audit_events
          where workspace_id = $1"
    );
    DELETE_HEAD_OF_WORKSPACE = (
        "delete from audit_heads
          where workspace_id = $1"
    );
    DELETE_REQUEST_KEYS_OF_WORKSPACE = (
        "delete from request_keys
          where workspace_id = $1"
    );
}

/// No bytes at all, as the salt that was forgotten is.
const NOTHING: &[u8] = &[];

pub(crate) async fn list_unchained_workspaces(
    conn: &mut Conn,
    limit: u32,
) -> Result<Vec<WorkspaceId>, StoreError> {
    let ids = sqlx::query_scalar(LIST_UNCHAINED_WORKSPACES)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(WorkspaceId::new).collect())
}

pub(crate) async fn insert_head(
    conn: &mut Conn,
    workspace: WorkspaceId,
    head: &Head,
    signature: &Signature,
) -> Result<(), StoreError> {
    write_head(conn, INSERT_HEAD, workspace, head, signature).await
}

pub(crate) async fn update_head(
    conn: &mut Conn,
    workspace: WorkspaceId,
    head: &Head,
    signature: &Signature,
) -> Result<(), StoreError> {
    write_head(conn, UPDATE_HEAD, workspace, head, signature).await
}

async fn write_head(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    head: &Head,
    signature: &Signature,
) -> Result<(), StoreError> {
    sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(stored(head.sequence))
        .bind(&head.hash[..])
        .bind(stored(head.pruned_sequence))
        .bind(&head.pruned_hash[..])
        .bind(signature.to_bytes())
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the head of a workspace's chain, where it has one, and holds it until the transaction ends.
pub(crate) async fn lock_head(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<(Head, Vec<u8>)>, StoreError> {
    let row = sqlx::query(LOCK_HEAD).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(read_head).transpose()
}

pub(crate) async fn list_unchained(
    conn: &mut Conn,
    workspace: WorkspaceId,
    limit: u32,
) -> Result<Vec<Unchained>, StoreError> {
    let rows = sqlx::query(LIST_UNCHAINED)
        .bind(workspace.as_uuid())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "audit_events", "event_id");
            Ok(Unchained {
                event: EventId::new(fields.get("event_id")?),
                at: fields.get("occurred_at")?,
                action: fields.get("action")?,
                commitment: fields.get("commitment")?,
            })
        })
        .collect()
}

pub(crate) async fn record_link(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: EventId,
    sequence: u64,
    hash: &Hash,
    signature: &Signature,
) -> Result<(), StoreError> {
    sqlx::query(RECORD_LINK)
        .bind(workspace.as_uuid())
        .bind(event.as_uuid())
        .bind(stored(sequence))
        .bind(&hash[..])
        .bind(signature.to_bytes())
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the sequence of the first event that is not older than an instant.
pub(crate) async fn first_kept(
    conn: &mut Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
) -> Result<Option<u64>, StoreError> {
    let first: Option<i64> = sqlx::query_scalar(FIRST_KEPT)
        .bind(workspace.as_uuid())
        .bind(since)
        .fetch_one(conn)
        .await?;
    Ok(first.and_then(|first| u64::try_from(first).ok()))
}

pub(crate) async fn find_hash(
    conn: &mut Conn,
    workspace: WorkspaceId,
    sequence: u64,
) -> Result<Option<Hash>, StoreError> {
    let row = sqlx::query(FIND_HASH)
        .bind(workspace.as_uuid())
        .bind(stored(sequence))
        .fetch_optional(conn)
        .await?;
    row.as_ref()
        .map(|row| hash_in(&Fields::new(row, "audit_events", "event_id"), "hash"))
        .transpose()
}

pub(crate) async fn prune_events(
    conn: &mut Conn,
    workspace: WorkspaceId,
    until: u64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(PRUNE_EVENTS)
        .bind(workspace.as_uuid())
        .bind(stored(until))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// Replaces what an event says, and forgets the salt with which it could be guessed what it said before; returns `false`
/// where it says something else by now than when `was` was read.
pub(crate) async fn erase_in_event(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: EventId,
    payload: &str,
    was: Option<&[u8]>,
    signature: &Signature,
) -> Result<bool, StoreError> {
    let done = sqlx::query(ERASE_IN_EVENT)
        .bind(workspace.as_uuid())
        .bind(event.as_uuid())
        .bind(payload)
        .bind(NOTHING)
        .bind(signature.to_bytes())
        .bind(was.unwrap_or(NOTHING))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes what the application may not delete itself, of one workspace.
pub(crate) async fn purge(conn: &mut Conn, workspace: WorkspaceId) -> Result<(), StoreError> {
    for statement in
        [DELETE_EVENTS_OF_WORKSPACE, DELETE_HEAD_OF_WORKSPACE, DELETE_REQUEST_KEYS_OF_WORKSPACE]
    {
        sqlx::query(statement).bind(workspace.as_uuid()).execute(&mut *conn).await?;
    }
    Ok(())
}

pub(crate) async fn list_links_of_old_keys(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
    limit: u32,
) -> Result<Vec<Linked>, StoreError> {
    let rows = sqlx::query(LIST_LINKS_OF_OLD_KEYS)
        .bind(workspace.as_uuid())
        .bind(&current.to_be_bytes()[..])
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "audit_events", "event_id");
            Ok(Linked {
                event: EventId::new(fields.get("event_id")?),
                hash: hash_in(&fields, "hash")?,
                signature: fields.get("signature")?,
            })
        })
        .collect()
}

pub(crate) async fn list_erasures_of_old_keys(
    conn: &mut Conn,
    workspace: WorkspaceId,
    current: u32,
) -> Result<Vec<(EventId, Vec<u8>)>, StoreError> {
    let rows = sqlx::query(LIST_ERASURES_OF_OLD_KEYS)
        .bind(workspace.as_uuid())
        .bind(&current.to_be_bytes()[..])
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "audit_events", "event_id");
            Ok((EventId::new(fields.get("event_id")?), fields.get("erasure")?))
        })
        .collect()
}

/// Replaces the signature of a link, if it is still the one that it was.
pub(crate) async fn sign_link_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: EventId,
    was: &[u8],
    signature: &Signature,
) -> Result<bool, StoreError> {
    sign_anew(conn, SIGN_LINK_ANEW, (workspace, event), was, signature).await
}

/// Replaces the signature of an erasure, if it is still the one that it was.
pub(crate) async fn sign_erasure_anew(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: EventId,
    was: &[u8],
    signature: &Signature,
) -> Result<bool, StoreError> {
    sign_anew(conn, SIGN_ERASURE_ANEW, (workspace, event), was, signature).await
}

async fn sign_anew(
    conn: &mut Conn,
    statement: &'static str,
    (workspace, event): (WorkspaceId, EventId),
    was: &[u8],
    signature: &Signature,
) -> Result<bool, StoreError> {
    let done = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(event.as_uuid())
        .bind(was)
        .bind(signature.to_bytes())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) fn read_head(row: &Row) -> Result<(Head, Vec<u8>), StoreError> {
    let fields = Fields::new(row, "audit_heads", "workspace_id");
    let head = Head {
        sequence: fields.count("sequence")?,
        hash: hash_in(&fields, "hash")?,
        pruned_sequence: fields.count("pruned_sequence")?,
        pruned_hash: hash_in(&fields, "pruned_hash")?,
    };
    Ok((head, fields.get("signature")?))
}

pub(crate) fn hash_in(fields: &Fields<'_>, column: &'static str) -> Result<Hash, StoreError> {
    let bytes: Vec<u8> = fields.get(column)?;
    bytes.try_into().map_err(|_| StoreError::Inconsistent {
        table: "audit_events",
        column,
        id: String::from("unknown"),
    })
}
