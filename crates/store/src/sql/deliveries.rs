//! The outbox, inside one workspace.

use super::steps::carry_out;
use super::{Conn, Fields, Row, list_of_ids};
use crate::error::StoreError;
use crate::id::new_id;
use crate::records::{DeliveryRecord, DeliveryState, GivenUp, SentDelivery};
use crate::step::{Step, Value};
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::Envelope;
use domain::ids::{ChannelId, DeliveryId, WorkspaceId};
use serde_json::json;

/// For how long a row that is parked or ambiguous keeps what comes after it waiting, at most.
pub(crate) const HOLD: TimeDelta = TimeDelta::minutes(2);

statements! {
    INSERT_DELIVERY = (
        "insert into outbox (
             workspace_id, delivery_id, order_id, order_key, envelope, state, available_at, fence,
             attempts, crashes, is_resend, created_at, expires_at, call, due_at, is_alone)
         values ($1, $2, $3, $4, $5, 'pending', $6, 0, 0, 0, false, $7, $8, $9, $6, false)
         on conflict (workspace_id, delivery_id) do nothing"
    );
    // What was said long ago has left the outbox, and is known all the same.
    FIND_DELIVERY = (
        "select delivery_id, envelope, state, channel_id, ts, attempts, crashes, is_resend, code,
                available_at, created_at, expires_at, due_at, tried_at
           from outbox
          where workspace_id = $1
            and delivery_id = $2
          union all
         select delivery_id, envelope, state, channel_id, ts, 1, 0, false, null,
                finished_at, created_at, finished_at, finished_at, finished_at
           from said
          where workspace_id = $1
            and delivery_id = $2"
    );
    FIND_DELIVERIES = (
        "select delivery_id, envelope, state, channel_id, ts, attempts, crashes, is_resend, code,
                available_at, created_at, expires_at, due_at, tried_at
           from outbox
          where workspace_id = $1
            and delivery_id in ", ids_begin, "$2", ids_end, "
          union all
         select delivery_id, envelope, state, channel_id, ts, 1, 0, false, null,
                finished_at, created_at, finished_at, finished_at, finished_at
           from said
          where workspace_id = $1
            and delivery_id in ", ids_begin, "$2", ids_end
    );
    // What was leased together and is to be sent still.
    RECORD_SENDING = (
        "update outbox
            set state = 'sending',
                attempts = attempts + 1,
                tried_at = $3
          where workspace_id = $1
            and leased_by = $2
            and state = 'pending'
            and finished_at is null
            and leased_until > $3
      returning delivery_id"
    );
    // Whoever knows that it was sent is believed, also after the lease ran out, as long as nobody leased it again.
    RECORD_ALL_SENT = (
        "update outbox
            set state = 'sent',
                channel_id = done.channel_id,
                ts = done.ts,
                finished_at = $3,
                held_until = null,
                leased_by = null,
                leased_until = null
           from ", sent_rows, " as done
          where outbox.workspace_id = $1
            and outbox.delivery_id = done.delivery_id
            and outbox.fence = done.fence
            and outbox.state in ('sending', 'ambiguous', 'sent', 'unconfirmed', 'quarantined')"
    );
    RECORD_NOT_SENT = (
        "update outbox
            set state = 'pending',
                available_at = $4,
                held_until = $5,
                code = $6,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and fence = $3
            and finished_at is null"
    );
    // As above, where Slack was not called at all.
    RECORD_PACED = (
        "update outbox
            set state = 'pending',
                attempts = attempts - 1,
                available_at = $4,
                held_until = $5,
                code = $6,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and fence = $3
            and finished_at is null
            and state = 'sending'"
    );
    RELEASE_PARKED = (
        "update outbox
            set available_at = $3,
                held_until = null
          where workspace_id = $1
            and finished_at is null
            and leased_until is null
            and state = 'pending'
            and code = $2
            and available_at > $3"
    );
    RECORD_AMBIGUOUS = (
        "update outbox
            set state = case when is_resend then 'unconfirmed' else 'ambiguous' end,
                finished_at = case when is_resend then $7 else finished_at end,
                available_at = $4,
                held_until = $5,
                code = $6,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and fence = $3
            and state in ('sending', 'ambiguous')"
    );
    RECORD_GIVEN_UP = (
        "update outbox
            set state = $4,
                code = $5,
                finished_at = $6,
                held_until = null,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and fence = $3
            and finished_at is null"
    );
    RELEASE_DELIVERY = (
        "update outbox
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and fence = $3
            and state = 'pending'"
    );
    RECORD_ECHO = (
        "update outbox
            set state = 'sent',
                channel_id = $3,
                ts = $4,
                finished_at = $5,
                held_until = null,
                leased_by = null,
                leased_until = null
          where workspace_id = $1
            and delivery_id = $2
            and attempts > 0
            and state <> 'sent'"
    );
}

pub(crate) async fn insert_delivery(
    conn: &mut Conn,
    workspace: WorkspaceId,
    envelope: &Envelope,
    available_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let written = carry_out(conn, &inserting(workspace, envelope, available_at, now)?).await?;
    Ok(written > 0)
}

/// Returns what stores a delivery, unless it is stored already.
pub(crate) fn inserting(
    workspace: WorkspaceId,
    envelope: &Envelope,
    available_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Step, StoreError> {
    let json = serde_json::to_value(envelope)
        .map_err(|_| StoreError::Refused { code: String::from("json"), constraint: None })?;
    let values = [
        workspace.as_uuid().into(),
        envelope.delivery_id(workspace).as_uuid().into(),
        new_id(now).into(),
        envelope.order_key().into(),
        Value::Json(json),
        available_at.into(),
        now.into(),
        (available_at + envelope.effect.useful_for()).into(),
        envelope.call().as_str().into(),
    ];
    Ok(Step::new(INSERT_DELIVERY, values))
}

pub(crate) async fn find_delivery(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
) -> Result<Option<DeliveryRecord>, StoreError> {
    let row = sqlx::query(FIND_DELIVERY)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_delivery).transpose()
}

/// Returns those of these deliveries that are there, in no order.
pub(crate) async fn find_deliveries(
    conn: &mut Conn,
    workspace: WorkspaceId,
    ids: &[DeliveryId],
) -> Result<Vec<DeliveryRecord>, StoreError> {
    let rows = sqlx::query(FIND_DELIVERIES)
        .bind(workspace.as_uuid())
        .bind(list_of_ids(ids.iter().map(|id| id.as_uuid())))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_delivery).collect()
}

pub(crate) async fn record_sending(
    conn: &mut Conn,
    workspace: WorkspaceId,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>, StoreError> {
    let rows = sqlx::query(RECORD_SENDING)
        .bind(workspace.as_uuid())
        .bind(by)
        .bind(now)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(DeliveryId::new(Fields::new(row, "outbox", "delivery_id").get("delivery_id")?))
        })
        .collect()
}

pub(crate) async fn record_all_sent(
    conn: &mut Conn,
    workspace: WorkspaceId,
    sent: &[SentDelivery],
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let rows: serde_json::Value = sent
        .iter()
        .map(|sent| {
            json!({
                "id": sent.claim.delivery.as_uuid().simple().to_string(),
                "fence": sent.claim.fence,
                "channel": sent.channel.as_str(),
                "ts": sent.ts,
            })
        })
        .collect();
    let done = sqlx::query(RECORD_ALL_SENT)
        .bind(workspace.as_uuid())
        .bind(rows.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn record_not_sent(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    fence: i64,
    available_at: DateTime<Utc>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    put_back(conn, RECORD_NOT_SENT, (workspace, id, fence), available_at, code, now).await
}

pub(crate) async fn record_paced(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    fence: i64,
    available_at: DateTime<Utc>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    put_back(conn, RECORD_PACED, (workspace, id, fence), available_at, code, now).await
}

async fn put_back(
    conn: &mut Conn,
    statement: &'static str,
    (workspace, id, fence): (WorkspaceId, DeliveryId, i64),
    available_at: DateTime<Utc>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(statement)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .bind(available_at)
        .bind(available_at.min(now + HOLD))
        .bind(code)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn release_parked(
    conn: &mut Conn,
    workspace: WorkspaceId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(RELEASE_PARKED)
        .bind(workspace.as_uuid())
        .bind(code)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn record_ambiguous(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    fence: i64,
    hold_until: DateTime<Utc>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_AMBIGUOUS)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .bind(hold_until)
        .bind(hold_until.min(now + HOLD))
        .bind(code)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_given_up(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    fence: i64,
    end: GivenUp,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_GIVEN_UP)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .bind(DeliveryState::from(end).as_str())
        .bind(code)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn release_delivery(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    fence: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RELEASE_DELIVERY)
        .bind(workspace.as_uuid())
        .bind(id.as_uuid())
        .bind(fence)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_echo(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: DeliveryId,
    channel: &ChannelId,
    ts: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(carry_out(conn, &hearing(workspace, id, channel, ts, now)).await? > 0)
}

/// Returns what records that a delivery was seen in Slack.
pub(crate) fn hearing(
    workspace: WorkspaceId,
    id: DeliveryId,
    channel: &ChannelId,
    ts: &str,
    now: DateTime<Utc>,
) -> Step {
    let values = [
        workspace.as_uuid().into(),
        id.as_uuid().into(),
        channel.as_str().to_owned().into(),
        ts.to_owned().into(),
        now.into(),
    ];
    Step::new(RECORD_ECHO, values)
}

pub(super) fn read_delivery(row: &Row) -> Result<DeliveryRecord, StoreError> {
    let fields = Fields::new(row, "outbox", "delivery_id");
    Ok(DeliveryRecord {
        id: DeliveryId::new(fields.get("delivery_id")?),
        envelope: fields.json("envelope")?,
        state: fields.word("state", DeliveryState::parse)?,
        channel: fields.maybe_channel("channel_id")?,
        ts: fields.get("ts")?,
        attempts: fields.count("attempts")?,
        crashes: fields.count("crashes")?,
        is_resend: fields.get("is_resend")?,
        code: fields.get("code")?,
        available_at: fields.get("available_at")?,
        created_at: fields.get("created_at")?,
        expires_at: fields.get("expires_at")?,
        // A process of the version before does not say it.
        due_at: match fields.get("due_at")? {
            Some(due_at) => due_at,
            None => fields.get("available_at")?,
        },
        tried_at: fields.get("tried_at")?,
    })
}
