//! Rotations.

use super::row::stored;
use super::steps::carry_out;
use super::{Conn, Fields, Row, list_of_ids};
use crate::error::StoreError;
use crate::records::RotationRecord;
use crate::step::{Step, Value};
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, RotationId, UserId, WorkspaceId};
use domain::settings::{ChannelFault, Rest, RotationSettings};
use domain::timeline::Standing;
use sqlx::types::Json;

statements! {
    INSERT_ROTATION = (
        "insert into rotations (
             workspace_id, rotation_id, name, name_key, channel_id, rules, members, last_turn,
             next_turn, next_handoff_at, kept, settings, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (workspace_id, name_key) do nothing"
    );
    LIST_ROTATIONS = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, kept, settings, rest, channel_fault, deleted_at, revision,
                created_by, created_at
           from rotations
          where workspace_id = $1
            and deleted_at is null"
    );
    LIST_DELETED_ROTATIONS = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, kept, settings, rest, channel_fault, deleted_at, revision,
                created_by, created_at
           from rotations
          where workspace_id = $1
            and deleted_at is not null"
    );
    FIND_ROTATION = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, kept, settings, rest, channel_fault, deleted_at, revision,
                created_by, created_at
           from rotations
          where workspace_id = $1
            and rotation_id = $2"
    );
    LOCK_ROTATION = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, kept, settings, rest, channel_fault, deleted_at, revision,
                created_by, created_at
           from rotations
          where workspace_id = $1
            and rotation_id = $2", for_update
    );
    // Of those that somebody else holds none: whoever holds one is changing it.
    FIND_ROTATIONS = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn, next_handoff_at,
                kept, settings, rest, channel_fault, deleted_at, revision, created_by, created_at
           from rotations
          where workspace_id = $1
            and rotation_id in ", ids_begin, "$2", ids_end
    );
    LOCK_ROTATIONS = (
        "select q.rotation_id, q.name, q.channel_id, q.rules, q.members, q.last_turn, q.next_turn,
                q.next_handoff_at, q.kept, q.settings, q.rest, q.channel_fault, q.deleted_at,
                q.revision, q.created_by, q.created_at
           from rotations q
          where q.workspace_id = $1
            and q.rotation_id in ", ids_begin, "$2", ids_end,
        " order by q.rotation_id", for_update_skip_locked
    );
    LIST_DUE_ROTATIONS = (
        "select rotation_id
           from rotations
          where workspace_id = $1
            and next_handoff_at <= $2
          order by next_handoff_at, rotation_id"
    );
    RECORD_STANDING = (
        "with v (workspace_id, rotation_id, rules, members, last_turn, next_turn, next_handoff_at,
                 kept, rest) as (
             values ($1", as_id, ", $2", as_id, ", $3", as_json, ", $4", as_json, ", $5", as_text,
        ", $6", as_count, ", $7", as_instant, ", $8", as_json, ", $9", as_json, "))
         update rotations
            set rules = v.rules,
                members = v.members,
                last_turn = v.last_turn,
                next_turn = v.next_turn,
                next_handoff_at = v.next_handoff_at,
                kept = v.kept,
                rest = v.rest
           from v
          where rotations.workspace_id = v.workspace_id
            and rotations.rotation_id = v.rotation_id"
    );
    RECORD_SETTINGS = (
        "update rotations
            set channel_id = $3,
                settings = $4,
                channel_fault = null
          where workspace_id = $1
            and rotation_id = $2"
    );
    RECORD_NAME = (
        "update rotations
            set name = $3,
                name_key = $4
          where workspace_id = $1
            and rotation_id = $2
            and not exists (
                select 1
                  from rotations other
                 where other.workspace_id = $1
                   and other.name_key = $4
                   and other.rotation_id <> $2)"
    );
    RECORD_REVISION = (
        "update rotations
            set revision = revision + 1
          where workspace_id = $1
            and rotation_id = $2"
    );
    RECORD_CHANNEL_FAULT = (
        "update rotations
            set channel_fault = $3
          where workspace_id = $1
            and rotation_id = $2"
    );
    RECORD_DELETED = (
        "update rotations
            set deleted_at = $3,
                next_handoff_at = null,
                name_key = $4
          where workspace_id = $1
            and rotation_id = $2
            and deleted_at is null"
    );
    RECORD_RESTORED = (
        "update rotations
            set deleted_at = null,
                name = $3,
                name_key = $4
          where workspace_id = $1
            and rotation_id = $2
            and deleted_at is not null
            and not exists (
                select 1
                  from rotations other
                 where other.workspace_id = $1
                   and other.name_key = $4
                   and other.rotation_id <> $2)"
    );
    ERASE_DELETED = (
        "delete from rotations
          where workspace_id = $1
            and deleted_at < $2"
    );
}

pub(crate) async fn insert_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: &RotationRecord,
) -> Result<(), StoreError> {
    let done = sqlx::query(INSERT_ROTATION)
        .bind(workspace.as_uuid())
        .bind(rotation.id.as_uuid())
        .bind(&rotation.name)
        .bind(key_of(&rotation.name))
        .bind(rotation.channel.as_str())
        .bind(Json(&rotation.rules))
        .bind(Json(&rotation.members))
        .bind(rotation.last_turn.as_ref().map(UserId::as_str))
        .bind(stored(rotation.next_turn))
        .bind(rotation.next_handoff_at)
        .bind(rotation.kept.as_ref().map(Json))
        .bind(Json(&rotation.settings))
        .bind(rotation.created_by.as_str())
        .bind(rotation.created_at)
        .execute(conn)
        .await?;
    one_or_named(done.rows_affected())
}

pub(crate) async fn list_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<RotationRecord>, StoreError> {
    list(conn, LIST_ROTATIONS, workspace).await
}

pub(crate) async fn list_deleted_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<RotationRecord>, StoreError> {
    list(conn, LIST_DELETED_ROTATIONS, workspace).await
}

/// Returns a rotation, deleted or not.
pub(crate) async fn find_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    find(conn, FIND_ROTATION, workspace, id).await
}

/// Returns a rotation, deleted or not, and locks it.
pub(crate) async fn lock_rotation(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    find(conn, LOCK_ROTATION, workspace, id).await
}

pub(crate) async fn record_standing(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    standing: &Standing,
    rest: Option<Rest>,
) -> Result<bool, StoreError> {
    Ok(carry_out(conn, &recording_standing(workspace, id, standing, rest)?).await? > 0)
}

/// Returns what records where a rotation stands.
pub(crate) fn recording_standing(
    workspace: WorkspaceId,
    id: RotationId,
    standing: &Standing,
    rest: Option<Rest>,
) -> Result<Step, StoreError> {
    let members: Vec<&UserId> =
        standing.roster.members().iter().map(|member| &member.user).collect();
    let rest = match rest {
        Some(rest) => Value::json(&rest)?,
        None => Value::MaybeJson(None),
    };
    let values = [
        workspace.as_uuid().into(),
        id.as_uuid().into(),
        Value::json(&standing.rules)?,
        Value::json(&members)?,
        standing.order.last_turn.as_ref().map(UserId::as_str).into(),
        stored(standing.next.map_or(0, |next| next.turn)).into(),
        standing.next.map(|next| next.at).into(),
        Value::json(&standing.kept())?,
        rest,
    ];
    Ok(Step::new(RECORD_STANDING, values))
}

/// Returns those of these rotations that nobody else holds, deleted or not, by id, and locks them.
pub(crate) async fn lock_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
    ids: &[RotationId],
) -> Result<Vec<RotationRecord>, StoreError> {
    find_all(conn, LOCK_ROTATIONS, workspace, ids).await
}

/// Returns those of these rotations that are there, deleted or not, in no order.
pub(crate) async fn find_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
    ids: &[RotationId],
) -> Result<Vec<RotationRecord>, StoreError> {
    find_all(conn, FIND_ROTATIONS, workspace, ids).await
}

async fn find_all(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    ids: &[RotationId],
) -> Result<Vec<RotationRecord>, StoreError> {
    let rows = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(list_of_ids(ids.iter().map(|id| id.as_uuid())))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_rotation).collect()
}

/// Returns the rotations of which a handoff is due, the longest due first.
pub(crate) async fn list_due_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<RotationId>, StoreError> {
    let rows =
        sqlx::query(LIST_DUE_ROTATIONS).bind(workspace.as_uuid()).bind(now).fetch_all(conn).await?;
    let id = |row: &Row| {
        let fields = Fields::new(row, "rotations", "rotation_id");
        Ok(RotationId::new(fields.get("rotation_id")?))
    };
    rows.iter().map(id).collect()
}

pub(crate) async fn record_settings(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    channel: &ChannelId,
    settings: &RotationSettings,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_SETTINGS)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(channel.as_str())
        .bind(Json(settings))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_name(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    name: &str,
) -> Result<(), StoreError> {
    change_name(conn, RECORD_NAME, workspace, id, name).await
}

pub(crate) async fn record_revision(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_REVISION)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_channel_fault(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    fault: Option<ChannelFault>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_CHANNEL_FAULT)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fault.map(fault_word))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_deleted(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_DELETED)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(at)
        // Its name is free for another one; a line break is in no name.
        .bind(["deleted\n", &id.to_string()].concat())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_restored(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: RotationId,
    name: &str,
) -> Result<(), StoreError> {
    change_name(conn, RECORD_RESTORED, workspace, id, name).await
}

pub(crate) async fn erase_deleted_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query(ERASE_DELETED).bind(workspace.as_uuid()).bind(before).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Gives a rotation a name that no other one has.
async fn change_name(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    id: RotationId,
    name: &str,
) -> Result<(), StoreError> {
    let done = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(name)
        .bind(key_of(name))
        .execute(conn)
        .await?;
    one_or_named(done.rows_affected())
}

async fn list(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
) -> Result<Vec<RotationRecord>, StoreError> {
    let rows = sqlx::query(statement).bind(workspace.as_uuid()).fetch_all(conn).await?;
    let mut rotations: Vec<RotationRecord> =
        rows.iter().map(read_rotation).collect::<Result<_, _>>()?;
    // Sorted here, because the order of letters in SQL depends on the engine and its locale.
    rotations.sort_by_cached_key(|rotation| rotation.name.to_lowercase());
    Ok(rotations)
}

async fn find(
    conn: &mut Conn,
    statement: &'static str,
    workspace: WorkspaceId,
    id: RotationId,
) -> Result<Option<RotationRecord>, StoreError> {
    let row = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_rotation).transpose()
}

/// Returns the name as it is compared: in any case of its letters.
fn key_of(name: &str) -> String {
    name.to_lowercase()
}

fn one_or_named(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Conflict { constraint: "rotations_name" }) } else { Ok(()) }
}

const fn fault_word(fault: ChannelFault) -> &'static str {
    match fault {
        ChannelFault::Archived => "archived",
        ChannelFault::Deleted => "deleted",
        ChannelFault::NotInvited => "not_invited",
        ChannelFault::Refused => "refused",
    }
}

fn parse_fault(word: &str) -> ChannelFault {
    match word {
        "archived" => ChannelFault::Archived,
        "deleted" => ChannelFault::Deleted,
        "not_invited" => ChannelFault::NotInvited,
        _ => ChannelFault::Refused,
    }
}

fn read_rotation(row: &Row) -> Result<RotationRecord, StoreError> {
    let fields = Fields::new(row, "rotations", "rotation_id");
    Ok(RotationRecord {
        id: RotationId::new(fields.get("rotation_id")?),
        name: fields.get("name")?,
        channel: fields.channel("channel_id")?,
        rules: fields.json("rules")?,
        members: fields.json("members")?,
        last_turn: fields.maybe_user("last_turn")?,
        next_turn: fields.count("next_turn")?,
        next_handoff_at: fields.get("next_handoff_at")?,
        kept: fields.maybe_json("kept")?,
        settings: fields.json("settings")?,
        rest: fields.maybe_json("rest")?,
        channel_fault: fields.get::<Option<&str>>("channel_fault")?.map(parse_fault),
        deleted_at: fields.get("deleted_at")?,
        revision: fields.count("revision")?,
        created_by: fields.user("created_by")?,
        created_at: fields.get("created_at")?,
    })
}
