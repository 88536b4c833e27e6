//! Handoff notes and who receives them.

use super::steps::carry_out;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{NoteReceiver, NoteRecord};
use crate::step::Step;
use chrono::{DateTime, Utc};
use crypto::Sealed;
use domain::ids::{NoteId, RotationId, UserId, WorkspaceId};

statements! {
    INSERT_NOTE = (
        "insert into notes (
             workspace_id, note_id, rotation_id, planned_at, author, sealed, to_channel, created_at,
             edited_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    UPDATE_NOTE = (
        "update notes
            set sealed = $3,
                to_channel = $4,
                edited_at = $5
          where workspace_id = $1
            and note_id = $2
            and not exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = $2
                   and r.told_at is not null)"
    );
    DELETE_NOTE = (
        "delete from notes
          where workspace_id = $1
            and note_id = $2
            and not exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = $2
                   and r.told_at is not null)"
    );
    FIND_NOTE = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes
          where workspace_id = $1
            and note_id = $2"
    );
    FIND_NOTE_SEALED = (
        "select sealed
           from notes
          where workspace_id = $1
            and note_id = $2"
    );
    LIST_NOTES = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3
          order by created_at, note_id"
    );
    LIST_NOTED_ROTATIONS = (
        "select distinct rotation_id
           from notes
          where workspace_id = $1"
    );
    LIST_WAITING_NOTES = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes n
          where n.workspace_id = $1
            and n.rotation_id = $2
            and not exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = n.note_id
                   and r.told_at is not null)
          order by created_at, note_id"
    );
    LIST_NOTES_READ_EARLY = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes n
          where n.workspace_id = $1
            and n.rotation_id = $2
            and n.planned_at < $3
            and exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = n.note_id
                   and r.told_at is not null)
            and not exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = n.note_id
                   and r.told_at is not null
                   and r.planned_at <> n.planned_at)
          order by created_at, note_id"
    );
    LIST_NOTES_FOR = (
        "select n.note_id, n.rotation_id, n.planned_at, n.author, n.to_channel, n.created_at,
                n.edited_at
           from notes n
           join note_receivers r
             on r.workspace_id = n.workspace_id
            and r.note_id = n.note_id
          where n.workspace_id = $1
            and n.rotation_id = $2
            and r.planned_at = $3
            and r.user_id = $4
          order by n.created_at, n.note_id"
    );
    LIST_NOTES_OF = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes n
          where n.workspace_id = $1
            and (n.author = $2
                 or exists (
                    select 1
                      from note_receivers r
                     where r.workspace_id = $1
                       and r.note_id = n.note_id
                       and r.user_id = $2
                       and r.told_at is not null))
            and (n.rotation_id = $3 or $3 is null)
          order by created_at desc, note_id desc
          limit $5 offset $4"
    );
    INSERT_NOTE_RECEIVER = (
        "insert into note_receivers (
             workspace_id, note_id, user_id, planned_at, assigned_at, told_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id, note_id, user_id) do nothing"
    );
    RECORD_NOTE_TOLD = (
        "update note_receivers
            set told_at = $4
          where workspace_id = $1
            and note_id = $2
            and user_id = $3
            and told_at is null"
    );
    DELETE_NOTE_RECEIVER = (
        "delete from note_receivers
          where workspace_id = $1
            and note_id = $2
            and user_id = $3
            and told_at is null"
    );
    MOVE_NOTE_RECEIVER = (
        "update note_receivers
            set planned_at = $4
          where workspace_id = $1
            and note_id = $2
            and user_id = $3
            and told_at is not null"
    );
    LIST_NOTE_RECEIVERS = (
        "select note_id, user_id, planned_at, assigned_at, told_at
           from note_receivers
          where workspace_id = $1
            and note_id = $2
          order by assigned_at, user_id"
    );
    LIST_NOTE_RECEIVERS_IN = (
        "select r.note_id, r.user_id, r.planned_at, r.assigned_at, r.told_at
           from note_receivers r
           join notes n
             on n.workspace_id = r.workspace_id
            and n.note_id = r.note_id
          where r.workspace_id = $1
            and n.rotation_id = $2
            and r.planned_at = $3
          order by n.created_at, r.note_id, r.assigned_at, r.user_id"
    );
    // Whoever was never told of it, for a message that could not be sent, keeps it no longer than the others.
    DELETE_NOTES_TOLD = (
        "delete from notes
          where workspace_id = $1
            and rotation_id = $2
            and exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = notes.note_id
                   and r.told_at is not null)
            and not exists (
                select 1
                  from note_receivers r
                 where r.workspace_id = $1
                   and r.note_id = notes.note_id
                   and coalesce(r.told_at, r.assigned_at) >= $3)"
    );
}

pub(crate) async fn insert_note(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: &NoteRecord,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    sqlx::query(INSERT_NOTE)
        .bind(workspace.as_uuid())
        .bind(note.id.as_uuid())
        .bind(note.rotation.as_uuid())
        .bind(note.planned_at)
        .bind(note.author.as_str())
        .bind(sealed.as_bytes())
        .bind(note.is_for_channel)
        .bind(note.created_at)
        .bind(note.edited_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn update_note(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
    sealed: &Sealed,
    is_for_channel: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(UPDATE_NOTE)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .bind(sealed.as_bytes())
        .bind(is_for_channel)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_note(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(DELETE_NOTE)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_note(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
) -> Result<Option<NoteRecord>, StoreError> {
    let row = sqlx::query(FIND_NOTE)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_note).transpose()
}

pub(crate) async fn find_note_sealed(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query_scalar(FIND_NOTE_SEALED)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub(crate) async fn list_notes(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Vec<NoteRecord>, StoreError> {
    let rows = sqlx::query(LIST_NOTES)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_note).collect()
}

pub(crate) async fn list_waiting_notes(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
) -> Result<Vec<NoteRecord>, StoreError> {
    let rows = sqlx::query(LIST_WAITING_NOTES)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_note).collect()
}

/// Returns the rotations that have notes, in no order.
pub(crate) async fn list_noted_rotations(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<RotationId>, StoreError> {
    let rows = sqlx::query(LIST_NOTED_ROTATIONS).bind(workspace.as_uuid()).fetch_all(conn).await?;
    let id = |row: &Row| {
        let fields = Fields::new(row, "notes", "rotation_id");
        Ok(RotationId::new(fields.get("rotation_id")?))
    };
    rows.iter().map(id).collect()
}

pub(crate) async fn list_notes_read_early(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Vec<NoteRecord>, StoreError> {
    let rows = sqlx::query(LIST_NOTES_READ_EARLY)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_note).collect()
}

pub(crate) async fn list_notes_for(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    user: &UserId,
) -> Result<Vec<NoteRecord>, StoreError> {
    let rows = sqlx::query(LIST_NOTES_FOR)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .bind(user.as_str())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_note).collect()
}

pub(crate) async fn list_notes_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    rotation: Option<RotationId>,
    (passed, most): (u32, u32),
) -> Result<Vec<NoteRecord>, StoreError> {
    let rows = sqlx::query(LIST_NOTES_OF)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .bind(rotation.map(RotationId::as_uuid))
        .bind(i64::from(passed))
        .bind(i64::from(most))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_note).collect()
}

pub(crate) async fn insert_note_receiver(
    conn: &mut Conn,
    workspace: WorkspaceId,
    receiver: &NoteReceiver,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_NOTE_RECEIVER)
        .bind(workspace.as_uuid())
        .bind(receiver.note.as_uuid())
        .bind(receiver.user.as_str())
        .bind(receiver.planned_at)
        .bind(receiver.assigned_at)
        .bind(receiver.told_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_note_told(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(carry_out(conn, &telling(workspace, note, user, now)).await? > 0)
}

/// Returns what records that a note was told to somebody.
pub(crate) fn telling(
    workspace: WorkspaceId,
    note: NoteId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Step {
    let values = [
        workspace.as_uuid().into(),
        note.as_uuid().into(),
        user.as_str().to_owned().into(),
        now.into(),
    ];
    Step::new(RECORD_NOTE_TOLD, values)
}

pub(crate) async fn delete_note_receiver(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
    user: &UserId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(DELETE_NOTE_RECEIVER)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .bind(user.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn move_note_receiver(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
    user: &UserId,
    planned_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(MOVE_NOTE_RECEIVER)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .bind(user.as_str())
        .bind(planned_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_note_receivers(
    conn: &mut Conn,
    workspace: WorkspaceId,
    note: NoteId,
) -> Result<Vec<NoteReceiver>, StoreError> {
    let rows = sqlx::query(LIST_NOTE_RECEIVERS)
        .bind(workspace.as_uuid())
        .bind(note.as_uuid())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_receiver).collect()
}

pub(crate) async fn list_note_receivers_in(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
) -> Result<Vec<NoteReceiver>, StoreError> {
    let rows = sqlx::query(LIST_NOTE_RECEIVERS_IN)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(planned_at)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_receiver).collect()
}

pub(crate) async fn delete_notes_told_before(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_NOTES_TOLD)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

fn read_note(row: &Row) -> Result<NoteRecord, StoreError> {
    let fields = Fields::new(row, "notes", "note_id");
    Ok(NoteRecord {
        id: NoteId::new(fields.get("note_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        planned_at: fields.get("planned_at")?,
        author: fields.user("author")?,
        is_for_channel: fields.get("to_channel")?,
        created_at: fields.get("created_at")?,
        edited_at: fields.get("edited_at")?,
    })
}

fn read_receiver(row: &Row) -> Result<NoteReceiver, StoreError> {
    let fields = Fields::new(row, "note_receivers", "note_id");
    Ok(NoteReceiver {
        note: NoteId::new(fields.get("note_id")?),
        user: fields.user("user_id")?,
        planned_at: fields.get("planned_at")?,
        assigned_at: fields.get("assigned_at")?,
        told_at: fields.get("told_at")?,
    })
}
