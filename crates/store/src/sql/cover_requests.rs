//! Requests for cover, and who cannot.

use super::row::stored;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{
    CoverAnswer, CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverWord,
};
use chrono::{DateTime, Utc};
use domain::ids::{CoverRequestId, RotationId, UserId, WorkspaceId};
use domain::interval::Interval;

statements! {
    INSERT_COVER_REQUEST = (
        "insert into cover_requests (
             workspace_id, request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state,
             origin, occasion, made_by, made_at, closed_by, closed_at, channel_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (workspace_id, rotation_id, of_user, starts_at, ends_at) do nothing"
    );
    UPDATE_COVER_REQUEST = (
        "update cover_requests
            set planned_at = $3,
                state = $4,
                origin = $5,
                occasion = $6,
                made_by = $7,
                made_at = $8,
                closed_by = $9,
                closed_at = $10,
                channel_id = $11
          where workspace_id = $1
            and request_id = $2"
    );
    FIND_COVER_REQUEST = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
            and request_id = $2"
    );
    FIND_COVER_REQUEST_OF = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
            and rotation_id = $2
            and of_user = $3
            and starts_at = $4
            and ends_at = $5"
    );
    LIST_COVER_REQUESTS = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
            and rotation_id = $2
            and ends_at > $3
            and starts_at < $4
          order by starts_at, made_at, request_id"
    );
    LIST_COVER_REQUESTS_SINCE = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
            and ends_at > $2
          order by starts_at, made_at, request_id"
    );
    LIST_OPEN_COVER_REQUESTS = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
            and state = 'open'
          order by starts_at, made_at, request_id"
    );
    INSERT_COVER_ANSWER = (
        "insert into cover_answers (workspace_id, request_id, user_id, answer, answered_at)
         values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, request_id, user_id) do nothing"
    );
    DELETE_COVER_ANSWER = (
        "delete from cover_answers
          where workspace_id = $1
            and request_id = $2
            and user_id = $3"
    );
    DELETE_COVER_ANSWERS = (
        "delete from cover_answers
          where workspace_id = $1
            and request_id = $2"
    );
    LIST_COVER_ANSWERS = (
        "select request_id, user_id, answer, answered_at
           from cover_answers
          where workspace_id = $1
            and request_id = $2
          order by answered_at, user_id"
    );
}

pub(crate) async fn insert_cover_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &CoverRequestRecord,
) -> Result<(), StoreError> {
    let done = sqlx::query(INSERT_COVER_REQUEST)
        .bind(workspace.as_uuid())
        .bind(request.id.as_uuid())
        .bind(request.rotation.as_uuid())
        .bind(request.of.as_str())
        .bind(request.planned_at)
        .bind(request.starts_at)
        .bind(request.ends_at)
        .bind(request.state.as_str())
        .bind(request.origin.as_str())
        .bind(stored(request.occasion.into()))
        .bind(request.made_by.as_str())
        .bind(request.made_at)
        .bind(request.closed_by.as_ref().map(UserId::as_str))
        .bind(request.closed_at)
        .bind(request.channel.as_str())
        .execute(conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict { constraint: "cover_requests_window" });
    }
    Ok(())
}

pub(crate) async fn update_cover_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &CoverRequestRecord,
) -> Result<bool, StoreError> {
    let done = sqlx::query(UPDATE_COVER_REQUEST)
        .bind(workspace.as_uuid())
        .bind(request.id.as_uuid())
        .bind(request.planned_at)
        .bind(request.state.as_str())
        .bind(request.origin.as_str())
        .bind(stored(request.occasion.into()))
        .bind(request.made_by.as_str())
        .bind(request.made_at)
        .bind(request.closed_by.as_ref().map(UserId::as_str))
        .bind(request.closed_at)
        .bind(request.channel.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_cover_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: CoverRequestId,
) -> Result<Option<CoverRequestRecord>, StoreError> {
    let row = sqlx::query(FIND_COVER_REQUEST)
        .bind(workspace.as_uuid())
        .bind(request.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_request).transpose()
}

pub(crate) async fn find_cover_request_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    of: &UserId,
    window: Interval,
) -> Result<Option<CoverRequestRecord>, StoreError> {
    let row = sqlx::query(FIND_COVER_REQUEST_OF)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(of.as_str())
        .bind(window.start())
        .bind(window.end())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_request).transpose()
}

pub(crate) async fn list_cover_requests(
    conn: &mut Conn,
    workspace: WorkspaceId,
    rotation: RotationId,
    window: Interval,
) -> Result<Vec<CoverRequestRecord>, StoreError> {
    let rows = sqlx::query(LIST_COVER_REQUESTS)
        .bind(workspace.as_uuid())
        .bind(rotation.as_uuid())
        .bind(window.start())
        .bind(window.end())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_request).collect()
}

pub(crate) async fn list_cover_requests_since(
    conn: &mut Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
) -> Result<Vec<CoverRequestRecord>, StoreError> {
    let rows = sqlx::query(LIST_COVER_REQUESTS_SINCE)
        .bind(workspace.as_uuid())
        .bind(since)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_request).collect()
}

pub(crate) async fn list_open_cover_requests(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<CoverRequestRecord>, StoreError> {
    let rows =
        sqlx::query(LIST_OPEN_COVER_REQUESTS).bind(workspace.as_uuid()).fetch_all(conn).await?;
    rows.iter().map(read_request).collect()
}

pub(crate) async fn insert_cover_answer(
    conn: &mut Conn,
    workspace: WorkspaceId,
    answer: &CoverAnswer,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_COVER_ANSWER)
        .bind(workspace.as_uuid())
        .bind(answer.request.as_uuid())
        .bind(answer.user.as_str())
        .bind(answer.word.as_str())
        .bind(answer.answered_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_cover_answer(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: CoverRequestId,
    user: &UserId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(DELETE_COVER_ANSWER)
        .bind(workspace.as_uuid())
        .bind(request.as_uuid())
        .bind(user.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_cover_answers(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: CoverRequestId,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_COVER_ANSWERS)
        .bind(workspace.as_uuid())
        .bind(request.as_uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn list_cover_answers(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: CoverRequestId,
) -> Result<Vec<CoverAnswer>, StoreError> {
    let rows = sqlx::query(LIST_COVER_ANSWERS)
        .bind(workspace.as_uuid())
        .bind(request.as_uuid())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_answer).collect()
}

fn read_request(row: &Row) -> Result<CoverRequestRecord, StoreError> {
    let fields = Fields::new(row, "cover_requests", "request_id");
    Ok(CoverRequestRecord {
        id: CoverRequestId::new(fields.get("request_id")?),
        rotation: RotationId::new(fields.get("rotation_id")?),
        of: fields.user("of_user")?,
        planned_at: fields.get("planned_at")?,
        starts_at: fields.get("starts_at")?,
        ends_at: fields.get("ends_at")?,
        state: fields.word("state", CoverRequestState::parse)?,
        origin: fields.word("origin", CoverRequestOrigin::parse)?,
        occasion: fields.count("occasion")?,
        made_by: fields.user("made_by")?,
        made_at: fields.get("made_at")?,
        closed_by: fields.maybe_user("closed_by")?,
        closed_at: fields.get::<Option<DateTime<Utc>>>("closed_at")?,
        channel: fields.channel("channel_id")?,
    })
}

fn read_answer(row: &Row) -> Result<CoverAnswer, StoreError> {
    let fields = Fields::new(row, "cover_answers", "request_id");
    Ok(CoverAnswer {
        request: CoverRequestId::new(fields.get("request_id")?),
        user: fields.user("user_id")?,
        word: fields.word("answer", CoverWord::parse)?,
        answered_at: fields.get("answered_at")?,
    })
}
