//! Absences.

use super::steps::carry_out;
use super::{Conn, Fields, Row, list_of};
use crate::error::StoreError;
use crate::records::{AbsenceRecord, AbsenceSource};
use crate::step::{Step, Value};
use chrono::{DateTime, Utc};
use domain::ids::{AbsenceId, RotationId, UserId, WorkspaceId};
use uuid::Uuid;

/// Later than every absence begins; the last instant whose text sorts like its time.
const NEVER: i64 = 253_402_300_799;

statements! {
    INSERT_ABSENCE = (
        "insert into absences (
             workspace_id, absence_id, user_id, source, rotation_id, span, zone, is_available,
             label, is_flagged, starts_at, ends_at, entered_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    LIST_ABSENCES = (
        "select absence_id, user_id, source, rotation_id, span, zone, is_available, label,
                is_flagged, starts_at, ends_at, entered_by, created_at
           from absences
          where workspace_id = $1
            and user_id in ", list_begins, "$2", list_ends,
        "   and starts_at < $4
            and (ends_at is null or ends_at > $3)
          order by starts_at, absence_id"
    );
    LIST_ABSENCES_OF_SOURCE = (
        "select absence_id, user_id, source, rotation_id, span, zone, is_available, label,
                is_flagged, starts_at, ends_at, entered_by, created_at
           from absences
          where workspace_id = $1
            and source = $2
            and (ends_at is null or ends_at > $3)
          order by starts_at, absence_id"
    );
    FIND_ABSENCE = (
        "select absence_id, user_id, source, rotation_id, span, zone, is_available, label,
                is_flagged, starts_at, ends_at, entered_by, created_at
           from absences
          where workspace_id = $1
            and absence_id = $2"
    );
    DELETE_ABSENCE = (
        "delete from absences
          where workspace_id = $1
            and absence_id = $2"
    );
    DELETE_ABSENCES_OF_SOURCE = (
        "delete from absences
          where workspace_id = $1
            and source = $2"
    );
    DELETE_ABSENCES_OF_DELETED = (
        "delete from absences
          where workspace_id = $1
            and rotation_id in (
                select r.rotation_id
                  from rotations r
                 where r.workspace_id = $1
                   and r.deleted_at < $2)"
    );
}

pub(crate) async fn insert_absence(
    conn: &mut Conn,
    workspace: WorkspaceId,
    absence: &AbsenceRecord,
) -> Result<(), StoreError> {
    carry_out(conn, &inserting(workspace, absence)?).await.map(drop)
}

/// Returns what stores an absence.
pub(crate) fn inserting(
    workspace: WorkspaceId,
    absence: &AbsenceRecord,
) -> Result<Step, StoreError> {
    let span = serde_json::to_value(absence.span)
        .map_err(|_| StoreError::Settings(String::from("an absence cannot be written down")))?;
    let values = [
        workspace.as_uuid().into(),
        absence.id.as_uuid().into(),
        absence.user.as_str().into(),
        absence.source.as_str().into(),
        absence.rotation.map(RotationId::as_uuid).into(),
        Value::Json(span),
        absence.zone.as_str().into(),
        absence.is_available.into(),
        absence.label.as_deref().into(),
        absence.is_flagged.into(),
        absence.starts_at.into(),
        absence.ends_at.into(),
        absence.entered_by.as_ref().map(UserId::as_str).into(),
        absence.created_at.into(),
    ];
    Ok(Step::new(INSERT_ABSENCE, values))
}

pub(crate) async fn list_absences(
    conn: &mut Conn,
    workspace: WorkspaceId,
    users: &[UserId],
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Vec<AbsenceRecord>, StoreError> {
    let never = DateTime::from_timestamp(NEVER, 0).unwrap_or_default();
    let rows = sqlx::query(LIST_ABSENCES)
        .bind(workspace.as_uuid())
        .bind(list_of(users))
        .bind(from)
        .bind(until.unwrap_or(never))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_absence).collect()
}

pub(crate) async fn list_absences_of_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &AbsenceSource,
    from: DateTime<Utc>,
) -> Result<Vec<AbsenceRecord>, StoreError> {
    let rows = sqlx::query(LIST_ABSENCES_OF_SOURCE)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .bind(from)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_absence).collect()
}

pub(crate) async fn find_absence(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: AbsenceId,
) -> Result<Option<AbsenceRecord>, StoreError> {
    let row = sqlx::query(FIND_ABSENCE)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_absence).transpose()
}

pub(crate) async fn delete_absence(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: AbsenceId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(DELETE_ABSENCE)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_absences_of_source(
    conn: &mut Conn,
    workspace: WorkspaceId,
    source: &AbsenceSource,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_ABSENCES_OF_SOURCE)
        .bind(workspace.as_uuid())
        .bind(source.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn delete_absences_of_deleted(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(DELETE_ABSENCES_OF_DELETED)
        .bind(workspace.as_uuid())
        .bind(before)
        .execute(conn)
        .await?;
    Ok(())
}

fn read_absence(row: &Row) -> Result<AbsenceRecord, StoreError> {
    let fields = Fields::new(row, "absences", "absence_id");
    Ok(AbsenceRecord {
        id: AbsenceId::new(fields.get("absence_id")?),
        user: fields.user("user_id")?,
        source: fields.word("source", AbsenceSource::parse)?,
        rotation: fields.get::<Option<Uuid>>("rotation_id")?.map(RotationId::new),
        span: fields.json("span")?,
        zone: fields.get("zone")?,
        is_available: fields.get("is_available")?,
        label: fields.get("label")?,
        is_flagged: fields.get("is_flagged")?,
        starts_at: fields.get("starts_at")?,
        ends_at: fields.get("ends_at")?,
        entered_by: fields.maybe_user("entered_by")?,
        created_at: fields.get("created_at")?,
    })
}
